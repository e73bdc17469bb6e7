"""The engine: compare what was emitted of a case's clocks with what its facts lead to, and emit the difference.

(record, event or time, policies) -> (record, emissions). No clock, network or disk of its own.
"""

from collections.abc import Mapping
from dataclasses import replace

from event_schemas import ClockOwner, ComplaintFiled, Envelope, SLABreached, ids
from event_schemas.policies import PolicySet
from sla_monitor.domain import emissions
from sla_monitor.domain.derivation import DerivedClock, derive_clocks
from sla_monitor.domain.emissions import Cause, Emission
from sla_monitor.domain.escalation import ALL_HELD, Posts
from sla_monitor.domain.facts import assignment_of, facts_of
from sla_monitor.domain.model import (
    Breach,
    CaseRecord,
    EmittedClock,
    Fact,
    FactRole,
)
from sla_monitor.domain.retention import age, review_time
from sla_monitor.domain.times import epoch_ms
from sla_monitor.domain.transitions import adjust_due, advance, end_pause, is_same_state, state_at, with_state

__all__ = ["CaseRecord", "Emission", "Outcome", "apply", "fire", "next_wake"]

Outcome = tuple[CaseRecord | None, tuple[Emission, ...]]
Waking = tuple[CaseRecord | None, tuple[Emission, ...], int | None]
"""An outcome and its ``next_wake``, from one derivation."""


def apply(record: CaseRecord | None, envelope: Envelope, policies: PolicySet, posts: Posts = ALL_HELD) -> Outcome:
    """Apply one event. One applied before changes nothing and emits again, under the same ids, what it once caused."""
    after, emitted, _wake = apply_waking(record, envelope, policies, posts)
    return after, emitted


def apply_waking(record: CaseRecord | None, envelope: Envelope, policies: PolicySet, posts: Posts = ALL_HELD) -> Waking:
    """As ``apply``, with the next wake; None for an unchanged record (``is``), which keeps the wake it had."""
    event = envelope.data
    if isinstance(event, SLABreached):
        after, emitted = _check_own_breach(record, envelope, event, policies)
        return after, emitted, None if after is None or after is record else next_wake(after, policies)
    before = record or CaseRecord(event.case_id)
    remembered = _remember(before, envelope, policies)
    if remembered == before:
        return record, _emit_again(before, envelope.event_id, policies), None
    derived_clocks = tuple(derive_clocks(remembered, policies))
    # Only a later edition of the policies can change what was derived from the same facts.
    earlier = {derived.clock_id: derived for derived in derive_clocks(before, policies)} if policies.extensions else {}
    cause = Cause(envelope.event_id, epoch_ms(event.occurred_at))
    settled, emitted = _settle(remembered, derived_clocks, earlier, cause, posts)
    # Same facts, same derived clocks; not for a marker, which has dropped the facts of its ended clocks.
    wake = _wake(settled, derived_clocks) if settled.trimmed_at is None else next_wake(settled, policies)
    return settled, emitted, wake


def fire(record: CaseRecord, now: int, policies: PolicySet, posts: Posts = ALL_HELD) -> Outcome:
    """Emit what is due at ``now`` (epoch ms): warnings, breaches, escalations. Ended cases shrink, then go (None)."""
    after, emitted, _wake = fire_waking(record, now, policies, posts)
    return after, emitted


def fire_waking(record: CaseRecord, now: int, policies: PolicySet, posts: Posts = ALL_HELD) -> Waking:
    emitted: list[Emission] = []
    derived_clocks = tuple(derive_clocks(record, policies))
    for derived in derived_clocks:
        clock = record.clock(derived.clock_id)
        if clock is None or clock.ended:
            continue
        clock, clock_events = _emit_by_time(record, clock, derived, now)
        clock, warnings = _warn(record, clock, derived, now)
        clock, breaches = _breach(record, clock, derived, now, posts)
        record = record.with_clock(clock)
        emitted += [*clock_events, *warnings, *breaches]
    aged = age(record, now)
    if aged is None:
        return None, tuple(emitted), None
    return aged, tuple(emitted), _wake(aged, derived_clocks) if aged is record else next_wake(aged, policies)


def next_wake(record: CaseRecord, policies: PolicySet) -> int | None:
    """When ``fire`` has something to do next (epoch ms): a warning, a level, the end of a pause or of retention."""
    return _wake(record, tuple(derive_clocks(record, policies)))


def _wake(record: CaseRecord, derived_clocks: tuple[DerivedClock, ...]) -> int | None:
    times: list[int] = []
    for derived in derived_clocks:
        clock = record.clock(derived.clock_id)
        if clock is None or clock.ended:
            continue
        # Levels and warnings follow each other in time, so the first one left is the next one.
        for level in _levels(derived):
            if _standing(clock, level, derived.due) is None:
                times.append(derived.threshold(level) + 1)
                break
        for fraction in derived.policy.warnings:
            if (fraction, derived.due) not in clock.warned:
                times.append(derived.warning_at(fraction))
                break
        if clock.last.state == "paused" and derived.spans:
            times.append(derived.spans[-1].end)
    if all(clock.ended for clock in record.clocks) and (review := review_time(record)) is not None:
        times.append(review)
    return min(times, default=None)


def _remember(record: CaseRecord, envelope: Envelope, policies: PolicySet) -> CaseRecord:
    event = envelope.data
    if isinstance(event, ComplaintFiled):
        record = record.filed_as(event.service_code, event.district or record.district)
    assignment = assignment_of(event)
    if assignment is not None and all(one.number != assignment.number for one in record.assignments):
        record = replace(record, assignments=(*record.assignments, assignment))
    fresh = [fact for fact in facts_of(envelope, policies, record.service_code) if _bears(record, fact)]
    return record.with_facts(fresh) if fresh else record


def _bears(record: CaseRecord, fact: Fact) -> bool:
    """True for a fact to keep: not one that is kept already, nor one that a marker's ended clocks make irrelevant."""
    if record.trimmed_at is not None and fact.seen <= record.trimmed_at:
        return fact.role is FactRole.START and record.clock(ids.clock_id(fact.clock, fact.key)) is None
    return not any(
        one.event_id == fact.event_id
        and (one.role, one.clock, one.key, one.wording) == (fact.role, fact.clock, fact.key, fact.wording)
        for one in record.facts
    )


def _settle(
    record: CaseRecord,
    derived_clocks: tuple[DerivedClock, ...],
    earlier: Mapping[str, DerivedClock],
    cause: Cause,
    posts: Posts,
) -> tuple[CaseRecord, tuple[Emission, ...]]:
    """Emit the difference between emitted and derived state; revoke the breaches that the derived state contradicts."""
    emitted: list[Emission] = []
    for derived in derived_clocks:
        clock = record.clock(derived.clock_id) or EmittedClock(derived.clock_id, derived.policy.clock, derived.target)
        known = len(clock.states)
        if clock.states and derived.clock_id in earlier:
            clock = adjust_due(clock, earlier[derived.clock_id])
        clock = advance(clock, derived, cause)
        clock, revocations = _revoke(record, clock, derived, cause)
        owner = derived.policy.owner
        emitted += [emissions.clock_event(record, clock, index, owner) for index in range(known, len(clock.states))]
        emitted += revocations
        if derived.end is not None:
            # Levels reached before the end but not emitted yet: later events of the log can't change them.
            clock, breaches = _breach(record, clock, derived, derived.ended_at or 0, posts)
            emitted += breaches
        record = record.with_clock(clock)
    return record, tuple(emitted)


def _emit_by_time(
    record: CaseRecord, clock: EmittedClock, derived: DerivedClock, now: int
) -> tuple[EmittedClock, list[Emission]]:
    """Emit what no event causes: a pause ended by itself, or a later edition gave open clocks more time."""
    known = len(clock.states)
    now = max(now, clock.last.at)
    clock = end_pause(adjust_due(clock, derived), derived, now)
    cause = Cause(clock.last.cause, now)
    current = state_at(derived, cause, now)
    if not is_same_state(clock.last, current):
        clock = with_state(clock, current)
    revocations: list[Emission] = []
    if len(clock.states) > known:
        clock, revocations = _revoke(record, clock, derived, cause)
    owner = derived.policy.owner
    clock_events = [emissions.clock_event(record, clock, index, owner) for index in range(known, len(clock.states))]
    return clock, [*clock_events, *revocations]


def _revoke(
    record: CaseRecord, clock: EmittedClock, derived: DerivedClock, cause: Cause
) -> tuple[EmittedClock, list[Emission]]:
    """Revoke every standing breach that the derived state contradicts."""
    if not clock.breaches:
        return clock, []
    emitted: list[Emission] = []
    kept: list[Breach] = []
    for breach in clock.breaches:
        reason = _why_untrue(derived, breach) if breach.standing else None
        if reason is not None:
            emitted.append(emissions.revoked(record, clock, breach, reason, cause))
        kept.append(breach if reason is None else replace(breach, standing=False))
    return (replace(clock, breaches=tuple(kept)) if emitted else clock), emitted


def _why_untrue(derived: DerivedClock, breach: Breach) -> str | None:
    if breach.due != derived.due:
        return "due_adjusted"
    ended_at = derived.ended_at
    if derived.end is None or ended_at is None or breach.level >= len(derived.policy.escalation):
        return None
    if ended_at > derived.threshold(breach.level):
        return None
    return "stopped_in_time" if derived.end.role is FactRole.STOP else "cancelled_in_time"


def _breach(
    record: CaseRecord, clock: EmittedClock, derived: DerivedClock, now: int, posts: Posts
) -> tuple[EmittedClock, list[Emission]]:
    """Emit a breach for every level that was reached by ``now`` and has no standing breach."""
    emitted: list[Emission] = []
    for level in _levels(derived):
        if not derived.broken(level, now) or _standing(clock, level, derived.due) is not None:
            continue
        before = next((b for b in clock.breaches if (b.level, b.due) == (level, derived.due)), None)
        breach = Breach(level, derived.due, times=1 if before is None else before.times + 1)
        others = tuple(one for one in clock.breaches if one is not before)
        clock = replace(clock, breaches=(*others, breach))
        emitted.append(emissions.breached(record, clock, derived, breach, now, posts))
    return clock, emitted


def _warn(
    record: CaseRecord, clock: EmittedClock, derived: DerivedClock, now: int
) -> tuple[EmittedClock, list[Emission]]:
    """Warn of a due time ahead; one that has passed already is a breach and no warning."""
    reached = [
        fraction
        for fraction in derived.policy.warnings
        if derived.warning_at(fraction) <= now and (fraction, derived.due) not in clock.warned
    ]
    if not reached:
        return clock, []
    emitted = (
        [emissions.due_soon(record, clock, derived, fraction) for fraction in reached] if now <= derived.due else []
    )
    of_this_due = tuple(one for one in clock.warned if one[1] == derived.due)
    return replace(clock, warned=(*of_this_due, *((fraction, derived.due) for fraction in reached))), emitted


def _levels(derived: DerivedClock) -> range:
    return range(len(derived.policy.escalation))


def _standing(clock: EmittedClock, level: int, due: int) -> Breach | None:
    return next((b for b in clock.breaches if b.standing and b.level == level and b.due == due), None)


def _check_own_breach(
    record: CaseRecord | None, envelope: Envelope, event: SLABreached, policies: PolicySet
) -> Outcome:
    """Our own breach, read back: revoke it if it was sent before a crash and the facts contradict it now."""
    clock = record.clock(event.clock_id) if record is not None else None
    if record is None or clock is None:
        return record, ()
    derived = next((one for one in derive_clocks(record, policies) if one.clock_id == event.clock_id), None)
    breach = Breach(event.level, epoch_ms(event.due_at))
    if derived is None or emissions.breach_id(record, clock, breach) != event.breach_id:
        return record, ()
    known = any((b.level, b.due) == (breach.level, breach.due) for b in clock.breaches)
    reason = None if known else _why_untrue(derived, breach)
    if reason is None:
        return record, ()
    cause = Cause(envelope.event_id, epoch_ms(event.occurred_at))
    emission = emissions.revoked(record, clock, breach, reason, cause)
    clock = replace(clock, breaches=(*clock.breaches, replace(breach, standing=False)))
    return record.with_clock(clock), (emission,)


def _emit_again(record: CaseRecord, event_id: str, policies: PolicySet) -> tuple[Emission, ...]:
    """Emit again, under the same ids, the clock events that name this event as their cause."""
    again: list[Emission] = []
    for clock in record.clocks:
        rule = policies.judged_by(clock.name, clock.last.started) if clock.states else None
        owner = rule.policy.owner if rule is not None else ClockOwner.POLICE
        named = (index for index, state in enumerate(clock.states) if state.cause == event_id)
        again += [emissions.clock_event(record, clock, index, owner) for index in named]
    return tuple(again)
