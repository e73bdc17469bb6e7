"""Work that is done again and again goes on through what is away, and ends with a bug."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from chassis.faults import StoreUnavailable
from chassis.repeating import repeat


class Lines:
    """A log in memory."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def warning(self, event: str, **fields: str) -> None:
        self.lines.append((event, fields["reason"]))


def acting(*endings: Exception | None) -> tuple[Callable[[], Awaitable[None]], list[int]]:
    """An act that ends so, one time after the other, and how often it was done."""
    done: list[int] = []

    async def act() -> None:
        done.append(len(done))
        ending = endings[len(done) - 1]
        if ending is not None:
            raise ending

    return act, done


async def test_what_is_away_is_logged_and_tried_again() -> None:
    """By the fault's kind alone; a bug ends it."""
    act, done = acting(StoreUnavailable("who: Asha"), None, StoreUnavailable(), KeyError("a bug"))
    log = Lines()
    with pytest.raises(KeyError):
        await repeat(act, timedelta(0), log, "not_done")
    assert len(done) == 4
    assert log.lines == [("not_done", "StoreUnavailable")] * 2


async def test_faults_can_be_named() -> None:
    act, done = acting(ValueError(), StoreUnavailable())
    log = Lines()
    with pytest.raises(StoreUnavailable):
        await repeat(act, timedelta(0), log, "not_done", (ValueError,))
    assert (len(done), log.lines) == (2, [("not_done", "ValueError")])
