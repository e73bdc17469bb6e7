"""The engine: (clocks of a case, event, now) -> (clocks, events to publish); no clock, network or disk of its own."""

from collections.abc import Mapping
from dataclasses import replace

from event_schemas import ClockOwner, ComplaintFiled, Envelope, SLABreached, ids
from event_schemas.policies import PolicySet
from sla_monitor.domain import emissions
from sla_monitor.domain.derivation import ClockTruth, truths
from sla_monitor.domain.emissions import Cause, Emission
from sla_monitor.domain.escalation import ALL_HELD, Posts
from sla_monitor.domain.facts import assignment_of, facts_of
from sla_monitor.domain.model import (
    Breach,
    CaseRecord,
    Clock,
    Fact,
    Role,
)
from sla_monitor.domain.retention import age, review_time
from sla_monitor.domain.times import epoch_ms
from sla_monitor.domain.transitions import moved_due, run_again, said_now, same, speak, with_word

__all__ = ["CaseRecord", "Emission", "Outcome", "apply", "fire", "next_wake"]

Outcome = tuple[CaseRecord | None, tuple[Emission, ...]]
Waking = tuple[CaseRecord | None, tuple[Emission, ...], int | None]
"""An outcome and its ``next_wake``, from one derivation."""


def apply(record: CaseRecord | None, envelope: Envelope, policies: PolicySet, posts: Posts = ALL_HELD) -> Outcome:
    """Take in one event. One seen before changes nothing and says again, under the same ids, what it once caused."""
    after, said, _wake = apply_waking(record, envelope, policies, posts)
    return after, said


def apply_waking(record: CaseRecord | None, envelope: Envelope, policies: PolicySet, posts: Posts = ALL_HELD) -> Waking:
    """As ``apply``; an unchanged record (``is``) keeps the wake it had, and None is told here."""
    event = envelope.data
    if isinstance(event, SLABreached):
        after, said = _check_own_breach(record, envelope, event, policies)
        return after, said, None if after is None or after is record else next_wake(after, policies)
    before = record or CaseRecord(event.case_id)
    remembered = _remember(before, envelope, policies)
    if remembered == before:
        return record, _say_again(before, envelope.event_id, policies), None
    derived = tuple(truths(remembered, policies))
    # Only a later edition makes what was told of the same facts another thing.
    earlier = {truth.clock_id: truth for truth in truths(before, policies)} if policies.extensions else {}
    cause = Cause(envelope.event_id, epoch_ms(event.occurred_at))
    settled, said = _settle(remembered, derived, earlier, cause, posts)
    # The facts are the same, so the truth is; a marker's is not: it forgets what has become a clock of its own.
    wake = _wake(settled, derived) if settled.trimmed_at is None else next_wake(settled, policies)
    return settled, said, wake


def fire(record: CaseRecord, now: int, policies: PolicySet, posts: Posts = ALL_HELD) -> Outcome:
    """Let the time be ``now`` (epoch ms): warnings, breaches, escalations; ended cases shrink, then vanish (None)."""
    after, said, _wake = fire_waking(record, now, policies, posts)
    return after, said


def fire_waking(record: CaseRecord, now: int, policies: PolicySet, posts: Posts = ALL_HELD) -> Waking:
    said: list[Emission] = []
    derived = tuple(truths(record, policies))
    for truth in derived:
        clock = record.clock(truth.clock_id)
        if clock is None or clock.ended:
            continue
        clock, words = _say_by_time(record, clock, truth, now)
        clock, warnings = _warn(record, clock, truth, now)
        clock, breaches = _breach(record, clock, truth, now, posts)
        record = record.with_clock(clock)
        said += [*words, *warnings, *breaches]
    aged = age(record, now)
    if aged is None:
        return None, tuple(said), None
    return aged, tuple(said), _wake(aged, derived) if aged is record else next_wake(aged, policies)


def next_wake(record: CaseRecord, policies: PolicySet) -> int | None:
    """When ``fire`` has something to do next (epoch ms): the next warning, level, or the end of remembering."""
    return _wake(record, tuple(truths(record, policies)))


def _wake(record: CaseRecord, derived: tuple[ClockTruth, ...]) -> int | None:
    times: list[int] = []
    for truth in derived:
        clock = record.clock(truth.clock_id)
        if clock is None or clock.ended:
            continue
        # Levels and warnings follow each other in time, so the first one left is the next one.
        for level in _levels(truth):
            if _standing(clock, level, truth.due) is None:
                times.append(truth.threshold(level) + 1)
                break
        for fraction in truth.policy.warn_at:
            if (fraction, truth.due) not in clock.warned:
                times.append(truth.warning_at(fraction))
                break
        if clock.last.state == "paused" and truth.spans:
            times.append(truth.spans[-1].end)
    if all(clock.ended for clock in record.clocks):
        times.append(review_time(record))
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
    """What is remembered already is not kept again; nor what a marker knows to be over."""
    if record.trimmed_at is not None and fact.seen <= record.trimmed_at:
        return fact.role is Role.START and record.clock(ids.clock_id(fact.clock, fact.key)) is None
    return not any(
        one.event_id == fact.event_id
        and (one.role, one.clock, one.key, one.wording) == (fact.role, fact.clock, fact.key, fact.wording)
        for one in record.facts
    )


def _settle(
    record: CaseRecord,
    derived: tuple[ClockTruth, ...],
    earlier: Mapping[str, ClockTruth],
    cause: Cause,
    posts: Posts,
) -> tuple[CaseRecord, tuple[Emission, ...]]:
    """Say what has become different, and take back what has become untrue."""
    said: list[Emission] = []
    for truth in derived:
        clock = record.clock(truth.clock_id) or Clock(truth.clock_id, truth.policy.clock, truth.target)
        told = len(clock.said)
        if clock.said and truth.clock_id in earlier:
            clock = moved_due(clock, earlier[truth.clock_id])
        clock = speak(clock, truth, cause)
        clock, revocations = _revoke(record, clock, truth, cause)
        owner = truth.policy.owner
        said += [emissions.clock_event(record, clock, index, owner) for index in range(told, len(clock.said))]
        said += revocations
        if truth.end is not None:
            # Levels that were passed before the end but not yet told: true whatever is still to come in the log.
            clock, breaches = _breach(record, clock, truth, truth.ended_at or 0, posts)
            said += breaches
        record = record.with_clock(clock)
    return record, tuple(said)


def _say_by_time(record: CaseRecord, clock: Clock, truth: ClockTruth, now: int) -> tuple[Clock, list[Emission]]:
    """What no event says: a pause ended by itself, or a later edition of the policies gave open clocks more time."""
    told = len(clock.said)
    now = max(now, clock.last.at)
    clock = run_again(moved_due(clock, truth), truth, now)
    cause = Cause(clock.last.cause, now)
    current = said_now(truth, cause, now)
    if not same(clock.last, current):
        clock = with_word(clock, current)
    revocations: list[Emission] = []
    if len(clock.said) > told:
        clock, revocations = _revoke(record, clock, truth, cause)
    owner = truth.policy.owner
    words = [emissions.clock_event(record, clock, index, owner) for index in range(told, len(clock.said))]
    return clock, [*words, *revocations]


def _revoke(record: CaseRecord, clock: Clock, truth: ClockTruth, cause: Cause) -> tuple[Clock, list[Emission]]:
    """Take back every standing breach that the truth no longer bears out."""
    if not clock.breaches:
        return clock, []
    said: list[Emission] = []
    kept: list[Breach] = []
    for breach in clock.breaches:
        reason = _why_untrue(truth, breach) if breach.standing else None
        if reason is not None:
            said.append(emissions.revoked(record, clock, breach, reason, cause))
        kept.append(breach if reason is None else replace(breach, standing=False))
    return (replace(clock, breaches=tuple(kept)) if said else clock), said


def _why_untrue(truth: ClockTruth, breach: Breach) -> str | None:
    if breach.due != truth.due:
        return "due_adjusted"
    ended_at = truth.ended_at
    if truth.end is None or ended_at is None or breach.level >= len(truth.policy.escalation):
        return None
    if ended_at > truth.threshold(breach.level):
        return None
    return "stopped_in_time" if truth.end.role is Role.STOP else "cancelled_in_time"


def _breach(
    record: CaseRecord, clock: Clock, truth: ClockTruth, now: int, posts: Posts
) -> tuple[Clock, list[Emission]]:
    """Say every level that was reached by ``now`` and does not stand yet."""
    said: list[Emission] = []
    for level in _levels(truth):
        if not truth.broken(level, now) or _standing(clock, level, truth.due) is not None:
            continue
        before = next((b for b in clock.breaches if (b.level, b.due) == (level, truth.due)), None)
        breach = Breach(level, truth.due, times=1 if before is None else before.times + 1)
        others = tuple(one for one in clock.breaches if one is not before)
        clock = replace(clock, breaches=(*others, breach))
        said.append(emissions.breached(record, clock, truth, breach, now, posts))
    return clock, said


def _warn(record: CaseRecord, clock: Clock, truth: ClockTruth, now: int) -> tuple[Clock, list[Emission]]:
    """Warn of a due time ahead; one that has passed already is a breach and no warning."""
    reached = [
        fraction
        for fraction in truth.policy.warn_at
        if truth.warning_at(fraction) <= now and (fraction, truth.due) not in clock.warned
    ]
    if not reached:
        return clock, []
    said = [emissions.due_soon(record, clock, truth, fraction) for fraction in reached] if now <= truth.due else []
    of_this_due = tuple(one for one in clock.warned if one[1] == truth.due)
    return replace(clock, warned=(*of_this_due, *((fraction, truth.due) for fraction in reached))), said


def _levels(truth: ClockTruth) -> range:
    return range(len(truth.policy.escalation))


def _standing(clock: Clock, level: int, due: int) -> Breach | None:
    return next((b for b in clock.breaches if b.standing and b.level == level and b.due == due), None)


def _check_own_breach(
    record: CaseRecord | None, envelope: Envelope, event: SLABreached, policies: PolicySet
) -> Outcome:
    """Our own breach, read back: if it went out before a crash and is untrue by what we know now, it is taken back."""
    clock = record.clock(event.clock_id) if record is not None else None
    if record is None or clock is None:
        return record, ()
    truth = next((one for one in truths(record, policies) if one.clock_id == event.clock_id), None)
    breach = Breach(event.level, epoch_ms(event.due_at))
    if truth is None or emissions.breach_id(record, clock, breach) != event.breach_id:
        return record, ()
    known = any((b.level, b.due) == (breach.level, breach.due) for b in clock.breaches)
    reason = None if known else _why_untrue(truth, breach)
    if reason is None:
        return record, ()
    cause = Cause(envelope.event_id, epoch_ms(event.occurred_at))
    emission = emissions.revoked(record, clock, breach, reason, cause)
    clock = replace(clock, breaches=(*clock.breaches, replace(breach, standing=False)))
    return record.with_clock(clock), (emission,)


def _say_again(record: CaseRecord, event_id: str, policies: PolicySet) -> tuple[Emission, ...]:
    """What names this event, under the same ids: whoever missed it the first time gets it now."""
    again: list[Emission] = []
    for clock in record.clocks:
        rule = policies.judged_by(clock.name, clock.last.started) if clock.said else None
        owner = rule.policy.owner if rule is not None else ClockOwner.POLICE
        named = (index for index, said in enumerate(clock.said) if said.cause == event_id)
        again += [emissions.clock_event(record, clock, index, owner) for index in named]
    return tuple(again)
