"""What an operator gives on a command line: moments, days and numbers of days. ValueError says why it is none."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import Final

from chassis.importing.dates import UnreadableDate, read_day
from event_schemas.calendars import INDIA

MOST_DAYS: Final = 36_500
DAY_OF_THIS_TIME: Final = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")


def moment(text: str) -> datetime:
    """In UTC. A day begins for an operator where the stations stand, as it does for the stations' own days."""
    with suppress(ValueError, OverflowError):
        # The library reads any digits as some date: 1797100200000 as a day of 1797.
        value = datetime.fromisoformat(text) if DAY_OF_THIS_TIME.match(text) else datetime.combine(day(text), time())
        return (value if value.tzinfo else value.replace(tzinfo=INDIA)).astimezone(UTC)
    raise ValueError(f"{text!r} is no day like 2026-12-01 and no time like 2026-12-01T09:30")


def day(text: str) -> date:
    with suppress(UnreadableDate):
        read = read_day(text)
        if read is not None:
            return read
    raise ValueError(f"{text!r} is no day like 2026-12-01")


def number_of_days(text: str) -> int:
    with suppress(ValueError):
        if 1 <= int(text) <= MOST_DAYS:
            return int(text)
    raise ValueError(f"{text!r} is no number of days from 1 to {MOST_DAYS}")
