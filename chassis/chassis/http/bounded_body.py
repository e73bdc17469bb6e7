"""Check the bodies that FastAPI parses itself: the same strict JSON, depth and size as everywhere."""

from __future__ import annotations

from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.json_body import parse_json


class BoundedBody:
    """An ASGI app in front of a route's own: reads the body, refuses it as parse_json does, and hands it on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if "json" not in Headers(scope=scope).get("content-type", ""):
            await self._app(scope, receive, send)
            return
        raw = await Request(scope, receive).body()
        if raw.strip():
            parse_json(raw)
        handed = False

        async def again() -> Message:
            nonlocal handed
            if handed:
                return await receive()
            handed = True
            return {"type": "http.request", "body": raw, "more_body": False}

        await self._app(scope, again, send)


def guard_body(route: BaseRoute) -> None:
    """Put BoundedBody before a route whose body FastAPI parses."""
    if isinstance(route, APIRoute) and route.body_field is not None:
        route.app = BoundedBody(route.app)
