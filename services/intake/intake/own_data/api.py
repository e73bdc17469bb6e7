"""GET /v1/me/export, /v1/me/erasure, and the named post's /v1/desk/erasures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from chassis.http.openapi import described
from chassis.http.problems import Language, language_of
from chassis.http.rates import RateLimit
from intake.auth import Authenticator, Principal, actor_of
from intake.case.scope import OFFICER_ROLES
from intake.case.store import CaseStore
from intake.http.answers import json_response
from intake.http.paging import read_cursor
from intake.http.reading import read_model
from intake.own_data import docs
from intake.own_data.bodies import DecideErasure
from intake.own_data.export import Exporter, readable
from intake.own_data.handlers import ErasureDesk
from intake.own_data.rules import rules
from intake.own_data.store import Erasure
from intake.texts import Texts

DEFAULT_LIMIT, MAX_LIMIT = 20, 50
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Accept-Language, Authorization"}


@dataclass(frozen=True, slots=True)
class OwnDataParts:
    exporter: Exporter
    desk: ErasureDesk
    cases: CaseStore
    texts: Texts
    authenticator: Authenticator
    rate: RateLimit

    async def view(self, erasure: Erasure, language: Language) -> Mapping[str, Any]:
        keep = None if erasure.reason_code is None else rules().keeps[erasure.reason_code]
        judged = await self.desk.judged(erasure)
        return {
            "erasure_id": erasure.erasure_id,
            "state": str(erasure.state),
            "state_text": self.texts.code_names.name("erasure_states", str(erasure.state), language),
            "asked_at": erasure.asked_at,
            "not_before": erasure.not_before,
            "decided_at": erasure.decided_at,
            "decided_by": erasure.decided_post,
            "reason_code": erasure.reason_code,
            "reason_text": None if keep is None else keep.in_(language),
            "law": None if keep is None else keep.law,
            "cases": [await self._judged(case_id, why, language) for case_id, why in judged.items()],
        }

    async def _judged(self, case_id: str, why: str, language: Language) -> Mapping[str, Any]:
        case, keep = await self.cases.by_id(case_id), rules().keeps.get(why)
        return {
            "case_id": case_id,
            "tracking_number": None if case is None else case.tracking_number,
            "kept_by": why or None,
            "text": None if keep is None else keep.in_(language),
            "law": None if keep is None else keep.law,
        }


def own_data_router(parts: OwnDataParts) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["own data"])
    Citizen = Annotated[Principal, Depends(parts.authenticator.citizen)]  # noqa: N806  a type
    Officer = Annotated[Principal, Depends(parts.authenticator.officer(*OFFICER_ROLES))]  # noqa: N806  a type
    Tongue = Annotated[str | None, Header(alias="accept-language")]  # noqa: N806  a type

    async def answer(erasure: Erasure, accept_language: str | None, status: int = 200) -> Response:
        language = language_of(accept_language)
        headers = {**PRIVATE, "Content-Language": language}
        return json_response(await parts.view(erasure, language), status, headers)

    @router.get("/me/export")
    @described(docs.EXPORT)
    async def export(
        citizen: Citizen,
        format: Annotated[Literal["json", "html"], Query()] = "json",  # noqa: A002  the parameter's name
        cursor: Annotated[str | None, Query(max_length=400)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
        accept_language: Tongue = None,
    ) -> Response:
        parts.rate.check(citizen.sub)
        language = language_of(accept_language)
        page = await parts.exporter.page(citizen, read_cursor(cursor), limit, language)
        headers = {**PRIVATE, "Content-Language": language}
        if format == "json":
            return json_response(
                page, headers=headers | {"Content-Disposition": 'attachment; filename="own-data.json"'}
            )
        headers |= {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
        return Response(readable(page, language), headers=headers, media_type="text/html; charset=utf-8")

    @router.post("/me/erasure", status_code=202)
    @described(docs.ASK)
    async def ask(citizen: Citizen, accept_language: Tongue = None) -> Response:
        parts.rate.check(citizen.sub)
        return await answer(await parts.desk.ask(citizen, language_of(accept_language)), accept_language, 202)

    @router.get("/me/erasure")
    @described(docs.READ)
    async def own(citizen: Citizen, accept_language: Tongue = None) -> Response:
        return await answer(await parts.desk.own(citizen), accept_language)

    @router.delete("/me/erasure")
    @described(docs.CANCEL)
    async def cancel(citizen: Citizen, accept_language: Tongue = None) -> Response:
        return await answer(await parts.desk.cancel(citizen), accept_language)

    @router.get("/desk/erasures")
    @described(docs.LIST)
    async def waiting(officer: Officer, accept_language: Tongue = None) -> Response:
        language = language_of(accept_language)
        items = [await parts.view(one, language) for one in await parts.desk.waiting(actor_of(officer))]
        headers = {**PRIVATE, "Content-Language": language}
        return json_response({"items": items, "next_cursor": None}, headers=headers)

    @router.get("/desk/erasures/{erasure_id}")
    @described(docs.DESK_READ)
    async def one(erasure_id: str, officer: Officer, accept_language: Tongue = None) -> Response:
        return await answer(await parts.desk.by_id(erasure_id, actor_of(officer)), accept_language)

    @router.post("/desk/erasures/{erasure_id}/decide")
    @described(docs.DECIDE)
    async def decide(erasure_id: str, officer: Officer, request: Request, accept_language: Tongue = None) -> Response:
        body = await read_model(request, DecideErasure)
        done = await parts.desk.decide(erasure_id, actor_of(officer), body.reason_code, body.keep)
        return await answer(done, accept_language)

    return router
