"""Whatever the order, the repetition and the delay of a case's events, the outcomes are the same."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from event_schemas import Envelope, SLAClockAdjusted, SLAClockStarted, SLAClockStopped
from sla_monitor.domain import engine, record_codec
from sla_monitor.domain.model import CaseRecord
from tests.sla_monitor.sla_events import (
    DAY,
    HOUR,
    MINUTE,
    Monitor,
    assigned,
    at,
    completed,
    ended,
    filed,
    heard,
    hearing_cancelled,
    ms,
    no_show,
    paused,
    policies,
    reopened,
    resolved,
    responder,
    resumed,
    scheduled,
    standing,
    visitor,
    withdrawn,
)

# Coarse times, so that ties, deadlines met to the second, and events before their start all occur.
days = st.integers(0, 60).map(lambda day: day * DAY)
minutes = st.integers(0, 90).map(lambda minute: minute * MINUTE)
END = 200 * DAY

inquiry_events = st.one_of(
    st.builds(completed, days),
    st.builds(withdrawn, days),
    st.builds(paused, days, until=st.none() | days.map(at)),
    st.builds(resumed, days),
    st.builds(reopened, days, st.integers(2, 3)),
    st.builds(ended, days, st.sampled_from(["inquiry:1", "inquiry:2"]), ends_as=st.sampled_from(["met", "cancelled"])),
    st.builds(paused, days, st.just("inquiry:2")),
    st.builds(assigned, days, st.integers(1, 3)),
    st.builds(visitor, days, st.sampled_from([None, "h7"])),
)
emergency_events = st.one_of(
    st.builds(responder, minutes, st.sampled_from(["police", "fire", "ambulance"])),
    st.builds(resolved, minutes, st.sampled_from(["attended", "hoax"])),
    st.builds(ended, minutes, st.sampled_from(["dial112_response:fire", "hearing:h7"]), st.just("stood_down")),
    st.builds(assigned, minutes, st.integers(1, 3)),
    st.builds(visitor, minutes, st.just("h7")),
    st.builds(scheduled, minutes, st.just("h7"), minutes),
    st.builds(heard, minutes, st.just("h7")),
    st.builds(hearing_cancelled, minutes, st.just("h7")),
    st.builds(no_show, minutes, st.just("h7")),
)
cases = st.one_of(
    st.tuples(st.just(filed()), st.lists(inquiry_events, max_size=8)),
    st.tuples(st.just(filed(0, "emergency-112", kinds=("police", "fire"))), st.lists(emergency_events, max_size=8)),
).map(lambda case: [case[0], *case[1]])


def outcomes(monitor: Monitor) -> tuple[object, object]:
    """What counts in the end: the last state of each clock, whatever else was emitted, and the breaches that stand."""
    assert monitor.record is not None
    clocks = {
        clock.clock_id: (last.started, last.due, last.state, last.stopped, last.reason)
        for clock in monitor.record.clocks
        for last in [clock.last]
    }
    return clocks, monitor.standing()


def mixed(events: list[Envelope], ticks: list[int]) -> list[Envelope | float]:
    return [*events, *(float(tick) for tick in sorted(ticks))]


def run(inputs: list[Envelope | float], end: float) -> Monitor:
    monitor = Monitor()
    monitor.consume(*inputs)
    if monitor.record is not None and any(not clock.ended for clock in monitor.record.clocks):
        monitor.consume(end)
    return monitor


@settings(max_examples=300, deadline=None)
@given(cases, st.randoms(use_true_random=False), st.lists(st.one_of(minutes, days), max_size=5))
def test_order_repetition_and_ticks_do_not_matter(
    events: list[Envelope], chance: random.Random, ticks: list[int]
) -> None:
    """In order and once, or shuffled, doubled and with ticks in between: same clocks, same standing breaches."""
    numbers = [one.data.assignment_no for one in events if one.type == "AssignedToStation"]  # type: ignore[attr-defined]
    if len(numbers) != len(set(numbers)):  # routing gives one answer for each number
        events = [one for one in events if one.type != "AssignedToStation"]
    reference = run([*events], END)
    shuffled: list[Envelope | float] = [*events, *chance.sample(events, k=chance.randint(0, len(events)))]
    chance.shuffle(shuffled)
    # Ticks run forward, and an ended case must not have been forgotten: they stay inside the day it is kept whole.
    for tick in sorted(tick for tick in ticks if tick < 20 * HOUR):
        shuffled.insert(chance.randint(0, len(shuffled)), float(tick))
    assert outcomes(run(shuffled, END)) == outcomes(reference)


@settings(max_examples=200, deadline=None)
@given(cases, st.lists(st.one_of(minutes, days), max_size=5))
def test_a_crash_anywhere_changes_nothing_for_the_reader(events: list[Envelope], ticks: list[int]) -> None:
    """Emit, crash before remembering, replay: the ids are the same, so nothing new is emitted."""
    inputs = mixed(events, ticks)
    monitor = Monitor()
    for one in inputs:
        remembered = monitor.record
        first = monitor.consume(one)
        monitor.record = remembered
        assert [again.event_id for again in monitor.consume(one)] == [once.event_id for once in first]


@settings(max_examples=200, deadline=None)
@given(cases, st.lists(st.one_of(minutes, days), max_size=5))
def test_the_table_entry_holds_everything(events: list[Envelope], ticks: list[int]) -> None:
    """A record survives its way to the changelog and back unchanged, at every step."""
    record: CaseRecord | None = None
    for one in mixed(events, ticks):
        if isinstance(one, Envelope):
            record, _ = engine.apply(record, one, policies())
        elif record is not None:
            record, _ = engine.fire(record, ms(one), policies())
        if record is not None:
            wake = engine.next_wake(record, policies())
            value = record_codec.dump(record, wake)
            assert (record_codec.load(record.case_id, value), record_codec.wake_of(value)) == (record, wake)


@settings(max_examples=200, deadline=None)
@given(cases, st.lists(st.one_of(minutes, days), min_size=1, max_size=20))
def test_at_most_one_breach_of_a_level_stands(events: list[Envelope], ticks: list[int]) -> None:
    """At every moment a clock has at most one unrevoked breach of each level, and next_wake lies ahead of the tick."""
    monitor = Monitor()
    for one in mixed(events, ticks):
        monitor.consume(one)
        keys = [(clock_id, level) for clock_id, level, _ in standing(monitor.emitted)]
        assert len(keys) == len(set(keys))
        if isinstance(one, float) and monitor.record is not None:
            wake = engine.next_wake(monitor.record, policies())
            assert wake is None or wake > ms(one)


@settings(max_examples=300, deadline=None)
@given(cases, st.integers(0, 9), st.lists(st.one_of(minutes, days), min_size=1, max_size=3))
def test_no_two_states_have_one_revision(events: list[Envelope], crash: int, ticks: list[int]) -> None:
    """Ticks emit, the worker ends before it remembers, the log goes on: a revision is one state, whatever was lost."""
    monitor = Monitor()
    monitor.consume(*events[:crash])
    remembered = monitor.record
    for tick in sorted(ticks):
        monitor.consume(float(tick))
    monitor.record = remembered
    monitor.consume(*events[crash:], float(END))
    emitted: dict[tuple[str, int], tuple[object, ...]] = {}
    for one in monitor.emitted:
        state = one.data
        if isinstance(state, SLAClockStarted | SLAClockAdjusted | SLAClockStopped):
            content = (state.type, state.state, state.due_at, state.stopped_at, state.cause_id)
            assert emitted.setdefault((state.clock_id, state.rev), content) == content
