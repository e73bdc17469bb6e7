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
    total = 0
    for symbol, weighted in zip(symbols, _WEIGHTED, strict=False):
        total ^= weighted[_VALUE[symbol]]
    return ALPHABET[total]


def encoded(number: int, length: int) -> str:
    """The lowest `length` symbols' worth of a number, the highest first."""
    return "".join([ALPHABET[number >> shift & 31] for shift in range(5 * (length - 1), -1, -5)])


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


def _weighted() -> tuple[tuple[int, ...], ...]:
    """By place and value of a symbol: the value times the place's weight, a power of x."""
    rows, weight = [], 1
    for _ in range(LONGEST):
        weight = _times(weight, 2)
        rows.append(tuple(_times(value, weight) for value in range(len(ALPHABET))))
    return tuple(rows)


# Each filing has a check character; the products are the same for all.
_WEIGHTED: Final = _weighted()
