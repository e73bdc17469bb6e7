"""Reads the catalogue and checks citizens' attributes against it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema_rs import ValidationError
from pydantic import ValidationError as InvalidData

from chassis.bilingual import Bilingual, Language
from chassis.sentences import facts_of_answers
from chassis.settings import load_yaml
from intake.catalogue.answers import Questions
from intake.catalogue.helplines import helplines_for, helplines_of
from intake.catalogue.model import CatalogueFile, Service
from intake.catalogue.questions import form

SHIPPED = Path(__file__).parent
PARTS: Final = ("vocabularies", "blocks", "checks", "promises", "identity", "helplines", "contact")


class CatalogueError(Exception):
    """The catalogue's file cannot be used; the text says where."""


class Catalogue:
    """Services by code, each with its compiled schema."""

    def __init__(self, file: CatalogueFile) -> None:
        self.version = file.version
        self.promises = file.promises
        self.checks = file.checks
        self.identity = file.identity
        self._helplines = file.helplines
        self._contact = file.contact
        self.notices = {notice.code: notice for service in file.services for notice in service.notices}
        self._services: Mapping[str, Service] = {service.code: service for service in file.services}
        if len(self._services) != len(file.services):
            raise CatalogueError("two services have one code")
        self._questions = {
            service.code: Questions(service.attributes, file.checks, formats_refused=service.wrong_formats == "refused")
            for service in file.services
        }

    def __iter__(self) -> Iterator[Service]:
        return iter(self._services.values())

    def get(self, code: str) -> Service | None:
        return self._services.get(code)

    def helplines(self, service_code: str, answers: Mapping[str, Any] | None = None) -> list[Mapping[str, Any]]:
        """Numbers that may help beside the service or, with the answers in clear of a case, beside that case."""
        if answers is None:
            return [one.view() for one in helplines_of(self._helplines, service_code)]
        return [one.view() for one in helplines_for(self._helplines, service_code, facts_of_answers(answers))]

    def form(self, service: Service, language: Language) -> Mapping[str, Any]:
        """The service's questions as a JSON Schema for one reader (see questions.form)."""
        return self._questions[service.code].form(language)

    def contact_form(self, service: Service, language: Language) -> Mapping[str, Any] | None:
        """What a form of the service asks of how the citizen is written to; None where it asks nothing of it."""
        if self._contact is None or service.family not in self._contact.families:
            return None
        return form(self._contact.attributes, language)

    def attribute_errors(
        self, service: Service, attributes: Mapping[str, Any], now: datetime
    ) -> list[tuple[str, Bilingual]]:
        """(JSON pointer below `attributes`, message) of the first faults. Messages never repeat what was sent."""
        return self._questions[service.code].errors(attributes, now)

    def doubts(self, service: Service, attributes: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
        """The attributes whose form is not that of such a number, where the service accepts and flags them."""
        return self._questions[service.code].doubts(attributes, now)


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
