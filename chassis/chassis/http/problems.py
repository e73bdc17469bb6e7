"""Errors as RFC 9457 problem+json: a stable code, texts in the reader's language, JSON pointers to what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.responses import Response

from chassis.http.negotiation import Language, language_of

__all__ = ["FieldError", "Language", "Problem", "ProblemType", "language_of"]

MEDIA_TYPE = "application/problem+json"
# An answer is no longer than a person reads, however much was wrong; a pointer no longer than a field of ours.
MAX_ERRORS: Final = 20
MAX_POINTER: Final = 120
MAX_MESSAGE: Final = 300


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem. `code` is the stable machine-readable name."""

    code: str
    status: int
    title_en: str
    title_hi: str

    def title(self, language: Language) -> str:
        return self.title_hi if language == "hi" else self.title_en


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


MALFORMED_JSON = ProblemType("malformed_json", 400, "The body is not valid JSON", "अनुरोध मान्य JSON नहीं है")
BAD_REQUEST = ProblemType("bad_request", 400, "The request can't be read", "अनुरोध पढ़ा नहीं जा सका")
UNAUTHENTICATED = ProblemType("unauthenticated", 401, "Please log in", "कृपया लॉग इन करें")
FORBIDDEN = ProblemType("forbidden", 403, "You may not do this", "आपको इसकी अनुमति नहीं है")
NOT_FOUND = ProblemType("not_found", 404, "There is nothing here", "यहाँ कुछ नहीं मिला")
METHOD_NOT_ALLOWED = ProblemType(
    "method_not_allowed", 405, "This method is not offered here", "यह विधि यहाँ उपलब्ध नहीं है"
)
REQUEST_TOO_SLOW = ProblemType(
    "request_too_slow", 408, "The request came too slowly; please send it again", "अनुरोध बहुत धीरे आया; कृपया फिर भेजें"
)
BODY_TOO_LARGE = ProblemType("body_too_large", 413, "The body is too large", "भेजी गई सामग्री बहुत बड़ी है")
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    "unsupported_media_type", 415, "This kind of content is not accepted", "इस प्रकार की सामग्री स्वीकार्य नहीं है"
)
VALIDATION_FAILED = ProblemType("validation_failed", 422, "Some values are not valid", "कुछ मान सही नहीं हैं")
UNKNOWN_FIELD = ProblemType("unknown_field", 422, "A field is not known here", "एक फील्ड अज्ञात है")
TOO_MANY_REQUESTS = ProblemType(
    "too_many_requests",
    429,
    "Too many requests; please wait a little",
    "बहुत अधिक अनुरोध आए हैं; कृपया थोड़ी देर बाद प्रयास करें",
)
HEADERS_TOO_LARGE = ProblemType("headers_too_large", 431, "The request's headers are too large", "अनुरोध के हेडर बहुत बड़े हैं")
UNKNOWN_PARAMETER = ProblemType("unknown_parameter", 422, "A parameter is not known here", "एक पैरामीटर अज्ञात है")
INTERNAL = ProblemType("internal", 500, "Something went wrong on our side", "हमारी ओर से कुछ गड़बड़ हुई है")
STORE_UNAVAILABLE = ProblemType(
    "store_unavailable",
    503,
    "We can't confirm right now; please send the same request again",
    "अभी पुष्टि नहीं हो सकी; कृपया यही अनुरोध दोबारा भेजें",
)


class Problem(Exception):
    """Raise it anywhere in a request; it becomes the answer.

    Of many errors the first 20 are shown and the rest counted; `errors_omitted` are those that the caller left out.
    """

    def __init__(
        self,
        type: ProblemType,  # noqa: A002  the RFC's name
        detail_en: str = "",
        detail_hi: str = "",
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        errors_omitted: int = 0,
    ) -> None:
        super().__init__(type.code)
        self.type = type
        self.detail_en = detail_en
        self.detail_hi = detail_hi
        self.errors = tuple(errors[:MAX_ERRORS])
        self.errors_omitted = errors_omitted + len(errors) - len(self.errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def to_json(self, language: Language) -> dict[str, Any]:
        """The body's members, texts in one language."""
        body: dict[str, Any] = {
            "type": f"urn:problem:{self.type.code}",
            "title": self.type.title(language),
            "status": self.type.status,
            "code": self.type.code,
        }
        detail = (self.detail_hi or self.detail_en) if language == "hi" else self.detail_en
        if detail:
            body["detail"] = detail
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
