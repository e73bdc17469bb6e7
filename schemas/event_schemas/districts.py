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


@cache
def names() -> dict[str, str]:
    """By each spelling of the list, casefolded."""
    with Path(__file__).with_name("districts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    spellings = ((row[key], row["name"]) for row in rows for key in ("name", "name_hi"))
    return {unicodedata.normalize("NFC", spelling).casefold(): name for spelling, name in spellings}
