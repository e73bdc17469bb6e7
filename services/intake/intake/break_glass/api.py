"""POST /v1/desk/cases/{case_id}/break-glass, and the superior's /v1/desk/break-glass."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.http.openapi import described
from chassis.http.problems import Language, language_of
from chassis.sentences import CodeNames
from intake.auth import Authenticator, Principal, actor_of
from intake.break_glass import docs
from intake.break_glass.domain import Review
from intake.break_glass.handlers import BreakGlass, OpeningInQuestion
from intake.case.scope import OFFICER_ROLES
from intake.filing.bodies import ShortText
from intake.http.answers import json_response
from intake.http.reading import read_model

PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Accept-Language, Authorization"}
Reason = Annotated[ShortText, StringConstraints(min_length=10)]
_REVIEWS = {"confirm": Review.CONFIRMED, "object": Review.OBJECTED}


class OpenSealedCase(BaseModel):
    """Why the case must be read now, in a sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason = Field(repr=False)


class ReviewOpening(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Literal["confirm", "object"]
    reason: Reason = Field(repr=False)


@dataclass(frozen=True, slots=True)
class BreakGlassParts:
    glass: BreakGlass
    code_names: CodeNames
    authenticator: Authenticator


def break_glass_router(parts: BreakGlassParts) -> APIRouter:
    """Before the calls of one case: its last part is no command."""
    router = APIRouter(prefix="/v1/desk", tags=["desk"])
    Officer = Annotated[Principal, Depends(parts.authenticator.officer(*OFFICER_ROLES))]  # noqa: N806  a type

    def item(found: OpeningInQuestion, language: Language) -> dict[str, object]:
        opening, case = found.opening, found.case
        return {
            "opening_id": opening.opening_id,
            "case_id": opening.case_id,
            "tracking_number": None if case is None else case.tracking_number,
            "service_code": None if case is None else case.service_code,
            "service_name": None if case is None else parts.code_names.name("services", case.service_code, language),
            "opened_by": opening.post,
            "reason": found.reason,
            "opened_at": opening.opened_at,
            "until": opening.until,
            "review_by": opening.review_by,
            "overdue": opening.is_overdue(parts.glass.clock.now()),
        }

    @router.post("/cases/{case_id}/break-glass", status_code=201)
    @described(docs.opened(OpenSealedCase))
    async def open_sealed(case_id: str, officer: Officer, request: Request) -> Response:
        body = await read_model(request, OpenSealedCase)
        opening = await parts.glass.open(case_id, actor_of(officer), body.reason)
        view = {
            "opening_id": opening.opening_id,
            "case_id": opening.case_id,
            "until": opening.until,
            "review_by": opening.review_by,
        }
        return json_response(view, 201, PRIVATE)

    @router.get("/break-glass")
    @described(docs.LIST)
    async def waiting(officer: Officer, accept_language: Annotated[str | None, Header()] = None) -> Response:
        language = language_of(accept_language)
        items = [item(one, language) for one in await parts.glass.waiting(actor_of(officer))]
        headers = {**PRIVATE, "Content-Language": language}
        return json_response({"items": items, "next_cursor": None}, headers=headers)

    @router.post("/break-glass/{opening_id}/review")
    @described(docs.reviewed(ReviewOpening))
    async def review(opening_id: str, officer: Officer, request: Request) -> Response:
        body = await read_model(request, ReviewOpening)
        done = await parts.glass.review(opening_id, actor_of(officer), _REVIEWS[body.decision], body.reason)
        view = {"opening_id": done.opening_id, "review": str(done.review), "reviewed_at": done.reviewed_at}
        return json_response(view, headers=PRIVATE)

    return router
