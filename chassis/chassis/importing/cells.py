"""Codes, names and yes-or-no as files write them, put into the form that events can carry."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from chassis.codes import ascii_digits

CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
WHOLE_NUMBER: Final = re.compile(r"([0-9]+)\.0+")
# An event's text ends at 300 characters, and a post's name has its office before the station's.
LONGEST_NAME: Final = 200
YES: Final = frozenset({"", "1", "true", "yes", "y", "हाँ", "हां"})
NO: Final = frozenset({"0", "false", "no", "n", "नहीं"})


def clean_code(text: str) -> str | None:
    """A code in the digits that events and topics know, '5117901' for '५११७९०१' and '5117901.0'; None if it is none."""
    latin = ascii_digits(text.strip())
    number = WHOLE_NUMBER.fullmatch(latin)
    code = number.group(1) if number else latin
    return code if CODE.fullmatch(code) else None


def yes_or_no(text: str) -> bool | None:
    """None for a text that is neither. An empty cell is yes."""
    answer = text.casefold()
    return True if answer in YES else False if answer in NO else None


def usual_values(properties: Mapping[str, Any], usual: Iterable[str]) -> Iterator[Any]:
    """The properties of these names in their order, however their letters are written: a shapefile's are capitals."""
    spelt = {_spelling(name): value for name, value in reversed(list(properties.items()))}
    return (spelt.get(_spelling(name)) for name in usual)


def _spelling(name: str) -> str:
    return name.replace("_", "").replace(" ", "").casefold()
