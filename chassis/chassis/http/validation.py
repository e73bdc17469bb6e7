"""Turns what pydantic and Starlette raise into problems, in both languages, without echoing the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from chassis.http.problems import (
    BAD_REQUEST,
    BODY_TOO_LARGE,
    FORBIDDEN,
    INTERNAL,
    MALFORMED_JSON,
    MAX_ERRORS,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    REQUEST_TOO_SLOW,
    UNAUTHENTICATED,
    UNKNOWN_FIELD,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION_FAILED,
    FieldError,
    Problem,
    ProblemType,
)

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

# pydantic's error type -> (English, Hindi). Our own words: pydantic's may quote the input.
_MESSAGES: Mapping[str, tuple[str, str]] = {
    "missing": ("is required", "आवश्यक है"),
    "extra_forbidden": ("is not a known field", "यह फील्ड ज्ञात नहीं है"),
    "json_invalid": ("is not valid JSON", "मान्य JSON नहीं है"),
    "string_type": ("must be a text", "पाठ होना चाहिए"),
    "string_too_short": ("is too short", "बहुत छोटा है"),
    "string_too_long": ("is too long", "बहुत लंबा है"),
    "blank": ("shows no letter or digit", "इसमें कोई अक्षर या अंक नहीं दिखता"),
    "string_pattern_mismatch": ("does not have the expected form", "अपेक्षित रूप में नहीं है"),
    "int_type": ("must be a whole number", "पूर्णांक होना चाहिए"),
    "int_parsing": ("must be a whole number", "पूर्णांक होना चाहिए"),
    "float_type": ("must be a number", "संख्या होनी चाहिए"),
    "float_parsing": ("must be a number", "संख्या होनी चाहिए"),
    "finite_number": ("must be a finite number", "सीमित संख्या होनी चाहिए"),
    "bool_type": ("must be true or false", "true या false होना चाहिए"),
    "bool_parsing": ("must be true or false", "true या false होना चाहिए"),
    "list_type": ("must be a list", "सूची होनी चाहिए"),
    "dict_type": ("must be an object", "ऑब्जेक्ट होना चाहिए"),
    "model_type": ("must be an object", "ऑब्जेक्ट होना चाहिए"),
    "model_attributes_type": ("must be an object", "ऑब्जेक्ट होना चाहिए"),
    "enum": ("is not one of the allowed values", "अनुमत मानों में से नहीं है"),
    "literal_error": ("is not one of the allowed values", "अनुमत मानों में से नहीं है"),
    "greater_than": ("is too small", "बहुत छोटा है"),
    "greater_than_equal": ("is too small", "बहुत छोटा है"),
    "less_than": ("is too large", "बहुत बड़ा है"),
    "less_than_equal": ("is too large", "बहुत बड़ा है"),
    "too_short": ("has too few items", "बहुत कम प्रविष्टियाँ हैं"),
    "too_long": ("has too many items", "बहुत अधिक प्रविष्टियाँ हैं"),
    "datetime_parsing": ("must be a date and time with zone", "समय-क्षेत्र सहित दिनांक-समय होना चाहिए"),
    "datetime_from_date_parsing": ("must be a date and time with zone", "समय-क्षेत्र सहित दिनांक-समय होना चाहिए"),
    "timezone_aware": ("must be a date and time with zone", "समय-क्षेत्र सहित दिनांक-समय होना चाहिए"),
    "instant": (
        "must be a date and time with zone, of the years 1950 to 2199",
        "समय-क्षेत्र सहित दिनांक-समय होना चाहिए, वर्ष 1950 से 2199 के बीच",
    ),
    "datetime_object_invalid": ("must be a date and time with zone", "समय-क्षेत्र सहित दिनांक-समय होना चाहिए"),
    "date_parsing": ("must be a date", "दिनांक होना चाहिए"),
    "date_from_datetime_parsing": ("must be a date", "दिनांक होना चाहिए"),
}
_ANY = ("is not valid", "मान्य नहीं है")


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
    english, hindi = _MESSAGES.get(kind, _ANY)
    code = "unknown_field" if kind == "extra_forbidden" else kind
    loc = tuple(one.get("loc", ()))
    source, path = (str(loc[0]), loc[1:]) if with_source and loc else ("body", loc)
    if source == "body":
        return FieldError(code, english, hindi, pointer=json_pointer(path))
    return FieldError(code, english, hindi, parameter=f"{source}.{'.'.join(str(part) for part in path)}")


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
        kind = ProblemType(f"http_{error.status_code}", error.status_code, "The request failed", "अनुरोध विफल रहा")
    return Problem(kind, headers=error.headers)
