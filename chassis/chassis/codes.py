"""Codes as people type them: digits of any script, spaces, dashes and invisible joiners, either case."""

from __future__ import annotations

import unicodedata
from typing import Final

from chassis.bounds import bounded

# No code of ours is half as long; what is written apart, letter by letter, still fits.
LONGEST: Final = 200

_DASHES: Final = frozenset("\u2212\u02d7\ufe63\uff0d\u2043")
_SEPARATORS: Final = frozenset("-_.,/\\:|'\"()[]")
# The full-width forms of ! to ~ lie at the same distance from them.
_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)
_FULL_WIDTH_SHIFT: Final = 0xFF01 - 0x21


def plain_code(text: str, longest: int = LONGEST) -> str:
    """A code in ASCII: digits of any script, full-width letters, every dash as "-", no joiners, no space at its ends.

    Case, inner spaces and punctuation stay, and so does what has no ASCII form. TooLongError over `longest`.
    """
    bounded(text, longest)
    if text.isascii():
        return text.strip()
    return "".join(_plain(letter) for letter in text).strip()


def bare_code(text: str, longest: int = LONGEST) -> str:
    """As `plain_code`, in capitals, without spaces and punctuation: for codes of letters and digits alone."""
    plain = plain_code(text, longest).upper()
    return plain if plain.isalnum() else "".join(c for c in plain if c not in _SEPARATORS and not c.isspace())


def ascii_digits(text: str) -> str:
    """Each decimal digit of any script as its ASCII one; every index stays where it was."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(character, character)) for character in text)


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(letter)
    if category == "Pd" or letter in _DASHES:
        return "-"
    if category[0] == "Z":
        return " "
    # Joiners, marks of direction, a byte order mark; and the selectors of a glyph's form.
    if category in {"Cf", "Cc"} or "\ufe00" <= letter <= "\ufe0f":
        return ""
    code = ord(letter)
    return chr(code - _FULL_WIDTH_SHIFT) if code in _FULL_WIDTH else letter
