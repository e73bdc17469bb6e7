"""Reads an emergency out of whatever was sent: nothing in it is a reason to refuse."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from event_schemas import Location
from intake.domain.geo import Place, judge_point
from intake.domain.notices import (
    BODY_UNREADABLE,
    FIELD_UNREADABLE,
    LOCATION_DROPPED,
    LOCATION_SWAPPED,
    PHONE_UNREADABLE,
)
from intake.domain.phones import parse_phone
from intake.domain.text import clean_text

KINDS = ("police", "ambulance", "fire")
CHANNELS = ("web", "app", "whatsapp", "open311", "counter", "phone112")
MAX_NOTE = 4_000
MAX_SALVAGED = 65_536


@dataclass(frozen=True, slots=True)
class Urgent:
    """What could be read of an emergency."""

    kinds: tuple[str, ...] = ("police",)
    location: Location | None = None
    phone: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    place_address: str | None = field(default=None, repr=False)
    note: str | None = field(default=None, repr=False)
    language: str = "hi"
    channel: str = "web"
    named_station: str | None = None
    call_received_at: str | None = None
    flags: tuple[str, ...] = ()


def read_urgent(raw: bytes) -> Urgent:
    """From a request's bytes: JSON, or what is left of it."""
    try:
        body = orjson.loads(raw) if raw.strip() else {}
    except orjson.JSONDecodeError:
        return _flagged(read_fields(_salvaged(raw)), BODY_UNREADABLE)
    if not isinstance(body, dict):
        said = body if isinstance(body, str) else raw.decode("utf-8", "replace")
        return _flagged(Urgent(note=_text(said)), BODY_UNREADABLE)
    return read_fields(body)


def read_fields(body: Mapping[str, Any]) -> Urgent:
    """From an emergency's own fields or those of a complaint; unknown ones are left aside."""
    flags: list[str] = []
    person = _mapping(body.get("complainant"))
    attributes = _mapping(body.get("attributes"))
    given_phone = body.get("phone", person.get("phone"))
    phone = parse_phone(str(given_phone)) if isinstance(given_phone, str | int) else None
    notes = [_text(body.get("note")), _text(body.get("description"))]
    if given_phone is not None and phone is None:
        flags.append(PHONE_UNREADABLE)
        notes.append(_text(given_phone))
    location = _location(body, flags)
    kinds = _kinds(body.get("kinds", body.get("kind", attributes.get("kinds", attributes.get("kind")))), flags)
    return Urgent(
        kinds=kinds,
        location=location,
        phone=phone,
        name=_text(body.get("name", person.get("name"))),
        address=_text(body.get("address", person.get("address"))),
        place_address=_text(_mapping(body.get("location")).get("address")),
        note="\n".join(note for note in notes if note)[:MAX_NOTE] or None,
        language="en" if body.get("language") == "en" else "hi",
        channel=body["channel"] if body.get("channel") in CHANNELS else "web",
        named_station=_station(body.get("named_station")),
        call_received_at=_text(body.get("call_received_at")),
        flags=tuple(flags),
    )


def _kinds(value: Any, flags: list[str]) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    words = [item.strip().lower() for item in values if isinstance(item, str)]
    kinds = tuple(kind for kind in KINDS if kind in words)
    if len(kinds) < len(values):
        flags.append(FIELD_UNREADABLE)
    return kinds or ("police",)


def _location(body: Mapping[str, Any], flags: list[str]) -> Location | None:
    value = _mapping(body.get("location")) or body
    lat = _float(value.get("lat", value.get("latitude")))
    lon = _float(value.get("lon", value.get("lng", value.get("longitude"))))
    if lat is None or lon is None:
        if "location" in body and body["location"] is not None and not _mapping(body["location"]).get("address"):
            flags.append(LOCATION_DROPPED)
        return None
    place = judge_point(lat, lon)
    if place is Place.SWAPPED:
        flags.append(LOCATION_SWAPPED)
        lat, lon = lon, lat
    elif place is not Place.INDIA:
        flags.append(LOCATION_DROPPED)
        return None
    accuracy = _float(value.get("accuracy_m"))
    return Location(lat=lat, lon=lon, accuracy_m=accuracy if accuracy is not None and 0 <= accuracy < 1e6 else None)


def _float(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if number == number and abs(number) != float("inf") else None  # noqa: PLR0124  NaN


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return clean_text(text)[:MAX_NOTE] or None


def _station(value: Any) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(r"[0-9A-Za-z_-]{1,40}", value) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


_VALUE = r"""(?:["']([^"'\r\n]{0,500})["']?|(-?\d{1,18}(?:\.\d{1,18})?|[A-Za-z]{2,20}))"""
_FIELD = re.compile(rf"""["']?(\w{{2,20}})["']?\s*[:=]\s*{_VALUE}""")
_LIST = re.compile(r"""["']?kinds["']?\s*[:=]\s*\[([^\]]{0,200})\]?""")
_KNOWN = frozenset(
    {
        "kind",
        "lat",
        "lon",
        "lng",
        "latitude",
        "longitude",
        "accuracy_m",
        "phone",
        "name",
        "note",
        "description",
        "language",
    }
)


def _salvaged(raw: bytes) -> Mapping[str, Any]:
    """Members that can still be told from a broken JSON or a form; the whole text becomes the note."""
    text = raw[:MAX_SALVAGED].decode("utf-8", "replace")
    found: dict[str, Any] = {}
    for name, quoted, number in _FIELD.findall(text):
        if name in _KNOWN:
            found.setdefault(name, quoted or number)
    kinds = _LIST.search(text)
    if kinds:
        found["kinds"] = [word.strip(" \"'") for word in kinds.group(1).split(",") if word.strip(" \"'")]
    found["note"] = text if not found.get("note") else f"{found['note']}\n{text}"
    return found


def _flagged(urgent: Urgent, flag: str) -> Urgent:
    return replace(urgent, flags=tuple(dict.fromkeys((*urgent.flags, flag))))
