"""GET /own-data: what a person may ask of what is kept of him; a copy of it; its erasure, and how that stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from janseva_web.account.session import citizen_token
from janseva_web.pages import FieldFault, Pages, new_router
from janseva_web.suite.client import Asker, Refused
from janseva_web.suite.own_data import EXPORT, OwnData
from janseva_web.suite.services import Citizens
from janseva_web.tracking.streams import handed_on
from janseva_web.visit import Visit

BASE: Final = "/own-data"
DONE: Final = frozenset({"asked", "cancelled"})
# A refusal that the page explains where it was asked.
EXPLAINED: Final = frozenset({409, 429, 503})


def own_data_router(pages: Pages, own_data: OwnData, citizens: Citizens) -> APIRouter:
    router, rooms = new_router(), _OwnDataPages(pages, own_data, citizens)
    pages.get(router, BASE)(rooms.show)
    pages.get(router, f"{BASE}/copy.json")(rooms.copy)
    pages.get(router, f"{BASE}/copy.html")(rooms.readable)
    pages.post(router, f"{BASE}/erasure")(rooms.ask)
    pages.post(router, f"{BASE}/erasure/cancel")(rooms.cancel)
    return router


@dataclass(frozen=True, slots=True)
class _OwnDataPages:
    pages: Pages
    own_data: OwnData
    citizens: Citizens

    async def show(self, visit: Visit) -> Response:
        asker = await self._asker(visit)
        if asker is None:
            return self._to_login(visit)
        done = visit.query("done", 20)
        return await self._page(visit, asker, done=done if done in DONE else "")

    async def copy(self, visit: Visit) -> Response:
        """Everything, to be kept: for a program."""
        asker = await self._asker(visit)
        if asker is None:
            return self._to_login(visit)
        whole = json.dumps(await self.own_data.export(asker), ensure_ascii=False, indent=1)
        headers = {"content-disposition": 'attachment; filename="own-data.json"'}
        return visit.finish(Response(whole, headers=headers, media_type="application/json"))

    async def readable(self, visit: Visit) -> Response:
        """The newest cases as a page to read, as intake wrote it; kept, as it is no page of ours."""
        asker = await self._asker(visit)
        if asker is None:
            return self._to_login(visit)
        query, name = {"format": "html", "limit": "50"}, 'attachment; filename="own-data.html"'
        return await handed_on(visit, self.own_data.intake, asker, EXPORT, query=query, shown=name)

    async def ask(self, visit: Visit) -> Response:
        await visit.read_form()
        asker = await self._asker(visit)
        if asker is None:
            return self._to_login(visit)
        if visit.field("agreed") != "yes":
            fault = FieldFault("agreed", visit.language.text("own_data.agree_first"))
            return await self._page(visit, asker, fault)
        try:
            await self.own_data.ask(asker)
        except Refused as refused:
            return await self._explained(visit, asker, refused)
        return self.pages.redirect(visit, f"{BASE}?done=asked")

    async def cancel(self, visit: Visit) -> Response:
        await visit.read_form()
        asker = await self._asker(visit)
        if asker is None:
            return self._to_login(visit)
        try:
            await self.own_data.cancel(asker)
        except Refused as refused:
            return await self._explained(visit, asker, refused)
        return self.pages.redirect(visit, f"{BASE}?done=cancelled")

    async def _explained(self, visit: Visit, asker: Asker, refused: Refused) -> Response:
        if refused.status not in EXPLAINED or not refused.detail:
            raise refused
        return await self._page(visit, asker, FieldFault("", refused.detail))

    async def _page(self, visit: Visit, asker: Asker, fault: FieldFault | None = None, *, done: str = "") -> Response:
        return self.pages.page(
            visit,
            "own_data.html",
            status=422 if fault else 200,
            faults=(fault,) if fault else (),
            erasure=await self.own_data.erasure(asker),
            done=done,
        )

    async def _asker(self, visit: Visit) -> Asker | None:
        token = await citizen_token(visit, self.citizens)
        return None if token is None else visit.asker(token=token)

    def _to_login(self, visit: Visit) -> Response:
        return self.pages.redirect(visit, f"/login?to={BASE}")
