"""GET /registers and each register: a search by GET, as nothing of it is anybody's secret; and the text of an FIR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http.problems import NOT_FOUND, Problem
from janseva_web.account.session import citizen_token
from janseva_web.pages import FieldFault, Pages, new_router
from janseva_web.suite.client import Refused
from janseva_web.suite.registers import RegisterInfo, RegisterPage, Registers, ReleasedText
from janseva_web.suite.services import Citizens
from janseva_web.visit import Visit

SEARCHED: Final = ("q", "district")
FIR_FIELDS: Final = ("station", "year", "number")
LONGEST: Final = 100


def registers_router(pages: Pages, registers: Registers, citizens: Citizens) -> APIRouter:
    router, rooms = new_router(), _RegisterPages(pages, registers, citizens)
    pages.get(router, "/registers")(rooms.all)
    pages.get(router, "/registers/fir")(rooms.fir)
    pages.get(router, "/registers/{name}")(rooms.register)
    return router


@dataclass(frozen=True, slots=True)
class _RegisterPages:
    pages: Pages
    registers: Registers
    citizens: Citizens

    async def all(self, visit: Visit) -> Response:
        found = await self.registers.all(visit.asker())
        return self.pages.page(visit, "registers.html", registers=[(name_of(one), one.name) for one in found])

    async def register(self, visit: Visit) -> Response:
        name = str(visit.request.path_params["name"])
        found = {name_of(one): one for one in await self.registers.all(visit.asker())}
        info = found.get(name)
        if info is None:
            raise Problem(NOT_FOUND)
        token = await citizen_token(visit, self.citizens)
        if info.login != "none" and token is None:
            return self.pages.redirect(visit, f"/login?to=/registers/{name}")
        query = {key: value for key in SEARCHED if (value := visit.query(key, LONGEST))}
        if info.asks_one_of and not query:
            return self._page(visit, name, info, query)
        cursor = visit.query("cursor")
        try:
            page = await self.registers.page(
                name, {**query, **({"cursor": cursor} if cursor else {})}, visit.asker(token=token)
            )
        except Refused as refused:
            if refused.status != 422:
                raise
            text = refused.errors[0].message if refused.errors else refused.detail
            return self._page(visit, name, info, query, faults=(FieldFault("q", text),))
        return self._page(visit, name, info, query, page)

    async def fir(self, visit: Visit) -> Response:
        given = {name: visit.query(name, LONGEST) for name in FIR_FIELDS}
        if not all(given.values()):
            return self._fir_page(visit, given)
        try:
            found = await self.registers.released(given["station"], given["year"], given["number"], visit.asker())
        except Refused as refused:
            if refused.status not in {404, 422}:
                raise
            return self._fir_page(visit, given, fault=refused.detail or refused.title)
        return self._fir_page(visit, given, found)

    def _page(
        self,
        visit: Visit,
        name: str,
        info: RegisterInfo,
        query: dict[str, str],
        page: RegisterPage | None = None,
        faults: Sequence[FieldFault] = (),
    ) -> Response:
        return self.pages.page(
            visit,
            "register.html",
            status=422 if faults else 200,
            faults=faults,
            name=name,
            info=info,
            query={**dict.fromkeys(SEARCHED, ""), **query},
            page=page,
        )

    def _fir_page(
        self, visit: Visit, given: dict[str, str], found: ReleasedText | None = None, *, fault: str = ""
    ) -> Response:
        faults = (FieldFault("number", fault),) if fault else ()
        status = 404 if fault else 200
        return self.pages.page(visit, "register_fir.html", status=status, faults=faults, given=given, found=found)


def name_of(info: RegisterInfo) -> str:
    """As it stands in the address: the last part of its path."""
    return info.path.rpartition("/")[2]
