"""The desk's pages: the inbox by what is due next, and a case with its allowed commands as forms."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from janseva_web.desk.commands import CommandForms, body_of, field_id
from janseva_web.desk.login import CALLBACK, OfficerLogin
from janseva_web.pages import FieldFault, Pages, new_router, own_path
from janseva_web.suite.client import Asker, Refused
from janseva_web.suite.desk import Desk, DeskCase, DeskItem
from janseva_web.tracking.streams import handed_on
from janseva_web.visit import OFFICER, Visit

LAST: Final = datetime.max.replace(tzinfo=UTC)
ENDED: Final = frozenset({"closed", "withdrawn"})
# A refusal that the page explains where it was asked.
EXPLAINED: Final = frozenset({400, 409, 412, 413, 422})
DESK: Final = "/desk"


def by_due_time(items: Sequence[DeskItem]) -> list[DeskItem]:
    """Emergencies first, then what is due next; what has no running time limit last."""

    def order(item: DeskItem) -> tuple[bool, datetime]:
        clock = item.next_clock
        return item.lane != "emergency", LAST if clock is None else clock.due_at

    return sorted(items, key=order)


def desk_router(pages: Pages, desk: Desk, login: OfficerLogin, forms: CommandForms) -> APIRouter:
    router, rooms = new_router(), _DeskPages(pages, desk, login, forms)
    pages.get(router, "/desk/login")(rooms.log_in)
    pages.get(router, CALLBACK)(rooms.logged_in)
    pages.post(router, "/desk/logout")(rooms.log_out)
    pages.get(router, DESK)(rooms.inbox)
    pages.get(router, "/desk/cases/{case}")(rooms.case)
    pages.get(router, "/desk/cases/{case}/papers/{paper}")(rooms.paper)
    pages.post(router, "/desk/cases/{case}/reveal")(rooms.reveal)
    pages.post(router, "/desk/cases/{case}/{act}")(rooms.command)
    return router


@dataclass(frozen=True, slots=True)
class _DeskPages:
    pages: Pages
    desk: Desk
    login: OfficerLogin
    forms: CommandForms

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

    async def inbox(self, visit: Visit) -> Response:
        asker = officer(visit)
        if asker is None:
            return self._to_login(visit)
        try:
            page = await self.desk.inbox(asker)
        except Refused as refused:
            return self._ended(visit, refused)
        items = by_due_time(page.items)
        return self.pages.page(
            visit,
            "desk_inbox_part.html" if visit.query("part") else "desk_inbox.html",
            officer=visit.cookie(OFFICER),
            open_cases=[item for item in items if item.status not in ENDED],
            ended_cases=[item for item in items if item.status in ENDED],
        )

    async def case(self, visit: Visit) -> Response:
        asker = officer(visit)
        if asker is None:
            return self._to_login(visit)
        try:
            case = await self.desk.case(_case_id(visit), asker)
        except Refused as refused:
            return self._ended(visit, refused)
        return await self._show(visit, asker, case, done=visit.query("done", 60))

    async def reveal(self, visit: Visit) -> Response:
        """The citizen's data, once, on this page; who asked and why is recorded by intake first."""
        await visit.read_form()
        asker = officer(visit)
        if asker is None:
            return self._to_login(visit)
        try:
            case = await self.desk.reveal(_case_id(visit), visit.field("reason")[:1_000], asker)
        except Refused as refused:
            return await self._explained(visit, asker, refused, "reason")
        return await self._show(visit, asker, case)

    async def paper(self, visit: Visit) -> Response:
        """The citizen's papers and the letters to offices; intake records who read which."""
        asker = officer(visit)
        if asker is None:
            return self._to_login(visit)
        path, paper = "/v1/desk/cases/{}/certificates/{}.pdf", str(visit.request.path_params["paper"])
        try:
            return await handed_on(visit, self.desk.intake, asker, path, _case_id(visit), paper)
        except Refused as refused:
            return self._ended(visit, refused)

    async def command(self, visit: Visit) -> Response:
        form = await visit.read_form()
        asker, act = officer(visit), str(visit.request.path_params["act"])
        if asker is None:
            return self._to_login(visit)
        case_id = _case_id(visit)
        try:
            case = await self.desk.case(case_id, asker)
            drawn = self.forms.of(case, await self.desk.document(asker), visit.language)
            wanted = next((one for one in drawn if one.act == act), None)
            body = {} if wanted is None else body_of(wanted, form)
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
            done=done,
            key=str(uuid.uuid4()),
            asked_act=str(visit.request.path_params.get("act", "")) if faults else "",
        )

    async def _explained(self, visit: Visit, asker: Asker, refused: Refused, prefix: str) -> Response:
        """The case as it is now, and why what was asked was not done."""
        if refused.status not in EXPLAINED:
            return self._ended(visit, refused)
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

    def _to_login(self, visit: Visit) -> Response:
        return to_login(self.pages, visit, visit.here if visit.request.method == "GET" else DESK)

    def _ended(self, visit: Visit, refused: Refused) -> Response:
        return ended(self.pages, visit, refused)


def ended(pages: Pages, visit: Visit, refused: Refused) -> Response:
    """A token that is worth nothing any more ends the session: the post was withdrawn, or its time is over."""
    if refused.status != 401:
        return pages.refused(visit, refused)
    visit.drop(OFFICER)
    text = visit.language.text
    return pages.error(visit, 401, title=text("desk.ended"), detail=text("desk.login_again"))


def to_login(pages: Pages, visit: Visit, to: str) -> Response:
    """`to`: the page of the desk where the officer goes on."""
    return pages.redirect(visit, f"/desk/login?to={quote(to)}")


def officer(visit: Visit) -> Asker | None:
    """The officer who is logged in here."""
    kept = visit.cookie(OFFICER)
    return None if kept is None else visit.asker(token=str(kept["access"]))


def _case_id(visit: Visit) -> str:
    return str(visit.request.path_params["case"])[:100]
