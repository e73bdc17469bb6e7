"""POST /v1/complaints/{tracking_number}/appeal."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import Field, StringConstraints

from chassis.http.openapi import Answer, Description, described
from chassis.http.openapi import Body as BodyOf
from chassis.http.problems import NOT_FOUND, Problem, language_of
from intake import problems
from intake.appeals.handlers import AppealDesk
from intake.auth import Authenticator, Principal
from intake.case.keys import Keys
from intake.filing.answers import Answers
from intake.filing.bodies import Body, LongText
from intake.filing.shapes import FiledCase
from intake.http.reading import read_model
from intake.http.receipts import Receipt
from intake.problems import KEY_MISSING
from intake.tracking.api import StatusReader


class AppealBody(Body):
    """`description`: what was wrong with how the case was handled."""

    description: Annotated[LongText, StringConstraints(min_length=1)] = Field(repr=False)


_APPEAL = Description(
    "appeal_case",
    "Appeal to the next higher office",
    "For a case that is done and was rated with two stars or fewer; the status offers it. It becomes a complaint of "
    "its own, with a number and a receipt, that goes to the next office above the one that handled the case; that one "
    "does not read it. For the owner's token or the receipt. The same `Idempotency-Key` gives the first answer.",
    (Answer(202, "Filed, and durable", FiledCase, headers=("Location", "Content-Language")),),
    body=BodyOf(AppealBody, {"example": {"description": "बिना मुझसे पूछे मामला बंद कर दिया गया।"}}),
    problems=(
        NOT_FOUND,
        problems.TRACKING_NUMBER_MISTYPED,
        problems.KEY_MISSING,
        problems.KEY_INVALID,
        problems.KEY_REUSED,
        problems.KEY_IN_PROGRESS,
        problems.APPEAL_NOT_OFFERED,
        problems.APPEAL_FILED,
    ),
    parameters={"tracking_number": "Of the case that the appeal is about."},
)


def appeals_router(
    reader: StatusReader, desk: AppealDesk, answers: Answers, keys: Keys, authenticator: Authenticator
) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["status"])
    Caller = Annotated[Principal | None, Depends(authenticator.optional_citizen)]  # noqa: N806  a type

    @router.post("/complaints/{tracking_number}/appeal", status_code=202)
    @described(_APPEAL)
    async def appeal(
        tracking_number: str,
        principal: Caller,
        request: Request,
        receipt: Receipt,
        idempotency_key: Annotated[str | None, Header()] = None,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        case = await reader.owned(tracking_number, principal, receipt)
        body = await read_model(request, AppealBody)
        if idempotency_key is None:
            raise Problem(KEY_MISSING)
        idempotency = keys.idempotency(
            idempotency_key,
            principal=principal.sub if principal else None,
            route=f"{case.case_id} appeal",
            body=body.model_dump(mode="json"),
        )
        filed = await desk.file(case, body.description, idempotency_key, idempotency)
        return answers.filed(filed, language_of(accept_language))

    return router
