"""Problems in an OpenAPI document: one schema, the codes of each call, and each code in both languages among the
examples (`problem.<status>.<code>.<language>`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from chassis.http.openapi.headers import response_headers
from chassis.http.problems import MEDIA_TYPE, Language, Problem, ProblemType

CODES: Final = "x-problem-codes"
_LANGUAGES: Final[tuple[Language, ...]] = ("en", "hi")
_RETRY_LATER: Final = frozenset({409, 429, 503})

_FIELD_ERROR: Final[Mapping[str, Any]] = {
    "title": "FieldError",
    "type": "object",
    "description": "One wrong value: where it stands, and why it is wrong.",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string", "description": "Stable, for programs."},
        "message": {"type": "string", "description": "For people, in the language asked for."},
        "pointer": {"type": "string", "description": "JSON pointer into the body; empty for the whole body."},
        "parameter": {"type": "string", "description": "Where it is no body: `query.limit`, `header.x-receipt`."},
    },
}
_PROBLEM: Final[Mapping[str, Any]] = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457. Decide by `code`, which never changes its meaning; show `title` and `detail` to people. "
    "Some codes have members of their own, such as `allowed` of `transition_not_allowed`.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "description": "`urn:problem:` and the code."},
        "title": {"type": "string", "description": "What is wrong, in the language asked for."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "code": {"type": "string", "pattern": "^[a-z0-9_]+$", "description": "Stable, for programs."},
        "detail": {"type": "string", "description": "More about this time."},
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/FieldError"},
            "description": "What is wrong in the request, 20 at most.",
        },
        "errors_omitted": {"type": "integer", "description": "How many more there are."},
    },
    "additionalProperties": True,
}


def schemas(extra: Mapping[str, Any]) -> dict[str, Any]:
    """The components; `extra` are members that every problem of the app carries."""
    own = {name: {"const": value, "description": "Stands in every problem."} for name, value in extra.items()}
    properties = {**_PROBLEM["properties"], **own}
    return {
        "FieldError": dict(_FIELD_ERROR),
        "Problem": {**_PROBLEM, "required": [*_PROBLEM["required"], *own], "properties": properties},
    }


def examples(kinds: Iterable[ProblemType], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Each problem in English and in Hindi, as a component."""
    return {
        _example_name(kind, language): {
            "summary": kind.title.in_(language),
            "value": {**extra, **Problem(kind).to_json(language)},
        }
        for kind in sorted(kinds, key=_order)
        for language in _LANGUAGES
    }


def responses(kinds: Iterable[ProblemType]) -> dict[str, Any]:
    """The answers of a call by status, each with the codes that it can have."""
    by_status: dict[int, list[ProblemType]] = {}
    for kind in sorted(set(kinds), key=_order):
        by_status.setdefault(kind.status, []).append(kind)
    return {str(status): _response(status, found) for status, found in by_status.items()}


def _response(status: int, kinds: list[ProblemType]) -> dict[str, Any]:
    headers = ("Retry-After",) if status in _RETRY_LATER else ("WWW-Authenticate",) if status == 401 else ()
    return {
        "description": "\n".join(f"- `{kind.code}`: {kind.title.in_('en')}" for kind in kinds),
        CODES: [*dict.fromkeys(kind.code for kind in kinds)],
        **({"headers": response_headers(headers)} if headers else {}),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _example_name(kind: ProblemType, language: Language) -> str:
    return f"problem.{kind.status}.{kind.code}.{language}"


def _order(kind: ProblemType) -> tuple[int, str, str]:
    """Two rooms may say one code in their own words."""
    return kind.status, kind.code, kind.title.en
