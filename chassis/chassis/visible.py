"""Whether a text has a visible character: one of joiners, spaces and other invisible ones is as good as empty."""

from __future__ import annotations

import unicodedata
from typing import Final

# Letters and symbols by category, whose glyph is empty: Hangul fillers and the empty Braille cell.
_EMPTY: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def is_blank(text: str) -> bool:
    """True if no letter, digit, sign or symbol is in it; a mark alone is none of these."""
    return not any(unicodedata.category(c)[0] in "LNPS" and c not in _EMPTY for c in text)
