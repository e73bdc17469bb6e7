"""Limits of an HTTP connection before its request is whole: size, number and seconds of headers, unread bodies."""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.http.problems import BAD_REQUEST, HEADERS_TOO_LARGE, REQUEST_TOO_SLOW, Problem


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """`unread_bytes` is what is taken from a client that goes on sending after its answer; seconds are wall time."""

    header_bytes: int = 32_768
    headers: int = 100
    header_seconds: float = 10.0
    unread_bytes: int = 16 * 1024 * 1024
    unread_seconds: float = 10.0


class GuardedConfig(Config):
    """uvicorn's configuration with the limits, which the protocol reads from it."""

    def __init__(self, app: Any, *, limits: ConnectionLimits, problem_extra: Mapping[str, Any], **options: Any) -> None:
        super().__init__(app, http=GuardedProtocol, **options)
        self.limits = limits
        self.problem_extra = problem_extra


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which by itself takes headers without end and waits for them for ever."""

    config: GuardedConfig

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._limits = self.config.limits
        self._timer: TimerHandle | None = None
        # Bytes since something whole was read: of a header, a trailer or a chunk's extension that does not end.
        self._pending = 0
        self._in_headers = False
        self._unread = 0
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._refused:
            self._throw_away(data)
            return
        self._pending += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self._refused:
            return
        if self._pending > self._limits.header_bytes:
            self._refuse(Problem(HEADERS_TOO_LARGE))
        elif self._timer is None and self.timeout_keep_alive_task is None and self._is_idle():
            # Bytes that begin no request must not hold the connection open.
            self._wait_for_headers()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers, self._pending, self._unread = True, 0, 0
        if self._timer is None:
            self._wait_for_headers()

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        if len(self.headers) > self._limits.headers:
            self._in_headers = False
            self._refuse(Problem(HEADERS_TOO_LARGE))
            # Ends the reading of what this chunk still holds.
            raise httptools.HttpParserError("too many headers")

    def on_headers_complete(self) -> None:
        self._in_headers, self._pending = False, 0
        self._stop_waiting()
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > self._limits.header_bytes:
            self._refuse(Problem(HEADERS_TOO_LARGE))
            raise httptools.HttpParserError("headers too large")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._pending = 0
        if self.cycle.response_complete:
            self._throw_away(body)
            return
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._pending = 0
        if self.cycle.response_complete:
            self.cycle.more_body = False
            self._stop_waiting()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.more_body and self.cycle.response_complete and not self.transport.is_closing():
            # The answer is out, the body is not in: what follows is thrown away, and not for ever.
            self._unset_keepalive_if_required()
            self._stop_waiting()
            self._timer = self.loop.call_later(self._limits.unread_seconds, self.transport.close)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  uvicorn's text, answered as a problem instead
        if not self.transport.is_closing() and not self._refused:
            self._refuse(Problem(BAD_REQUEST))

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait_for_headers(self) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(self._limits.header_seconds, self._headers_late)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _headers_late(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._in_headers and self._is_idle():
            self._refuse(Problem(REQUEST_TOO_SLOW))
        else:
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        """Answer without the app, which has not been asked yet, and close once the client has had time to read it."""
        self._stop_waiting()
        if not self._is_idle():
            # The answer of an earlier request on this connection is under way: nothing may be written into it.
            self.transport.close()
            return
        response = problem.to_response(self._header(b"accept-language"), self.config.problem_extra)
        status = problem.type.status
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
        lines += [name + b": " + value for name, value in response.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"connection: close", b"", bytes(response.body)]))
        self._refused = True
        # Closing with bytes unread would reset the connection before the answer is read.
        self.transport.write_eof()
        self._timer = self.loop.call_later(self._limits.unread_seconds, self.transport.close)

    def _throw_away(self, data: bytes) -> None:
        self._unread += len(data)
        if self._unread > self._limits.unread_bytes:
            self.transport.close()

    def _header(self, wanted: bytes) -> str | None:
        return next((value.decode("latin-1") for name, value in self.headers or () if name == wanted), None)
