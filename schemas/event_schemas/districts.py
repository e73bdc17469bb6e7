"""Bihar's revenue districts by both of their names: events carry the English one, people write either."""

import csv
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

# No name of a district is half as long, and to compose a long text may take seconds.
LONGEST: Final = 200


def district_named(text: str) -> str:
    """The name that events carry for one in Hindi or in other capitals; what is no district stays as it is."""
    if len(text) > LONGEST:
        return text
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return names().get(plain.casefold(), plain)


def hindi_name(name: str) -> str | None:
    """The Hindi name of a district by the one that events carry; None for what is no district."""
    return _hindi_names().get(name)


@cache
def names() -> dict[str, str]:
    """By each spelling of the list, casefolded."""
    spellings = ((row[key], row["name"]) for row in _rows() for key in ("name", "name_hi"))
    return {unicodedata.normalize("NFC", spelling).casefold(): name for spelling, name in spellings}


@cache
def _hindi_names() -> dict[str, str]:
    return {row["name"]: row["name_hi"] for row in _rows()}


@cache
def _rows() -> list[dict[str, str]]:
    with Path(__file__).with_name("districts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
