"""How promised times are counted: by the second, by India's days, by office hours."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from event_schemas.calendars import CALENDAR_DAYS, ELAPSED, INDIA, Calendar, Office
from event_schemas.times import epoch_ms, time_of

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
NEW_YEAR = {"day": date(2026, 1, 1), "name": "New Year", "source": "test"}
BASE: dict[str, Any] = {
    "source": "test",
    "days": ["mon", "tue", "wed", "thu", "fri", "sat"],
    "opens": "10:00",
    "closes": "17:00",
    "years": [2026],
    "holidays": [NEW_YEAR],
}

moments = st.integers(epoch_ms(datetime(2025, 12, 1, tzinfo=UTC)), epoch_ms(datetime(2027, 2, 1, tzinfo=UTC)))
durations = st.integers(1, 400 * HOUR_MS)
in_2026 = st.dates(date(2026, 1, 2), date(2026, 12, 31))


def office(*more: date, **changes: Any) -> Office:
    holidays = [NEW_YEAR, *({"day": day, "name": "more", "source": "test"} for day in more)]
    return Office.model_validate(BASE | {"holidays": holidays} | changes)


HOURS = office().calendar
CALENDARS: list[Calendar] = [ELAPSED, CALENDAR_DAYS, HOURS]
calendars = st.sampled_from(CALENDARS)


def india(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=INDIA))


def shown(at: int) -> str:
    return time_of(at).astimezone(INDIA).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


@given(moments, durations)
def test_by_the_second_a_due_time_is_the_start_and_the_duration(start: int, duration: int) -> None:
    """Elapsed time is the identity: every millisecond counts, once."""
    assert ELAPSED.due(start, duration) == ELAPSED.after(start, duration) == start + duration
    assert ELAPSED.counted(start, start + duration) == duration


@settings(max_examples=300)
@given(calendars, moments, moments, durations)
def test_who_starts_later_is_never_due_earlier(calendar: Calendar, one: int, other: int, duration: int) -> None:
    """A due time grows, or stays, with the start and with the duration, and lies after the start."""
    early, late = sorted((one, other))
    assert early < calendar.due(early, duration) <= calendar.due(late, duration)
    assert calendar.due(early, duration) <= calendar.due(early, duration + 1)


@given(moments, durations, st.lists(in_2026, unique=True, max_size=5), in_2026)
def test_a_further_holiday_never_makes_a_due_time_earlier(
    start: int, duration: int, known: list[date], further: date
) -> None:
    """A day off gives time, it takes none."""
    before, after = office(*known), office(*{*known, further})
    assert before.calendar.due(start, duration) <= after.calendar.due(start, duration)


@settings(max_examples=300)
@given(moments, durations)
def test_what_was_promised_is_what_counts(start: int, duration: int) -> None:
    """From the start to the due time exactly the promised working time counts, and no stretch counts negative."""
    due = HOURS.due(start, duration)
    assert HOURS.counted(start, due) == duration
    assert HOURS.counted(start, due - 1) == duration - 1
    assert HOURS.after(start, duration) == due


@given(moments, moments, moments)
def test_parts_count_as_much_as_the_whole(one: int, two: int, three: int) -> None:
    """Working time adds up, so a pause in two parts counts as one."""
    begin, middle, end = sorted((one, two, three))
    assert HOURS.counted(begin, middle) + HOURS.counted(middle, end) == HOURS.counted(begin, end) >= 0


@given(moments, st.integers(1, 400))
def test_days_of_the_calendar_end_with_the_last_of_them(start: int, days: int) -> None:
    """The day of the start isn't counted; the due time is the last millisecond of the N-th day after it, in India."""
    due = time_of(CALENDAR_DAYS.due(start, days * DAY_MS)).astimezone(INDIA)
    assert due.date() == time_of(start).astimezone(INDIA).date() + timedelta(days=days)
    assert (due + timedelta(milliseconds=1)).time().isoformat() == "00:00:00"


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-23T10:00", 7, "2026-11-23 17:00:00.000"),  # a Monday, from opening to closing
        ("2026-11-23T16:00", 2, "2026-11-24 11:00:00.000"),  # over a night
        ("2026-11-23T22:00", 1, "2026-11-24 11:00:00.000"),  # filed when the office is closed
        ("2026-11-28T16:00", 2, "2026-11-30 11:00:00.000"),  # over a Sunday
        ("2026-12-31T16:00", 2, "2027-01-01 11:00:00.000"),  # a year without a list: the week alone decides
        ("2025-12-31T16:00", 2, "2026-01-02 11:00:00.000"),  # over a holiday
    ],
)
def test_office_hours_run_on_working_days_alone(start: str, hours: int, due: str) -> None:
    """Nights, Sundays and holidays stand still."""
    assert shown(HOURS.due(india(start), hours * HOUR_MS)) == due


@pytest.mark.parametrize(
    ("opens", "start", "hours", "due"),
    [
        ("00:00", "2026-11-23T20:00", 14, "2026-11-24 10:00:00.000"),  # round the clock: no minute of midnight is lost
        ("00:00", "2026-11-23T00:00", 48, "2026-11-25 00:00:00.000"),
        ("14:00", "2026-11-23T20:00", 14, "2026-11-25 00:00:00.000"),  # full at closing time
        ("14:00", "2026-11-24T02:00", 1, "2026-11-24 15:00:00.000"),  # after midnight the office is closed
    ],
)
def test_an_office_may_work_to_midnight(opens: str, start: str, hours: int, due: str) -> None:
    """24:00 is the end of the day."""
    evening = office(opens=opens, closes="24:00", days=["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
    assert shown(evening.calendar.due(india(start), hours * HOUR_MS)) == due


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"days": []}, "at least 1 item"),
        ({"days": ["moonday"]}, "Input should be 'mon'"),
        ({"opens": "17:00"}, "opens before it closes"),
        ({"opens": "10:00:30"}, "hours and minutes"),
        ({"closes": "23:59:59"}, "midnight is 24:00"),
        ({"closes": "00:00"}, "to midnight is written 24:00"),
        ({"opens": "24:00"}, "opens"),
        ({"closes": "24:30"}, "closes"),
        ({"closes": 1020}, "written like 10:00, not as the number 1020"),
        ({"years": [2026, 2028]}, "without a gap"),
        ({"years": [2026, 2027]}, "no holiday is named for 2027"),
        ({"holidays": [NEW_YEAR, NEW_YEAR]}, "named twice: 2026-01-01"),
        ({"holidays": [NEW_YEAR | {"day": date(2030, 1, 1)}]}, "outside the years that are listed: 2030-01-01"),
        ({"holidays": [NEW_YEAR | {"source": ""}]}, "at least 1 character"),
    ],
)
def test_an_office_that_could_not_be_is_refused(changes: dict[str, Any], message: str) -> None:
    """Each mistake in days, hours and holidays is named."""
    with pytest.raises(ValidationError, match=message):
        Office.model_validate(BASE | changes)
