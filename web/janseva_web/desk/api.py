"""The desk's login, and a case with its allowed commands as forms."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from janseva_web.desk.commands import CommandForms, body_of, field_id
from janseva_web.desk.login import CALLBACK, OfficerLogin
from janseva_web.desk.officers import DESK, EXPLAINED, for_officers, named_officer
from janseva_web.pages import FieldFault, Pages, new_router, own_path
from janseva_web.suite.client import Asker, Refused
from janseva_web.suite.desk import Desk, DeskCase
from janseva_web.suite.services import Geography
from janseva_web.tracking.streams import handed_on
from janseva_web.visit import OFFICER, Visit

MOST_RUNNERS_UP: Final = 4
# With what is written before it, within what intake takes.
LONGEST_REASON: Final = 200


def desk_router(pages: Pages, desk: Desk, login: OfficerLogin, forms: CommandForms, geography: Geography) -> APIRouter:
    router, rooms = new_router(), _DeskPages(pages, desk, login, forms, geography)
    pages.get(router, "/desk/login")(rooms.log_in)
    pages.get(router, CALLBACK)(rooms.logged_in)
    pages.post(router, "/desk/logout")(rooms.log_out)
    pages.get(router, "/desk/cases/{case}")(for_officers(pages, rooms.case))
    pages.get(router, "/desk/cases/{case}/papers/{paper}")(for_officers(pages, rooms.paper))
    pages.post(router, "/desk/cases/{case}/reveal")(for_officers(pages, rooms.reveal))
    pages.post(router, "/desk/cases/{case}/print")(for_officers(pages, rooms.print_case))
    pages.post(router, "/desk/cases/{case}/{act}")(for_officers(pages, rooms.command))
    return router


@dataclass(frozen=True, slots=True)
class _DeskPages:
    pages: Pages
    desk: Desk
    login: OfficerLogin
    forms: CommandForms
    geography: Geography

    async def log_in(self, visit: Visit) -> Response:
        return self.pages.redirect(visit, await self.login.begin(visit, own_path(visit.query("to"), DESK)))

    async def logged_in(self, visit: Visit) -> Response:
        to = await self.login.finish(visit)
        if to is None:
            text = visit.language.text
            return self.pages.error(visit, 400, title=text("desk.login_failed"), detail=text("desk.login_again"))
        return self.pages.redirect(visit, own_path(to, DESK))

    async def log_out(self, visit: Visit) -> Response:
        await visit.read_form()
        visit.drop(OFFICER)
        return self.pages.redirect(visit, "/")

    async def case(self, visit: Visit, asker: Asker) -> Response:
        case = await self.desk.case(_case_id(visit), asker)
        return await self._show(visit, asker, case, done=visit.query("done", 60))

    async def reveal(self, visit: Visit, asker: Asker) -> Response:
        """The citizen's data, once, on this page; who asked and why is recorded by intake first."""
        try:
            case = await self.desk.reveal(_case_id(visit), visit.field("reason")[:1_000], asker)
        except Refused as refused:
            return await self._explained(visit, asker, refused, "reason")
        return await self._show(visit, asker, case)

    async def paper(self, visit: Visit, asker: Asker) -> Response:
        """The citizen's papers and the letters to offices; intake records who read which."""
        path, paper = "/v1/desk/cases/{}/certificates/{}.pdf", str(visit.request.path_params["paper"])
        return await handed_on(visit, self.desk.intake, asker, path, _case_id(visit), paper)

    async def print_case(self, visit: Visit, asker: Asker) -> Response:
        """The whole case for the file; that it was printed, by whom and why, is on record before."""
        why = visit.field("print_reason")[:LONGEST_REASON]
        if not why:
            missing = FieldFault("print_reason", visit.language.text("form.missing"))
            return await self._show(visit, asker, await self.desk.case(_case_id(visit), asker), faults=[missing])
        try:
            case = await self.desk.reveal(_case_id(visit), visit.language.text("print.recorded", reason=why), asker)
        except Refused as refused:
            return await self._explained(visit, asker, refused, "print_reason")
        return self.pages.page(
            visit, "desk_case_print.html", case=case, who=named_officer(visit), back=visit.here.rpartition("/")[0]
        )

    async def command(self, visit: Visit, asker: Asker) -> Response:
        act, case_id = str(visit.request.path_params["act"]), _case_id(visit)
        try:
            case = await self.desk.case(case_id, asker)
            drawn = self.forms.of(case, await self.desk.document(asker), visit.language)
            wanted = next((one for one in drawn if one.act == act), None)
            body = {} if wanted is None else body_of(wanted, visit.form)
            version = visit.field("version")[:20]
            await self.desk.command(case_id, act, body, asker, key=visit.field("key")[:60], version=version)
        except Refused as refused:
            return await self._explained(visit, asker, refused, field_id(act, ""))
        return self.pages.redirect(visit, f"{visit.here.rpartition('/')[0]}?done={act}")

    async def _show(
        self, visit: Visit, asker: Asker, case: DeskCase, *, done: str = "", faults: Sequence[FieldFault] = ()
    ) -> Response:
        drawn = self.forms.of(case, await self.desk.document(asker), visit.language)
        return self.pages.page(
            visit,
            "desk_case.html",
            status=422 if faults else 200,
            faults=faults,
            officer=visit.cookie(OFFICER),
            case=case,
            forms=drawn,
            runners_up=await self._runners_up(visit, case),
            done=done,
            key=str(uuid.uuid4()),
            asked_act=str(visit.request.path_params.get("act", "")) if faults else "",
        )

    async def _runners_up(self, visit: Visit, case: DeskCase) -> list[str]:
        """The stations that the case might as well belong to, by name; by code where routing does not answer."""
        codes = () if case.assignment is None else case.assignment.ambiguous_with
        found = []
        for code in codes[:MOST_RUNNERS_UP]:
            try:
                station = await self.geography.station(code, visit.asker())
            except Refused:
                found.append(code)
            else:
                found.append(f"{visit.language.of(station.names)} ({code})")
        return found

    async def _explained(self, visit: Visit, asker: Asker, refused: Refused, prefix: str) -> Response:
        """The case as it is now, and why what was asked was not done."""
        if refused.status not in EXPLAINED:
            raise refused
        case = await self.desk.case(_case_id(visit), asker)
        stale = visit.language.text("desk.stale") if refused.status == 412 else ""
        faults = [
            FieldFault(
                prefix + one.pointer.strip("/").partition("/")[0] if prefix.endswith("-") else prefix, one.message
            )
            for one in refused.errors
        ]
        return await self._show(
            visit, asker, case, faults=faults or [FieldFault("", stale or refused.detail or refused.title)]
        )


def _case_id(visit: Visit) -> str:
    return str(visit.request.path_params["case"])[:100]
