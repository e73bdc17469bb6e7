"""Reads the catalogue and checks citizens' attributes against it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError
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
        return sorted((_pointer(fault), _message(fault)) for fault in faults)


def load_catalogue(path: Path | None = None) -> Catalogue:
    source = path or SHIPPED
    try:
        return Catalogue(CatalogueFile.model_validate(load_yaml(source)))
    except (InvalidData, SchemaError) as error:
        raise CatalogueError(f"{source}: {error}") from error


def _validator(service: Service) -> Draft202012Validator:
    Draft202012Validator.check_schema(service.attributes)
    return Draft202012Validator(service.attributes, format_checker=_FORMATS)


_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


def _pointer(fault: ValidationError) -> str:
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in fault.absolute_path]
    return "".join(f"/{part}" for part in parts)


def _message(fault: ValidationError) -> str:
    wanted: Any = fault.validator_value
    given: Any = fault.instance
    if fault.validator == "enum":
        return "must be one of: " + ", ".join(str(value) for value in wanted)
    if fault.validator == "required":
        missing = sorted(set(wanted) - set(given))
        return "is missing: " + ", ".join(missing)
    if fault.validator == "additionalProperties":
        return "has a field that this service does not know"
    return f"does not fit: {fault.validator} {wanted}"
