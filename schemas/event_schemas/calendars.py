"""How a promised time is counted: every second, whole days of India's calendar, or the hours in which offices work.

All times are epoch milliseconds. Each calendar is a pure value; what it needs of days and holidays is worked out once.
"""

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema, field_validator, model_validator

INDIA: Final = timezone(timedelta(hours=5, minutes=30), "IST")
"""Asia/Kolkata has had this offset, and no summer time, since 1945."""

DAY_MS: Final = 86_400_000
_DAY: Final = timedelta(days=1)
_OFFSET_MS: Final = round(timedelta(hours=5, minutes=30) / timedelta(milliseconds=1))
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
# Counted working days: what a clock of the years 2000 to 2200 can reach with the longest target there may be.
_FIRST, _LAST = date(2000, 1, 1), date(2225, 12, 31)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# JSON Schema's "time" has a zone, which a time of India's clock has none of; files may leave the seconds out.
LocalTime = Annotated[
    time, WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$", "examples": ["17:00"]})
]


class Calendar(Protocol):
    """Turns promised durations into times. Every answer grows, or stays, when its argument does."""

    def due(self, start: int, duration: int) -> int:
        """When a duration that began at ``start`` is over; nobody is late at that very millisecond."""
        ...

    def counted(self, begin: int, end: int) -> int:
        """How much of the stretch counts."""
        ...

    def after(self, start: int, duration: int) -> int:
        """The moment at which so much has counted since ``start``."""
        ...


class Elapsed:
    """Every second counts."""

    def due(self, start: int, duration: int) -> int:
        return start + duration

    def counted(self, begin: int, end: int) -> int:
        return end - begin

    def after(self, start: int, duration: int) -> int:
        return start + duration


class CalendarDays(Elapsed):
    """Whole days of India's calendar: the day of the start isn't counted, the last one is, to its end.

    So Indian law counts "within N days" (General Clauses Act 1897, s. 9). Pauses and delays are counted in seconds; a
    due time is then carried to the end of its day, its last millisecond.
    """

    def due(self, start: int, duration: int) -> int:
        local = start + duration + _OFFSET_MS
        return local - local % DAY_MS + DAY_MS - 1 - _OFFSET_MS


class Holiday(BaseModel):
    """A day on which the offices of the clock's calendar are closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date = Field(description="the day, by India's calendar")
    name: str = Field(min_length=1, description="what the day is called")
    source: str = Field(min_length=1, description="which law or order makes it a holiday")


class Office(BaseModel):
    """The working days and hours behind the calendar ``working_hours``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: tuple[Weekday, ...] = Field(min_length=1, description="the working days of a week")
    opens: LocalTime = Field(description="from this time of India's clock, each working day")
    closes: LocalTime | Literal["24:00"] = Field(description="until this time; 24:00 is midnight, the end of the day")
    years: tuple[Annotated[int, Field(ge=2000, le=2200)], ...] = Field(
        min_length=1, description="the years whose holidays are listed, one after the other"
    )
    holidays: tuple[Holiday, ...] = Field(default=(), description="the holidays of those years")
    source: Annotated[str, StringConstraints(min_length=1)] = Field(description="which order sets the hours")

    @field_validator("opens", "closes", mode="before")
    @classmethod
    def _written_as_a_clock_shows_it(cls, at: Any) -> Any:
        # A number would be taken as seconds since midnight.
        if not isinstance(at, int | float):
            return at.strip() if isinstance(at, str) else at
        raise ValueError(f"office hours are written like 10:00, not as the number {at}")

    @field_validator("opens", "closes")
    @classmethod
    def _local_minutes(cls, at: time | str) -> time | str:
        if isinstance(at, time) and (at.tzinfo is not None or at.second or at.microsecond):
            raise ValueError("office hours are hours and minutes of India's clock, without a zone; midnight is 24:00")
        return at

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.hours <= timedelta(0):
            raise ValueError("the office opens before it closes, on the same day; to midnight is written 24:00")
        if any(b != a + 1 for a, b in pairwise(self.years)):
            raise ValueError("years follow each other without a gap")
        days = [holiday.day for holiday in self.holidays]
        twice = sorted({str(day) for day in days if days.count(day) > 1})
        if twice:
            raise ValueError(f"named twice: {', '.join(twice)}")
        stray = sorted(str(day) for day in days if day.year not in self.years)
        if stray:
            raise ValueError(f"a holiday outside the years that are listed: {', '.join(stray)}")
        empty = [str(year) for year in self.years if all(day.year != year for day in days)]
        if empty:
            raise ValueError(f"no holiday is named for {', '.join(empty)}: not a year of India's")
        return self

    @property
    def hours(self) -> timedelta:
        """How long it is open on a working day."""
        return timedelta(milliseconds=_ms_of_day(self.closes) - _ms_of_day(self.opens))

    @cached_property
    def calendar(self) -> "WorkingHours":
        return WorkingHours(self)


class WorkingHours:
    """Only the hours of working days count. Past the years whose holidays are known, the week alone decides."""

    def __init__(self, office: Office) -> None:
        self._opens = _ms_of_day(office.opens)
        self._length = _ms_of_day(office.closes) - self._opens
        holidays = {holiday.day.toordinal() for holiday in office.holidays}
        week = {_WEEKDAYS.index(day) for day in office.days}
        first = _FIRST.toordinal()
        ordinals = range(first, _LAST.toordinal() + 1)
        # Day 1 of the common era was a Monday.
        working = [day for day in ordinals if (day - 1) % 7 in week and day not in holidays]
        self._days = array("q", [day - _EPOCH_ORDINAL for day in working])

    def due(self, start: int, duration: int) -> int:
        return self._time(self._position(start) + duration)

    def counted(self, begin: int, end: int) -> int:
        return self._position(end) - self._position(begin)

    def after(self, start: int, duration: int) -> int:
        return self._time(self._position(start) + duration) if duration > 0 else start

    def _position(self, at: int) -> int:
        """Working milliseconds from the beginning of the table to ``at``."""
        day, of_day = divmod(at + _OFFSET_MS, DAY_MS)
        before = bisect_right(self._days, day)
        if before and self._days[before - 1] == day:
            within = min(max(of_day - self._opens, 0), self._length)
            return (before - 1) * self._length + within
        return before * self._length

    def _time(self, position: int) -> int:
        """The earliest time at which so much has counted: an hour that is full at closing time ends there."""
        number, rest = divmod(max(position - 1, 0), self._length)
        day = self._days[min(number, len(self._days) - 1)]
        return day * DAY_MS + self._opens + min(rest + 1, self._length) - _OFFSET_MS


ELAPSED: Final = Elapsed()
CALENDAR_DAYS: Final = CalendarDays()


@dataclass(frozen=True, slots=True)
class DailyHours:
    """The same hours each day, by India's clock; over midnight where they close before they open."""

    opens: time
    closes: time

    @property
    def length(self) -> timedelta:
        day = date.min
        return (datetime.combine(day, self.closes) - datetime.combine(day, self.opens)) % _DAY

    def opening(self, at: datetime) -> datetime:
        """``at`` itself inside the hours, else when they open next. At the minute of closing they are closed."""
        local = at.astimezone(INDIA)
        open_for = (local - datetime.combine(local.date(), self.opens, INDIA)) % _DAY
        return at if open_for < self.length else at + _DAY - open_for


def india_date(at: datetime) -> date:
    """The day of India's calendar."""
    return at.astimezone(INDIA).date()


def india_minute(at: datetime) -> str:
    """Day and hour of India's clocks, as "29.11.2026 11:15"."""
    return at.astimezone(INDIA).strftime("%d.%m.%Y %H:%M")


def _ms_of_day(at: time | str) -> int:
    return DAY_MS if isinstance(at, str) else (at.hour * 60 + at.minute) * 60_000
