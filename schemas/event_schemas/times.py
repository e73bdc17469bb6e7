"""Times as the clocks reckon with them: whole milliseconds since 1970."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)


def epoch_ms(time: datetime) -> int:
    """The nearest millisecond."""
    return round(time.timestamp() * 1000)


def time_of(epoch_ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=epoch_ms)
