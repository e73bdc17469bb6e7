"""GET /v1/registers/fir, and what officers decide on it under /v1/desk/registers/fir."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from chassis.http.openapi import described
from chassis.http.problems import VALIDATION_FAILED, FieldError, Problem, language_of
from chassis.http.rates import RateLimit
from intake.auth import Authenticator, Principal, actor_of
from intake.case.model import Case
from intake.case.scope import OFFICER_ROLES
from intake.fir.commands import PENDING
from intake.fir.numbers import read_fir_number
from intake.http.answers import json_response
from intake.http.paging import read_cursor
from intake.http.reading import read_model
from intake.registers import fir_docs
from intake.registers.api import DEFAULT_LIMIT, MAX_LIMIT, STATION_CODE, read_order, write_order
from intake.registers.desk_api import own_charge
from intake.registers.fir_desk import FIRST_YEAR, FIRDesk, ReleaseFIR, WithholdFIR, due_at
from intake.registers.fir_store import FIRDecision, FIRText
from intake.registers.keys import place_of


@dataclass(frozen=True, slots=True)
class FIRParts:
    desk: FIRDesk
    authenticator: Authenticator
    searches: RateLimit


def fir_router(parts: FIRParts) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["registers"])
    Officer = Annotated[Principal, Depends(parts.authenticator.officer(*OFFICER_ROLES))]  # noqa: N806  a type

    @router.get("/registers/fir", dependencies=[Depends(parts.searches.by_address())])
    @described(fir_docs.READ)
    async def read(
        station: Annotated[str, Query(pattern=STATION_CODE)],
        year: Annotated[int, Query(ge=FIRST_YEAR, le=2199)],
        number: Annotated[str, Query(min_length=1, max_length=60)],
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        try:
            plain = read_fir_number(number)
        except ValueError:
            fault = FieldError(
                "number",
                "is not an FIR's number, such as 123",
                "प्राथमिकी की संख्या नहीं है, जैसे 123",
                parameter="query.number",
            )
            raise Problem(VALIDATION_FAILED, errors=[fault]) from None
        found = await parts.desk.read(station, year, plain)
        language = language_of(accept_language)
        return json_response(_text_view(found), headers={"Cache-Control": "no-store", "Content-Language": language})

    @router.get("/desk/registers/fir")
    @described(fir_docs.LIST)
    async def decisions(
        principal: Officer,
        state: Annotated[Literal["pending", "online", "withheld"], Query()] = "pending",
        station: Annotated[str | None, Query(pattern=STATION_CODE)] = None,
        cursor: Annotated[str | None, Query(max_length=400)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    ) -> Response:
        actor = actor_of(principal)
        district, own = own_charge(actor, None, station)
        if state == PENDING:
            cases, after = await parts.desk.pending(actor, own, read_cursor(cursor), limit)
            items = [_pending_view(case) for case in cases]
            return json_response({"items": items, "next_cursor": after}, headers=_PRIVATE)
        place = None if district is None else place_of(district)
        found = await parts.desk.firs.decisions(state, own, place, read_order(cursor), limit)
        more = write_order(found[limit - 1].order) if len(found) > limit else None
        return json_response(
            {"items": [_decision_view(one) for one in found[:limit]], "next_cursor": more}, headers=_PRIVATE
        )

    @router.post("/desk/registers/fir/release")
    @described(fir_docs.RELEASE)
    async def release(principal: Officer, request: Request) -> Response:
        body = await read_model(request, ReleaseFIR)
        done = await parts.desk.release(body, actor_of(principal))
        return json_response(_decision_view(done), headers=_PRIVATE)

    @router.post("/desk/registers/fir/withhold")
    @described(fir_docs.WITHHOLD)
    async def withhold(principal: Officer, request: Request) -> Response:
        body = await read_model(request, WithholdFIR)
        done = await parts.desk.withhold(body, actor_of(principal))
        return json_response(_decision_view(done), headers=_PRIVATE)

    return router


_PRIVATE = {"Cache-Control": "no-store"}


def _text_view(text: FIRText) -> Mapping[str, Any]:
    return {
        "station": text.station,
        "year": text.year,
        "number": text.number,
        "registered_at": text.registered_at,
        "online_at": text.online_at,
        "language": text.language,
        "text": text.text,
    }


def _pending_view(case: Case) -> Mapping[str, Any]:
    assert case.fir is not None
    return {
        "station": case.fir.station,
        "year": case.fir.year,
        "number": case.fir.number,
        "registered_at": case.fir.registered_at,
        "state": PENDING,
        "due_at": due_at(case.fir.registered_at),
        "decided_at": None,
        "by_post": None,
        "reason": None,
        "case_id": case.case_id,
    }


def _decision_view(decision: FIRDecision) -> Mapping[str, Any]:
    last = decision.history[-1]
    return {
        "station": decision.station,
        "year": decision.year,
        "number": decision.number,
        "registered_at": decision.registered_at,
        "state": decision.state,
        "due_at": due_at(decision.registered_at),
        "decided_at": decision.decided_at,
        "by_post": last.by_post,
        "reason": last.reason,
        "case_id": None,
    }
