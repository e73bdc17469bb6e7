"""The calls on a person's own data, and those of the post that decides on a request to erase them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from janseva_web.suite.client import Api, Asker, Refused
from janseva_web.suite.services import shaped
from janseva_web.suite.shapes import Read

EXPORT: Final = "/v1/me/export"
ERASURE: Final = "/v1/me/erasure"
DESK: Final = "/v1/desk/erasures"
A_PAGE: Final = "50"
# Each holds fifty cases; nobody has more.
MOST_PAGES: Final = 40
NOT_ASKED: Final = "erasure_not_asked"


class CaseJudged(Read):
    """`text` and `law` where the case is kept."""

    case_id: str
    tracking_number: str | None = None
    kept_by: str | None = None
    text: str | None = None
    law: str | None = None


class Erasure(Read):
    erasure_id: str
    state: str
    state_text: str
    asked_at: datetime
    not_before: datetime
    decided_at: datetime | None = None
    reason_text: str | None = None
    law: str | None = None
    cases: tuple[CaseJudged, ...] = ()

    @property
    def is_waiting(self) -> bool:
        return self.state == "waiting"


class Erasures(Read):
    items: tuple[Erasure, ...]


@dataclass(frozen=True, slots=True)
class OwnData:
    intake: Api

    async def export(self, asker: Asker) -> Mapping[str, Any]:
        """All pages as one. Refused as a whole if one is: a copy that lacks something is none."""
        whole: dict[str, Any] = {}
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            query = {"limit": A_PAGE, **({"cursor": cursor} if cursor else {})}
            page = (await self.intake.get(EXPORT, asker=asker, query=query)).body
            if not isinstance(page, dict) or not isinstance(page.get("items"), list):
                raise Refused(502, {"code": "not_understood"})
            whole = {**page, "items": [*whole.get("items", []), *page["items"]]}
            cursor = page.get("next_cursor")
            if not cursor:
                return whole
        raise Refused(502, {"code": "too_long"})

    async def erasure(self, asker: Asker) -> Erasure | None:
        """None if nothing was asked."""
        try:
            return shaped(Erasure, (await self.intake.get(ERASURE, asker=asker)).body)
        except Refused as refused:
            if refused.code != NOT_ASKED:
                raise
            return None

    async def ask(self, asker: Asker) -> None:
        await self.intake.post(ERASURE, asker=asker)

    async def cancel(self, asker: Asker) -> None:
        await self.intake.delete(ERASURE, asker=asker)

    async def waiting(self, asker: Asker) -> tuple[Erasure, ...]:
        return shaped(Erasures, (await self.intake.get(DESK, asker=asker)).body).items

    async def one(self, erasure: str, asker: Asker) -> Erasure:
        return shaped(Erasure, (await self.intake.get(f"{DESK}/{{}}", erasure, asker=asker)).body)

    async def decide(self, erasure: str, body: Mapping[str, Any], asker: Asker) -> Erasure:
        return shaped(Erasure, (await self.intake.post(f"{DESK}/{{}}/decide", erasure, asker=asker, body=body)).body)
