"""Reads a place out of what people and programs write: degrees, links to maps, plus codes, GeoJSON."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from event_schemas import Location
from intake.filing.geo import PointPlausibility, clamped_accuracy, judge_point
from intake.filing.reading import plus_codes
from intake.filing.reading.angles import MAX_TEXT, degrees_of, halves_of, plain_form, read_angle, read_number, signs_of

# Of a message, so many stretches of that length are looked at.
MAX_STRETCHES = 20
_OVERLAP = 150
_SCALES = (1.0, 1e-6, 1e-7)


@dataclass(frozen=True, slots=True)
class Found:
    """A point in India; `swapped` if its numbers came in the order that their names or habit deny."""

    location: Location
    swapped: bool = False


def read_pair(lat: Any, lon: Any, accuracy: Any = None) -> Found | None:
    """From two values by their names; each may be a number or a text in any notation."""
    first, second = read_angle(lat), read_angle(lon)
    return None if first is None or second is None else _judged(first, second, accuracy, ordered=True)


def read_list(values: Sequence[Any]) -> Found | None:
    """From a bare list: GeoJSON writes the longitude first, others do not; in India the numbers show which."""
    if len(values) == 1 and isinstance(values[0], list):
        return read_list(values[0])
    if len(values) < 2 or any(isinstance(value, dict | list) for value in values[:2]):
        return next((found for value in values[:2] if isinstance(value, list) and (found := read_list(value))), None)
    first, second = read_angle(values[0]), read_angle(values[1])
    return None if first is None or second is None else _judged(first, second, None, ordered=False)


def read_text(text: str) -> Found | None:
    """From a text that is given as a place."""
    plain = plain_form(text)
    return _from_link(plain) or _from_plus_code(plain) or _from_degrees(plain) or _marked_or_long(plain)


def find_in_text(text: str) -> Found | None:
    """From a message: only what can hardly mean anything else."""
    starts = range(0, min(len(text), MAX_STRETCHES * (MAX_TEXT - _OVERLAP)), MAX_TEXT - _OVERLAP)
    stretches = (plain_form(text[start : start + MAX_TEXT]) for start in starts)
    found = (_from_link(part) or _from_plus_code(part) or _marked_or_long(part) for part in stretches)
    return next((one for one in found if one is not None), None)


def _judged(first: float, second: float, accuracy: Any, *, ordered: bool) -> Found | None:
    for scale in _SCALES:
        lat, lon = first * scale, second * scale
        place = judge_point(lat, lon)
        if place is PointPlausibility.SWAPPED:
            lat, lon = lon, lat
        if place in (PointPlausibility.INDIA, PointPlausibility.SWAPPED):
            radius = clamped_accuracy(read_number(accuracy))
            return Found(Location(lat=lat, lon=lon, accuracy_m=radius), ordered and place is PointPlausibility.SWAPPED)
    return None


_DECIMAL = r"[-+]?\d{1,3}\.\d{3,20}"
_PAIR = re.compile(rf"(?<![\d.])({_DECIMAL})\s{{0,3}}[,;/ ~]\s{{0,3}}({_DECIMAL})(?![\d.])")
_LABELLED = re.compile(
    r"\b(?:lat|latitude)\b[\"'\s:=]{1,5}([-+]?\d{1,3}\.\d{2,20})[^\d+-]{1,30}?\b(?:lon|long|lng|longitude)\b"
    r"[\"'\s:=]{1,5}([-+]?\d{1,3}\.\d{2,20})",
    re.IGNORECASE,
)
_LOOSE = r"([-+]?\d{1,3}(?:\.\d{1,20})?)"
_NAMES = "q|query|ll|sll|daddr|destination|center|cp|pin|loc|marker|markers|at|point|near|viewpoint"
# The pin comes before the middle of the map, and both before what was searched for.
_LINKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"!3d{_LOOSE}!4d{_LOOSE}",
        rf"mlat={_LOOSE}&(?:amp;)?mlon={_LOOSE}",
        rf"\bgeo:{_LOOSE},{_LOOSE}",
        rf"[?&](?:{_NAMES})=(?:loc:|[a-z0-9 ]{{0,20}}:)?\s*{_LOOSE}\s*[,~+ ]\s*{_LOOSE}",
        rf"#(?:map=)?\d{{1,2}}(?:\.\d{{1,4}})?/{_LOOSE}/{_LOOSE}",
        rf"/(?:place|search|dir|maps|loc)/{{1,2}}[^/@]{{0,60}}?{_LOOSE},\s?{_LOOSE}",
        rf"@{_LOOSE},{_LOOSE}",
        rf"[?&]lat=\s*{_LOOSE}&(?:amp;)?(?:lon|lng|long)=\s*{_LOOSE}",
    )
)
_ACCURACY = re.compile(r"[;?&](?:u|accuracy|acc)=(\d{1,7}(?:\.\d{1,6})?)")


def _from_link(text: str) -> Found | None:
    if ":" not in text and "/" not in text:
        return None
    link = unquote(text).replace("+", " +").replace(", +", ",").replace(",+", ",")
    for pattern in _LINKS:
        for found in pattern.finditer(link):
            judged = _of_strings(found[1], found[2], _ACCURACY.search(link))
            if judged is not None:
                return judged
    return None


def _of_strings(first: str, second: str, accuracy: re.Match[str] | None = None) -> Found | None:
    return _judged(float(first), float(second), accuracy[1] if accuracy else None, ordered=True)


METRES_PER_DEGREE = 111_000


def _from_plus_code(text: str) -> Found | None:
    found = plus_codes.FULL_CODE.search(text if "+" in text else unquote(text))
    if found is None:
        return None
    area = plus_codes.decode(found[1])
    radius = max(1.0, round(area.half_height * METRES_PER_DEGREE, 1))
    judged = _judged(area.lat, area.lon, radius, ordered=True)
    return None if judged is None or judged.swapped else judged


_MARKED = re.compile(r"(\d{1,3}\s?°[^°NSEW]{0,20}[NS])[\s,;+]{0,3}(\d{1,3}\s?°[^°NSEW]{0,20}[EW])", re.IGNORECASE)


def _marked_or_long(text: str) -> Found | None:
    """Two angles with their signs and directions, or two long decimals beside each other, whatever stands around."""
    marked = _MARKED.search(unquote(text))
    if marked is not None and (judged := read_pair(marked[1], marked[2])):
        return judged
    matches = (*_LABELLED.finditer(text), *_PAIR.finditer(text))
    return next((judged for found in matches if (judged := _of_strings(found[1], found[2]))), None)


_WKT = re.compile(r"^(?:srid=\d{1,5};)?\s*point\s*z?\s*\(\s*(\S{1,30})\s+([^\s)]{1,30})", re.IGNORECASE)
_COMMA_DECIMALS = re.compile(r"^[(\[]?\s*([-+]?\d{1,3}),(\d{2,20})\s*[,;:/ ]\s*([-+]?\d{1,3}),(\d{2,20})\s*[)\]]?$")


def _from_degrees(text: str) -> Found | None:
    """A text that is nothing but two angles: decimal, or degrees with minutes and seconds."""
    wkt = _WKT.match(text)
    if wkt is not None:
        return read_list([wkt[1], wkt[2]])
    commas = _COMMA_DECIMALS.match(text)
    if commas is not None:
        return _of_strings(f"{commas[1]}.{commas[2]}", f"{commas[3]}.{commas[4]}")
    signs = signs_of(text)
    halves = None if signs is None else halves_of(signs)
    if halves is None:
        return None
    first, second = (degrees_of(half) for half in halves)
    if first is None or second is None:
        return None
    # A direction or a name says which is which; without one the latitude is written first.
    return _judged(*((second, first) if _EAST & set(halves[0]) else (first, second)), None, ordered=True)


_EAST = frozenset({"E", "W", "@lon "})
