"""A closing or a decision ends a round by its clock id, and never makes a figure better than it was."""

import pytest

from event_schemas import SLAClockStopped
from event_schemas.policies import PolicySet
from sla_monitor.domain.emissions import Emission
from tests.sla_monitor.sla_events import (
    DAY,
    HOUR,
    MINUTE,
    Monitor,
    at,
    completed,
    ended,
    filed,
    policies,
    reopened,
    responder,
    types_of,
    visitor,
)

KINDS = ("police", "fire")


def stopped(emitted: list[Emission]) -> list[tuple[str, str, str | None]]:
    return [
        (one.data.clock_id, str(one.data.state), one.data.reason_code)
        for one in emitted
        if isinstance(one.data, SLAClockStopped)
    ]


def test_a_closing_in_time_cancels_the_round_under_its_reason() -> None:
    """Neither met nor breached, and nothing is emitted of it afterwards."""
    monitor = Monitor()
    monitor.consume(filed())
    assert stopped(monitor.consume(ended(DAY, "inquiry:1"))) == [("inquiry:1", "cancelled", "case_closed")]
    assert monitor.consume(31.0 * DAY, completed(32 * DAY)) == []


def test_a_round_that_was_overdue_stays_breached() -> None:
    """Closing does not flatter: neither as cancelled nor as met, whether the breach was emitted before or not."""
    for ends_as in ("cancelled", "met"):
        for tick in ([], [31.0 * DAY]):
            monitor = Monitor()
            monitor.consume(filed(), *tick)
            emitted = monitor.consume(ended(32 * DAY, "inquiry:1", ends_as=ends_as))
            assert stopped(emitted) == [("inquiry:1", "breached", "case_closed")]
            assert ("inquiry:1", 0, 30.0 * DAY) in monitor.standing()


def test_a_decision_may_end_a_round_as_met() -> None:
    """``ends_as`` says so; the time is the decision's."""
    monitor = Monitor()
    monitor.consume(filed())
    assert stopped(monitor.consume(ended(DAY, "inquiry:1", "decided", ends_as="met"))) == [
        ("inquiry:1", "met", "decided")
    ]


def test_only_the_round_that_is_named_ends() -> None:
    """Another kind, another round and a round still to come run on."""
    monitor = Monitor()
    monitor.consume(filed(0, "emergency-112", kinds=KINDS), ended(MINUTE, "dial112_response:fire", "stood_down"))
    assert {name: state for name, (state, _due) in monitor.states().items()} == {
        "dial112_response:fire": "cancelled",
        "dial112_response:police": "running",
    }
    assert stopped(monitor.consume(responder(2 * MINUTE))) == [("dial112_response:police", "met", "ResponderArrived")]
    complaint = Monitor()
    complaint.consume(filed(), ended(DAY, "inquiry:1"), reopened(2 * DAY))
    assert complaint.states()["inquiry:2"] == ("running", 32.0 * DAY)


def test_an_end_that_comes_before_its_start_holds() -> None:
    """Two producers have no order: a visit read late starts no clock that nobody could stop."""
    monitor = Monitor()
    monitor.consume(filed(), ended(HOUR, "hearing:h7"), visitor(HOUR - 60, "h7"))
    assert monitor.states()["hearing:h7"][0] == "cancelled"


def test_it_holds_under_every_edition() -> None:
    """An edition that names other events for the clock is ended alike: no edition in force has to be edited."""
    document = policies().model_dump(mode="json")
    (edition,) = document["editions"]
    later = {**edition, "version": "later", "effective_from": at(10 * DAY).isoformat()}
    later["clocks"] = [
        {**clock, "stops_on": [{"event": "ComplaintAcknowledged"}]} if clock["clock"] == "inquiry" else clock
        for clock in edition["clocks"]
    ]
    both = PolicySet.model_validate({"editions": [edition, later]})
    for start in (0, 11 * DAY):
        monitor = Monitor(both)
        monitor.consume(filed(start))
        assert stopped(monitor.consume(ended(start + DAY, "inquiry:1"))) == [("inquiry:1", "cancelled", "case_closed")]


@pytest.mark.parametrize("repeat", [1, 2])
def test_an_end_seen_again_emits_the_same_again(repeat: int) -> None:
    """Under the same ids, as for every event."""
    monitor = Monitor()
    monitor.consume(filed())
    event = ended(DAY, "inquiry:1")
    first = monitor.consume(event)
    for _ in range(repeat):
        assert [one.event_id for one in monitor.consume(event)] == [one.event_id for one in first]
    assert types_of(first) == ["SLAClockStopped"]
