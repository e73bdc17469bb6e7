"""GET /desk/erasures: the named post reads requests to erase and decides; what the law keeps stays in any case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from janseva_web.desk.officers import EXPLAINED, for_officers
from janseva_web.pages import FieldFault, Pages, new_router
from janseva_web.suite.client import Asker, Refused
from janseva_web.suite.own_data import Erasure, OwnData
from janseva_web.visit import OFFICER, Visit

BASE: Final = "/desk/erasures"
DECISIONS: Final = ("erase", "refuse")
# For the whole request, and for one case.
REASONS: Final = ("not_the_owner",)
KEEPS: Final = ("evidence_hold", "court_order")


def erasures_router(pages: Pages, own_data: OwnData) -> APIRouter:
    router, rooms = new_router(), _Erasures(pages, own_data)
    pages.get(router, BASE)(for_officers(pages, rooms.listed))
    pages.get(router, f"{BASE}/{{erasure}}")(for_officers(pages, rooms.one))
    pages.post(router, f"{BASE}/{{erasure}}")(for_officers(pages, rooms.decide, BASE))
    return router


@dataclass(frozen=True, slots=True)
class _Erasures:
    pages: Pages
    own_data: OwnData

    async def listed(self, visit: Visit, asker: Asker) -> Response:
        items = await self.own_data.waiting(asker)
        return self.pages.page(visit, "desk_erasures.html", officer=visit.cookie(OFFICER), items=items)

    async def one(self, visit: Visit, asker: Asker) -> Response:
        return await self._show(visit, asker)

    async def decide(self, visit: Visit, asker: Asker) -> Response:
        faults = _missing(visit)
        if faults:
            return await self._show(visit, asker, faults)
        try:
            found = await self.own_data.one(_erasure(visit), asker)
            decided = await self.own_data.decide(_erasure(visit), body_of(visit, found), asker)
        except Refused as refused:
            if refused.status not in EXPLAINED:
                raise
            return await self._show(visit, asker, [FieldFault("", refused.detail or refused.title)])
        return self._page(visit, decided, done=True)

    async def _show(self, visit: Visit, asker: Asker, faults: Sequence[FieldFault] = ()) -> Response:
        return self._page(visit, await self.own_data.one(_erasure(visit), asker), faults)

    def _page(self, visit: Visit, found: Erasure, faults: Sequence[FieldFault] = (), *, done: bool = False) -> Response:
        def named(codes: Sequence[str]) -> list[tuple[str, str]]:
            return [(code, visit.language.text(f"erasures.{code}")) for code in codes]

        return self.pages.page(
            visit,
            "desk_erasure.html",
            status=422 if faults else 200,
            faults=faults,
            officer=visit.cookie(OFFICER),
            erasure=found,
            place=visit.here,
            decisions=named(DECISIONS),
            reasons=named(REASONS),
            keeps=named(KEEPS),
            given={"decision": visit.field("decision"), "reason": visit.field("reason")},
            waits=found.not_before > visit.now,
            done=done,
        )


def body_of(visit: Visit, found: Erasure) -> Mapping[str, Any]:
    """As the call takes it; a case that the law keeps needs no officer's reason."""
    if visit.field("decision") == "refuse":
        return {"decision": "refuse", "reason_code": visit.field("reason")}
    chosen = {one.case_id: visit.field(f"keep-{one.case_id}") for one in found.cases if one.kept_by is None}
    return {"decision": "erase", "keep": {case_id: code for case_id, code in chosen.items() if code in KEEPS}}


def _missing(visit: Visit) -> list[FieldFault]:
    missing = visit.language.text("form.missing")
    if visit.field("decision") not in DECISIONS:
        return [FieldFault("decision", missing)]
    if visit.field("decision") == "refuse" and visit.field("reason") not in REASONS:
        return [FieldFault("reason", visit.language.text("erasures.reason_missing"))]
    return []


def _erasure(visit: Visit) -> str:
    return str(visit.request.path_params["erasure"])[:60]
