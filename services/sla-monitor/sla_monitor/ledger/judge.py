"""Compare the breaches that a case should have with those emitted: the rule of the reconciler and the audit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from event_schemas.policies import PolicySet
from sla_monitor.domain import emissions
from sla_monitor.domain.derivation import DerivedClock, derive_clocks
from sla_monitor.domain.emissions import Cause, Emission
from sla_monitor.domain.escalation import ALL_HELD, Posts
from sla_monitor.domain.model import Breach, CaseRecord, EmittedClock, FactRole


@dataclass(frozen=True, slots=True)
class EmittedBreach:
    """An SLABreached that stands in the log; ``due`` in epoch ms."""

    breach_id: str
    clock_id: str
    level: int
    due: int
    revoked: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """``kind`` is missed, doubled or untrue; ``correction``: the event that the engine would emit, None if none."""

    kind: str
    case_id: str
    clock_id: str
    level: int
    due: int
    reached: int | None
    breach_id: str | None
    correction: Emission | None


@dataclass(frozen=True, slots=True)
class JudgedAt:
    """Two times of a judgement (epoch ms). A breach due before ``missed_before`` and not emitted is missed; one emitted
    and not even due at ``now`` is untrue.
    """

    missed_before: int
    now: int


def judge(
    record: CaseRecord, emitted: Iterable[EmittedBreach], at: JudgedAt, policies: PolicySet, posts: Posts = ALL_HELD
) -> list[Finding]:
    """What is missed, doubled or untrue by all that is known of the case; ``posts`` decides the addressee."""
    by_clock: dict[str, list[EmittedBreach]] = {}
    for one in emitted:
        by_clock.setdefault(one.clock_id, []).append(one)
    found: list[Finding] = []
    for derived in derive_clocks(record, policies):
        clock = record.clock(derived.clock_id)
        if clock is None:  # it began before its policy held for the service: no promise
            continue
        mine = by_clock.pop(derived.clock_id, [])
        found += _missed(record, clock, derived, mine, at, posts)
        found += _untrue(record, clock, derived, mine, at)
        found += _doubled(record, mine)
    for strangers in by_clock.values():
        found += [_finding("untrue", record, one) for one in strangers if not one.revoked]
        found += _doubled(record, strangers)
    return found


def _missed(
    record: CaseRecord,
    clock: EmittedClock,
    derived: DerivedClock,
    emitted: list[EmittedBreach],
    at: JudgedAt,
    posts: Posts,
) -> list[Finding]:
    standing = {(one.level, one.due) for one in emitted if not one.revoked}
    found = []
    for step in derived.policy.escalation:
        reached = derived.threshold(step.level)
        if (
            reached >= at.missed_before
            or not derived.broken(step.level, at.missed_before)
            or (step.level, derived.due) in standing
        ):
            continue
        breach = _unused(record, clock, Breach(step.level, derived.due), {one.breach_id for one in emitted})
        correction = emissions.breached(record, clock, derived, breach, at.now, posts)
        found.append(
            Finding(
                "missed",
                record.case_id,
                derived.clock_id,
                step.level,
                derived.due,
                reached,
                correction.event_id,
                correction,
            )
        )
    return found


def _untrue(
    record: CaseRecord, clock: EmittedClock, derived: DerivedClock, emitted: list[EmittedBreach], at: JudgedAt
) -> list[Finding]:
    found = []
    for one in emitted:
        if one.revoked:
            continue
        known = one.level < len(derived.policy.escalation)
        if known and one.due == derived.due and derived.broken(one.level, at.now):
            continue
        reason = _why(derived, one)
        correction = None
        if reason is not None:
            breach = _breach_of(record, clock, one)
            if breach is not None:
                last = max(record.facts, key=lambda fact: (fact.seen, fact.event_id))
                correction = emissions.revoked(record, clock, breach, reason, Cause(last.event_id, last.seen))
        found.append(_finding("untrue", record, one, correction))
    return found


def _doubled(record: CaseRecord, emitted: list[EmittedBreach]) -> list[Finding]:
    """At most one unrevoked breach of a level: each one beyond the first is one too many."""
    counted: Mapping[int, list[EmittedBreach]] = {
        level: [one for one in emitted if not one.revoked and one.level == level]
        for level in {t.level for t in emitted}
    }
    return [_finding("doubled", record, extra) for standing in counted.values() for extra in standing[1:]]


def _why(derived: DerivedClock, emitted: EmittedBreach) -> str | None:
    """The engine's reason to revoke a breach; None where it never would, such as one that came too early."""
    if emitted.due != derived.due:
        return "due_adjusted"
    if derived.end is None or emitted.level >= len(derived.policy.escalation):
        return None
    return "stopped_in_time" if derived.end.role is FactRole.STOP else "cancelled_in_time"


def _unused(record: CaseRecord, clock: EmittedClock, breach: Breach, used: set[str]) -> Breach:
    """The first breach of this level and due time whose id was not used and revoked before."""
    while emissions.breach_id(record, clock, breach) in used:
        breach = Breach(breach.level, breach.due, times=breach.times + 1)
    return breach


def _breach_of(record: CaseRecord, clock: EmittedClock, emitted: EmittedBreach) -> Breach | None:
    """The breach behind an id; None for an id that is not the engine's."""
    for times in range(1, 100):
        breach = Breach(emitted.level, emitted.due, times=times)
        if emissions.breach_id(record, clock, breach) == emitted.breach_id:
            return breach
    return None


def _finding(kind: str, record: CaseRecord, emitted: EmittedBreach, correction: Emission | None = None) -> Finding:
    return Finding(
        kind, record.case_id, emitted.clock_id, emitted.level, emitted.due, None, emitted.breach_id, correction
    )
