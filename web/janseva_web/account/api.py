"""Login and logout: a phone number, then the code sent to it; nothing of either stands in an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from janseva_web.account.session import end_session, keep_tokens
from janseva_web.cookies import Purpose
from janseva_web.pages import FieldFault, Pages, new_router, own_path
from janseva_web.suite.client import Refused
from janseva_web.suite.services import Citizens
from janseva_web.visit import Visit

# What stands between the two pages of a login, sealed in the second one's form.
CHALLENGE: Final = Purpose("challenge", timedelta(minutes=15))
# A service that is away is no fault of the number or the code.
FAULTS: Final = range(400, 500)


def account_router(pages: Pages, citizens: Citizens) -> APIRouter:
    router, rooms = new_router(), _Account(pages, citizens)
    pages.get(router, "/login")(rooms.login)
    pages.post(router, "/login")(rooms.send_code)
    pages.post(router, "/login/code")(rooms.log_in)
    pages.post(router, "/logout")(rooms.log_out)
    return router


@dataclass(frozen=True, slots=True)
class _Account:
    pages: Pages
    citizens: Citizens

    async def login(self, visit: Visit) -> Response:
        to = own_path(visit.query("to"), "/cases")
        return self.pages.redirect(visit, to) if visit.is_citizen else self._ask_phone(visit, to)

    async def send_code(self, visit: Visit) -> Response:
        await visit.read_form()
        to, phone = own_path(visit.field("to"), "/cases"), visit.field("phone")[:64]
        if not phone:
            return self._ask_phone(visit, to, fault=visit.language.text("login.phone_missing"))
        try:
            challenge = await self.citizens.send_otp(phone, visit.asker(), neutral=bool(visit.field("neutral")))
        except Refused as refused:
            if refused.status not in FAULTS:
                raise
            return self._ask_phone(visit, to, phone, fault=refused.detail or refused.title)
        begun = {"id": challenge.challenge_id, "to": to, "phone": phone}
        return self._ask_code(visit, visit.sealer.seal(CHALLENGE, begun, visit.now), phone)

    async def log_in(self, visit: Visit) -> Response:
        await visit.read_form()
        sealed = visit.field("challenge")
        begun = visit.sealer.open(CHALLENGE, sealed, visit.now)
        if begun is None:
            return self._ask_phone(visit, "/cases", fault=visit.language.text("login.too_late"))
        try:
            tokens = await self.citizens.log_in(begun["id"], visit.field("code")[:40], visit.asker())
        except Refused as refused:
            if refused.status not in FAULTS:
                raise
            return self._ask_code(visit, sealed, begun["phone"], fault=refused.detail or refused.title)
        keep_tokens(visit, tokens)
        return self.pages.redirect(visit, begun["to"])

    async def log_out(self, visit: Visit) -> Response:
        await visit.read_form()
        await end_session(visit, self.citizens)
        return self.pages.redirect(visit, "/")

    def _ask_phone(self, visit: Visit, to: str, phone: str = "", *, fault: str = "") -> Response:
        faults = (FieldFault("phone", fault),) if fault else ()
        return self.pages.page(visit, "login.html", status=422 if fault else 200, to=to, phone=phone, faults=faults)

    def _ask_code(self, visit: Visit, sealed: str, phone: str, *, fault: str = "") -> Response:
        faults = (FieldFault("code", fault),) if fault else ()
        return self.pages.page(
            visit, "login_code.html", status=422 if fault else 200, challenge=sealed, phone=phone, faults=faults
        )
