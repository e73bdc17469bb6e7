"""Parse JSON bodies strictly, and refuse those of more than 64 levels (400) or 5,000 values (422).

`BoundedBody` holds the bodies that FastAPI parses itself to the same.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.problems import MALFORMED_JSON, VALIDATION_FAILED, FieldError, Problem

MAX_DEPTH: Final = 64
# Our largest body has some dozens; each may become an error of its own.
MAX_VALUES: Final = 5_000
_OPENING: Final = b"[{"
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


def parse_json(raw: bytes) -> Any:
    """The value. Problem malformed_json (400) for what is no JSON: NaN, broken UTF-8, lone surrogates, numbers without
    bound, nesting over 64 levels. Problem validation_failed (422) for more than 5,000 values.
    """
    # Counted before anything is made of them; only a body of many commas is looked at twice.
    if raw.count(b",") >= MAX_VALUES and _outside_strings(raw).count(b",") >= MAX_VALUES:
        too_many = FieldError("too_many_values", "has too many values", "बहुत अधिक मान हैं", "")
        raise Problem(VALIDATION_FAILED, errors=[too_many])
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and depth_of(raw, MAX_DEPTH + 1) > MAX_DEPTH:
        raise Problem(MALFORMED_JSON, "too_deep")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Problem(MALFORMED_JSON, "at", {"line": error.lineno, "column": error.colno}) from error


def depth_and_count(value: Any) -> tuple[int, int]:
    """How deep a JSON value is nested (1 for a plain one) and how many values it has, level by level: no recursion."""
    depth, count, level = 0, 0, [value]
    while level:
        depth, count = depth + 1, count + len(level)
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return depth, count


def depth_of(raw: bytes, enough: int = 1_024) -> int:
    """How deep bytes nest brackets outside of strings, JSON or not, in linear time; counted up to `enough`."""
    depth = deepest = 0
    for bracket in _outside_strings(raw).translate(None, _NO_BRACKETS):
        if bracket in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
            if deepest >= enough:
                return enough
        else:
            depth -= 1
    return deepest


def _outside_strings(raw: bytes) -> bytes:
    """What stands between the strings: every other piece between quotes that are not escaped."""
    return b"".join(raw.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])


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
