"""The ASGI middleware around every app: limits of bodies, server span, metrics, and a problem for every crash."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from opentelemetry.trace import SpanKind
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.problems import BODY_TOO_LARGE, INTERNAL, REQUEST_TOO_SLOW, Problem
from chassis.telemetry.logs import describe_error, get_logger
from chassis.telemetry.metrics import HttpMetrics
from chassis.telemetry.tracing import span, untraced

_log = get_logger(__name__)

_UNTRACED = frozenset({"/health/live", "/health/ready", "/metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CUT: Final = "chassis.body_cut"
_CLOSING: Final = frozenset({BODY_TOO_LARGE.status, REQUEST_TOO_SLOW.status})


class BodyCut(StrEnum):
    """Why a body did not come whole."""

    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """`bytes` of a body are read. It may be silent for `silence` seconds, and take `grace` and a second for each
    `bytes_per_second`. Of a larger one `drain_bytes` are thrown away within `drain_seconds` before the answer goes out,
    so that a client that reads only after it has sent gets it.

    On a path that `cut_paths` fits whole a body that is too large or too slow ends where it is: what was read goes to
    the app, which asks body_cut(); of one too large, its last `tail_bytes` follow. Elsewhere it is refused.

    A path that `large_paths` fits whole takes bodies of `large_bytes`.
    """

    bytes: int = 1_048_576
    silence: float = 20.0
    grace: float = 30.0
    bytes_per_second: float = 500.0
    drain_bytes: int = 16 * 1024 * 1024
    drain_seconds: float = 10.0
    tail_bytes: int = 65_536
    cut_paths: re.Pattern[str] | None = None
    large_paths: re.Pattern[str] | None = None
    large_bytes: int = 0

    def most(self, path: str) -> int:
        """How many bytes a body may have that is sent to this path."""
        if self.large_paths is not None and self.large_paths.fullmatch(path):
            return max(self.bytes, self.large_bytes)
        return self.bytes


def body_cut(request: HTTPConnection) -> BodyCut | None:
    """Why the body that the app has read is not whole; None if it is."""
    cut: BodyCut | None = request.scope.get(_CUT)
    return cut


def problem_of_cut(cut: BodyCut) -> Problem:
    """What a call answers that needs its body whole."""
    return Problem(BODY_TOO_LARGE if cut is BodyCut.TOO_LARGE else REQUEST_TOO_SLOW)


class RequestMiddleware:
    """Wraps an app. Written against ASGI itself: Starlette's BaseHTTPMiddleware would cost a task per request.

    A path that `unrecorded` matches leaves no span, no trace, no metric and no line in the log.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: HttpMetrics,
        body: BodyLimits,
        problem_extra: Mapping[str, Any] | None = None,
        unrecorded: re.Pattern[str] | None = None,
    ) -> None:
        self._app = app
        self._unrecorded = unrecorded
        self._metrics = metrics
        self._body = body
        self._problem_extra = problem_extra

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        exchange = _Exchange(scope, receive, send, self._body)
        if self._unrecorded is not None and self._unrecorded.match(scope["path"]):
            with untraced():
                await self._guarded(scope, exchange, recorded=False)
            return
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

    async def _guarded(self, scope: Scope, exchange: _Exchange, *, recorded: bool = True) -> None:
        if exchange.declared > exchange.most and not exchange.cuts:
            await self._answer(Problem(BODY_TOO_LARGE), scope, exchange)
            return
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except Exception as error:  # noqa: BLE001  every crash gets its answer here
            if recorded:
                _log.error("request_crashed", route=route_of(scope), method=scope["method"], exc_info=error)
            else:
                # A defect must be seen; which call met it would say that there was one.
                _log.error("request_crashed", error=type(error).__name__)
            if exchange.started:
                # Half an answer is out; closing the connection is all that is honest now.
                raise ResponseCutError(describe_error(error)) from None
            await self._answer(Problem(INTERNAL), scope, exchange)

    async def _answer(self, problem: Problem, scope: Scope, exchange: _Exchange) -> None:
        response = problem.to_response(header(scope, b"accept-language"), self._problem_extra)
        await response(scope, exchange.receive, exchange.send)


class ResponseCutError(Exception):
    """A crash after the answer had begun."""


class _Exchange:
    """Counts and times the body as it streams in, and remembers how the answer began."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, limits: BodyLimits) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._limits = limits
        self._read = 0
        self._more = True
        self._deadline = 0.0
        self.cuts = limits.cut_paths is not None and limits.cut_paths.fullmatch(scope["path"]) is not None
        self.most = limits.most(scope["path"])
        self.declared = _declared_length(scope)
        self.started = False
        self.status = 0

    async def receive(self) -> Message:
        if not self._more:
            # After the body there is only the client's going away to wait for, however long that takes.
            return await self._receive()
        message = await self._in_time()
        if message is None:
            return self._cut(BodyCut.TOO_SLOW, b"")
        if message["type"] != "http.request":
            return message
        body: bytes = message.get("body", b"")
        self._more = message.get("more_body", False)
        room = self.most - self._read
        self._read += len(body)
        if len(body) > room:
            tail = await self._tail(body[room:]) if self.cuts else b""
            return self._cut(BodyCut.TOO_LARGE, body[:room] + tail)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            if self.status in _CLOSING or _CUT in self._scope:
                await self.drain()
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
        await self._send(message)

    async def drain(self) -> None:
        """Throw away what the client still sends, up to the limits; nothing of a body that waits to be asked for."""
        if self.declared > self._limits.drain_bytes or (header(self._scope, b"expect") and not self._read):
            return
        left = self._limits.drain_bytes - self._read
        try:
            async with asyncio.timeout(self._limits.drain_seconds):
                while self._more and left > 0:
                    message = await self._receive()
                    self._more = message["type"] == "http.request" and message.get("more_body", False)
                    left -= len(message.get("body", b""))
        except TimeoutError:
            self._more = False

    async def _tail(self, rest: bytes) -> bytes:
        """The body's last bytes, within the limits of draining: short members may stand behind a long one."""
        tail = rest[-self._limits.tail_bytes :]
        try:
            async with asyncio.timeout(self._limits.drain_seconds):
                while self._more and self._read < self._limits.drain_bytes:
                    message = await self._receive()
                    self._more = message["type"] == "http.request" and message.get("more_body", False)
                    body = message.get("body", b"")
                    self._read += len(body)
                    tail = (tail + body)[-self._limits.tail_bytes :]
        except TimeoutError:
            self._more = False
        return tail

    async def _in_time(self) -> Message | None:
        """The next part of the body; None if it is too slow in coming."""
        loop = asyncio.get_running_loop()
        now, limits = loop.time(), self._limits
        if not self._deadline:
            self._deadline = now + limits.grace
        latest = min(now + limits.silence, self._deadline + self._read / limits.bytes_per_second)
        try:
            async with asyncio.timeout_at(latest):
                return await self._receive()
        except TimeoutError:
            return None

    def _cut(self, why: BodyCut, body: bytes) -> Message:
        if not self.cuts:
            self._more = self._more and why is BodyCut.TOO_LARGE
            # An HTTPException passes through FastAPI's body reading and becomes the problem of its status.
            raise HTTPException(413 if why is BodyCut.TOO_LARGE else 408)
        self._scope[_CUT] = why
        self._more = self._more and why is BodyCut.TOO_LARGE
        return {"type": "http.request", "body": body, "more_body": False}


def _declared_length(scope: Scope) -> int:
    length = header(scope, b"content-length")
    # More than 19 digits is more than any limit, and not worth turning into a number.
    return 0 if length is None or not length.isdecimal() else int(length[:19])


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
