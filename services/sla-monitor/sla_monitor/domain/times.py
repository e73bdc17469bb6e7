"""Times of events as epoch milliseconds, in which the domain counts, and back."""

from datetime import UTC, datetime, timedelta
from typing import Final

from event_schemas import InvalidEvent

# What is derived from such a time, years of targets and escalations later, is still a time that events can carry.
FIRST_YEAR, LAST_YEAR = 2000, 2150
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def epoch_ms(time: datetime) -> int:
    """Milliseconds since 1970, rounded. Raises InvalidEvent for a year before 2000 or after 2149."""
    if not FIRST_YEAR <= time.year < LAST_YEAR:
        raise InvalidEvent("implausible_time", "a time of the event is no time of this century or the next")
    return round(time.timestamp() * 1000)


def time_of(epoch_ms: int) -> datetime:
    """The aware UTC time of epoch milliseconds."""
    return _EPOCH + timedelta(milliseconds=epoch_ms)
