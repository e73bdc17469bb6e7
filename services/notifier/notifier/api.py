"""The notifier's HTTP: the dispatch log for officers, messages services ask for, the gateway's delivery reports."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from chassis.http.access import Access, Caller, Service, service_token
from chassis.http.cursor import read_time_cursor, write_time_cursor
from chassis.http.openapi import described
from chassis.http.problems import BAD_REQUEST, NOT_FOUND, Problem
from event_schemas import CaseId
from event_schemas.officers import Officer, is_in_charge

from . import docs
from .domain import CaseCard
from .messages import DirectMessages
from .problems import GATEWAY_REFUSED, GATEWAY_UNAVAILABLE, TEMPLATE_REFUSED
from .provider import GatewayError, GatewayRefused
from .receipts import KANNEL_STATES, ReceiptAddress, Receipts, Reported
from .records import LoggedDispatch
from .sending import Cards
from .store import DispatchStore
from .templates import TemplateError

PAGE = 100
_LAST_SECOND = 253_402_300_799  # of the year 9999


class MessageRequest(BaseModel):
    """`variables` are exactly those the template declares. `discreet`: in the text that names nothing."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[str, Field(pattern=r"^\+?[1-9][0-9]{7,14}$", repr=False)]
    template: Annotated[str, Field(min_length=1, max_length=60)]
    language: Literal["hi", "en"]
    variables: dict[str, Annotated[str, Field(max_length=500)]] = Field(repr=False, max_length=20)
    discreet: bool = False


class MessageAccepted(BaseModel):
    message_id: str


class NotificationsPage(BaseModel):
    items: list[LoggedDispatch]
    next_cursor: str | None


class ReceiptNoted(BaseModel):
    status: Literal["noted"] = "noted"


def internal_router(messages: DirectMessages, token: str) -> APIRouter:
    router = APIRouter(tags=["internal"], dependencies=[Depends(service_token(token))])

    @router.post("/internal/v1/messages", status_code=202)
    @described(docs.SEND)
    async def send(body: MessageRequest) -> MessageAccepted:
        try:
            message_id = await messages.send(
                body.to, body.template, body.language, body.variables, discreet=body.discreet
            )
        except TemplateError as error:
            # The error's text names templates and variables, never values.
            raise Problem(TEMPLATE_REFUSED, extra={"fault": str(error)}) from None
        except GatewayRefused:
            raise Problem(GATEWAY_REFUSED) from None
        except GatewayError:
            raise Problem(GATEWAY_UNAVAILABLE, headers={"retry-after": "5"}) from None
        return MessageAccepted(message_id=message_id)

    return router


def log_router(store: DispatchStore, cases: Cards, access: Access) -> APIRouter:
    router = APIRouter(tags=["notifications"])

    @router.get("/v1/notifications")
    @described(docs.OF_CASE)
    async def of_case(
        caller: Annotated[Caller, Depends(access.caller)],
        case_id: Annotated[str, Query(min_length=3, max_length=64)],
        cursor: Annotated[str | None, Query(max_length=200)] = None,
    ) -> NotificationsPage:
        if not isinstance(caller, Service):
            card = (await cases.cards([case_id])).get(case_id)
            if card is None or not _in_charge(caller, card):
                raise Problem(NOT_FOUND)
        found = await store.of_case(CaseId(case_id), _decode_cursor(cursor))
        following = write_time_cursor(found[-1].created_at, found[-1].notification_id) if len(found) == PAGE else None
        return NotificationsPage(items=found, next_cursor=following)

    return router


def _in_charge(officer: Officer, card: CaseCard) -> bool:
    return is_in_charge(
        officer, emergency=card.emergency, station=card.station_code, police_district=card.police_district
    )


def receipts_router(receipts: Receipts, addresses: ReceiptAddress) -> APIRouter:
    router = APIRouter(tags=["receipts"])

    # Kannel fetches its dlr-url with GET; other gateways post. The signature in the address is the authentication, and
    # whatever is wrong with a report the answer is the same: it shows nobody which messages there are.
    @router.get("/v1/receipts/kannel")
    @router.post("/v1/receipts/kannel")
    @described(docs.KANNEL)
    async def kannel(
        request: Request,
        notification_id: Annotated[str, Query(max_length=64)],
        expires: Annotated[int, Query(ge=0, le=_LAST_SECOND)],
        signature: Annotated[str, Query(max_length=64)],
        state: Annotated[int, Query()],
        at: Annotated[int, Query(ge=0, le=_LAST_SECOND)],
        x_report_signature: Annotated[str | None, Header(max_length=64)] = None,
    ) -> ReceiptNoted:
        report = Reported(notification_id, expires, signature, state, at)
        target: bytes = request.scope["raw_path"] + b"?" + request.scope["query_string"]
        if not addresses.is_genuine(report, target, x_report_signature):
            raise Problem(NOT_FOUND)
        if state not in KANNEL_STATES:
            raise Problem(BAD_REQUEST, "report_state")
        if not await receipts.apply(notification_id, KANNEL_STATES[state]):
            raise Problem(NOT_FOUND)
        return ReceiptNoted()

    return router


def _decode_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    try:
        return read_time_cursor(cursor)
    except ValueError:
        raise Problem(BAD_REQUEST, "cursor") from None
