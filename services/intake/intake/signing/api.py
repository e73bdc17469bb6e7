"""The owner begins to sign and asks how it went; the provider reports a signature."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from chassis.http.openapi import Answer, Body, Description, described
from chassis.http.problems import NOT_FOUND
from intake import problems
from intake.auth import Authenticator, Principal
from intake.case.command import CommandBody
from intake.case.shapes import Shape
from intake.case.states import State
from intake.http.answers import json_response
from intake.http.reading import read_model
from intake.http.receipts import Receipt
from intake.signing.handlers import SigningDesk
from intake.tracking.api import StatusReader

LONGEST_TOKEN = 8_192


class CallbackBody(CommandBody):
    """`token`: the provider's JWS over the transaction and the hash."""

    token: str = Field(max_length=LONGEST_TOKEN)


class BegunSigning(Shape):
    """`text` is what is signed, `document_sha256` its SHA-256; send the citizen to `redirect_url`."""

    transaction: str
    redirect_url: str
    expires_at: datetime
    document_sha256: str
    text: str


class SigningStanding(Shape):
    state: Literal["pending", "signed"]
    status: State
    version: int


_NUMBER = {"tracking_number": "Of the case whose information is signed."}
_FAULTS = (
    problems.ESIGN_UNAVAILABLE,
    problems.ESIGN_INVALID,
    problems.ESIGN_EXPIRED,
    problems.TRANSITION_NOT_ALLOWED,
    problems.BUSY,
)
_BEGIN = Description(
    "begin_e_sign",
    "Sign the information online",
    "For information with a time to be signed, such as an e-FIR. No identity number passes through here: the provider "
    "asks for it. After the time for it a signature makes the information count as given anew.",
    (Answer(201, "Send the citizen to `redirect_url`", BegunSigning),),
    problems=(NOT_FOUND, problems.TRACKING_NUMBER_MISTYPED, *_FAULTS),
    parameters=_NUMBER,
)
_ASK = Description(
    "ask_e_sign",
    "Ask how a signature went",
    "When the citizen is back from the provider. `pending`: not signed yet.",
    (Answer(200, "How it stands", SigningStanding),),
    problems=(NOT_FOUND, problems.TRACKING_NUMBER_MISTYPED, problems.ESIGN_REFUSED, problems.KEY_REUSED, *_FAULTS),
    parameters=_NUMBER | {"transaction": "As the beginning named it."},
)
_CALLBACK = Description(
    "report_e_sign",
    "The provider reports a signature",
    "`token` alone proves it: a JWS of the provider's key. Sent again it gets the first answer.",
    (Answer(200, "On record", SigningStanding),),
    body=Body(CallbackBody, {"example": {"token": "eyJhbGciOiJFZERTQSJ9.e30.c2ln"}}),
    problems=(NOT_FOUND, problems.KEY_REUSED, *_FAULTS),
)


def signing_router(reader: StatusReader, desk: SigningDesk, authenticator: Authenticator, public_url: str) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["status"])
    Caller = Annotated[Principal | None, Depends(authenticator.optional_citizen)]  # noqa: N806  a type

    @router.post("/complaints/{tracking_number}/e-sign", status_code=201)
    @described(_BEGIN)
    async def begin(tracking_number: str, principal: Caller, receipt: Receipt) -> Response:
        case = await reader.owned(tracking_number, principal, receipt)
        begun = await desk.begin(case, f"{public_url.rstrip('/')}/v1/complaints/{case.tracking_number}")
        answer = {
            "transaction": begun.transaction.transaction_id,
            "redirect_url": begun.redirect_url,
            "expires_at": begun.transaction.expires_at,
            "document_sha256": begun.transaction.sha256,
            "text": begun.text,
        }
        return json_response(answer, 201, {"Cache-Control": "no-store"})

    @router.post("/complaints/{tracking_number}/e-sign/{transaction}")
    @described(_ASK)
    async def ask(tracking_number: str, transaction: str, principal: Caller, receipt: Receipt) -> Response:
        case = await reader.owned(tracking_number, principal, receipt)
        done = await desk.ask(case, transaction)
        if done is None:
            return json_response({"state": "pending", "status": case.state.value, "version": case.version})
        return json_response({"state": "signed", "status": done.state.value, "version": done.version})

    @router.post("/e-sign/callback")
    @described(_CALLBACK)
    async def callback(request: Request) -> Response:
        done = await desk.finish((await read_model(request, CallbackBody)).token)
        return json_response({"state": "signed", "status": done.state.value, "version": done.version})

    return router
