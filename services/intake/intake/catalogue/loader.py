"""Reads the catalogue and checks citizens' attributes against it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind
from pydantic import ValidationError as InvalidData

from chassis.settings import load_yaml
from intake.catalogue.model import CatalogueFile, Service

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

    def attribute_errors(self, service: Service, attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(JSON pointer below `attributes`, message) of each fault. Messages never repeat what was sent."""
        faults = self._validators[service.code].iter_errors(attributes)
        return sorted((_pointer(fault), _message(fault.kind)) for fault in faults)


def load_catalogue(path: Path | None = None) -> Catalogue:
    source = path or SHIPPED
    try:
        return Catalogue(CatalogueFile.model_validate(load_yaml(source)))
    except (InvalidData, ValidationError) as error:
        raise CatalogueError(f"{source}: {error}") from error


def _validator(service: Service) -> Draft202012Validator:
    return Draft202012Validator(service.attributes, formats=_FORMATS, validate_formats=True)


def _is_time(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


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
