"""The paper's fonts and their letters: text is fitted to them, so that no paper shows an empty box for a letter."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

import manimgx_fonts
import pymupdf_fonts
from anyascii import anyascii
from fontTools.ttLib import TTFont

from .page import Page, Row, Text

# Bihar's own letters first; then what its neighbours, and Indians anywhere, write their names in.
_FIRAGO: Final = {"figo": "FiraGO-Regular.ttf", "figbo": "FiraGO-Bold.ttf"}
_SHIPPED: Final = ("Ol Chiki", "Kaithi", "Tirhuta", "MeeteiMayek", "WarangCiti")
_PACKAGED: Final = (
    "", "Arabic", "Devanagari", "Bengali", "Gurmukhi", "Oriya", "Tamil", "Telugu", "Gujarati", "Kannada", "Malayalam",
    "Sinhala", "Myanmar", "Thai", "Khmer", "Lao", "Hebrew", "Armenian", "Georgian", "Ethiopic", "Symbols",
)  # fmt: skip
FAMILIES: Final = (
    "FiraGO",
    *(f"Noto Sans {script}".rstrip() for script in (*_PACKAGED, *_SHIPPED)),
    "Noto Emoji",
)

LATIN_NOTE: Final = Text(
    hi="जो अक्षर यहाँ नहीं छप सकते, वे रोमन अक्षरों में लिखे गए हैं।",
    en="Letters that cannot be printed here are written in Latin letters.",
)


class Fitted(NamedTuple):
    text: str
    in_latin: bool


def fit_page(page: Page) -> Page:
    """The page with letters that its fonts have; if a value had others, a note says what stands for them."""
    fitted = [(row, fit(row.value)) for row in page.rows]
    rows = tuple(Row(label=row.label, value=value.text, dir=row.dir) for row, value in fitted)
    notes = (*page.notes, LATIN_NOTE) if any(value.in_latin for _, value in fitted) else page.notes
    statement = tuple(Text(hi=fit(text.hi).text, en=fit(text.en).text) for text in page.statement)
    return page.model_copy(update={"rows": rows, "statement": statement, "notes": notes})


def fit(text: str) -> Fitted:
    """A letter and its marks are kept if one font has them all; else they are written in Latin letters."""
    kept, in_latin = [], False
    for letter in _letters(text):
        if _is_printed(letter):
            kept.append(letter)
        else:
            in_latin = True
            kept.append(anyascii(letter) or "".join(f"[U+{ord(c):04X}]" for c in letter))
    return Fitted("".join(kept), in_latin)


def font_folders(own: Path) -> list[str]:
    """Where the typesetter finds the fonts; FiraGO is written to `own`."""
    for code, name in _FIRAGO.items():
        (own / name).write_bytes(pymupdf_fonts.myfont(code))
    return [str(own), str(_packaged()), str(files("certificate").joinpath("fonts"))]


@lru_cache(maxsize=4096)
def _is_printed(letter: str) -> bool:
    wanted = {ord(c) for c in letter if not _is_invisible(c)}
    return any(wanted <= _characters(family) for family in FAMILIES)


def _letters(text: str) -> Iterator[str]:
    """Each character with the marks and joiners that follow it: a font draws these together or not at all."""
    start = 0
    for place, character in enumerate(text):
        if place > start and unicodedata.category(character)[0] != "M" and not _is_invisible(character):
            yield text[start:place]
            start = place
    if text:
        yield text[start:]


def _is_invisible(character: str) -> bool:
    return character in "\u200c\u200d\u034f" or "\ufe00" <= character <= "\ufe0f"


@cache
def _characters(family: str) -> frozenset[int]:
    """The characters that a font has. Read when first asked for: nearly every paper needs FiraGO alone."""
    if family == "FiraGO":
        # Headings are bold, values are not: a letter counts if both have it.
        return frozenset.intersection(*(_in_font(pymupdf_fonts.myfont(code)) for code in _FIRAGO))
    name = family.replace(" ", "")
    if family.removeprefix("Noto Sans ") in _SHIPPED:
        return _in_font(files("certificate").joinpath("fonts", f"{name}-Regular.ttf").read_bytes())
    return _in_font((_packaged() / f"{name}[wght].ttf").read_bytes())


def _in_font(font: bytes) -> frozenset[int]:
    return frozenset(TTFont(io.BytesIO(font), lazy=True).getBestCmap())


def _packaged() -> Path:
    return Path(manimgx_fonts.__file__).parent
