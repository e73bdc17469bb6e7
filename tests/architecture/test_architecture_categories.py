"""Routing decides by words that intake's catalogue defines: a word that no citizen can send would decide nothing."""

from collections.abc import Iterable, Iterator

import pytest

from intake.catalogue.loader import Catalogue, load_catalogue
from routing.dataset import load_shipped
from routing.domain import Specialist, StationKind
from routing.handlers import AGAINST_POLICE

# Kinds of unit that no category leads to: they answer for ground, not for matters.
OF_GROUND = frozenset({StationKind.TERRITORIAL, StationKind.OUTPOST})


def values_of(catalogue: Catalogue) -> frozenset[tuple[str, str]]:
    """(field, word) of everything the rules may look at: service codes, and the categories that travel unsealed."""
    codes = {("service_code", service.code) for service in catalogue}
    categories = {
        ("category", value)
        for service in catalogue
        for name, schema in service.attributes.get("properties", {}).items()
        if name == "category" and schema.get("x-clear")
        for value in schema["enum"]
    }
    return frozenset(codes | categories)


def clear_flags(catalogue: Catalogue) -> frozenset[str]:
    """Boolean attributes that travel unsealed."""
    return frozenset(
        name
        for service in catalogue
        for name, schema in service.attributes.get("properties", {}).items()
        if schema.get("type") == "boolean" and schema.get("x-clear")
    )


def unknown_values(specialists: Iterable[Specialist], catalogue: Catalogue) -> Iterator[str]:
    known = values_of(catalogue)
    yield from (f"{row.field} {row.value}" for row in specialists if (row.field, row.value) not in known)


def test_every_specialist_value_is_one_of_the_catalogue() -> None:
    """A category or service that leads to a specialist unit can really be filed."""
    assert list(unknown_values(load_shipped().specialists, load_catalogue())) == []


def test_every_kind_of_specialist_unit_has_a_category() -> None:
    """No kind of unit stands idle because no word leads to it."""
    assert {row.kind for row in load_shipped().specialists} == frozenset(StationKind) - OF_GROUND


def test_a_complaint_against_police_is_known_by_a_clear_boolean_of_the_catalogue() -> None:
    """The attribute that keeps a case from the accused station reaches routing unsealed."""
    assert AGAINST_POLICE in clear_flags(load_catalogue())


@pytest.mark.parametrize(("field", "value"), [("category", "women"), ("attribute", "theft"), ("service_code", "efir")])
def test_a_value_of_nobody_is_found(field: str, value: str) -> None:
    """The check itself: other spellings and other fields are named."""
    rows = [Specialist(field, value, StationKind.MAHILA)]
    assert list(unknown_values(rows, load_catalogue())) == [f"{field} {value}"]
