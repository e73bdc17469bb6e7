"""GET /away and /cases/{number}/away: notices that the house is empty. POST /cases/{number}/help: help by one tap."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http.problems import NOT_FOUND, Problem
from janseva_web.account.session import citizen_token
from janseva_web.filing.api import filed_page
from janseva_web.filing.draft import LONGEST_TEXT, PREFIX, value_of
from janseva_web.languages import INDIA
from janseva_web.pages import FieldFault, new_router
from janseva_web.suite.away import Away, AwayNotice
from janseva_web.suite.client import Asker, Refused
from janseva_web.suite.services import Catalogue
from janseva_web.suite.shapes import OwnCase, Service
from janseva_web.tracking.owner import REGISTRATION, CaseDoor, is_registered, number_of
from janseva_web.tracking.qr import Receipts
from janseva_web.visit import Receipt, Visit

UNRECORDED: Final = re.compile(r"/((cases/[^/]*|desk)/)?away(/|$)")
"""That somebody gives or reads a notice is in no span, metric or log: a house is empty."""
SERVICE: Final = "senior-away-notice"
HELP: Final = "help-request"
DONE: Final = frozenset({"given", "changed", "returned", "deleted"})
EXPLAINED: Final = frozenset({400, 409, 422})
# Nobody has more registrations than fit on so many pages of cases.
MOST_PAGES: Final = 5


def seniors_router(door: CaseDoor, catalogue: Catalogue, away: Away, receipts: Receipts) -> APIRouter:
    router, rooms = new_router(), _SeniorPages(door, catalogue, away, receipts)
    get, post = door.pages.get, door.pages.post
    get(router, "/away")(rooms.find)
    get(router, "/cases/{number}/away")(rooms.listed)
    post(router, "/cases/{number}/away")(rooms.give)
    get(router, "/cases/{number}/away/{notice}")(rooms.one)
    post(router, "/cases/{number}/away/{notice}")(rooms.act)
    post(router, "/cases/{number}/help")(rooms.ask_for_help)
    return router


@dataclass(frozen=True, slots=True)
class _SeniorPages:
    door: CaseDoor
    catalogue: Catalogue
    away: Away
    receipts: Receipts

    async def find(self, visit: Visit) -> Response:
        """To the notices of one's registration; without one, how to register."""
        token = await citizen_token(visit, self.door.citizens)
        if token is None:
            return self.door.pages.redirect(visit, "/login?to=/away")
        found, cursor = list[OwnCase](), None
        for _ in range(MOST_PAGES):
            page = await self.door.citizens.own_cases(cursor, visit.asker(token=token))
            found += [one for one in page.items if is_registered(one)]
            cursor = page.next_cursor
            if cursor is None:
                break
        if len(found) == 1:
            return self.door.pages.redirect(visit, _address(found[0].tracking_number))
        return self.door.pages.page(visit, "away_find.html", found=found)

    async def listed(self, visit: Visit) -> Response:
        asker = await self.door.owner(visit, number_of(visit))
        if asker is None:
            return self.door.ask(visit, number_of(visit))
        return await self._page(visit, asker, {}, str(uuid.uuid4()), done=visit.query("done", 20))

    async def give(self, visit: Visit) -> Response:
        await visit.read_form()
        number, key = number_of(visit), visit.field("key")[:60]
        asker = await self.door.owner(visit, number)
        if asker is None:
            return self.door.ask(visit, number)
        service = await self._service(visit)
        given = _given(visit, service)
        faults = _missing(visit, service, given)
        if faults:
            return await self._page(visit, asker, given, key, faults)
        try:
            await self.away.give(number, _answers(service, given), key, asker)
        except Refused as refused:
            return await self._page(visit, asker, given, key, _faults(refused, service))
        return self.door.pages.redirect(visit, f"{_address(number)}?done=given")

    async def one(self, visit: Visit) -> Response:
        asker = await self.door.owner(visit, number_of(visit))
        if asker is None:
            return self.door.ask(visit, number_of(visit))
        return await self._one(visit, asker)

    async def act(self, visit: Visit) -> Response:
        """Change, return or delete, by the button that was pressed."""
        await visit.read_form()
        number, notice = number_of(visit), _notice(visit)
        asker = await self.door.owner(visit, number)
        if asker is None:
            return self.door.ask(visit, number)
        service, go = await self._service(visit), visit.field("go")
        given = _given(visit, service)
        try:
            match go:
                case "return":
                    await self.away.come_back(number, notice, asker)
                case "delete":
                    await self.away.delete(number, notice, asker)
                case _:
                    await self.away.change(number, notice, _answers(service, given), asker)
        except Refused as refused:
            return await self._one(visit, asker, given, _faults(refused, service))
        done = {"return": "returned", "delete": "deleted"}.get(go, "changed")
        return self.door.pages.redirect(visit, f"{_address(number)}?done={done}")

    async def ask_for_help(self, visit: Visit) -> Response:
        """At the station of the registration, with the login's phone: nothing is asked."""
        await visit.read_form()
        token, number = await citizen_token(visit, self.door.citizens), number_of(visit)
        if token is None:
            return self.door.pages.redirect(visit, "/login?to=/cases")
        asker = visit.asker(token=token)
        case = await self.door.citizens.case(number, asker)
        service = await self.catalogue.one(HELP, asker)
        if case.service_code != REGISTRATION or service is None or case.station is None:
            return self.door.pages.redirect(visit, f"/file/{HELP}")
        body = {
            "service_code": HELP,
            "language": visit.language.filed,
            "channel": "web",
            "description": visit.language.text("help.description", number=case.tracking_number),
            "named_station": case.station.code,
            "attributes": {"kind": "elder", "needed_now": True},
        }
        filed = await self.door.citizens.file(body, visit.field("key")[:60], asker)
        visit.keep_receipt(Receipt(filed.tracking_number, filed.receipt_secret))
        return filed_page(self.door.pages, visit, self.receipts, filed, service)

    async def _service(self, visit: Visit) -> Service:
        service = await self.catalogue.one(SERVICE, visit.asker())
        if service is None:
            raise Problem(NOT_FOUND)
        return service

    async def _page(
        self,
        visit: Visit,
        asker: Asker,
        given: Mapping[str, str],
        key: str,
        faults: Sequence[FieldFault] = (),
        *,
        done: str = "",
    ) -> Response:
        number = number_of(visit)
        return self.door.pages.page(
            visit,
            "away.html",
            status=422 if faults else 200,
            faults=faults,
            number=number,
            notices=await self.away.own(number, asker),
            done=done if done in DONE else "",
            **await self._form(visit, given, key),
        )

    async def _one(
        self,
        visit: Visit,
        asker: Asker,
        given: Mapping[str, str] | None = None,
        faults: Sequence[FieldFault] = (),
    ) -> Response:
        number = number_of(visit)
        found = next((one for one in await self.away.own(number, asker) if one.notice_id == _notice(visit)), None)
        if found is None or not found.is_open:
            return self.door.pages.redirect(visit, _address(number))
        form = await self._form(visit, _kept(found) if given is None else given, "")
        status = 422 if faults else 200
        return self.door.pages.page(
            visit, "away_notice.html", status=status, faults=faults, number=number, notice=found, **form
        )

    async def _form(self, visit: Visit, given: Mapping[str, str], key: str) -> dict[str, Any]:
        today = visit.now.astimezone(INDIA).date().isoformat()
        return {"service": await self._service(visit), "given": given, "key": key, "today": today}


def _address(number: str) -> str:
    return f"/cases/{quote(number, safe='')}/away"


def _notice(visit: Visit) -> str:
    return str(visit.request.path_params["notice"])[:60]


def _given(visit: Visit, service: Service) -> dict[str, str]:
    return {name: visit.field(PREFIX + name)[:LONGEST_TEXT] for name in service.attributes.properties}


def _kept(notice: AwayNotice) -> dict[str, str]:
    return {
        "away_from": notice.away_from.isoformat(),
        "away_until": notice.away_until.isoformat(),
        "house": notice.house,
        "key_with": notice.key_with or "",
        "phone_away": notice.phone_away or "",
    }


def _answers(service: Service, given: Mapping[str, str]) -> dict[str, Any]:
    questions = service.attributes.properties
    return {name: value_of(questions[name], answer) for name, answer in given.items() if answer}


def _missing(visit: Visit, service: Service, given: Mapping[str, str]) -> list[FieldFault]:
    missing, questions = visit.language.text("form.missing"), service.attributes
    return [
        FieldFault(PREFIX + name, f"{questions.properties[name].title}: {missing}")
        for name in questions.required
        if not given.get(name)
    ]


def _faults(refused: Refused, service: Service) -> tuple[FieldFault, ...]:
    """At their fields; what no answer of his mends is raised on."""
    if refused.status not in EXPLAINED:
        raise refused
    names = service.attributes.properties

    def fault(pointer: str, message: str) -> FieldFault:
        name = pointer.rpartition("/")[2]
        return (
            FieldFault(PREFIX + name, f"{names[name].title}: {message}") if name in names else FieldFault("", message)
        )

    return tuple(fault(one.pointer, one.message) for one in refused.errors) or (
        FieldFault("", refused.detail or refused.title),
    )
