"""A clock that stands until a test moves it."""

from datetime import UTC, datetime, timedelta


class ManualClock:
    """A clock that stands still until it is advanced: thirty days pass in a microsecond."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware datetime")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move forward (time never runs backwards) and return the new time."""
        if by < timedelta():
            raise ValueError("a clock is not turned back")
        self._now += by
        return self._now
