"""Pauses that end by themselves, and pauses of clocks that count other time than seconds."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_schemas import SLAClockAdjusted, SLAClockStopped, VerificationCompleted
from event_schemas.calendars import INDIA
from sla_monitor.domain import engine
from sla_monitor.domain.emissions import Emission
from tests.sla_monitor.sla_events import (
    DAY,
    HOUR,
    T0,
    Monitor,
    assigned,
    at,
    build,
    completed,
    filed,
    ms,
    paused,
    policies,
    resumed,
    types_of,
)

VERIFICATION = "verification:1"


def adjusted(emitted: list[Emission]) -> list[tuple[int, str, datetime]]:
    return [
        (one.data.rev, str(one.data.state), one.data.occurred_at)
        for one in emitted
        if isinstance(one.data, SLAClockAdjusted)
    ]


def test_a_clock_runs_again_when_its_cap_is_used_up() -> None:
    """By the first tick after it, with the time at which it happened; and never twice."""
    monitor = Monitor()
    monitor.consume(filed(), paused(2 * DAY))
    emitted = monitor.consume(17.0 * DAY)
    assert adjusted(emitted) == [(3, "running", at(17 * DAY))]
    assert monitor.states() == {"inquiry:1": ("running", 45 * DAY)}
    assert adjusted(monitor.consume(18.0 * DAY, resumed(19 * DAY))) == []


def test_a_clock_runs_again_at_the_time_the_officer_named() -> None:
    """`until` ends the pause, and the next wake is that moment."""
    monitor = Monitor()
    monitor.consume(filed(), paused(DAY, until=at(3 * DAY)))
    assert monitor.record is not None
    assert engine.next_wake(monitor.record, policies()) == ms(3 * DAY)
    assert adjusted(monitor.consume(3.0 * DAY)) == [(3, "running", at(3 * DAY))]


def test_an_event_after_the_cap_shows_that_the_clock_runs_again() -> None:
    """Whatever comes before a tick, and leaves the clock open, emits it; a stop emits all that is left."""
    monitor = Monitor()
    monitor.consume(filed(), paused(2 * DAY))
    assert adjusted(monitor.consume(assigned(20 * DAY))) == [(3, "running", at(17 * DAY))]
    assert types_of(monitor.consume(completed(21 * DAY))) == ["SLAClockStopped"]


@pytest.mark.parametrize("ticks", [(), (17.0 * DAY,), (17.0 * DAY, 18.0 * DAY)])
def test_the_stops_revision_does_not_depend_on_what_a_tick_emitted(ticks: tuple[float, ...]) -> None:
    """The revision of the state that a tick emits is reserved: no crash between can give one revision to two states."""
    monitor = Monitor()
    monitor.consume(filed(), paused(2 * DAY), *ticks)
    stops = [one.data for one in monitor.consume(completed(16 * DAY)) if isinstance(one.data, SLAClockStopped)]
    assert [stop.rev for stop in stops] == [4]


def test_a_resumption_in_time_leaves_the_number_free() -> None:
    """Who keeps clocks takes the highest number, so a number that is never used harms nobody."""
    monitor = Monitor()
    monitor.consume(filed(), paused(2 * DAY))
    assert adjusted(monitor.consume(resumed(3 * DAY))) == [(4, "running", at(3 * DAY))]
    assert [
        stop.data.rev for stop in monitor.consume(completed(4 * DAY)) if isinstance(stop.data, SLAClockStopped)
    ] == [5]


def verifying(*pauses: Any) -> Monitor:
    """A verification filed on Monday, 2 November 2026, at 11:30 in India."""
    monitor = Monitor()
    monitor.consume(filed(0, "tenant-verification"), *pauses)
    return monitor


def due(monitor: Monitor) -> str:
    return at(monitor.states()[VERIFICATION][1]).astimezone(INDIA).strftime("%a %d %H:%M")


def test_a_verification_is_due_after_ten_working_days() -> None:
    """Seventy office hours from Monday 11:30, over a Sunday and a holiday: Saturday of the next week."""
    assert T0.astimezone(INDIA).strftime("%a %H:%M") == "Mon 11:30"
    assert due(verifying()) == "Sat 14 11:30"


@pytest.mark.parametrize(
    ("begin", "end", "moved"),
    [
        (0.5, 2.5, "Sat 14 13:30"),  # two hours of Monday: two hours
        (6, 20, "Sat 14 11:30"),  # a night, when nobody works: nothing
        (5, 23.5, "Sat 14 13:00"),  # from half an hour before closing to an hour after opening: one and a half
        (124.5, 165.5, "Sat 14 12:30"),  # Saturday 16:00 over the Sunday to Monday 09:00: one hour
    ],
)
def test_a_pause_adds_the_working_time_it_took(begin: float, end: float, moved: str) -> None:
    """What would not have counted anyway is not given on top."""
    reason = {"reason": "awaiting_documents"}
    assert due(verifying(paused(begin * HOUR, VERIFICATION, **reason), resumed(end * HOUR, VERIFICATION))) == moved


def test_a_cap_of_working_hours_ends_a_pause_in_working_hours() -> None:
    """Thirty-five office hours from Monday 12:30 are used up on Saturday; the due time moves by five working days."""
    monitor = verifying(paused(HOUR, VERIFICATION, reason="awaiting_documents"))
    assert due(monitor) == "Sat 21 11:30"
    emitted = monitor.consume(5.0 * DAY + HOUR)
    assert adjusted(emitted) == [(3, "running", at(5 * DAY + HOUR))]


def test_warnings_come_at_fractions_of_the_working_time() -> None:
    """Half of ten working days is five working days, not half of the time on the wall."""
    monitor = verifying()
    warnings = [one.data.occurred_at for one in monitor.consume(11.0 * DAY) if one.data.type == "SLADueSoon"]
    assert [time.astimezone(INDIA).strftime("%a %d %H:%M") for time in warnings] == ["Sat 07 11:30", "Thu 12 11:30"]


def test_levels_follow_in_working_time() -> None:
    """Level 1 is two working days after the due time: over the Sunday and a holiday, not two days of the wall."""
    monitor = verifying()
    breaches = [one.data.occurred_at for one in monitor.consume(20.0 * DAY) if one.data.type == "SLABreached"]
    shown = [time.astimezone(INDIA).strftime("%a %d %H:%M") for time in breaches]
    assert shown[:3] == ["Sat 14 11:30", "Wed 18 11:30", "Fri 20 11:30"]


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_a_pause_never_makes_a_due_time_earlier_nor_adds_more_than_the_cap(one: int, two: int, three: int) -> None:
    """Of working hours too: between the due time without a pause and that with the whole cap."""
    begin, end, done = sorted((one, two, three))
    monitor = verifying(
        paused(begin * HOUR, VERIFICATION, reason="awaiting_documents"), resumed(end * HOUR, VERIFICATION)
    )
    calendar = policies().clocks[3].counting
    last = round(monitor.states()[VERIFICATION][1] * 1000) + ms(0)
    assert calendar.due(ms(0), 70 * 3_600_000) <= last <= calendar.due(ms(0), 105 * 3_600_000)
    monitor.consume(build(VerificationCompleted, done * HOUR, outcome="clear"))
    assert monitor.states()[VERIFICATION][0] == ("met" if ms(done * HOUR) <= last else "breached")
