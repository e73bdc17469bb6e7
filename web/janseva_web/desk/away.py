"""GET /desk/away: away notices of the officer's station, each reading recorded; POST: somebody passed by the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from janseva_web.desk.officers import for_officers
from janseva_web.pages import FieldFault, Pages, new_router
from janseva_web.suite.away import Away
from janseva_web.suite.client import Asker
from janseva_web.visit import OFFICER, Visit

BASE: Final = "/desk/away"
FINDINGS: Final = ("all_well", "something_wrong")


def desk_away_router(pages: Pages, away: Away) -> APIRouter:
    router, rooms = new_router(), _DeskAway(pages, away)
    pages.get(router, BASE)(for_officers(pages, rooms.listed))
    pages.get(router, f"{BASE}/{{notice}}")(for_officers(pages, rooms.read))
    pages.post(router, f"{BASE}/{{notice}}")(for_officers(pages, rooms.passed_by, BASE))
    return router


@dataclass(frozen=True, slots=True)
class _DeskAway:
    pages: Pages
    away: Away

    async def listed(self, visit: Visit, asker: Asker) -> Response:
        lines = await self.away.listed(asker)
        done = bool(visit.query("done"))
        return self.pages.page(visit, "desk_away.html", officer=visit.cookie(OFFICER), lines=lines, done=done)

    async def read(self, visit: Visit, asker: Asker) -> Response:
        return await self._show(visit, asker)

    async def passed_by(self, visit: Visit, asker: Asker) -> Response:
        found = visit.field("found")
        if found not in FINDINGS:
            return await self._show(visit, asker, visit.language.text("form.missing"))
        await self.away.passed_by(_notice(visit), found, asker)
        return self.pages.redirect(visit, f"{BASE}?done=1")

    async def _show(self, visit: Visit, asker: Asker, fault: str = "") -> Response:
        notice = await self.away.read(_notice(visit), asker)
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
