"""Answers in JSON, written without a model, which is faster."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Response


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    content = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    return Response(content, status, dict(headers or {}), "application/json")


def matches(if_none_match: str, etag: str) -> bool:
    """RFC 9110's weak comparison with any of a list."""
    given = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in given or etag.removeprefix("W/") in given
