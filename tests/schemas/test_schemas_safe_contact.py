"""Hours of the day by India's clock, and what is sealed of how somebody is to be written to."""

from datetime import UTC, datetime, time, timedelta

import pytest
from pydantic import ValidationError

from event_schemas import ContactChanged, SafeContact
from event_schemas.calendars import INDIA, DailyHours

DAY, NIGHT = DailyHours(time(10), time(16)), DailyHours(time(22, 30), time(1, 15))


def india(hour: int, minute: int = 0, second: int = 0, *, day: int = 29) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=INDIA).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "at", "opening"),
    [
        (DAY, india(10), None),
        (DAY, india(15, 59, 59), None),
        (DAY, india(16), india(10, day=30)),
        (DAY, india(9, 59, 59), india(10)),
        (DAY, india(0), india(10)),
        (NIGHT, india(22, 30), None),
        (NIGHT, india(23, 59, 59), None),
        (NIGHT, india(0), None),
        (NIGHT, india(1, 14, 59), None),
        (NIGHT, india(1, 15), india(22, 30)),
        (NIGHT, india(12), india(22, 30)),
    ],
)
def test_a_message_may_go_within_the_hours_or_when_they_open(
    hours: DailyHours, at: datetime, opening: datetime | None
) -> None:
    """The beginning belongs to the hours, the end does not; over midnight they go on into the next day."""
    assert hours.opening(at) == (opening or at)
    assert hours.opening(at).tzinfo is UTC


def test_hours_over_midnight_are_as_long_as_a_clock_shows() -> None:
    """Hours that close when they open are none."""
    assert (DAY.length, NIGHT.length) == (timedelta(hours=6), timedelta(hours=2, minutes=45))
    assert DailyHours(time(10), time(10)).length == timedelta(0)


def test_what_is_sealed_of_a_contact_shows_nothing_of_itself() -> None:
    """Neither its representation nor that of its event says anything; a later version's field is left out."""
    contact = SafeContact(neutral=True, opens="22:30", closes="01:15")
    assert repr(contact) == "SafeContact()"
    assert SafeContact.from_json(contact.to_json()) == contact
    assert contact.hours == NIGHT
    assert SafeContact.from_json(b'{"neutral":false,"by":"letter"}').hours is None
    changed = ContactChanged(case_id="c_1", occurred_at=india(10), case_seq=2, sealed_contact="s1.2026-11.abc")
    assert "abc" not in repr(changed)


@pytest.mark.parametrize("written", ["24:00", "9:00", "10:00:00", "\u0967\u0966:\u0966\u0966", "10:60", ""])
def test_no_other_time_of_day_is_sealed(written: str) -> None:
    """Hours and minutes of a day in two digits each, and nothing else."""
    with pytest.raises(ValidationError):
        SafeContact(opens=written, closes="12:00")
