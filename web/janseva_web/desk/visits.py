"""GET and POST /desk/visits: the counter records who has come; his 30 minutes to the hearing begin."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from janseva_web.desk.officers import EXPLAINED, for_officers
from janseva_web.pages import FieldFault, Pages, new_router
from janseva_web.suite.client import Asker, Refused
from janseva_web.suite.desk import Desk, VisitDone
from janseva_web.tracking.qr import Receipts
from janseva_web.visit import OFFICER, Receipt, Visit

BASE: Final = "/desk/visits"
FIELDS: Final = ("number", "name", "phone", "about")
LONGEST: Final = 2_000
# Where a member of the body stands on the page.
PLACES: Final = {
    "/tracking_number": "number",
    "/complainant/name": "name",
    "/complainant/phone": "phone",
    "/description": "about",
}
# No case has the number that was typed.
NO_CASE: Final = 404


def visits_router(pages: Pages, desk: Desk, receipts: Receipts) -> APIRouter:
    router, rooms = new_router(), _Visits(pages, desk, receipts)
    pages.get(router, BASE)(for_officers(pages, rooms.ask))
    pages.post(router, BASE)(for_officers(pages, rooms.check_in, BASE))
    return router


@dataclass(frozen=True, slots=True)
class _Visits:
    pages: Pages
    desk: Desk
    receipts: Receipts

    async def ask(self, visit: Visit, _: Asker) -> Response:
        return self._page(visit, {})

    async def check_in(self, visit: Visit, asker: Asker) -> Response:
        given = {name: visit.field(name)[:LONGEST] for name in FIELDS}
        if not given["number"] and not given["name"]:
            return self._page(visit, given, (FieldFault("name", visit.language.text("visit.who_missing")),))
        try:
            done = await self.desk.check_in(body_of(given, visit.language.filed), visit.field("key")[:60], asker)
        except Refused as refused:
            if refused.status not in EXPLAINED | {NO_CASE}:
                raise
            return self._page(visit, given, _faults(refused))
        return self._page(visit, {}, done=done)

    def _page(
        self, visit: Visit, given: dict[str, str], faults: Sequence[FieldFault] = (), *, done: VisitDone | None = None
    ) -> Response:
        return self.pages.page(
            visit,
            "desk_visits.html",
            status=422 if faults else 200,
            faults=faults,
            officer=visit.cookie(OFFICER),
            given={**dict.fromkeys(FIELDS, ""), **given},
            key=str(uuid.uuid4()),
            done=done,
            picture=self._picture(done),
        )

    def _picture(self, done: VisitDone | None) -> Markup | None:
        """The receipt of a case that the visit opened, for the visitor's phone."""
        if done is None or done.receipt_secret is None:
            return None
        return self.receipts.picture(Receipt(done.tracking_number, done.receipt_secret))


def body_of(given: dict[str, str], language: str) -> dict[str, Any]:
    """As POST /v1/desk/visits takes it: a case by its number, or a visitor who has none."""
    if given["number"]:
        return {"tracking_number": given["number"].upper(), "presence": "counter"}
    person = {name: given[name] for name in ("name", "phone") if given[name]}
    body = {"presence": "counter", "language": language, "complainant": person, "description": given["about"]}
    return {name: value for name, value in body.items() if value}


def _faults(refused: Refused) -> tuple[FieldFault, ...]:
    named = tuple(FieldFault(PLACES.get(one.pointer, ""), one.message) for one in refused.errors)
    return named or (FieldFault("number", refused.detail or refused.title),)
