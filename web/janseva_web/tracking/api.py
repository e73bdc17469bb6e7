"""A case is opened by number and code, once, by POST: the code goes into a sealed cookie and never into an address."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from janseva_web.account.session import citizen_token
from janseva_web.pages import FieldFault, new_router
from janseva_web.suite.client import Refused
from janseva_web.tracking.acts import DONE
from janseva_web.tracking.owner import LONGEST_NUMBER, CaseDoor, is_registered, number_of
from janseva_web.visit import Receipt, Visit

NOT_THE_OWNERS: Final = frozenset({401, 403, 404})
# What a number or a code can be the reason of; everything else is a fault of the service.
FAULTS: Final = frozenset({400, 401, 403, 404, 422})


def tracking_router(door: CaseDoor) -> APIRouter:
    router, rooms = new_router(), _Tracking(door)
    get, post = door.pages.get, door.pages.post
    get(router, "/track")(rooms.track)
    post(router, "/track")(rooms.open_case)
    get(router, "/cases")(rooms.own_cases)
    get(router, "/cases/{number}")(rooms.case_page)
    return router


@dataclass(frozen=True, slots=True)
class _Tracking:
    door: CaseDoor

    async def track(self, visit: Visit) -> Response:
        return self.door.ask(visit, visit.query("number", LONGEST_NUMBER))

    async def open_case(self, visit: Visit) -> Response:
        await visit.read_form()
        number, code = visit.field("number")[:LONGEST_NUMBER].upper(), visit.field("code")[:200]
        fault = self._missing(visit, number, code)
        if fault is not None:
            return self.door.ask(visit, number, (fault,))
        if code:
            try:
                case = await self.door.citizens.case(number, visit.asker(receipt=code))
            except Refused as refused:
                return self._not_found(visit, number, refused, FAULTS)
            number = case.tracking_number
            visit.keep_receipt(Receipt(number, code))
        return self.door.pages.redirect(visit, f"/cases/{quote(number, safe='')}")

    async def own_cases(self, visit: Visit) -> Response:
        token = await citizen_token(visit, self.door.citizens)
        if token is None:
            return self.door.pages.redirect(visit, "/login?to=/cases")
        listed = await self.door.citizens.own_cases(visit.query("cursor") or None, visit.asker(token=token))
        registered = [(one, str(uuid.uuid4())) for one in listed.items if is_registered(one)]
        return self.door.pages.page(visit, "cases.html", listed=listed, registered=registered)

    async def case_page(self, visit: Visit) -> Response:
        number = number_of(visit)
        asker = await self.door.owner(visit, number)
        if asker is None:
            return self.door.ask(visit, number)
        try:
            case = await self.door.citizens.case(number, asker)
        except Refused as refused:
            return self._not_found(visit, number, refused, NOT_THE_OWNERS)
        done = visit.query("done")
        return self.door.show(visit, case, done=done if done in DONE else "")

    def _missing(self, visit: Visit, number: str, code: str) -> FieldFault | None:
        if not number:
            return FieldFault("number", visit.language.text("track.number_missing"))
        if not code and not visit.receipt_of(number) and not visit.is_citizen:
            return FieldFault("code", visit.language.text("track.code_missing"))
        return None

    def _not_found(self, visit: Visit, number: str, refused: Refused, faults: frozenset[int]) -> Response:
        """A mistyped number is called so; whose a case is stays unanswered."""
        if refused.status not in faults:
            raise refused
        text = refused.detail if refused.status == 400 else visit.language.text("track.not_found")
        return self.door.ask(visit, number, (FieldFault("number", text),))
