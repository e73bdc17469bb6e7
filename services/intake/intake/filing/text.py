"""Free text as citizens send it: any script is welcome, invisible control characters are not."""

import re
from typing import Final

from chassis.bounds import normalized
from chassis.visible import is_blank

# Control characters but tab and newline, direction overrides, invisible marks, lone surrogates.
# Zero-width joiners stay: Hindi and other Indic scripts need them.
_DROPPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]")

LONGEST: Final = 40_000


def clean_text(text: str) -> str:
    """NFC, line ends as newlines, without control characters, NUL, lone surrogates and direction overrides.

    Empty if nothing in it can be seen: joiners alone are no name and no description.
    TooLongError (a field's fault) over 40,000 characters: it is looked at before any work is done.
    """
    plain = normalized("NFC", text, LONGEST).replace("\r\n", "\n").replace("\r", "\n")
    kept = _DROPPED.sub("", plain).strip()
    return "" if is_blank(kept) else kept


def shortened_text(text: str, longest: int) -> str:
    """The beginning of a text of any length, cleaned: for what is kept rather than refused."""
    return clean_text(text[: min(longest * 2, LONGEST)])[:longest]
