"""The rounds of the ledger follow from the set of a case's events; a judgement, from these and what was emitted."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from event_schemas import Envelope
from sla_monitor.domain import engine
from sla_monitor.domain.model import CaseRecord
from sla_monitor.ledger.documents import round_document, round_of
from sla_monitor.ledger.judge import JudgedAt, judge
from sla_monitor.ledger.model import Round, rounds_of
from tests.sla_monitor.sla_events import (
    DAY,
    HOUR,
    MINUTE,
    Monitor,
    assigned,
    completed,
    emitted_breaches,
    filed,
    heard,
    hearing_cancelled,
    ms,
    paused,
    policies,
    reopened,
    resolved,
    responder,
    resumed,
    scheduled,
    visitor,
    withdrawn,
)

days = st.integers(0, 60).map(lambda day: day * DAY)
minutes = st.integers(0, 90).map(lambda minute: minute * MINUTE)
routine = st.one_of(
    st.builds(completed, days),
    st.builds(withdrawn, days),
    st.builds(paused, days),
    st.builds(resumed, days),
    st.builds(reopened, days, st.integers(2, 3)),
    st.builds(assigned, days, st.just(1)),
    st.builds(assigned, days, st.just(2), st.just("5140009")),
)
emergency = st.one_of(
    st.builds(responder, minutes, st.sampled_from(["police", "fire"])),
    st.builds(resolved, minutes, st.sampled_from(["attended", "hoax"])),
    st.builds(assigned, minutes, st.just(1)),
    st.builds(assigned, minutes, st.just(2), st.just("5140009")),
    st.builds(visitor, minutes, st.just("h7")),
    st.builds(scheduled, minutes, st.just("h7"), minutes),
    st.builds(heard, minutes, st.just("h7")),
    st.builds(hearing_cancelled, minutes, st.just("h7")),
)
cases = st.one_of(
    st.tuples(st.just(filed()), st.lists(routine, max_size=8)),
    st.tuples(st.just(filed(0, "emergency-112", kinds=("police", "fire"))), st.lists(emergency, max_size=8)),
).map(lambda case: _one_assignment_a_number([case[0], *case[1]]))


def _one_assignment_a_number(events: list[Envelope]) -> list[Envelope]:
    """Routing gives one answer for each number."""
    kept: dict[object, Envelope] = {}
    for event in events:
        kept.setdefault(getattr(event.data, "assignment_no", event.event_id), event)
    return [event for event in events if event in kept.values()]


def ledger(events: list[Envelope]) -> CaseRecord:
    record: CaseRecord | None = None
    for event in events:
        record, _ = engine.apply(record, event, policies())
    assert record is not None
    return record


def rounds(events: list[Envelope]) -> list[Round]:
    return [*rounds_of(ledger(events), policies())]


@settings(max_examples=300, deadline=None)
@given(cases, st.randoms(use_true_random=False))
def test_order_and_repetition_give_the_same_rounds(events: list[Envelope], chance: random.Random) -> None:
    """Shuffled and partly doubled, a case's events give the very same rounds, shares and expectations."""
    shuffled = [*events, *chance.sample(events, k=chance.randint(0, len(events)))]
    chance.shuffle(shuffled)
    assert rounds(shuffled) == rounds(events)


@settings(max_examples=200, deadline=None)
@given(cases)
def test_the_shares_add_up_to_the_round(events: list[Envelope]) -> None:
    """Who had the case when: no gap, no overlap, from the start to the end, whatever was transferred."""
    for one in rounds(events):
        assert one.shares[0].begin == one.started
        assert one.shares[-1].end == one.ended
        for earlier, later in zip(one.shares, one.shares[1:], strict=False):
            assert earlier.end == later.begin


@settings(max_examples=200, deadline=None)
@given(cases)
def test_a_document_holds_the_entire_round(events: list[Envelope]) -> None:
    """What is written to MongoDB and read back is the same round."""
    for one in rounds(events):
        assert round_of(round_document(one)) == one


@settings(max_examples=200, deadline=None)
@given(cases, st.lists(st.one_of(minutes, days), max_size=4))
def test_a_faultless_worker_is_found_faultless(events: list[Envelope], ticks: list[int]) -> None:
    """Whatever the worker hears and when, once it has fired, nothing it emitted is missed, doubled or untrue."""
    monitor = Monitor()
    inputs: list[Envelope | float] = [*events]
    for number, tick in enumerate(sorted(tick for tick in ticks if tick < 20 * HOUR)):
        inputs.insert(min(len(inputs), 1 + 2 * number), float(tick))
    monitor.consume(*inputs)
    if monitor.record is not None and any(not clock.ended for clock in monitor.record.clocks):
        monitor.consume(200.0 * DAY)
    judged_at = JudgedAt(missed_before=ms(200 * DAY), now=ms(200 * DAY))
    assert judge(ledger(events), emitted_breaches(monitor.emitted), judged_at, policies()) == []


@settings(max_examples=200, deadline=None)
@given(cases)
def test_what_a_silent_worker_owes_has_the_workers_own_ids(events: list[Envelope]) -> None:
    """The breaches that the ledger finds missed are, id by id, those that a worker would have emitted."""
    monitor = Monitor()
    monitor.consume(*events, 200.0 * DAY)
    standing = {one.breach_id for one in emitted_breaches(monitor.emitted) if not one.revoked}
    judged_at = JudgedAt(missed_before=ms(200 * DAY), now=ms(200 * DAY))
    missed = judge(ledger(events), [], judged_at, policies())
    assert {one.kind for one in missed} <= {"missed"}
    first_emitted = {one.breach_id for one in missed}
    expected = {e.breach_id for one in rounds(events) for e in one.expects}
    assert first_emitted == expected
    # In the order of these events a worker may have emitted, revoked and emitted again: then under another id.
    assert len(standing) == len(first_emitted)


@settings(max_examples=200, deadline=None)
@given(cases, st.one_of(minutes, days))
def test_nothing_is_missed_before_its_time(events: list[Envelope], until: int) -> None:
    """At any moment the missed ones are those whose time had come by then, even of a clock that has ended since."""
    found = judge(ledger(events), [], JudgedAt(missed_before=ms(until), now=ms(200 * DAY)), policies())
    expected = {e.breach_id for one in rounds(events) for e in one.expects if e.at < ms(until)}
    assert {one.breach_id for one in found} == expected
