"""The kinds of help, in the words people use for them."""

import json
from typing import Any

import pytest

from intake.filing.reading.urgent import read_urgent


@pytest.mark.parametrize(
    ("value", "kinds", "unknown"),
    [
        ("आग", "fire", False),
        ("aag lagi hai", "fire", False),
        ("AAG", "fire", False),
        ("آگ", "fire", False),
        ("फ़ायर ब्रिगेड", "fire", False),
        ("fire brigade", "fire", False),
        ("Fire-Engine", "fire", False),
        ("एंबुलेंस", "ambulance", False),
        ("एम्बुलेन्स", "ambulance", False),
        ("ambulance", "ambulance", False),
        ("ایمبولینس", "ambulance", False),
        ("पुलिस", "police", False),
        ("پولیس", "police", False),
        ("police,fire", "police fire", False),
        ("police + ambulance / fire", "police ambulance fire", False),
        (["POLICE", " Fire "], "police fire", False),
        ([["fire"], {"kind": "ambulance"}], "ambulance fire", False),
        ({"fire": True, "police": False}, "fire", False),
        (101, "fire", False),
        ("१०८", "ambulance", False),
        ("helicopter", "police", True),
        (["fire", "भूकंप"], "fire", True),
        ("आगरा", "police", True),
        (None, "police", False),
        ([], "police", False),
    ],
)
def test_kinds_as_people_write_them(value: Any, kinds: str, unknown: bool) -> None:
    """Known words in any script give their help; an unknown one is kept in words, flagged, and police come."""
    read = read_urgent(json.dumps({"kind": value}).encode())
    assert read.kinds == tuple(kinds.split())
    assert ("field_unreadable" in read.flags) is unknown
    if unknown:
        assert (value if isinstance(value, str) else value[-1]) in (read.note or "")
