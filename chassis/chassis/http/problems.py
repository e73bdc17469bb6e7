"""Errors as RFC 9457 problem+json: a stable code, texts in the reader's language, JSON pointers to what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.responses import Response

from chassis.bilingual import Bilingual, Language
from chassis.http.negotiation import language_of
from chassis.settings import load_yaml

__all__ = ["Bilingual", "FieldError", "Language", "Problem", "ProblemType", "language_of", "load_problem_types"]

MEDIA_TYPE = "application/problem+json"
# An answer is no longer than a person reads, however much was wrong; a pointer no longer than a field of ours.
MAX_ERRORS: Final = 20
MAX_POINTER: Final = 120
MAX_MESSAGE: Final = 300


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem. `code` is the stable machine-readable name.

    `detail` is what it means for the caller; `because` holds the text in its place where the reason is known, by name.
    """

    code: str
    status: int
    title: Bilingual
    detail: Bilingual
    because: Mapping[str, Bilingual] = field(default_factory=dict, hash=False)


class _Entry(BaseModel):
    """A problem in its data file; without a `code` it goes by its key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str | None = None
    status: int = Field(ge=400, le=599)
    title: Bilingual
    detail: Bilingual
    because: Mapping[str, Bilingual] = {}


_ENTRIES: Final = TypeAdapter(dict[str, _Entry])


def load_problem_types(path: Path) -> Mapping[str, ProblemType]:
    """The problem types of a data file, by key. Errors: OSError, NotYaml, pydantic.ValidationError."""
    entries = _ENTRIES.validate_python(load_yaml(path))
    return {
        key: ProblemType(one.code or key, one.status, one.title, one.detail, one.because)
        for key, one in entries.items()
    }


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong value: where (a JSON pointer into the body, or the name of a parameter) and why."""

    code: str
    message_en: str
    message_hi: str
    pointer: str | None = None
    parameter: str | None = None

    def to_json(self, language: Language) -> dict[str, str]:
        message = self.message_hi if language == "hi" else self.message_en
        body = {"code": self.code, "message": _cut(message, MAX_MESSAGE)}
        if self.pointer is not None:
            body["pointer"] = _cut(self.pointer, MAX_POINTER)
        if self.parameter is not None:
            body["parameter"] = _cut(self.parameter, MAX_POINTER)
        return body


TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

MALFORMED_JSON = TYPES["malformed_json"]
BAD_REQUEST = TYPES["bad_request"]
UNAUTHENTICATED = TYPES["unauthenticated"]
FORBIDDEN = TYPES["forbidden"]
ORIGIN_REFUSED = TYPES["origin_refused"]
NOT_FOUND = TYPES["not_found"]
METHOD_NOT_ALLOWED = TYPES["method_not_allowed"]
REQUEST_TOO_SLOW = TYPES["request_too_slow"]
BODY_TOO_LARGE = TYPES["body_too_large"]
UNSUPPORTED_MEDIA_TYPE = TYPES["unsupported_media_type"]
VALIDATION_FAILED = TYPES["validation_failed"]
UNKNOWN_FIELD = TYPES["unknown_field"]
TOO_MANY_REQUESTS = TYPES["too_many_requests"]
HEADERS_TOO_LARGE = TYPES["headers_too_large"]
UNKNOWN_PARAMETER = TYPES["unknown_parameter"]
INTERNAL = TYPES["internal"]
STORE_UNAVAILABLE = TYPES["store_unavailable"]
REQUEST_FAILED = TYPES["request_failed"]


class Problem(Exception):
    """Raise it anywhere in a request; it becomes the answer.

    `because` names one of the type's reasons, and `values` fill its {names}: plain ones, or a text in both languages.
    Of many errors the first 20 are shown and the rest counted; `errors_omitted` are those that the caller left out.
    """

    def __init__(
        self,
        type: ProblemType,  # noqa: A002  the RFC's name
        because: str | None = None,
        values: Mapping[str, object] | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        errors_omitted: int = 0,
    ) -> None:
        super().__init__(type.code)
        self.type = type
        self._detail = type.detail if because is None else type.because[because]
        self._values = dict(values or {})
        self.errors = tuple(errors[:MAX_ERRORS])
        self.errors_omitted = errors_omitted + len(errors) - len(self.errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def detail(self, language: Language) -> str:
        """What this problem means for the caller, in one language."""
        values = {
            name: value.in_(language) if isinstance(value, Bilingual) else value for name, value in self._values.items()
        }
        return self._detail.in_(language).format_map(values)

    def to_json(self, language: Language) -> dict[str, Any]:
        """The body's members, texts in one language."""
        body: dict[str, Any] = {
            "type": f"urn:problem:{self.type.code}",
            "title": self.type.title.in_(language),
            "status": self.type.status,
            "detail": self.detail(language),
            "code": self.type.code,
        }
        if self.errors:
            body["errors"] = [error.to_json(language) for error in self.errors]
        if self.errors_omitted:
            body["errors_omitted"] = self.errors_omitted
        return {**self.extra, **body}

    def to_response(self, accept_language: str | None, extra: Mapping[str, Any] | None = None) -> Response:
        """The answer; `extra` are members every problem of an app carries."""
        language = language_of(accept_language)
        headers = {"content-language": language, "vary": "accept-language", **self.headers}
        body = orjson.dumps({**(extra or {}), **self.to_json(language)}, default=str)
        return Response(body, self.type.status, headers, MEDIA_TYPE)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
