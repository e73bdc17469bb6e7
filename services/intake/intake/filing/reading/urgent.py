"""Reads an emergency out of whatever was sent: nothing in it is a reason to refuse, no part of its text is lost."""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from event_schemas import Location
from intake.filing.notices import (
    BODY_UNREADABLE,
    FIELD_UNREADABLE,
    LOCATION_DROPPED,
    LOCATION_SWAPPED,
    NOTE_SHORTENED,
    PHONE_UNREADABLE,
)
from intake.filing.reading.field_names import meaning_of, readable
from intake.filing.reading.kinds import KINDS, kinds_in
from intake.filing.reading.lenient import Opened, Several, open_body, unfolded
from intake.filing.reading.place_finder import PlaceFinder, as_text, named
from intake.filing.text import clean_text
from intake.phones import parse_phone

__all__ = ["KINDS", "Urgent", "read_urgent"]

CHANNELS = ("web", "app", "whatsapp", "open311", "counter", "phone112")
MAX_NOTE = 10_000
MAX_VALUE = 4_000
# How many members and items are looked at: an emergency has some dozens.
MAX_LOOKED_AT = 2_000
# Of the members of all its objects, so many of a name that nobody knows are read.
MAX_MEMBERS = 5_000


@dataclass(frozen=True, slots=True)
class Urgent:
    """What could be read of an emergency. `kinds_given` is False if no kind of help was named at all."""

    kinds: tuple[str, ...] = ("police",)
    kinds_given: bool = False
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
    receipt: str | None = field(default=None, repr=False)
    flags: tuple[str, ...] = ()


def read_urgent(raw: bytes, content_type: str = "", *, cut: bool = False) -> Urgent:
    """From a request's bytes: JSON, a form, or what is left of it. `cut`: they did not all come."""
    return _Reader(open_body(raw, content_type), cut=cut).read()


_GEOJSON_TYPES = frozenset({"Point", "MultiPoint", "LineString", "Polygon", "Feature", "FeatureCollection"})
_STATION = re.compile(r"[0-9A-Za-z_-]{1,40}")
_YES = frozenset({"true", "yes", "y", "1", "on", "haan", "हाँ", "हां"})


class _Reader:
    """Walks through a value, the outer members first, and keeps the first that can be used of each meaning."""

    def __init__(self, opened: Opened, *, cut: bool) -> None:
        self._cut = cut
        self._opened = opened
        self._kinds: set[str] = set()
        self._kinds_given = False
        self._place = PlaceFinder()
        self._single: dict[str, str] = {}
        self._notes: list[str] = []
        # What has no use here but may have one for people; the finder adds what it could not use.
        self._rest = self._place.unread
        self._flags: list[str] = []
        self._looked_into = 0
        self._queue: deque[tuple[str, Any, bool]] = deque()

    def read(self) -> Urgent:
        value = unfolded(self._opened.value)
        if isinstance(value, dict | list):
            self._queue.append(("", value, False))
            self._walk()
        elif value is not None:
            self._plain_text(as_text(value))
        if self._opened.broken or self._cut:
            self._flags.append(BODY_UNREADABLE)
        if self._opened.broken and isinstance(value, dict | list):
            self._notes.append(self._opened.text)
        note = self._note()
        self._place.in_message(note or "")
        if self._place.found is None and self._place.given:
            self._flags.append(LOCATION_DROPPED)
        elif self._place.found is not None and self._place.found.swapped:
            self._flags.append(LOCATION_SWAPPED)
        single = self._single
        return Urgent(
            kinds=tuple(kind for kind in KINDS if kind in self._kinds) or ("police",),
            kinds_given=self._kinds_given,
            location=self._place.location(),
            phone=single.get("phone"),
            name=single.get("name"),
            address=single.get("address"),
            place_address=single.get("words"),
            note=note,
            language=single.get("language", "hi"),
            channel=single.get("channel", "web"),
            named_station=single.get("station"),
            call_received_at=single.get("call_received_at"),
            receipt=single.get("receipt"),
            flags=tuple(dict.fromkeys(self._flags)),
        )

    def _walk(self) -> None:
        looked_at = 0
        while self._queue and looked_at < MAX_LOOKED_AT:
            name, value, in_place = self._queue.popleft()
            looked_at += 1
            value = unfolded(value)
            if isinstance(value, dict):
                self._members(value, in_place=in_place)
            elif isinstance(value, list):
                for item in value[:MAX_LOOKED_AT]:
                    self._member(name, item, in_place=in_place)
            else:
                self._leaf(name, value, in_place=in_place)
        if self._queue:
            self._flags.append(FIELD_UNREADABLE)

    def _members(self, members: Mapping[str, Any], *, in_place: bool) -> None:
        room = max(0, MAX_MEMBERS - self._looked_into)
        self._looked_into += len(members)
        if len(members) > room:
            self._flags.append(FIELD_UNREADABLE)
            members = readable(members, room)
        self._place.pair(named(members, in_place=in_place))
        for name, value in members.items():
            if name.casefold() == "type" and isinstance(value, str) and value in _GEOJSON_TYPES:
                continue
            self._member(name, value, in_place=in_place)

    def _member(self, name: str, value: Any, *, in_place: bool) -> None:
        meaning = meaning_of(name, in_place=in_place)
        match meaning:
            case "lat" | "lon" | "ignored":
                pass
            case "accuracy":
                self._place.accuracy(value)
            case "kinds" if not in_place:
                self._kind(value)
            case _ if isinstance(value, Several):
                for item in value[:MAX_LOOKED_AT]:
                    self._member(name, item, in_place=in_place)
            case "place":
                inner = self._place.member(name, value)
                if inner is not None:
                    self._queue.append((name, inner, True))
            case _ if isinstance(value, dict | list) and meaning != "note":
                self._queue.append((name, value, in_place))
            case _:
                value = unfolded(value)
                if isinstance(value, dict | list) and meaning != "note":
                    self._queue.append((name, value, in_place))
                else:
                    self._leaf(name, value, in_place=in_place)

    def _leaf(self, name: str, value: Any, *, in_place: bool) -> None:
        if value is None or value == "":
            return
        meaning = meaning_of(name, in_place=in_place)
        text = as_text(value)
        if meaning == "kinds" or (meaning == "perhaps_kinds" and kinds_in(text)):
            self._kind(value)
        elif meaning == "phone":
            self._phone(value)
        elif meaning == "note":
            self._notes.append(text)
        elif meaning in ("name", "address", "words", "call_received_at", "receipt"):
            self._keep(meaning, name, text)
        elif meaning in ("language", "channel", "station"):
            self._choice(meaning, text)
        elif not self._is_kind(name, value):
            self._other(name, value, in_place=in_place)

    def _choice(self, meaning: str, text: str) -> None:
        """A value of a known set; the words of a station that is no code are kept, the rest is left aside."""
        if meaning == "language" and text.strip().lower()[:2] == "en":
            self._single.setdefault("language", "en")
        elif (meaning == "channel" and text in CHANNELS) or (meaning == "station" and _STATION.fullmatch(text)):
            self._single.setdefault(meaning, text)
        elif meaning == "station" and text.strip():
            self._rest.append(f"station: {text}")

    def _keep(self, meaning: str, name: str, text: str) -> None:
        """The first of its meaning; another one goes to the note. An address may hold the point as well."""
        if meaning == "words":
            self._place.in_message(text)
        if len(text) > MAX_VALUE:
            self._flags.append(NOTE_SHORTENED)
        known = self._single.setdefault(meaning, clean_text(text[:MAX_VALUE])) if text.strip() else None
        if known is not None and known != clean_text(text[:MAX_VALUE]) and meaning != "receipt":
            self._rest.append(f"{name}: {text}")

    def _other(self, name: str, value: Any, *, in_place: bool) -> None:
        """A member without a meaning here is for people to read: a landmark, a floor, a colour."""
        text = as_text(value)
        if in_place:
            self._place.inside(value)
        self._rest.append(f"{name}: {text}" if name else text)

    def _kind(self, value: Any) -> None:
        """Words, a list of them, or members that are true."""
        if isinstance(value, dict):
            chosen = [name for name, on in value.items() if on and not isinstance(on, str | dict | list)]
            values = chosen or list(value.values()) or [value]
        else:
            values = value if isinstance(value, list) else [value]
        for item in values[:MAX_LOOKED_AT]:
            if isinstance(item, dict) and item is not value:
                self._queue.append(("kind", item, False))
                continue
            if item is None or item == "" or isinstance(item, dict):
                continue
            text = as_text(item)
            found = kinds_in(text)
            self._kinds_given = True
            self._kinds |= found
            if not found:
                self._flags.append(FIELD_UNREADABLE)
                self._rest.append(f"kind: {text}")
            elif len(text) > max(map(len, KINDS)):
                # A longer text may mean more than the kind.
                self._rest.append(f"kind: {text}")

    def _is_kind(self, name: str, value: Any) -> bool:
        """{"fire": true}"""
        if len(name) > 40 or not (value is True or str(value).strip().lower()[:8] in _YES):
            return False
        found = kinds_in(name)
        self._kinds |= found
        self._kinds_given = self._kinds_given or bool(found)
        return bool(found)

    def _phone(self, value: Any) -> None:
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else as_text(value)
        parts = (text, *re.split(r"[,;/|\n]", text[:300]))
        phone = next((found for part in parts if 4 <= len(part) <= 60 and (found := parse_phone(part))), None)
        if phone is None:
            self._flags.append(PHONE_UNREADABLE)
            self._rest.append(f"phone: {text}")
            return
        known = self._single.setdefault("phone", phone)
        if phone != known or len([part for part in parts[1:] if part.strip()]) > 1:
            self._rest.append(f"phone: {text}")

    def _plain_text(self, text: str) -> None:
        self._notes.append(text)
        found = kinds_in(text)
        self._kinds |= {"police", *found} if found else set()

    def _note(self) -> str | None:
        receipt = self._single.get("receipt")
        lines = [line for line in dict.fromkeys((*self._notes, *self._rest)) if line.strip()]
        text = "\n".join(lines)
        if receipt:
            text = text.replace(receipt, "…")
        if len(text) > MAX_NOTE:
            self._flags.append(NOTE_SHORTENED)
        return clean_text(text[:MAX_NOTE]) or None
