"""GET /desk/away: away notices of the officer's station, each reading recorded; POST: somebody passed by the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from janseva_web.desk.api import ended, officer, to_login
from janseva_web.pages import FieldFault, Pages, new_router
from janseva_web.suite.away import Away
from janseva_web.suite.client import Refused
from janseva_web.visit import OFFICER, Visit

BASE: Final = "/desk/away"
FINDINGS: Final = ("all_well", "something_wrong")


def desk_away_router(pages: Pages, away: Away) -> APIRouter:
    router, rooms = new_router(), _DeskAway(pages, away)
    pages.get(router, BASE)(rooms.listed)
    pages.get(router, f"{BASE}/{{notice}}")(rooms.read)
    pages.post(router, f"{BASE}/{{notice}}")(rooms.passed_by)
    return router


@dataclass(frozen=True, slots=True)
class _DeskAway:
    pages: Pages
    away: Away

    async def listed(self, visit: Visit) -> Response:
        asker = officer(visit)
        if asker is None:
            return to_login(self.pages, visit, BASE)
        try:
            lines = await self.away.listed(asker)
        except Refused as refused:
            return ended(self.pages, visit, refused)
        done = bool(visit.query("done"))
        return self.pages.page(visit, "desk_away.html", officer=visit.cookie(OFFICER), lines=lines, done=done)

    async def read(self, visit: Visit) -> Response:
        return await self._show(visit)

    async def passed_by(self, visit: Visit) -> Response:
        await visit.read_form()
        asker, found = officer(visit), visit.field("found")
        if asker is None:
            return to_login(self.pages, visit, BASE)
        if found not in FINDINGS:
            return await self._show(visit, visit.language.text("form.missing"))
        try:
            await self.away.passed_by(_notice(visit), found, asker)
        except Refused as refused:
            return ended(self.pages, visit, refused)
        return self.pages.redirect(visit, f"{BASE}?done=1")

    async def _show(self, visit: Visit, fault: str = "") -> Response:
        asker = officer(visit)
        if asker is None:
            return to_login(self.pages, visit, BASE)
        try:
            notice = await self.away.read(_notice(visit), asker)
        except Refused as refused:
            return ended(self.pages, visit, refused)
        language = visit.language
        return self.pages.page(
            visit,
            "desk_away_notice.html",
            status=422 if fault else 200,
            faults=(FieldFault("found", fault),) if fault else (),
            officer=visit.cookie(OFFICER),
            notice=notice,
            place=f"{BASE}/{quote(notice.notice_id, safe='')}",
            findings=[(code, language.text(f"away.found.{code}")) for code in FINDINGS],
        )


def _notice(visit: Visit) -> str:
    return str(visit.request.path_params["notice"])[:60]
