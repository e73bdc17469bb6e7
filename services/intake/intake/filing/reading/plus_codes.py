"""Full plus codes (Open Location Code) as points. The published library has no wheel, and reading takes ten lines."""

import re
from dataclasses import dataclass

ALPHABET = "23456789CFGHJMPQRVWX"
# A short code needs a town to be read by, which we would have to guess: it is none here.
FULL_CODE = re.compile(rf"(?<![A-Z0-9])([{ALPHABET}]{{8}}\+[{ALPHABET}]{{2,7}})(?![A-Z0-9])", re.IGNORECASE)
PAIRS = 10
ROWS, COLUMNS = 5, 4


@dataclass(frozen=True, slots=True)
class Area:
    """Its middle, and half its height in degrees."""

    lat: float
    lon: float
    half_height: float


def decode(code: str) -> Area:
    """Pairs of digits in base 20, then a finer grid of 5 by 4 for each digit more."""
    digits = [ALPHABET.index(digit) for digit in code.upper() if digit != "+"]
    lat, lon, height = -90.0, -180.0, 400.0
    for north, east in zip(digits[:PAIRS:2], digits[1:PAIRS:2], strict=True):
        height /= 20
        lat, lon = lat + north * height, lon + east * height
    width = height
    for digit in digits[PAIRS:]:
        height, width = height / ROWS, width / COLUMNS
        lat, lon = lat + digit // COLUMNS * height, lon + digit % COLUMNS * width
    return Area(lat + height / 2, lon + width / 2, height / 2)
