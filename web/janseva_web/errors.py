"""Errors as pages: what any layer answers as problem+json reaches a browser as a page in its language."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from janseva_web.pages import Pages

PROBLEM: Final = b"application/problem+json"
# What programs ask, not people.
FOR_PROGRAMS: Final = ("/health/", "/metrics", "/openapi.json")


class ErrorPages:
    """Around the app: a problem is held back, and its status answered as a page."""

    def __init__(self, app: ASGIApp, *, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(FOR_PROGRAMS):
            await self._app(scope, receive, send)
            return
        held: Message | None = None

        async def page_instead(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_problem(message):
                held = message
            elif held is None:
                await send(message)

        await self._app(scope, receive, page_instead)
        if held is not None:
            visit = self._pages.visit(Request(scope))
            response = self._pages.error(visit, held["status"])
            for name in (b"retry-after", b"allow", b"connection"):
                response.raw_headers += [(key, value) for key, value in held["headers"] if key.lower() == name]
            await response(scope, receive, send)


def _is_problem(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith(PROBLEM.decode())
