"""Clocks that live under several editions of the policies: what each is judged by, whatever the order of events."""

import random
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.settings import load_yaml
from event_schemas import (
    Envelope,
    SLAClockAdjusted,
    SLAClockStarted,
    SLAClockStopped,
    policies,
)
from event_schemas.policies import DEFAULT_PATH, PolicySet
from sla_monitor.domain import engine, record_codec
from sla_monitor.domain.model import CaseRecord
from sla_monitor.ledger.judge import JudgedAt, judge
from sla_monitor.ledger.model import rounds_of
from sla_monitor.ledger.views import round_view
from sla_monitor.shared.policies import policies_view
from tests.sla_monitor.sla_events import (
    CASE,
    DAY,
    Monitor,
    assigned,
    at,
    completed,
    emitted_breaches,
    filed,
    ms,
    paused,
    reopened,
    resumed,
    standing,
    types_of,
    withdrawn,
)

INQUIRY: dict[str, Any] = next(one for one in load_yaml(DEFAULT_PATH)["clocks"] if one["clock"] == "inquiry")
SWITCH = 10 * DAY
END = 200.0 * DAY


def edition(version: str, seconds: float, **changes: Any) -> dict[str, Any]:
    return {"version": version, "effective_from": at(seconds), "clocks": [deepcopy(INQUIRY) | changes]}


def of(*editions: dict[str, Any]) -> PolicySet:
    return policies.load({"editions": list(editions)})


FIRST = edition("one", -DAY)
SHORTER = of(FIRST, edition("two", SWITCH, target="P20D"))
LONGER = of(FIRST, edition("two", SWITCH, target="P40D", applies_to_open=True))
# The second edition reads a closing as an end too, and lets no withdrawal cancel.
REWORDED = of(
    FIRST,
    edition("two", SWITCH, stops_on=[{"event": "InquiryCompleted"}, {"event": "ComplaintWithdrawn"}], cancels_on=[]),
)
ALL = [SHORTER, LONGER, REWORDED, of(FIRST, edition("two", SWITCH, pause_cap="P2D"), edition("three", 2 * SWITCH))]

days = st.integers(0, 60).map(lambda day: day * DAY)
events = st.one_of(
    st.builds(completed, days),
    st.builds(withdrawn, days),
    st.builds(paused, days, until=st.none() | days.map(at)),
    st.builds(paused, days, st.just("inquiry:2")),
    st.builds(resumed, days),
    st.builds(reopened, days, st.integers(2, 3)),
    st.builds(assigned, days, st.integers(1, 3)),
)
filings = st.integers(0, 20).map(lambda day: filed(day * DAY))
cases = st.tuples(filings, st.lists(events, max_size=7)).map(lambda case: [case[0], *case[1]])


def outcomes(monitor: Monitor) -> object:
    assert monitor.record is not None
    last = {clock.clock_id: clock.last for clock in monitor.record.clocks}
    states = {name: (one.started, one.due, one.state, one.stopped, one.reason) for name, one in last.items()}
    return states, monitor.standing()


def run(given_policies: PolicySet, inputs: list[Envelope | float]) -> Monitor:
    monitor = Monitor(given_policies)
    monitor.consume(*inputs)
    if monitor.record is not None and any(not clock.ended for clock in monitor.record.clocks):
        monitor.consume(END)
    return monitor


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ALL), cases, st.lists(days, max_size=3), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_outcomes_under_several_editions(
    several: PolicySet, case: list[Envelope], ticks: list[int], chance: random.Random
) -> None:
    """Shuffled, doubled, with ticks in between: each clock is judged by the edition of its start, and only by that."""
    case = [one for one in case if one.type != "AssignedToStation"]
    shuffled: list[Envelope | float] = [*case, *chance.sample(case, k=chance.randint(0, len(case)))]
    chance.shuffle(shuffled)
    for tick in sorted(ticks):
        if tick < DAY:
            shuffled.insert(chance.randint(0, len(shuffled)), float(tick))
    assert outcomes(run(several, shuffled)) == outcomes(run(several, [*case]))


LATER = of(
    FIRST,
    edition("two", SWITCH, target="P40D", applies_to_open=True),
    edition("three", 2 * SWITCH, target="P50D", pause_cap="P20D", applies_to_open=True),
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([LONGER, LATER]),
    cases,
    st.integers(0, 8),
    st.integers(0, 8),
    st.lists(days, min_size=1, max_size=4),
)
def test_no_two_states_have_one_revision_when_an_edition_gives_more_time(
    longer: PolicySet, case: list[Envelope], new_file: int, crash: int, lost: list[int]
) -> None:
    """The file comes at any time, ticks emit, the worker ends before it remembers, and the log goes on."""
    # A pause that is heard of after a later one may change the state that a tick emits for the later one's end.
    case = sorted(case, key=lambda one: one.data.occurred_at)
    crash = max(crash, new_file)
    monitor = Monitor(of(FIRST))
    monitor.consume(*case[:new_file])
    monitor.policies = longer
    monitor.consume(*case[new_file:crash])
    remembered = monitor.record
    monitor.consume(*(float(tick) for tick in sorted(lost)))
    monitor.record = remembered
    monitor.consume(*case[crash:], END)
    contents: dict[tuple[str, int], tuple[object, ...]] = {}
    for one in monitor.emitted:
        event = one.data
        if isinstance(event, SLAClockStarted | SLAClockAdjusted | SLAClockStopped):
            content = (event.type, event.state, event.due_at, event.stopped_at, event.cause_id)
            assert contents.setdefault((event.clock_id, event.rev), content) == content


def test_the_stop_after_a_lost_extension_bears_the_number_behind_it() -> None:
    """The tick emits the longer time, the worker ends before it remembers, and the stop comes first."""
    monitor = Monitor(of(FIRST))
    monitor.consume(filed())
    monitor.policies = LONGER
    remembered = monitor.record
    (first,) = (one for one in monitor.consume(30.0 * DAY + 1) if one.data.type == "SLAClockAdjusted")
    monitor.record = remembered
    again, stop = monitor.consume(completed(30.0 * DAY + 2))
    assert again == first
    assert isinstance(stop.data, SLAClockStopped)
    assert (stop.data.rev, stop.data.state, stop.data.due_at) == (3, "met", at(40 * DAY))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ALL), cases, st.lists(days, max_size=4))
def test_the_audit_is_right_for_both_editions(several: PolicySet, case: list[Envelope], ticks: list[int]) -> None:
    """Replayed from the log alone, nothing is missed, doubled or untrue, and every entry survives the changelog."""
    inputs: list[Envelope | float] = [*case, *(float(tick) for tick in sorted(ticks))]
    monitor = run(several, inputs)
    record: CaseRecord | None = None
    for one in case:
        record, _ = engine.apply(record, one, several)
        assert record is not None
        assert record_codec.load(record.case_id, record_codec.dump(record, None)) == record
    assert record is not None
    findings = judge(record, emitted_breaches(monitor.emitted), JudgedAt(ms(END), ms(END)), several)
    assert [(found.kind, found.clock_id, found.level) for found in findings] == []


def test_an_audit_by_the_first_edition_alone_would_be_wrong() -> None:
    """The check can fail: a breach of the second edition's shorter time is untrue by the first."""
    monitor = run(SHORTER, [filed(SWITCH)])
    assert monitor.record is not None
    judged_at = JudgedAt(ms(SWITCH + 25 * DAY), ms(SWITCH + 25 * DAY))
    found = judge(monitor.record, emitted_breaches(monitor.emitted), judged_at, of(FIRST))
    assert {one.kind for one in found} == {"untrue"}


@pytest.mark.parametrize(("day", "due"), [(0, 30), (9, 39), (10, 30), (15, 35)])
def test_a_clock_keeps_the_target_under_which_it_started(day: int, due: int) -> None:
    """Thirty days for who filed before the switch, twenty for who filed from then on."""
    monitor = Monitor(SHORTER)
    monitor.consume(filed(day * DAY))
    assert monitor.states() == {"inquiry:1": ("running", due * DAY)}


def test_a_reopening_is_judged_by_its_own_edition() -> None:
    """The first round ran under the first edition; the second starts under the second."""
    monitor = Monitor(SHORTER)
    monitor.consume(filed(), completed(DAY), reopened(12 * DAY))
    assert monitor.states() == {"inquiry:1": ("met", 30 * DAY), "inquiry:2": ("running", 32 * DAY)}


@pytest.mark.parametrize(("day", "state"), [(9, "cancelled"), (10, "met")])
def test_an_edition_may_name_other_events(day: int, state: str) -> None:
    """What ends a clock is what its own edition says, also when the other one reads the same event differently."""
    monitor = Monitor(REWORDED)
    monitor.consume(withdrawn(20 * DAY), filed(day * DAY))
    assert monitor.states()["inquiry:1"][0] == state


def test_an_open_clock_gets_the_longer_time_at_once() -> None:
    """An edition that holds for open clocks moves the due time of who filed before it; none runs shorter for it."""
    monitor = Monitor(LONGER)
    monitor.consume(filed())
    assert monitor.states() == {"inquiry:1": ("running", 40 * DAY)}
    monitor.consume(35.0 * DAY, completed(39 * DAY))
    assert monitor.states()["inquiry:1"][0] == "met"
    assert monitor.standing() == set()


def test_a_clock_that_ended_before_the_edition_stays_as_it_was() -> None:
    """What was over when the edition took effect has the due time that it had."""
    monitor = Monitor(LONGER)
    monitor.consume(filed(), completed(9 * DAY))
    assert monitor.states() == {"inquiry:1": ("met", 30 * DAY)}


def test_a_file_that_comes_late_revokes_what_it_makes_untrue() -> None:
    """Breached by the old file, open by the new: the next tick adjusts the clock and revokes the breach, once."""
    monitor = Monitor(of(FIRST))
    monitor.consume(filed(), assigned(60), 31.0 * DAY)
    assert monitor.standing() == {("inquiry:1", 0, 30 * DAY)}
    monitor.policies = LONGER
    emitted = monitor.consume(33.0 * DAY)
    assert types_of(emitted)[:2] == ["SLAClockAdjusted", "SLABreachRevoked"]
    assert isinstance(emitted[0].data, SLAClockAdjusted)
    assert emitted[0].data.due_at == at(40 * DAY)
    assert monitor.standing() == set()
    assert monitor.consume(34.0 * DAY) == []
    monitor.consume(41.0 * DAY)
    assert monitor.standing() == {("inquiry:1", 0, 40 * DAY)}


def test_the_ledger_sees_the_same_rounds() -> None:
    """The ledger's rounds are those of the engine: due time, target and owner of the edition of the start."""
    monitor = Monitor(LONGER)
    monitor.consume(filed())
    assert monitor.record is not None
    (one,) = rounds_of(monitor.record, LONGER)
    assert (one.case_id, one.due, one.target, one.owner) == (CASE, ms(40 * DAY), 30 * DAY * 1000, "police")
    assert standing(monitor.emitted) == set()


@pytest.mark.parametrize(("day", "version"), [(-100, "one"), (9, "one"), (10, "two"), (100, "two")])
def test_the_api_shows_the_edition_in_force_and_all_others(day: int, version: str) -> None:
    """Who asks on a day sees the promises of that day, and from when on which others held or will hold."""
    view = policies_view(SHORTER, at(day * DAY))
    assert (view.version, [one.version for one in view.editions]) == (version, ["one", "two"])
    assert view.clocks == SHORTER.in_force(at(day * DAY)).clocks
    assert '"target":"P30D"' in view.model_dump_json()


@pytest.mark.parametrize(("day", "state"), [(16, "paused"), (17, "running")])
def test_the_ledger_shows_a_clock_running_again_after_the_cap(day: int, state: str) -> None:
    """The page of a case shows the state at its own `as_of`, with no further event in between."""
    monitor = Monitor()
    monitor.consume(filed(), paused(2 * DAY))
    assert monitor.record is not None
    (one,) = rounds_of(monitor.record, monitor.policies)
    view = round_view(one, at(day * DAY))
    assert (view.state, view.reason) == (state, "court_stay" if state == "paused" else None)


def test_a_worker_that_comes_back_with_the_next_file_emits_no_breach_of_the_old_one() -> None:
    """Its table still holds the old deadline: when that comes, the clock is adjusted and runs on."""
    monitor = Monitor(of(FIRST))
    monitor.consume(filed(), 25.0 * DAY)
    assert monitor.record is not None
    wake = engine.next_wake(monitor.record, monitor.policies)
    assert wake == ms(30 * DAY) + 1
    monitor.policies = LONGER
    # Half of the forty days is over.
    assert types_of(monitor.consume(30.0 * DAY + 1)) == ["SLAClockAdjusted", "SLADueSoon"]
    assert (monitor.states()["inquiry:1"], monitor.standing()) == (("running", 40 * DAY), set())
