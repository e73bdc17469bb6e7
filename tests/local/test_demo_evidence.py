"""What the demo reads of a suite that goes on while it reads."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from janseva_local.demo import evidence


class GoesOn:
    """A suite that emits an event and sends its message whenever somebody looks at it."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.sent: list[str] = []

    def happens(self) -> None:
        self.log.append(f"e{len(self.log)}")
        self.sent.append(self.log[-1])

    async def marks(self, _bootstrap: str) -> dict[tuple[str, int], int]:
        self.happens()
        return {("cases.routine", 0): len(self.log)}

    async def events(
        self, _bootstrap: str, start: dict[tuple[str, int], int], ends: dict[tuple[str, int], int]
    ) -> tuple[list[str], int]:
        self.happens()
        place = ("cases.routine", 0)
        return self.log[start.get(place, 0) : ends[place]], 0

    async def messages(self, *_: Any) -> list[str]:
        self.happens()
        return [*self.sent]


async def nothing(*_: Any) -> AsyncIterator[Any]:
    empty: tuple[Any, ...] = ()
    for record in empty:
        yield record


async def no_ends(*_: Any) -> dict[tuple[str, int], int]:
    return {}


async def test_the_cause_of_every_message_is_in_the_log_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clocks run on while the run is reconciled: what is sent meanwhile is no message that nobody owed."""
    suite = GoesOn()
    replaced = {
        "marks": suite.marks,
        "read_events": suite.events,
        "_messages": suite.messages,
        "read_log": nothing,
        "end_offsets": no_ends,
    }
    for name, fake in replaced.items():
        monkeypatch.setattr(evidence, name, fake)
    async with httpx.AsyncClient() as http:
        gatherer = evidence.Gatherer("", {}, "", http, datetime(2026, 11, 29, tzinfo=UTC))
        for _ in range(3):
            seen = await gatherer.look()
            assert {str(one) for one in seen.messages} <= {str(one) for one in seen.events}
