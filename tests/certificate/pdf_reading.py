"""What a PDF really draws: the glyphs of its fonts, and where its text ends."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ByteStringObject, ContentStream, TextStringObject


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def fonts_of(pdf: bytes) -> set[str]:
    """The names of the embedded fonts, without the tag of their subset."""
    return {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in read(pdf).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }


def missing_glyphs(pdf: bytes) -> int:
    """How often glyph 0 is drawn: the empty box of a font that lacks the letter."""
    return sum(_glyphs(shown).count(0) for page in read(pdf).pages for shown in _shown(page))


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def rightmost(pdf: bytes) -> float:
    """Where the last letter of any line ends, in points from the left edge of the page."""
    return max(end for page in read(pdf).pages for end in _line_ends(page))


def _operations(page: PageObject) -> Iterator[tuple[list[Any], bytes]]:
    content = page.get_contents()
    assert content is not None
    yield from ContentStream(content, page.pdf).operations


def _shown(page: PageObject) -> Iterator[bytes]:
    for operands, operator in _operations(page):
        if operator in {b"Tj", b"TJ"}:
            yield from _strings(operands, operator)


def _strings(operands: list[Any], operator: bytes) -> Iterator[bytes]:
    for operand in operands if operator == b"Tj" else operands[0]:
        if isinstance(operand, ByteStringObject | TextStringObject):
            yield operand.original_bytes


def _glyphs(shown: bytes) -> list[int]:
    """Typst's fonts are Identity-H: two bytes a glyph."""
    assert len(shown) % 2 == 0
    return [int.from_bytes(shown[place : place + 2], "big") for place in range(0, len(shown), 2)]


def _line_ends(page: PageObject) -> Iterator[float]:
    """The right end of each run of text, by the widths of its glyphs."""
    widths = {name: _widths(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}  # type: ignore[index]
    moved, stack, size, font, at = [0.0], [], 0.0, "", 0.0
    for operands, operator in _operations(page):
        match operator:
            case b"q":
                stack.append(moved[-1])
            case b"Q":
                moved.append(stack.pop())
            case b"cm":
                moved.append(moved[-1] + float(operands[4]))
            case b"Tf":
                font, size = operands[0], float(operands[1])
            case b"Tm":
                at = float(operands[4])
            case b"Td":
                at += float(operands[0])
            case b"Tj" | b"TJ":
                shown = sum(widths[font].get(g, 1000.0) for run in _strings(operands, operator) for g in _glyphs(run))
                back = sum(float(n) for n in operands[0] if not isinstance(n, bytes | str)) if operator == b"TJ" else 0
                yield moved[-1] + at + (shown - back) * size / 1000


def _widths(font: Any) -> dict[int, float]:
    [descendant] = font["/DescendantFonts"]
    entries, found = list(descendant.get_object()["/W"]), dict[int, float]()
    while entries:
        first, second = int(entries.pop(0)), entries.pop(0)
        if isinstance(second, list):
            found |= {first + offset: float(width) for offset, width in enumerate(second)}
        else:
            width = float(entries.pop(0))
            found |= dict.fromkeys(range(first, int(second) + 1), width)
    return found
