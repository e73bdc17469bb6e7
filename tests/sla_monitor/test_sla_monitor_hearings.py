"""The hearing clock, one promise a test."""

import pytest

from event_schemas import SLAClockStopped
from tests.sla_monitor.sla_events import (
    HOUR,
    MINUTE,
    Monitor,
    heard,
    scheduled,
    types_of,
    visitor,
)


def test_a_walk_in_waits_from_arrival_until_the_hearing_starts() -> None:
    """The visit's event id is the hearing; its start, not its end, stops the clock."""
    monitor, visit = Monitor(), visitor(HOUR)
    monitor.consume(visit)
    clock_id = f"hearing:{visit.event_id}"
    assert monitor.states() == {clock_id: ("running", HOUR + 30 * MINUTE)}
    monitor.consume(heard(HOUR + 29 * MINUTE, visit.event_id))
    assert monitor.states()[clock_id][0] == "met"


@pytest.mark.parametrize(("arrival", "start"), [(HOUR - 600, HOUR), (HOUR + 600, HOUR + 600)])
def test_a_booked_hearing_runs_from_the_later_of_hour_and_arrival(arrival: int, start: int) -> None:
    """Who comes early waits from the appointed hour, who comes late from the arrival."""
    monitor = Monitor()
    assert monitor.consume(scheduled(0, "h7", HOUR)) == []
    monitor.consume(visitor(arrival, "h7"))
    assert monitor.states() == {"hearing:h7": ("running", start + 30 * MINUTE)}


def test_a_moved_hearing_adjusts_its_clock_and_revokes_the_breach() -> None:
    """The newest event about the appointed hour counts, also for a breach that was already emitted."""
    monitor = Monitor()
    monitor.consume(scheduled(0, "h7", HOUR), visitor(HOUR, "h7"), 2.0 * HOUR)
    assert {level for _, level, _ in monitor.standing()} == {0}
    emitted = monitor.consume(scheduled(HOUR + 60, "h7", 3 * HOUR))
    assert types_of(emitted) == ["SLAClockAdjusted", "SLABreachRevoked"]
    monitor.consume(2.1 * HOUR)
    assert monitor.standing() == set()
    monitor.consume(3.51 * HOUR)
    assert monitor.standing() == {("hearing:h7", 0, 3.5 * HOUR)}


def test_a_hearing_begun_before_the_appointed_hour_is_met_at_once() -> None:
    """No time was waited, none is counted."""
    monitor = Monitor()
    monitor.consume(scheduled(0, "h7", HOUR), visitor(HOUR - 900, "h7"), heard(HOUR - 600, "h7"))
    stopped = monitor.emitted[-1].data
    assert isinstance(stopped, SLAClockStopped)
    assert (stopped.state, stopped.elapsed_s) == ("met", 0)
