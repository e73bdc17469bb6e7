"""Reads the catalogue and checks citizens' attributes against it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from jsonschema_rs import Draft202012Validator, ValidationError
from pydantic import ValidationError as InvalidData

from chassis.bilingual import LANGUAGES, Bilingual, Language
from chassis.http.validation import MESSAGES
from chassis.settings import load_yaml
from event_schemas.calendars import india_date
from event_schemas.times import read_time
from intake.catalogue.checks import failed
from intake.catalogue.model import CatalogueFile, Service
from intake.catalogue.questions import form, label, plain_schema, title

# One answer shows no more; a body of thousands of faults costs no more than these.
MAX_FAULTS: Final = 100
FIRST_DAY: Final = "1900-01-01"
CLOCKS_DIFFER: Final = timedelta(hours=1)
SHIPPED = Path(__file__).parent
PARTS: Final = ("vocabularies", "blocks", "checks", "promises", "identity")


class CatalogueError(Exception):
    """The catalogue's file cannot be used; the text says where."""


class Catalogue:
    """Services by code, each with its compiled schema."""

    def __init__(self, file: CatalogueFile) -> None:
        self.version = file.version
        self.promises = file.promises
        self.checks = file.checks
        self.identity = file.identity
        self.notices = {notice.code: notice for service in file.services for notice in service.notices}
        self._services: Mapping[str, Service] = {service.code: service for service in file.services}
        if len(self._services) != len(file.services):
            raise CatalogueError("two services have one code")
        self._validators = {service.code: _validator(service) for service in file.services}
        self._forms = {
            (service.code, language): form(service.attributes, language)
            for service in file.services
            for language in LANGUAGES
        }

    def __iter__(self) -> Iterator[Service]:
        return iter(self._services.values())

    def get(self, code: str) -> Service | None:
        return self._services.get(code)

    def form(self, service: Service, language: Language) -> Mapping[str, Any]:
        """The service's questions as a JSON Schema for one reader (see questions.form)."""
        return self._forms[service.code, language]

    def attribute_errors(
        self, service: Service, attributes: Mapping[str, Any], now: datetime
    ) -> list[tuple[str, Bilingual]]:
        """(JSON pointer below `attributes`, message) of the first faults. Messages never repeat what was sent."""
        faults = islice(self._validators[service.code].iter_errors(attributes), MAX_FAULTS)
        found = {(_pointer(fault), _message(fault, service.attributes)) for fault in faults}
        wrong = {pointer for pointer, _ in found}
        early = [f"/{name}" for name in service.past_times() if _is_to_come(attributes.get(name), now)]
        found |= {(pointer, MESSAGES["datetime_past"]) for pointer in early if pointer not in wrong}
        wrong = {pointer for pointer, _ in found}
        found |= {
            (f"/{name}", check.message)
            for name, check in failed(service.attributes, self.checks, attributes, now).items()
            if f"/{name}" not in wrong and (service.wrong_formats == "refused" or not check.is_format)
        }
        return sorted(found, key=lambda one: (one[0], one[1].en))

    def doubts(self, service: Service, attributes: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
        """The attributes whose form is not that of such a number, where the service accepts and flags them."""
        if service.wrong_formats == "refused":
            return ()
        found = failed(service.attributes, self.checks, attributes, now)
        return tuple(name for name, check in found.items() if check.is_format)


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """The catalogue of a folder, the shipped one if None is named. CatalogueError where it cannot be used."""
    return _shipped() if folder is None else _loaded(folder)


@cache
def _shipped() -> Catalogue:
    """Read once in a process: it is data, and frozen."""
    return _loaded(SHIPPED)


def _loaded(source: Path) -> Catalogue:
    try:
        return Catalogue(CatalogueFile.model_validate(read_catalogue(source)))
    except (InvalidData, ValidationError, OSError) as error:
        raise CatalogueError(f"{source}: {error}") from error


def read_catalogue(folder: Path) -> dict[str, Any]:
    """The folder's files as they are written: `services/<code>.yaml`, and what the services share."""
    parts = {part: load_yaml(folder / f"{part}.yaml") for part in PARTS if (folder / f"{part}.yaml").exists()}
    services = {path: load_yaml(path) for path in sorted((folder / "services").glob("*.yaml"))}
    for path, service in services.items():
        if not isinstance(service, dict) or service.get("code") != path.stem:
            raise CatalogueError(f"{path}: the file of a service is named after its code")
    return {**parts, "services": list(services.values())}


def _validator(service: Service) -> Draft202012Validator:
    return Draft202012Validator(plain_schema(service.attributes), formats=_FORMATS, validate_formats=True)


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
