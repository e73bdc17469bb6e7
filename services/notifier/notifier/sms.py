"""How long an SMS is: GSM 03.38 or UCS-2, and the segments an operator counts and bills."""

from __future__ import annotations

from typing import Final

_GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED: Final = frozenset("^{}\\[~]|€\f")


def is_gsm(text: str) -> bool:
    """True if every character is in the GSM 03.38 alphabet; one Devanagari letter makes the whole message UCS-2."""
    return all(c in _GSM_BASIC or c in _GSM_EXTENDED for c in text)


def segments(text: str) -> int:
    """How many SMS the text takes: 160 or 70 characters in one, 153 or 67 in each of several."""
    if is_gsm(text):
        units, single, several = sum(2 if c in _GSM_EXTENDED else 1 for c in text), 160, 153
    else:
        units, single, several = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if units <= single else -(-units // several)
