"""Crockford's base 32, for codes that people read out and type: what is easily confused is one, typing errors show."""

from __future__ import annotations

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE: Final = {symbol: value for value, symbol in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
# The multiplicative order of x in GF(32): beyond it two places would have one weight.
LONGEST: Final = 30


def canonical(symbols: str) -> str | None:
    """The symbols with O as 0, and I and L as 1; None if one is not of the alphabet."""
    if any(symbol not in _VALUE for symbol in symbols):
        return None
    return "".join(ALPHABET[_VALUE[symbol]] for symbol in symbols)


def check_character(symbols: str) -> str:
    """A weighted sum in GF(32): all weights differ and none is 0 or that of the check character itself (1).

    So any one wrong symbol and any swap of two symbols is detected, the check character's own included.
    """
    if len(symbols) > LONGEST:
        raise ValueError(f"more than {LONGEST} symbols")
    total, weight = 0, 1
    for symbol in symbols:
        weight = _times(weight, 2)
        total ^= _times(_VALUE[symbol], weight)
    return ALPHABET[total]


def _times(left: int, right: int) -> int:
    """Product in GF(32) with the primitive polynomial x^5 + x^2 + 1."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 0b100000:
            left ^= 0b100101
        right >>= 1
    return product
