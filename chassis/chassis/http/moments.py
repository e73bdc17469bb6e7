"""Read instants of requests as aware UTC: with their zone in bodies; as filters also dates, which are India's days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

from chassis.codes import plain_code
from event_schemas.calendars import INDIA
from event_schemas.times import read_time, sane_time

_DAY: Final = timedelta(days=1)
_LONGEST_DATE: Final = len("2026-11-01")


def read_since(text: str) -> datetime:
    """The beginning of a window: a date is the first instant of that day in India. ValueError if it is neither."""
    written = plain_code(text)
    return _midnight(written) if _is_date(written) else read_time(_with_plus(written))


def read_until(text: str) -> datetime:
    """The end of a window, which is not in it: a date is the whole of that day in India, so the day after begins."""
    written = plain_code(text)
    return sane_time(_midnight(written) + _DAY) if _is_date(written) else read_time(_with_plus(written))


def _is_date(written: str) -> bool:
    return len(written) <= _LONGEST_DATE


def _midnight(written: str) -> datetime:
    on = date.fromisoformat(written)
    return sane_time(datetime(on.year, on.month, on.day, tzinfo=INDIA))


def _with_plus(written: str) -> str:
    """A "+" of a zone that was not encoded in an address arrives as a space."""
    return written.replace(" ", "+") if "T" in written.upper() else written


def _by(read: Callable[[str], datetime]) -> BeforeValidator:
    def checked(value: Any) -> datetime:
        try:
            return sane_time(value) if isinstance(value, datetime) else read(str(value))
        except ValueError:
            # pydantic's own readings, such as of bare numbers, are not tried: they are nobody's time.
            raise PydanticCustomError("instant", "no instant of the years 1950 to 2199") from None

    return BeforeValidator(checked)


Instant = Annotated[AwareDatetime, _by(read_time)]
Since = Annotated[AwareDatetime, _by(read_since)]
Until = Annotated[AwareDatetime, _by(read_until)]
