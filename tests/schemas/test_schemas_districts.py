"""Districts are found by either of their names."""

import unicodedata

import pytest

from event_schemas.districts import district_named, names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("पटना", "Patna"),
        (" पटना ", "Patna"),
        ("Patna", "Patna"),
        ("PATNA", "Patna"),
        ("पूर्वी  चम्पारण", "East Champaran"),
        (unicodedata.normalize("NFD", "खगड़िया"), "Khagaria"),
        ("Atlantis", "Atlantis"),
        ("", ""),
    ],
)
def test_a_district_is_named_as_events_name_it(text: str, name: str) -> None:
    """What is no district stays what it is: a filter then finds nothing, and no other district."""
    assert district_named(text) == name


def test_every_district_has_a_name_in_both_scripts() -> None:
    """Thirty-eight districts, each by two spellings that mean no other."""
    assert len(set(names().values())) == 38
    assert len(names()) == 76
