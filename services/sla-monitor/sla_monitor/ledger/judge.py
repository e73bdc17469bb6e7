"""Compares what should have been said of a case's breaches with what was: the rule of the reconciler and the audit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from event_schemas.policies import PolicySet
from sla_monitor.domain import emissions
from sla_monitor.domain.derivation import ClockTruth, truths
from sla_monitor.domain.emissions import Cause, Emission
from sla_monitor.domain.escalation import ALL_HELD, Posts
from sla_monitor.domain.model import Breach, CaseRecord, Clock, Role


@dataclass(frozen=True, slots=True)
class Told:
    """An SLABreached that stands in the log; ``due`` in epoch ms."""

    breach_id: str
    clock_id: str
    level: int
    due: int
    revoked: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """``kind`` is missed, doubled or untrue; ``mend`` is what the engine would have said, None if it has no words."""

    kind: str
    case_id: str
    clock_id: str
    level: int
    due: int
    reached: int | None
    breach_id: str | None
    mend: Emission | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Two times of a judgement (epoch ms): what was due before ``patience`` is missed if nobody told it; what is not
    even due at ``now`` is untrue if somebody did.
    """

    patience: int
    now: int


def judge(
    record: CaseRecord, told: Iterable[Told], at: Moment, policies: PolicySet, posts: Posts = ALL_HELD
) -> list[Finding]:
    """What is missed, doubled or untrue by all that is known of the case; ``posts``: who is to be told."""
    by_clock: dict[str, list[Told]] = {}
    for one in told:
        by_clock.setdefault(one.clock_id, []).append(one)
    found: list[Finding] = []
    for truth in truths(record, policies):
        clock = record.clock(truth.clock_id)
        if clock is None:  # it began before its policy held for the service: no promise
            continue
        mine = by_clock.pop(truth.clock_id, [])
        found += _missed(record, clock, truth, mine, at, posts)
        found += _untrue(record, clock, truth, mine, at)
        found += _doubled(record, mine)
    for strangers in by_clock.values():
        found += [_finding("untrue", record, one) for one in strangers if not one.revoked]
        found += _doubled(record, strangers)
    return found


def _missed(
    record: CaseRecord, clock: Clock, truth: ClockTruth, told: list[Told], at: Moment, posts: Posts
) -> list[Finding]:
    standing = {(one.level, one.due) for one in told if not one.revoked}
    found = []
    for step in truth.policy.escalation:
        reached = truth.threshold(step.level)
        if reached >= at.patience or not truth.broken(step.level, at.patience) or (step.level, truth.due) in standing:
            continue
        breach = _unspent(record, clock, Breach(step.level, truth.due), {one.breach_id for one in told})
        mend = emissions.breached(record, clock, truth, breach, at.now, posts)
        found.append(
            Finding("missed", record.case_id, truth.clock_id, step.level, truth.due, reached, mend.event_id, mend)
        )
    return found


def _untrue(record: CaseRecord, clock: Clock, truth: ClockTruth, told: list[Told], at: Moment) -> list[Finding]:
    found = []
    for one in told:
        if one.revoked:
            continue
        known = one.level < len(truth.policy.escalation)
        if known and one.due == truth.due and truth.broken(one.level, at.now):
            continue
        reason = _why(truth, one)
        mend = None
        if reason is not None:
            breach = _spoken(record, clock, one)
            if breach is not None:
                last = max(record.facts, key=lambda fact: (fact.seen, fact.event_id))
                mend = emissions.revoked(record, clock, breach, reason, Cause(last.event_id, last.seen))
        found.append(_finding("untrue", record, one, mend))
    return found


def _doubled(record: CaseRecord, told: list[Told]) -> list[Finding]:
    """At most one unrevoked breach of a level: each one beyond the first is one too many."""
    counted: Mapping[int, list[Told]] = {
        level: [one for one in told if not one.revoked and one.level == level] for level in {t.level for t in told}
    }
    return [_finding("doubled", record, extra) for standing in counted.values() for extra in standing[1:]]


def _why(truth: ClockTruth, told: Told) -> str | None:
    """The engine's reason to take a breach back; None where it never would, such as one that came too early."""
    if told.due != truth.due:
        return "due_adjusted"
    if truth.end is None or told.level >= len(truth.policy.escalation):
        return None
    return "stopped_in_time" if truth.end.role is Role.STOP else "cancelled_in_time"


def _unspent(record: CaseRecord, clock: Clock, breach: Breach, spent: set[str]) -> Breach:
    """The first telling of this breach whose id was not used and taken back before."""
    while emissions.breach_id(record, clock, breach) in spent:
        breach = Breach(breach.level, breach.due, times=breach.times + 1)
    return breach


def _spoken(record: CaseRecord, clock: Clock, told: Told) -> Breach | None:
    """The breach behind an id; None for an id that is not the engine's."""
    for times in range(1, 100):
        breach = Breach(told.level, told.due, times=times)
        if emissions.breach_id(record, clock, breach) == told.breach_id:
            return breach
    return None


def _finding(kind: str, record: CaseRecord, told: Told, mend: Emission | None = None) -> Finding:
    return Finding(kind, record.case_id, told.clock_id, told.level, told.due, None, told.breach_id, mend)
