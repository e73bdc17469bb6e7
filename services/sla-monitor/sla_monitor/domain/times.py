"""Times of events as epoch milliseconds, in which the domain counts; ``event_schemas.times.time_of`` leads back."""

from datetime import datetime

from event_schemas import InvalidEvent, times

# What is derived from such a time, years of targets and escalations later, is still a time that events can carry.
FIRST_YEAR, LAST_YEAR = 2000, 2150


def epoch_ms(time: datetime) -> int:
    """Milliseconds since 1970, rounded. Raises InvalidEvent for a year before 2000 or after 2149."""
    if not FIRST_YEAR <= time.year < LAST_YEAR:
        raise InvalidEvent("implausible_time", "a time of the event is no time of this century or the next")
    return times.epoch_ms(time)
