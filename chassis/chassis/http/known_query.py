"""Refuse query parameters by name (422) that a route does not declare, or that are given twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any, Final

from fastapi import params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.http.problems import UNKNOWN_PARAMETER, VALIDATION_FAILED, FieldError, Problem

MAX_QUERY_BYTES: Final = 8_192
MAX_PARAMETERS: Final = 50

# In a route's openapi_extra: its endpoint looks at the query itself, as an emergency is refused for no parameter.
ANY_QUERY: Final = {"x-any-query": True}


class KnownQuery:
    """An ASGI app in front of a route's own: 422 with the names of the parameters that the route does not declare."""

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app = app
        self._names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refuse_unknown_query(scope, self._names)
        await self._app(scope, receive, send)


def guard_query(route: BaseRoute) -> None:
    """Put KnownQuery before a route, unless it is marked with ANY_QUERY."""
    extra = _extra(route)
    if isinstance(route, Route) and not any(mark in extra for mark in ANY_QUERY):
        route.app = KnownQuery(route.app, query_names(route))


def refuse_unknown_query(scope: Scope, names: Collection[str] = ()) -> None:
    """Problem unknown_parameter or validation_failed, if the query holds another name, or one of them twice."""
    query: bytes = scope.get("query_string", b"")
    if not query:
        return
    if len(query) > MAX_QUERY_BYTES or query.count(b"&") >= MAX_PARAMETERS:
        raise Problem(VALIDATION_FAILED, "query_too_long")
    given = Counter(name for name, _ in QueryParams(query.decode("latin-1")).multi_items())
    unknown = [name for name in given if name not in names]
    if unknown:
        raise Problem(UNKNOWN_PARAMETER, errors=[_unknown(name) for name in unknown])
    twice = [name for name, count in given.items() if count > 1]
    if twice:
        raise Problem(VALIDATION_FAILED, errors=[_repeated(name) for name in twice])


def query_names(route: BaseRoute) -> frozenset[str]:
    """The query parameters that a route declares: by its signature and dependencies, or by hand in openapi_extra."""
    by_hand = _extra(route).get("parameters", ())
    names = {str(parameter["name"]) for parameter in by_hand if parameter.get("in") == "query"}
    if isinstance(route, APIRoute):
        fields = get_flat_params(route.dependant)
        names |= {field.alias for field in fields if isinstance(field.field_info, params.Query)}
    return frozenset(names)


def _extra(route: BaseRoute) -> dict[str, Any]:
    return (route.openapi_extra or {}) if isinstance(route, APIRoute) else {}


def _unknown(name: str) -> FieldError:
    return FieldError(
        "unknown_parameter", "is not a known parameter", "यह पैरामीटर ज्ञात नहीं है", parameter=f"query.{name}"
    )


def _repeated(name: str) -> FieldError:
    return FieldError(
        "repeated_parameter", "is given more than once", "एक से अधिक बार दिया गया है", parameter=f"query.{name}"
    )
