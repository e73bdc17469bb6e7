"""/v1/desk/hearing-windows: officers publish, open, close and withdraw the windows of their posts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from chassis.http.cursor import write_time_cursor
from chassis.http.moments import Since, Until
from chassis.http.openapi import described
from chassis.http.problems import Problem, language_of
from chassis.sentences import CodeNames
from event_schemas.calendars import INDIA
from intake.auth import Authenticator, Principal, actor_of
from intake.case.scope import OFFICER_ROLES
from intake.http.answers import json_response
from intake.http.paging import read_place
from intake.http.reading import read_model
from intake.windows import docs
from intake.windows.bodies import PublishBody, WithdrawWindowBody
from intake.windows.domain import FARTHEST, PUBLISHERS, Window
from intake.windows.handlers import WindowDesk
from intake.windows.problems import SPAN
from intake.windows.views import desk_window

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
DEFAULT_SPAN: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class WindowParts:
    desk: WindowDesk
    code_names: CodeNames
    authenticator: Authenticator

    def shown(self, window: Window, accept_language: str | None, status: int = 200) -> Response:
        return json_response(self.view(window, accept_language), status)

    def view(self, window: Window, accept_language: str | None) -> Mapping[str, Any]:
        return desk_window(window, self.code_names, language_of(accept_language))

    def span(self, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
        """By default 30 days from today on. Problem window_span."""
        begin = since or _today(self.desk.clock.now())
        end = until or begin + DEFAULT_SPAN
        if not begin < end <= begin + FARTHEST:
            raise Problem(SPAN)
        return begin, end


def windows_router(parts: WindowParts) -> APIRouter:
    router = APIRouter(prefix="/v1/desk/hearing-windows", tags=["desk"])
    Officer = Annotated[Principal, Depends(parts.authenticator.officer(*OFFICER_ROLES))]  # noqa: N806  a type
    Publisher = Annotated[Principal, Depends(parts.authenticator.officer(*PUBLISHERS))]  # noqa: N806  a type
    AcceptLanguage = Annotated[str | None, Header(alias="Accept-Language")]  # noqa: N806  a type
    SinceQuery = Annotated[Since | None, Query(alias="from")]  # noqa: N806  a type

    @router.post("", status_code=201)
    @described(docs.PUBLISH)
    async def publish(
        principal: Publisher,
        request: Request,
        idempotency_key: Annotated[str | None, Header()] = None,
        accept_language: AcceptLanguage = None,
    ) -> Response:
        body = await read_model(request, PublishBody)
        window = await parts.desk.publish(actor_of(principal), body, idempotency_key)
        return parts.shown(window, accept_language, 201)

    @router.get("")
    @described(docs.LIST)
    async def listed(
        principal: Officer,
        since: SinceQuery = None,
        until: Annotated[Until | None, Query()] = None,
        cursor: Annotated[str | None, Query(max_length=300)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
        accept_language: AcceptLanguage = None,
    ) -> Response:
        begin, end = parts.span(since, until)
        found = await parts.desk.listed(actor_of(principal), begin, end, read_place(cursor), limit)
        last = found[-1] if len(found) == limit else None
        items = [parts.view(window, accept_language) for window in found]
        next_cursor = None if last is None else write_time_cursor(last.starts_at, last.window_id)
        return json_response({"items": items, "next_cursor": next_cursor})

    @router.get("/report")
    @described(docs.REPORT)
    async def report(
        principal: Officer, since: SinceQuery = None, until: Annotated[Until | None, Query()] = None
    ) -> Response:
        found = await parts.desk.figures(actor_of(principal), *parts.span(since, until))
        items = [{"officer_post": post, **counted} for post, counted in found.items()]
        return json_response({"items": items, "next_cursor": None})

    @router.post("/{window_id}/open")
    @described(docs.OPEN)
    async def open_window(window_id: str, principal: Publisher, accept_language: AcceptLanguage = None) -> Response:
        return parts.shown(await parts.desk.open(actor_of(principal), window_id), accept_language)

    @router.post("/{window_id}/close")
    @described(docs.CLOSE_WINDOW)
    async def close_window(window_id: str, principal: Publisher, accept_language: AcceptLanguage = None) -> Response:
        return parts.shown(await parts.desk.close(actor_of(principal), window_id), accept_language)

    @router.post("/{window_id}/withdraw")
    @described(docs.WITHDRAW)
    async def withdraw(
        window_id: str, principal: Publisher, request: Request, accept_language: AcceptLanguage = None
    ) -> Response:
        body = await read_model(request, WithdrawWindowBody)
        return parts.shown(await parts.desk.withdraw(actor_of(principal), window_id, body.reason_code), accept_language)

    return router


def _today(now: datetime) -> datetime:
    return now.astimezone(INDIA).replace(hour=0, minute=0, second=0, microsecond=0)
