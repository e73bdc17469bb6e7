"""Answer HEAD wherever GET is: the same status and headers, no body."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class AnswersHead:
    """An ASGI app in front of a router: a HEAD that no route declares itself is run as GET, and its body left out.

    `routes` is read at each HEAD: a service may add some once it has started.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or self._declared(scope):
            await self._app(scope, receive, send)
            return
        # A copy: the server must go on to know that it answers a HEAD. What is learnt of the route goes back.
        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, _without_body(send))
        except _AnsweredError:
            return
        finally:
            if "route" in asked:
                scope["route"] = asked["route"]

    def _declared(self, scope: Scope) -> bool:
        own = (route for route in self._routes if isinstance(route, Route) and "HEAD" in (route.methods or ()))
        return any(route.matches(scope)[0] is Match.FULL for route in own)


class _AnsweredError(Exception):
    """The headers are out: a stream without end need not go on."""


def _without_body(send: Send) -> Send:
    async def headers_alone(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        if message.get("more_body", False):
            raise _AnsweredError

    return headers_alone
