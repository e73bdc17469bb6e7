"""Reads angles in degrees out of numbers and texts in any notation, in Hindi, Urdu and English, in any digits."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from chassis.bounds import normalized
from chassis.codes import ascii_digits

# Longer texts are read by their beginning: no place takes more.
MAX_TEXT = 500
MAX_NUMBERS = 6
_DIRECTIONS = frozenset("NSEW")


def read_number(value: Any) -> float | None:
    """A plain number, as a number or as a text: "12", "12 m", "12,5", in any script's digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, str):
        return None
    found = re.match(r"\s*([-+]?\d{1,12}(?:[.,]\d{1,12})?)", plain_form(value[:60]))
    return float(found[1].replace(",", ".")) if found else None


def signs_of(text: str) -> list[str] | None:
    """The numbers and directions of a text, in order; None if it holds other words."""
    text = _COMPACT_DMS.sub(lambda found: f"{found[1]}°{found[2]}'" + (f'{found[3]}"' if found[3] else ""), text)
    # 25.36.39 is degrees, minutes and seconds.
    text = re.sub(r"(?<![\d.])(\d{1,3})\.(\d{1,2})\.(\d{1,2})(?=\D|$)(?!\.\d)", r"\1 \2 \3", text)
    text = _SPELLED.sub(lambda found: _BY_TOKEN.get(found[0].lower(), found[0]), text)
    if re.fullmatch(r"[^.]*\d,\d[^.]*", text) and re.search(r"[°'\"NSEW@]", text):
        text = re.sub(r"(?<=\d),(?=\d{2,})", ".", text)
    rest = _TOKEN.sub("", text)
    if any(letter.isalpha() for letter in rest):
        return None
    # The sign of a hyphen between two numbers is a separator, not a minus.
    signs = [sign for sign in _TOKEN.findall(re.sub(r"(?<=[\d°'\"])-(?=\d)", " ", text)) if sign]
    if _DIRECTIONS & set(signs):
        # "lat 25.6 N": the direction says as much as the name.
        signs = [sign for sign in signs if not sign.startswith("@")]
    numbers = sum(sign[-1].isdigit() for sign in signs)
    return signs if 1 <= numbers <= MAX_NUMBERS else None


def halves_of(signs: list[str]) -> tuple[list[str], list[str]] | None:
    """The signs of either angle: cut at its direction if it has one, else in the middle."""
    places = [place for place, sign in enumerate(signs) if sign in _DIRECTIONS or sign.startswith("@")]
    numbers = [place for place, sign in enumerate(signs) if sign[-1].isdigit()]
    if len(numbers) < 2:
        return None
    if len(places) >= 2:
        # A direction before its number, or behind it.
        second = next((place for place in places if place > numbers[0]), len(signs))
        cut = second if places[0] < numbers[0] else second + 1
        return signs[:cut], signs[cut:]
    if len(numbers) % 2:
        return None
    cut = numbers[len(numbers) // 2]
    return signs[:cut], signs[cut:]


def degrees_of(signs: Sequence[str]) -> float | None:
    numbers = [float(sign) for sign in signs if sign[-1].isdigit()]
    if not 1 <= len(numbers) <= 3 or any(not 0 <= part < 60 for part in numbers[1:]):
        return None
    if any(part != int(part) for part in numbers[:-1]):
        return None
    size = abs(numbers[0])
    directions = _DIRECTIONS.intersection(signs)
    if len(numbers) == 1 and directions and size > 180:
        # NMEA writes degrees and minutes as one number: 2536.65,N.
        size = size // 100 + size % 100 / 60
    value: float = size + sum(part / 60.0**power for power, part in enumerate(numbers[1:], start=1))
    negative = numbers[0] < 0 or bool(directions & {"S", "W"})
    return -value if negative else value


def read_angle(value: Any) -> float | None:
    """One angle from a number, a text or an object of degrees, minutes and seconds."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e10 else None
    if isinstance(value, Mapping):
        return _angle_of_parts(value)
    if not isinstance(value, str):
        return None
    text = plain_form(value[:100])
    if re.fullmatch(r"[-+]?\d{1,3},\d{1,20}", text):
        text = text.replace(",", ".")
    signs = signs_of(text)
    return None if signs is None else degrees_of(signs)


def _angle_of_parts(parts: Mapping[str, Any]) -> float | None:
    named = {str(name)[:3].lower(): value for name, value in list(parts.items())[:10]}
    if len(named) == 1:
        (value,) = named.values()
        return None if isinstance(value, Mapping) else read_angle(value)
    if "deg" not in named:
        return None
    numbers = [read_number(named.get(name, 0)) for name in ("deg", "min", "sec")]
    if any(number is None for number in numbers):
        return None
    return degrees_of([repr(number) for number in numbers if number is not None])


# Words and marks in one spelling each: what stands for degrees, minutes, seconds, a direction, a name of a number.
_SPELLINGS: Mapping[str, str] = {
    "°": "° º ˚ deg degs degree degrees डिग्री अंश ڈگری",
    "'": "' ′ ‘ ’ ` ´ min mins minute minutes मिनट منٹ",
    '"': '" ″ “ ” sec secs second seconds सेकंड सेकेंड सेकण्ड सेकेण्ड सेकन्ड سیکنڈ',
    "N": "n north उत्तर उ شمال",
    "S": "s south दक्षिण द جنوب",
    "E": "e east पूर्व पूरब पू مشرق",
    "W": "w west पश्चिम प مغرب",
    "@lat ": "lat latitude lattitude अक्षांश عرض",
    "@lon ": "lon long lng longitude देशांतर देशान्तर रेखांश طول",
}
_BY_TOKEN = {token: sign for sign, tokens in _SPELLINGS.items() for token in tokens.split()}
_SPELLED = re.compile(
    "|".join(
        # A word stands alone or right beside a number: 25d36m39s, 25.6N, lat25.6.
        rf"(?<![^\W\d_]){re.escape(token)}(?![^\W\d_])" if token.isalpha() else re.escape(token)
        for token in sorted(_BY_TOKEN, key=len, reverse=True)
    ),
    re.IGNORECASE,
)
_COMPACT_DMS = re.compile(r"(\d)\s?d\s?(\d[\d.,]{0,15})\s?m(?:\s?(\d[\d.,]{0,15})\s?s)?(?![a-z])", re.IGNORECASE)


def plain_form(text: str) -> str:
    """Bounded, in compatibility form, with ASCII digits, one kind of minus and of decimal point."""
    text = text[:MAX_TEXT].replace("º", "°").replace("″", '"').replace("''", '"')
    # Marks without end on one letter would make the next call slow, and no place has two.
    text = "".join(letter for letter in text if not unicodedata.combining(letter) or letter in "\u094d\u093c")
    # Some letters are eighteen in this form.
    text = normalized("NFKC", re.sub("[\u094d\u093c]{2,}", "", text), MAX_TEXT)[:MAX_TEXT]
    text = ascii_digits(text)
    return text.translate(_POINTS).strip()


_POINTS = str.maketrans(
    {"٫": ".", "،": ",", "−": "-", "–": "-", "—": "-", "‐": "-", "؛": ";", "\u200e": "", "\u200f": ""}
)

_TOKEN = re.compile(r"@lat |@lon |[NSEW]|[-+]?\d{1,30}(?:\.\d{1,30})?")
