"""GET /v1/desk/stream and /v1/desk/stations/{code}/stream: officers hear at once of the cases in their charge."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Request
from fastapi import Path as PathPart
from fastapi.responses import Response, StreamingResponse

from chassis.http.openapi import described
from chassis.http.problems import Language, Problem, language_of
from event_schemas import Lane
from intake.auth import Principal, actor_of
from intake.case.keys import Keys
from intake.case.scope import STATION_ROLES
from intake.desk import docs
from intake.desk.api import DeskParts
from intake.desk.inbox import check_station
from intake.desk.live import CaseNews, Left, LiveDesk, Message, Scope
from intake.desk.views import desk_item
from intake.http.answers import json_response
from intake.tracking.stream import SlottedStream, StreamSlots

LONGEST_ID: Final = 20
_VIEWER: Final = "desk"
StillOfficer = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class DeskStreamParts:
    desk: DeskParts
    live: LiveDesk
    slots: StreamSlots
    keys: Keys
    heartbeat: timedelta


def desk_stream_router(parts: DeskStreamParts) -> APIRouter:
    router = APIRouter(prefix="/v1/desk", tags=["desk"])
    officer = parts.desk.officer
    Officer = Annotated[Principal, Depends(officer)]  # noqa: N806  a type

    def opened(
        principal: Principal, station: str | None, request: Request, language: str | None, last: str | None
    ) -> Response:
        actor = actor_of(principal)
        check_station(actor, station)
        # Of his own station an officer hears all that he may see, as his list shows it.
        scope = Scope(actor, None if actor.role in STATION_ROLES else station)
        viewer = parts.keys.viewer(principal.sub, _VIEWER)
        parts.slots.acquire(viewer)
        messages = desk_messages(parts, scope, language_of(language), last, lambda: officer(request))
        return SlottedStream(messages, parts.slots, viewer)

    @router.get("/stream", response_class=StreamingResponse)
    @described(docs.STREAM)
    async def stream(
        principal: Officer,
        request: Request,
        last_event_id: Annotated[str | None, Header()] = None,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        return opened(principal, None, request, accept_language, last_event_id)

    @router.get("/stations/{code}/stream", response_class=StreamingResponse)
    @described(docs.STATION_STREAM)
    async def station_stream(
        code: Annotated[str, PathPart(max_length=40)],
        principal: Officer,
        request: Request,
        last_event_id: Annotated[str | None, Header()] = None,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        return opened(principal, code, request, accept_language, last_event_id)

    return router


async def desk_messages(
    parts: DeskStreamParts, scope: Scope, language: Language, last_event_id: str | None, still_officer: StillOfficer
) -> AsyncGenerator[str, None]:
    """Ends with the officer's token: what a call would refuse now ends a stream, within a heartbeat."""
    clock, every = parts.desk.clock, parts.heartbeat.total_seconds()
    checked = clock.now()
    yield "retry: 2000\n\n"
    async with parts.live.watching(scope, _position(last_event_id)) as watcher:
        while not parts.live.closed:
            message = await watcher.next(every)
            if message is None or clock.now() - checked >= parts.heartbeat:
                try:
                    await still_officer()
                except Problem:
                    return
                checked = clock.now()
            yield ": still here\n\n" if message is None else _written(parts, message, language)


def _written(parts: DeskStreamParts, message: Message, language: Language) -> str:
    match message:
        case CaseNews():
            text = message.written.get(language)
            if text is None:
                text = message.written[language] = _event("case", _shown(parts, message, language), message.at)
            return text
        case Left():
            return _event("left", {"case_id": message.case_id}, message.at)
    return _event("reload", {})


def _shown(parts: DeskStreamParts, news: CaseNews, language: Language) -> dict[str, Any]:
    """The line of the list, what happened, and where help is wanted."""
    case = news.case
    is_located = case.lane is Lane.EMERGENCY and case.location is not None
    return {
        **desk_item(case, parts.desk.clock.now(), parts.desk.labels(language), news.like),
        "happened": news.happened.value,
        "location": case.location.model_dump(exclude_none=True) if is_located and case.location else None,
    }


def _event(name: str, data: dict[str, Any], at: int | None = None) -> str:
    number = "" if at is None else f"id: {at}\n"
    return f"{number}event: {name}\ndata: {bytes(json_response(data).body).decode()}\n\n"


def _position(last_event_id: str | None) -> int | None:
    if last_event_id is None or len(last_event_id) > LONGEST_ID or not last_event_id.isdecimal():
        return None
    return int(last_event_id)
