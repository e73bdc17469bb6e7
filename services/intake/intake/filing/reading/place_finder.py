"""The place of an emergency, put together from its members: the first that can be used, the others in words."""

from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import Any

from event_schemas import Location
from intake.filing.geo import clamped_accuracy, distance_m
from intake.filing.reading.angles import read_number
from intake.filing.reading.field_names import meaning_of, readable
from intake.filing.reading.lenient import Several, unfolded
from intake.filing.reading.places import Found, find_in_text, read_list, read_pair, read_text

SAME_PLACE_M = 500.0
MAX_PIECES = 200
MAX_ITEMS = 2_000


class PlaceFinder:
    """`given`: something about the place was sent; `unread`: the texts that could not be used."""

    def __init__(self) -> None:
        self.found: Found | None = None
        self.given = False
        self.unread: list[str] = []
        self._accuracy: float | None = None

    def location(self) -> Location | None:
        """A program may send the accuracy beside the place instead of in it."""
        if self.found is None:
            return None
        location = self.found.location
        known = location.accuracy_m if location.accuracy_m is not None else self._accuracy
        return Location(lat=location.lat, lon=location.lon, accuracy_m=known)

    def accuracy(self, value: Any) -> None:
        if self._accuracy is None:
            self._accuracy = clamped_accuracy(read_number(value))

    def member(self, name: str, value: Any) -> Any:
        """A member that is called a place. Returns what of it must be looked into, None if nothing."""
        value = unfolded(value)
        if value is None or value == "":
            return None
        if isinstance(value, dict):
            members = readable(value, MAX_ITEMS)
            self.given = self.given or not _only_text(members)
            # At once: a second place of the same level must not come first.
            self.pair(named(members, in_place=True))
            return value
        self.given = True
        if not isinstance(value, list):
            self._point(read_text(as_text(value)), f"{name}: {as_text(value)}")
            return None
        found = read_list(value[:MAX_ITEMS])
        inner = [item for item in value if isinstance(item, dict | list | str)]
        if found is None and inner:
            return inner
        self._point(found, f"{name}: {as_text(value)}")
        return None

    def pair(self, members: Mapping[str | None, Any]) -> None:
        """Two members called latitude and longitude; one alone may hold both."""
        lat, lon = members.get("lat"), members.get("lon")
        if lat is None and lon is None:
            return
        self.given = True
        found = None
        if lat is not None and lon is not None:
            found = read_pair(lat, lon, members.get("accuracy"))
        elif isinstance(lat if lon is None else lon, str):
            found = read_text(str(lat if lon is None else lon))
        self._point(found, f"location: {as_text(lat)}, {as_text(lon)}")

    def inside(self, value: Any) -> None:
        """A value without a name of its own in something called a place."""
        self.given = True
        if self.found is None and isinstance(value, str):
            self.found = read_text(value)

    def in_message(self, text: str) -> None:
        if self.found is None:
            self.found = find_in_text(text)

    def _point(self, found: Found | None, unread: str) -> None:
        """The first point that can be used; what cannot, and another place, are kept in words."""
        if found is None:
            self.unread.append(unread)
        elif self.found is None:
            self.found = found
        elif distance_m(found.location, self.found.location) > SAME_PLACE_M:
            self.unread.append(unread)


def named(members: Mapping[str, Any], *, in_place: bool) -> Mapping[str | None, Any]:
    """Members by their meaning; of one given twice the first value."""
    return {
        meaning_of(name, in_place=in_place): value[0] if isinstance(value, Several) else value
        for name, value in members.items()
    }


def _only_text(value: Mapping[str, Any]) -> bool:
    """An address without numbers is no place that failed."""
    return bool(value) and {meaning_of(name, in_place=True) for name in value} <= {"words"}


def as_text(value: Any) -> str:
    """A value in words: a text as it is, a nested value as its members, without brackets and without recursion."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    unread: list[str] = []
    queue: deque[Any] = deque([value])
    while queue and len(unread) < MAX_PIECES:
        item = queue.popleft()
        if isinstance(item, dict):
            members = islice(item.items(), MAX_PIECES)
            queue.extend(part for name, inner in members for part in (f"{name}:", inner))
        elif isinstance(item, list):
            queue.extend(item[:MAX_ITEMS])
        elif item is not None:
            unread.append(item if isinstance(item, str) else str(item))
    return " ".join(unread)
