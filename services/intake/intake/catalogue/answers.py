"""Answers to questions that are data, checked: each fault with its pointer and its message in both languages."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final

from jsonschema_rs import Draft202012Validator, ValidationError

from chassis.bilingual import LANGUAGES, Bilingual, Language
from chassis.codes import LONGEST, bare_code, plain_code
from chassis.http.validation import MESSAGES
from event_schemas.calendars import india_date
from event_schemas.times import read_time
from intake.catalogue.checks import Check, failed
from intake.catalogue.questions import form, label, plain_schema, title

# One answer shows no more; a body of thousands of faults costs no more than these.
MAX_FAULTS: Final = 100
FIRST_DAY: Final = "1900-01-01"
CLOCKS_DIFFER: Final = timedelta(hours=1)
_NATIONAL: Final = re.compile(r"(?:\+?91|0)([6-9][0-9]{9})")


def mobile_code(text: str) -> str:
    """A mobile number by its ten digits: with the country's code one in ten would read as an Aadhaar number."""
    bare = bare_code(text)
    found = _NATIONAL.fullmatch(bare)
    return found.group(1) if found else bare


# How a code is kept: without spaces and punctuation, in capitals; as it is, in ASCII digits; or as a mobile number.
CODES: Mapping[str, Callable[[str], str]] = {"bare": bare_code, "plain": plain_code, "mobile": mobile_code}


class Questions:
    """A schema of questions, compiled. `formats_refused`: whether a number in the wrong form is a fault."""

    def __init__(self, schema: Mapping[str, Any], checks: Mapping[str, Check], *, formats_refused: bool = True) -> None:
        self.schema = schema
        self._checks = checks
        self._formats_refused = formats_refused
        self._validator = Draft202012Validator(plain_schema(schema), formats=_FORMATS, validate_formats=True)
        self._forms = {language: form(schema, language) for language in LANGUAGES}

    def form(self, language: Language) -> Mapping[str, Any]:
        """The questions as a JSON Schema for one reader (see questions.form)."""
        return self._forms[language]

    def errors(self, attributes: Mapping[str, Any], now: datetime) -> list[tuple[str, Bilingual]]:
        """(JSON pointer, message) of the first faults. Messages never repeat what was sent."""
        faults = islice(self._validator.iter_errors(attributes), MAX_FAULTS)
        found = {(_pointer(fault), _message(fault, self.schema)) for fault in faults}
        wrong = {pointer for pointer, _ in found}
        early = [f"/{name}" for name in past_times(self.schema) if _is_to_come(attributes.get(name), now)]
        found |= {(pointer, MESSAGES["datetime_past"]) for pointer in early if pointer not in wrong}
        wrong = {pointer for pointer, _ in found}
        found |= {
            (f"/{name}", check.message)
            for name, check in failed(self.schema, self._checks, attributes, now).items()
            if f"/{name}" not in wrong and (self._formats_refused or not check.is_format)
        }
        return sorted(found, key=lambda one: (one[0], one[1].en))

    def doubts(self, attributes: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
        """The attributes whose form is not that of such a number, where that is accepted and flagged."""
        if self._formats_refused:
            return ()
        found = failed(self.schema, self._checks, attributes, now)
        return tuple(name for name, check in found.items() if check.is_format)


def spelt(schema: Mapping[str, Any], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes with each code in its plain spelling; what is too long for one stays as it was sent."""
    properties = schema.get("properties", {})
    kinds = {name: properties.get(name, {}).get("x-code") for name in attributes}
    return {
        name: CODES[kinds[name]](value) if kinds[name] and isinstance(value, str) and len(value) <= LONGEST else value
        for name, value in attributes.items()
    }


def past_times(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The attributes whose time lies before they are sent."""
    properties = schema.get("properties", {})
    return tuple(name for name, definition in properties.items() if definition.get("x-past"))


def _is_time(value: str) -> bool:
    return _reads(read_time, value)


def _is_date(value: str) -> bool:
    """A day has bounds of its own: people alive were born before the first instant that is accepted."""
    return len(value) == len("2026-11-22") and _reads(date.fromisoformat, value) and value >= FIRST_DAY


def _reads(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def _is_to_come(value: object, now: datetime) -> bool:
    """Later than the hour to come, which forgives a clock that goes ahead; a date: later than today in India."""
    if not isinstance(value, str):
        return False
    try:
        if _is_date(value):
            return date.fromisoformat(value) > india_date(now + CLOCKS_DIFFER)
        return read_time(value) > now + CLOCKS_DIFFER
    except ValueError:
        return False


_FORMATS = {"date-time": _is_time, "date": _is_date}
# The message for each keyword, by its name; `limit` is the schema's own number.
_MESSAGE_OF: Mapping[str, str] = {
    "pattern": "string_pattern_mismatch",
    "minLength": "length_at_least",
    "maxLength": "length_at_most",
    "minimum": "number_at_least",
    "maximum": "number_at_most",
    "minItems": "items_at_least",
    "maxItems": "items_at_most",
    "uniqueItems": "repeated",
    "const": "must_be_true",
    "additionalProperties": "unknown_attribute",
}
_TYPES: Mapping[str, str] = {
    "string": "string_type",
    "integer": "int_type",
    "number": "float_type",
    "boolean": "bool_type",
    "array": "list_type",
    "object": "dict_type",
}
_MESSAGE_OF_FORMAT: Mapping[str, str] = {"date-time": "instant", "date": "date_parsing"}


def _pointer(fault: ValidationError) -> str:
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in fault.instance_path]
    # Who left an answer out is shown the question.
    missing = [str(fault.kind.value)] if fault.kind.name == "required" else []
    return "".join(f"/{part}" for part in [*parts, *missing])


def _message(fault: ValidationError, schema: Mapping[str, Any]) -> Bilingual:
    """In both languages, from the schema alone: what was sent is not in it."""
    kind, wanted = fault.kind.name, fault.kind.value
    if kind == "enum":
        named = [label(schema, _pointer(fault), str(code)) or MESSAGES["default"] for code in wanted]
        return _with(MESSAGES["one_of"], labels=Bilingual(hi=_joined(named, "hi"), en=_joined(named, "en")))
    if kind == "type":
        names = wanted if isinstance(wanted, list) else [wanted]
        return MESSAGES[next((_TYPES[name] for name in names if name in _TYPES), "default")]
    if kind == "required":
        asked = title(schema, _pointer(fault))
        return MESSAGES["missing"] if asked is None else _with(MESSAGES["missing_answer"], name=asked)
    if kind == "format":
        return MESSAGES[_MESSAGE_OF_FORMAT.get(str(wanted), "default")]
    message = MESSAGES[_MESSAGE_OF.get(kind, "default")]
    return _with(message, limit=wanted) if "{limit}" in message.en else message


def _joined(texts: Sequence[Bilingual], language: Language) -> str:
    return ", ".join(text.in_(language) for text in texts)


def _with(text: Bilingual, **values: object) -> Bilingual:
    """The text with its {names} filled in, a text in both languages by its own side."""
    sides = {
        language: text.in_(language).format_map(
            {name: value.in_(language) if isinstance(value, Bilingual) else value for name, value in values.items()}
        )
        for language in LANGUAGES
    }
    return Bilingual(**sides)
