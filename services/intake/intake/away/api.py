"""/v1/complaints/{tracking_number}/away-notices for the owner, /v1/desk/away-notices for the station's officers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request, Response

from chassis.http.openapi import described
from chassis.http.problems import Language, Problem, language_of
from chassis.sentences import CodeNames
from event_schemas import PersonalData
from intake.auth import Authenticator, Principal, actor_of
from intake.away import docs
from intake.away.bodies import AwayBody, ChangeBody, PassedByBody
from intake.away.handlers import AwayDesk, OpenedNotice
from intake.away.views import line_view, notice_view, officers_view
from intake.case.model import Case
from intake.case.scope import OFFICER_ROLES
from intake.http.answers import json_response
from intake.http.reading import read_model
from intake.http.receipts import Receipt
from intake.problems import KEY_MISSING, SERVICE_NOT_LIVE
from intake.tracking.api import StatusReader

UNRECORDED: Final = re.compile(r"/v1/(complaints/[^/]*|desk)/away-notices(/|$)")
"""That somebody gives or reads a notice is in no span, metric or log either."""
_PRIVATE: Final = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class AwayParts:
    desk: AwayDesk
    reader: StatusReader
    personal_of: Callable[[Case], PersonalData]
    code_names: CodeNames
    authenticator: Authenticator

    def shown(self, opened: OpenedNotice, language: Language, status: int = 200) -> Response:
        view = notice_view(opened, self.desk.service, self.code_names, language)
        return json_response(view, status, _PRIVATE | {"Content-Language": language})


def away_router(parts: AwayParts) -> APIRouter:
    router = APIRouter(prefix="/v1/complaints/{tracking_number}/away-notices", tags=["away notices"])
    Caller = Annotated[Principal | None, Depends(parts.authenticator.optional_citizen)]  # noqa: N806  a type
    AcceptLanguage = Annotated[str | None, Header(alias="Accept-Language")]  # noqa: N806  a type

    @router.post("", status_code=201)
    @described(docs.GIVE)
    async def give(
        tracking_number: str,
        principal: Caller,
        request: Request,
        receipt: Receipt,
        idempotency_key: Annotated[str | None, Header()] = None,
        accept_language: AcceptLanguage = None,
    ) -> Response:
        case = await parts.reader.owned(tracking_number, principal, receipt)
        body = await read_model(request, AwayBody)
        if not parts.desk.service.is_live(parts.desk.clock.now()):
            raise Problem(SERVICE_NOT_LIVE)
        if idempotency_key is None:
            raise Problem(KEY_MISSING)
        opened = await parts.desk.give(case, body.attributes, idempotency_key)
        return parts.shown(opened, language_of(accept_language), 201)

    @router.get("")
    @described(docs.OWN)
    async def own(
        tracking_number: str, principal: Caller, receipt: Receipt, accept_language: AcceptLanguage = None
    ) -> Response:
        case = await parts.reader.owned(tracking_number, principal, receipt)
        language = language_of(accept_language)
        views = [notice_view(one, parts.desk.service, parts.code_names, language) for one in await parts.desk.of(case)]
        headers = _PRIVATE | {"Content-Language": language}
        return json_response({"items": views, "next_cursor": None}, headers=headers)

    @router.patch("/{notice_id}")
    @described(docs.CHANGE)
    async def change(
        tracking_number: str,
        notice_id: str,
        principal: Caller,
        request: Request,
        receipt: Receipt,
        accept_language: AcceptLanguage = None,
    ) -> Response:
        case = await parts.reader.owned(tracking_number, principal, receipt)
        body = await read_model(request, ChangeBody)
        return parts.shown(await parts.desk.change(case, notice_id, body.attributes), language_of(accept_language))

    @router.post("/{notice_id}/return")
    @described(docs.RETURN)
    async def come_back(
        tracking_number: str,
        notice_id: str,
        principal: Caller,
        receipt: Receipt,
        accept_language: AcceptLanguage = None,
    ) -> Response:
        case = await parts.reader.owned(tracking_number, principal, receipt)
        return parts.shown(await parts.desk.come_back(case, notice_id), language_of(accept_language))

    @router.delete("/{notice_id}", status_code=204)
    @described(docs.CANCEL)
    async def cancel(tracking_number: str, notice_id: str, principal: Caller, receipt: Receipt) -> Response:
        case = await parts.reader.owned(tracking_number, principal, receipt)
        await parts.desk.cancel(case, notice_id)
        return Response(status_code=204)

    return router


def desk_away_router(parts: AwayParts) -> APIRouter:
    router = APIRouter(prefix="/v1/desk/away-notices", tags=["desk"])
    Officer = Annotated[Principal, Depends(parts.authenticator.officer(*OFFICER_ROLES))]  # noqa: N806  a type
    AcceptLanguage = Annotated[str | None, Header(alias="Accept-Language")]  # noqa: N806  a type

    @router.get("")
    @described(docs.ROUND)
    async def listed(principal: Officer, accept_language: AcceptLanguage = None) -> Response:
        language = language_of(accept_language)
        found = await parts.desk.listed(actor_of(principal))
        lines = [line_view(one, parts.code_names, language) for one in found]
        return json_response({"items": lines, "next_cursor": None}, headers=_PRIVATE)

    @router.get("/{notice_id}")
    @described(docs.READ)
    async def read(notice_id: str, principal: Officer, accept_language: AcceptLanguage = None) -> Response:
        opened, case = await parts.desk.read(notice_id, actor_of(principal))
        view = notice_view(opened, parts.desk.service, parts.code_names, language_of(accept_language))
        return json_response({**view, **officers_view(case, parts.personal_of(case))}, headers=_PRIVATE)

    @router.post("/{notice_id}/visits")
    @described(docs.PASSED)
    async def passed_by(
        notice_id: str, principal: Officer, request: Request, accept_language: AcceptLanguage = None
    ) -> Response:
        body = await read_model(request, PassedByBody)
        notice = await parts.desk.passed_by(notice_id, actor_of(principal), body.found)
        return json_response(line_view(notice, parts.code_names, language_of(accept_language)), headers=_PRIVATE)

    return router
