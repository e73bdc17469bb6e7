"""Pages of secret information: who asks is unknown to every line behind this one, and nothing of us stays with him."""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATHS: Final = re.compile(r"/tips(/|$)")
"""The pages of which no request leaves a cookie, a span, a metric or a line in a log."""
# All that a page needs to know of a request; a cookie, an address, a device, a trace are not among it.
NEEDED: Final = frozenset(
    {
        b"host",
        b"content-type",
        b"content-length",
        b"transfer-encoding",
        b"expect",
        b"accept-language",
        b"sec-fetch-site",
    }
)
HEADERS: Final = {"referrer-policy": "no-referrer", "cache-control": "no-store"}


class Apart:
    """Around the app, so that pages of errors are as apart as the others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not PATHS.match(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def without_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                del headers["set-cookie"]
                headers.update(HEADERS)
            await send(message)

        needed = [(name, value) for name, value in scope["headers"] if name in NEEDED]
        await self._app({**scope, "headers": needed, "client": None}, receive, without_cookies)
