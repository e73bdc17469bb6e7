"""What the catalogue says of wrong attributes, and of a file that cannot be used."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from intake.catalogue import Catalogue, CatalogueError, load_catalogue
from intake.catalogue.loader import SHIPPED
from intake.catalogue.model import CatalogueFile

QUESTIONS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["item", "count"],
    "properties": {
        "item": {"enum": ["phone", "bag"]},
        "count": {"type": "integer", "minimum": 1},
        "note": {"type": ["string", "null"], "maxLength": 5},
        "imei": {"type": "string", "pattern": "^[0-9]{15}$"},
        "lost_at": {"type": "string", "format": "date-time"},
        "born_on": {"type": "string", "format": "date"},
        "kinds": {"type": "array", "uniqueItems": True, "items": {"not": {"const": "secret word"}}},
    },
}


def shipped_with(questions: dict[str, Any]) -> dict[str, Any]:
    file: dict[str, Any] = yaml.safe_load(SHIPPED.read_text())
    return {**file, "services": [{**file["services"][0], "code": "asked", "attributes": questions}]}


def faults(given: dict[str, Any]) -> list[tuple[str, str]]:
    catalogue = Catalogue(CatalogueFile.model_validate(shipped_with(QUESTIONS)))
    service = catalogue.get("asked")
    assert service is not None
    return catalogue.attribute_errors(service, {"item": "bag", "count": 1, **given})


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"item": "secret word"}, ("/item", "must be one of: phone, bag")),
        ({"count": 0}, ("/count", "does not fit: minimum 1")),
        ({"count": "secret word"}, ("/count", "does not fit: type integer")),
        ({"note": "secret word"}, ("/note", "does not fit: maxLength 5")),
        ({"note": 7}, ("/note", "does not fit: type null or string")),
        ({"imei": "secret word"}, ("/imei", "does not fit: pattern ^[0-9]{15}$")),
        ({"lost_at": "2026-11-22T06:30:00"}, ("/lost_at", "does not fit: format date-time")),
        ({"born_on": "31.12.1990"}, ("/born_on", "does not fit: format date")),
        ({"kinds": ["secret word"]}, ("/kinds/0", "does not fit: not")),
        ({"kinds": ["a", "a"]}, ("/kinds", "does not fit: uniqueItems")),
        ({"secret word": 1}, ("", "has a field that this service does not know")),
    ],
)
def test_a_wrong_attribute_is_named_and_never_repeated(given: dict[str, Any], fault: tuple[str, str]) -> None:
    """A fault tells its place and the rule it breaks; what was sent is not in it."""
    assert faults(given) == [fault]


def test_each_missing_attribute_is_named_once() -> None:
    """Who left out two answers reads of both."""
    catalogue = Catalogue(CatalogueFile.model_validate(shipped_with(QUESTIONS)))
    service = catalogue.get("asked")
    assert service is not None
    assert catalogue.attribute_errors(service, {}) == [("", "is missing: count"), ("", "is missing: item")]


def test_right_attributes_have_no_fault() -> None:
    """A time with its zone and a day pass, as does everything else the questions allow."""
    assert faults({"lost_at": "2026-11-22T06:30:00Z", "born_on": "1990-12-31", "note": None, "kinds": ["a", "b"]}) == []


def test_a_catalogue_with_a_broken_schema_is_refused(tmp_path: Path) -> None:
    """A schema that is none stops the start, not the first citizen."""
    broken = {**QUESTIONS, "properties": {"item": {"type": "objekt"}}}
    path = tmp_path / "services.yaml"
    path.write_text(yaml.safe_dump(shipped_with(broken)))
    with pytest.raises(CatalogueError):
        load_catalogue(path)
