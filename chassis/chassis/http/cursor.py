"""Cursors of lists: where the next page begins, as unpadded base64url of parts joined by ``|``. Opaque to clients."""

import base64
from datetime import datetime
from typing import Final

from event_schemas.times import read_time

_SEPARATOR: Final = "|"


def write_cursor(*parts: str) -> str:
    """A cursor of these parts, of which only the last may hold a ``|``."""
    return base64.urlsafe_b64encode(_SEPARATOR.join(parts).encode()).rstrip(b"=").decode()


def read_cursor(cursor: str, parts: int) -> tuple[str, ...]:
    """The parts of a cursor. ValueError if it is none, or has fewer parts."""
    text = cursor.rstrip("=")
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    found = tuple(raw.decode().split(_SEPARATOR, parts - 1))
    if len(found) != parts:
        raise ValueError("a cursor with too few parts")
    return found


def write_time_cursor(at: datetime, last_id: str) -> str:
    """The cursor of a list in the order of a time and, within one instant, of an id."""
    return write_cursor(at.isoformat(), last_id)


def read_time_cursor(cursor: str) -> tuple[datetime, str]:
    """The time, in UTC, and the id of the last item of the page before. ValueError if the cursor is no such cursor."""
    at, last_id = read_cursor(cursor, 2)
    return read_time(at), last_id
