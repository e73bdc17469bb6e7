"""Reads the catalogue and checks citizens' attributes against it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind
from pydantic import ValidationError as InvalidData

from chassis.settings import load_yaml
from event_schemas.calendars import india_date
from event_schemas.times import read_time
from intake.catalogue.model import CatalogueFile, Service

# One answer shows no more; a body of thousands of faults costs no more than these.
MAX_FAULTS: Final = 100
FIRST_DAY: Final = "1900-01-01"
CLOCKS_DIFFER: Final = timedelta(hours=1)
SHIPPED = Path(__file__).parent / "services.yaml"


class CatalogueError(Exception):
    """The catalogue's file cannot be used; the text says where."""


class Catalogue:
    """Services by code, each with its compiled schema."""

    def __init__(self, file: CatalogueFile) -> None:
        self.version = file.version
        self._services: Mapping[str, Service] = {service.code: service for service in file.services}
        if len(self._services) != len(file.services):
            raise CatalogueError("two services have one code")
        self._validators = {service.code: _validator(service) for service in file.services}

    def __iter__(self) -> Iterator[Service]:
        return iter(self._services.values())

    def get(self, code: str) -> Service | None:
        return self._services.get(code)

    def attribute_errors(self, service: Service, attributes: Mapping[str, Any], now: datetime) -> list[tuple[str, str]]:
        """(JSON pointer below `attributes`, message) of the first faults. Messages never repeat what was sent."""
        faults = islice(self._validators[service.code].iter_errors(attributes), MAX_FAULTS)
        found = [(_pointer(fault), _message(fault.kind)) for fault in faults]
        wrong = {pointer for pointer, _ in found}
        early = [f"/{name}" for name in service.past_times() if _is_to_come(attributes.get(name), now)]
        return sorted(found + [(pointer, "lies in the future") for pointer in early if pointer not in wrong])


def load_catalogue(path: Path | None = None) -> Catalogue:
    source = path or SHIPPED
    try:
        return Catalogue(CatalogueFile.model_validate(load_yaml(source)))
    except (InvalidData, ValidationError) as error:
        raise CatalogueError(f"{source}: {error}") from error


def _validator(service: Service) -> Draft202012Validator:
    return Draft202012Validator(service.attributes, formats=_FORMATS, validate_formats=True)


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
# The keywords whose value in a fault is the schema's own; others' may hold what was sent.
_TOLD = frozenset(
    {"type", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "multipleOf"}
)


def _pointer(fault: ValidationError) -> str:
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in fault.instance_path]
    return "".join(f"/{part}" for part in parts)


def _message(kind: ValidationErrorKind) -> str:
    wanted: Any = kind.value
    if kind.name == "enum":
        return "must be one of: " + ", ".join(str(value) for value in wanted)
    if kind.name == "required":
        return f"is missing: {wanted}"
    if kind.name == "additionalProperties":
        return "has a field that this service does not know"
    if kind.name not in _TOLD:
        return f"does not fit: {kind.name}"
    return f"does not fit: {kind.name} " + (" or ".join(wanted) if isinstance(wanted, list) else str(wanted))
