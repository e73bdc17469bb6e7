"""One pure ASGI middleware around every HTTP app: body limit, server span, metrics, and an answer to every crash."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from opentelemetry.trace import SpanKind
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.logs import describe_error, get_logger
from chassis.metrics import HttpMetrics
from chassis.problems import BODY_TOO_LARGE, INTERNAL, Problem
from chassis.tracing import span

_log = get_logger(__name__)

_UNTRACED = frozenset({"/health/live", "/health/ready", "/metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMiddleware:
    """Wraps an app. Written against ASGI itself: Starlette's BaseHTTPMiddleware would cost a task per request."""

    def __init__(
        self, app: ASGIApp, *, metrics: HttpMetrics, max_body_bytes: int, problem_extra: Mapping[str, Any] | None = None
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._max_body_bytes = max_body_bytes
        self._problem_extra = problem_extra

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        exchange = _Exchange(receive, send, self._max_body_bytes)
        try:
            if scope["path"] in _UNTRACED:
                await self._guarded(scope, exchange)
            else:
                with span(f"{scope['method']}", parent=header(scope, b"traceparent"), kind=SpanKind.SERVER):
                    await self._guarded(scope, exchange)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            elapsed = time.perf_counter() - started
            self._metrics.request_seconds.labels(route_of(scope), method, str(exchange.status)).observe(elapsed)

    async def _guarded(self, scope: Scope, exchange: _Exchange) -> None:
        length = header(scope, b"content-length")
        if length is not None and length.isdecimal() and int(length) > self._max_body_bytes:
            await self._answer(Problem(BODY_TOO_LARGE), scope, exchange)
            return
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except Exception as error:  # noqa: BLE001  every crash gets its answer here
            _log.error("request_crashed", route=route_of(scope), method=scope["method"], exc_info=error)
            if exchange.started:
                # Half an answer is out; closing the connection is all that is honest now.
                raise ResponseCutError(describe_error(error)) from None
            await self._answer(Problem(INTERNAL), scope, exchange)

    async def _answer(self, problem: Problem, scope: Scope, exchange: _Exchange) -> None:
        response = problem.to_response(header(scope, b"accept-language"), self._problem_extra)
        if problem.type is BODY_TOO_LARGE:
            response.headers["connection"] = "close"
        await response(scope, exchange.receive, exchange.send)


class ResponseCutError(Exception):
    """A crash after the answer had begun."""


class _Exchange:
    """Counts the body as it streams in, and remembers how the answer began."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive = receive
        self._send = send
        self._left = limit
        self.started = False
        self.status = 0

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                # An HTTPException passes through FastAPI's body reading and becomes the 413 problem.
                raise HTTPException(413)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
        await self._send(message)


def header(scope: Scope, name: bytes) -> str | None:
    """A request header's value (the first), by its lower-case name."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None


def route_of(scope: Scope) -> str:
    """The template of the matched route; never the path, which is without bound and may name a case."""
    route = scope.get("route")
    return getattr(route, "path_format", None) or getattr(route, "path", None) or "unmatched"
