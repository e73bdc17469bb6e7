"""The status live, as Server-Sent Events, and tickets for browsers that cannot send headers.

The messages are written by hand. sse-starlette 3.7 runs four tasks for each stream and replaces a method of uvicorn's
when it is imported: on one machine 1,000 streams took 53 KiB each instead of 35, their opening 1.3 ms of a processor
instead of 0.7, a heartbeat 63 µs instead of 37; its streams, too, end when the server stops.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from chassis.clock import Clock
from chassis.http.openapi import Scheme, described, guards
from chassis.http.problems import NOT_FOUND, Language, Problem, language_of
from intake.auth import Authenticator, Principal
from intake.case.keys import Keys
from intake.case.numbers import MistypedTrackingNumber, parse_tracking_number
from intake.case.store import CaseStore
from intake.case.store.side import SideStore
from intake.http.answers import json_response
from intake.http.receipts import Receipt
from intake.problems import TICKET_INVALID, TOO_MANY_STREAMS, TRACKING_NUMBER_MISTYPED
from intake.tracking import docs
from intake.tracking.api import StatusReader
from intake.tracking.live import LiveCases

RETRY_AFTER_S = "10"
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


_TICKET = Scheme(
    "streamTicket",
    {
        "type": "apiKey",
        "in": "query",
        "name": "ticket",
        "description": "From POST …/stream-ticket; it opens one stream, once.",
    },
)


@guards(_TICKET)
async def ticket_of(ticket: Annotated[str | None, Query(max_length=100)] = None) -> str | None:
    return ticket


Ticket = Annotated[str | None, Depends(ticket_of)]


class StreamSlots:
    """How many streams are open, of each viewer and in all."""

    def __init__(self, each: int, at_most: int) -> None:
        self._each, self._at_most = each, at_most
        self._open: Counter[str] = Counter()
        self._all = 0

    def acquire(self, viewer: str) -> None:
        """Problem 429 if the viewer, or everybody together, has as many as there may be."""
        if self._open[viewer] >= self._each or self._all >= self._at_most:
            raise Problem(TOO_MANY_STREAMS, headers={"Retry-After": RETRY_AFTER_S})
        self._open[viewer] += 1
        self._all += 1

    def give_back(self, viewer: str) -> None:
        self._all -= 1
        self._open[viewer] -= 1
        if self._open[viewer] <= 0:
            del self._open[viewer]


class SlottedStream(StreamingResponse):
    """A stream that gives its slot back however it ends."""

    def __init__(self, content: AsyncGenerator[str, None], slots: StreamSlots, viewer: str) -> None:
        super().__init__(content, media_type="text/event-stream", headers=HEADERS)
        self._slots, self._viewer = slots, viewer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._slots.give_back(self._viewer)


class StreamParts:
    def __init__(
        self,
        *,
        reader: StatusReader,
        store: CaseStore,
        side: SideStore,
        live: LiveCases,
        keys: Keys,
        clock: Clock,
        heartbeat: timedelta,
        ticket_ttl: timedelta,
        authenticator: Authenticator,
        slots: StreamSlots,
    ) -> None:
        self.slots = slots
        self.authenticator = authenticator
        self.reader = reader
        self.store = store
        self.side = side
        self.live = live
        self.keys = keys
        self.clock = clock
        self.heartbeat = heartbeat
        self.ticket_ttl = ticket_ttl


def stream_router(parts: StreamParts) -> APIRouter:
    router = APIRouter(prefix="/v1/complaints", tags=["status"])
    Caller = Annotated[Principal | None, Depends(parts.authenticator.optional_citizen)]  # noqa: N806  a type

    @router.post("/{tracking_number}/stream-ticket", status_code=201)
    @described(docs.TICKET)
    async def ticket(tracking_number: str, principal: Caller, receipt: Receipt) -> Response:
        case = await parts.reader.owned(tracking_number, principal, receipt)
        text = secrets.token_urlsafe(24)
        await parts.side.add_ticket(parts.keys.ticket(text), case.case_id, parts.clock.now() + parts.ticket_ttl)
        return json_response({"ticket": text, "expires_in": int(parts.ticket_ttl.total_seconds())}, 201)

    @router.get("/{tracking_number}/stream", response_class=StreamingResponse)
    @described(docs.STREAM)
    async def stream(
        tracking_number: str,
        principal: Caller,
        receipt: Receipt,
        ticket: Ticket,
        last_event_id: Annotated[str | None, Header()] = None,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        if ticket is None:
            case_id = str((await parts.reader.owned(tracking_number, principal, receipt)).case_id)
        else:
            case_id = await _case_of_ticket(parts, tracking_number, ticket)
        # By receipt or login; a ticket has neither, so those of a case count together.
        viewer = parts.keys.viewer(principal.sub if principal else receipt or "", case_id)
        parts.slots.acquire(viewer)
        messages = status_messages(parts, case_id, language_of(accept_language), last_event_id)
        return SlottedStream(messages, parts.slots, viewer)

    return router


async def status_messages(
    parts: StreamParts, case_id: str, language: Language, last_event_id: str | None
) -> AsyncGenerator[str, None]:
    """Each message is the whole status, so one that was missed is made good by the next; its id is the case's state."""
    seen = last_event_id
    with parts.live.watching(case_id) as changed:
        yield "retry: 2000\n\n"
        while not parts.live.closed:
            changed.clear()
            case = await parts.store.by_id(case_id)
            if case is None:
                return
            if str(case.changes) != seen:
                body, _ = await parts.reader.render(case, language)
                seen = str(case.changes)
                yield f"id: {seen}\nevent: status\ndata: {body.decode()}\n\n"
            try:
                async with asyncio.timeout(parts.heartbeat.total_seconds()):
                    await changed.wait()
            except TimeoutError:
                yield ": still here\n\n"


async def _case_of_ticket(parts: StreamParts, tracking_number: str, ticket: str) -> str:
    try:
        number = parse_tracking_number(tracking_number)
    except MistypedTrackingNumber as error:
        raise Problem(TRACKING_NUMBER_MISTYPED) from error
    case_id = await parts.side.use_ticket(parts.keys.ticket(ticket), parts.clock.now())
    if case_id is None:
        raise Problem(TICKET_INVALID)
    case = await parts.store.by_id(case_id)
    if case is None or case.tracking_number != number:
        raise Problem(NOT_FOUND)
    return case_id
