"""Bound the length of a text before work that grows faster than it, such as normalization. Errors: TooLongError."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final, Literal

# No script stacks more on one letter (Unicode's stream-safe text allows as many). Sorting a run costs its square.
MAX_MARKS: Final = 30

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]


class TooLongError(ValueError):
    """A text over the length that its use allows. pydantic makes a field's fault of it."""


def bounded(text: str, longest: int) -> str:
    """The text itself; TooLongError if it has more characters. For what comes before a pattern or a conversion."""
    if len(text) > longest:
        raise TooLongError(f"more than {longest} characters")
    return text


def normalized(form: Form, text: str, longest: int) -> str:
    """unicodedata.normalize in time linear in the text: bounded, and without the marks beyond 30 on one letter."""
    bounded(text, longest)
    if text.isascii():
        return text
    # A text as short as that has no longer run: names and codes need no look.
    return unicodedata.normalize(form, text if len(text) <= MAX_MARKS else _long_runs().sub(r"\1", text))


@cache
def _long_runs() -> re.Pattern[str]:
    """Runs of marks, and of letters that decompose into marks alone; those beyond the limit are outside the group."""
    marks = [code for code in range(0x80, 0x20000) if _is_mark(code)]
    ranges: list[list[int]] = []
    for code in marks:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    letters = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
    return re.compile(f"([{letters}]{{{MAX_MARKS}}})[{letters}]+")


def _is_mark(code: int) -> bool:
    letter = chr(code)
    if unicodedata.decomposition(letter):
        letter = unicodedata.normalize("NFKD", letter)[0]
    return unicodedata.combining(letter) != 0
