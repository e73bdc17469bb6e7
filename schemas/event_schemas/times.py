"""Times: which instants are accepted at all, how a written one is read, and whole milliseconds for the clocks."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)

# Nobody reports a fact to the minute from before; 1900 is what spreadsheets write for an empty cell. What lies inside
# can be moved to any zone and by any promised time. Dates of birth are days, with bounds of their own.
EARLIEST: Final = datetime(1950, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
# "2026-11-22T10:00:00.000000+05:30" has 32 characters.
LONGEST_WRITTEN: Final = 40


def sane_time(time: datetime) -> datetime:
    """The instant in UTC. ValueError for a naive one and for one outside the years 1950 to 2199.

    The one rule for every instant that comes from outside: no conversion of an accepted one overflows. A use may ask
    for more, such as a time that has passed.
    """
    if time.tzinfo is None:
        raise ValueError("a time without a zone")
    # Compared before it is converted: the conversion of the year 9999 may leave the calendar. By the year alone where
    # no zone can carry it over a bound, as comparing two aware times costs ten times as much.
    if not EARLIEST.year < time.year < LATEST.year - 1 and not EARLIEST <= time < LATEST:
        raise ValueError("a time outside the years 1950 to 2199")
    return time if time.tzinfo is UTC else time.astimezone(UTC)


def read_time(text: str) -> datetime:
    """An instant as ISO 8601 writes it, with its zone, in UTC. ValueError for anything else."""
    if len(text) > LONGEST_WRITTEN:
        raise ValueError("too long for a time")
    return sane_time(datetime.fromisoformat(text))


UtcTime = Annotated[AwareDatetime, AfterValidator(sane_time)]
"""An aware time of the years 1950 to 2199, kept and written in UTC; a naive one is refused."""


def epoch_ms(time: datetime) -> int:
    """The nearest millisecond."""
    return round(time.timestamp() * 1000)


def whole_ms(time: datetime) -> datetime:
    """The instant with what is less than a millisecond cut off: as MongoDB keeps it and gives it back."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def time_of(epoch_ms: int) -> datetime:
    """The aware UTC time of epoch milliseconds."""
    return EPOCH + timedelta(milliseconds=epoch_ms)
