"""Turn errors of pydantic and Starlette into problems in both languages, without echoing the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException

from chassis.bilingual import Bilingual
from chassis.http.problems import (
    BAD_REQUEST,
    BODY_TOO_LARGE,
    FORBIDDEN,
    INTERNAL,
    MALFORMED_JSON,
    MAX_ERRORS,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    REQUEST_FAILED,
    REQUEST_TOO_SLOW,
    UNAUTHENTICATED,
    UNKNOWN_FIELD,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION_FAILED,
    FieldError,
    Problem,
    ProblemType,
)
from chassis.settings import load_yaml

_BY_STATUS: Mapping[int, ProblemType] = {
    kind.status: kind
    for kind in (
        BAD_REQUEST,
        UNAUTHENTICATED,
        FORBIDDEN,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        REQUEST_TOO_SLOW,
        BODY_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        VALIDATION_FAILED,
        INTERNAL,
    )
}

MESSAGES: Final = TypeAdapter(dict[str, Bilingual]).validate_python(
    load_yaml(Path(__file__).with_name("field_errors.yaml"))
)
"""The message for a wrong value, by pydantic's error type. Our own texts: pydantic's may quote the input."""


def problem_of_validation(error: RequestValidationError) -> Problem:
    """malformed_json (400), unknown_field if nothing else is wrong, or validation_failed (422)."""
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return Problem(MALFORMED_JSON)
    kind = UNKNOWN_FIELD if all(one["type"] == "extra_forbidden" for one in found) else VALIDATION_FAILED
    shown = found[:MAX_ERRORS]
    return Problem(kind, errors=field_errors(shown), errors_omitted=len(found) - len(shown))


def field_errors(found: Sequence[Mapping[str, Any]], *, in_body: bool = True) -> tuple[FieldError, ...]:
    """Pydantic's errors() as field errors; `in_body` False if their `loc` starts at the value itself."""
    return tuple(_field_error(one, with_source=in_body) for one in found)


def _field_error(one: Mapping[str, Any], *, with_source: bool) -> FieldError:
    kind = str(one["type"])
    message = MESSAGES.get(kind) or MESSAGES["default"]
    code = "unknown_field" if kind == "extra_forbidden" else kind
    loc = tuple(one.get("loc", ()))
    source, path = (str(loc[0]), loc[1:]) if with_source and loc else ("body", loc)
    if source == "body":
        return FieldError(code, message.en, message.hi, pointer=json_pointer(path))
    return FieldError(code, message.en, message.hi, parameter=f"{source}.{'.'.join(str(part) for part in path)}")


def json_pointer(path: Sequence[str | int]) -> str:
    """RFC 6901: "" is the whole body, "/location/lat" a member."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def problem_of_http(error: HTTPException) -> Problem:
    """Starlette's and FastAPI's own errors; their texts are not passed on."""
    kind = _BY_STATUS.get(error.status_code)
    if error.status_code == 400 and isinstance(error.__cause__, ValueError | RecursionError):
        # FastAPI's answer to bytes that are no UTF-8 and to nesting without end.
        kind = MALFORMED_JSON
    if kind is None:
        kind = replace(REQUEST_FAILED, code=f"http_{error.status_code}", status=error.status_code)
    return Problem(kind, headers=error.headers)
