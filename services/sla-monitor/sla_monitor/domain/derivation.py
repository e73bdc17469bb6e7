"""Derive the state of each clock from the set of a case's facts. A pure function of a set: the order and the
repetition of events can't matter. All times are epoch ms.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from event_schemas import ids
from event_schemas.policies import FIRST_ROUND, ClockPolicy, InForce, PolicySet
from sla_monitor.domain.model import ENDS, CaseRecord, Fact, FactRole


@dataclass(frozen=True, slots=True)
class Span:
    """One pause that counts, from ``begin`` to ``end``; ``resumed``: a ClockResumed ended it."""

    begin: int
    end: int
    resumed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class DerivedClock:
    """The state of one clock round that follows from the facts; ``policy``: of the edition under which it started."""

    clock_id: str
    policy: ClockPolicy
    started: int
    target: int
    due: int
    spans: tuple[Span, ...]
    end: Fact | None
    """The stop or the cancellation, whichever came first."""

    @property
    def ended_at(self) -> int | None:
        return None if self.end is None else max(self.started, self.end.at)

    @property
    def state(self) -> str:
        """The outcome; of an open round: paused as long as nobody has resumed it, even if the pause ends by itself."""
        ended_at = self.ended_at
        if self.end is None or ended_at is None:
            return "paused" if self.spans and not self.spans[-1].resumed else "running"
        if ended_at > self.due:
            return "breached"
        return "met" if self.end.role is FactRole.STOP else "cancelled"

    @property
    def reason(self) -> str:
        if self.end is not None:
            return self.end.reason
        return self.spans[-1].reason if self.state == "paused" else ""

    def paused_at(self, now: int) -> bool:
        """True if the clock is paused at ``now``: not resumed, before ``until``, the cap not used up."""
        return self.end is None and bool(self.spans) and not self.spans[-1].resumed and now < self.spans[-1].end

    def paused_until(self, at: int) -> int:
        """Milliseconds of counted pauses before ``at``."""
        return sum(min(span.end, at) - span.begin for span in self.spans if span.begin < at)

    def threshold(self, level: int) -> int:
        """When this level is reached: at the due time, or at its own delay after it, by the clock's calendar."""
        return self.policy.counting.after(self.due, self.policy.after_ms[level]) if level else self.due

    def broken(self, level: int, now: int) -> bool:
        """True if the level had been reached at ``now`` and nothing had ended the clock by then."""
        reached, ended_at = self.threshold(level), self.ended_at
        return now > reached if ended_at is None else ended_at > reached

    def warning_at(self, fraction: float) -> int:
        """When ``fraction`` of the time that counts has passed; pauses move it as they move the due time."""
        calendar = self.policy.counting
        return calendar.after(self.started, round(fraction * calendar.counted(self.started, self.due)))


def derive_clocks(record: CaseRecord, policies: PolicySet) -> Iterator[DerivedClock]:
    """Every clock round that the facts of the case have started, in a fixed order."""
    started: dict[str, list[tuple[Fact, InForce]]] = {}
    for fact in record.facts:
        if fact.role is FactRole.START:
            rule = policies.judged_by(fact.clock, fact.at)
            if rule is not None and rule.wording == fact.wording and rule.policy.applies_to(record.service_code):
                started.setdefault(fact.clock, []).append((fact, rule))
    names = sorted(started, key=lambda name: started[name][0][1].rank) if len(started) > 1 else started
    for name in names:
        yield from _rounds(record, started[name])


def _rounds(record: CaseRecord, starts: list[tuple[Fact, InForce]]) -> Iterator[DerivedClock]:
    first_of: dict[str, tuple[Fact, InForce]] = {}
    for start, rule in sorted(starts, key=_first_order) if len(starts) > 1 else starts:
        first_of.setdefault(start.key, (start, rule))
    for key, (start, rule) in sorted(first_of.items()) if len(first_of) > 1 else first_of.items():
        policy = rule.policy
        clock_id = ids.clock_id(policy.clock, key)
        if record.trimmed_at is not None and start.seen <= record.trimmed_at and record.clock(clock_id) is not None:
            continue
        started = _started(record, start)
        end = _end(record, start, clock_id, first_round=policy.per != "round" or key == FIRST_ROUND)
        spans, due = _pauses(record, policy, clock_id, started)
        for since, longer in rule.extensions:
            if due >= since and (end is None or end.at >= since):
                spans, due = max((spans, due), _pauses(record, longer, clock_id, started), key=_due)
        yield DerivedClock(clock_id, policy, started, policy.target_ms, due, spans, end)


def _started(record: CaseRecord, start: Fact) -> int:
    """Who comes early for an appointment waits from the appointed hour; the newest event that names the hour counts."""
    named = start.clock, start.key, start.wording
    appointed = [f for f in record.facts if f.role is FactRole.APPOINT and (f.clock, f.key, f.wording) == named]
    if not appointed:
        return start.at
    return max(start.at, max(appointed, key=lambda fact: (fact.seen, fact.event_id)).at)


def _end(record: CaseRecord, start: Fact, clock_id: str, *, first_round: bool) -> Fact | None:
    """The earliest stop or cancellation. A later round can't be ended by what ended an earlier one.

    A stop before the start counts as at the start (a hearing begun before the appointed hour). A cancellation
    counts only once there was a start to cancel: a hearing cancelled and then attended all the same does run.
    A fact that names this round by its clock id ends it, whichever edition's matchers (``wording``) read it.
    """
    candidates = [
        fact
        for fact in record.facts
        if fact.role in ENDS
        and (
            fact.key == clock_id
            if fact.clock == ""
            else fact.clock == start.clock
            and fact.key in ("", start.key)
            and fact.wording == start.wording
            and ((fact.role is FactRole.STOP and first_round) or fact.seen >= start.seen)
        )
    ]
    return min(candidates, key=lambda fact: (fact.at, fact.role is FactRole.CANCEL, fact.event_id), default=None)


def _pauses(record: CaseRecord, policy: ClockPolicy, clock_id: str, started: int) -> tuple[tuple[Span, ...], int]:
    """The pauses that count, and the due time they lead to. All of them together never exceed the policy's cap.

    What a pause adds is what would have counted of it: a night, in a clock of working hours, adds nothing.
    """
    calendar, left = policy.counting, policy.pause_cap_ms
    due = calendar.due(started, policy.target_ms)
    if not policy.pausable or not any(fact.role is FactRole.PAUSE for fact in record.facts):
        return (), due
    spans: list[Span] = []
    resumes = sorted(f.at for f in record.facts if f.role is FactRole.RESUME and f.key == clock_id)
    pauses = [
        f for f in record.facts if f.role is FactRole.PAUSE and f.key == clock_id and f.reason in policy.pause_reasons
    ]
    for pause in sorted(pauses, key=_order):
        begin = max(pause.at, started, spans[-1].end if spans else started)
        if begin >= due or left <= 0:
            break
        resumed = next((at for at in resumes if at >= pause.at), None)
        ends = [calendar.after(begin, left)] + [at for at in (resumed, pause.until) if at is not None]
        end = min(ends)
        if end <= begin:
            continue
        spans.append(Span(begin, end, resumed=resumed is not None, reason=pause.reason))
        left -= calendar.counted(begin, end)
        due = calendar.due(started, policy.target_ms + policy.pause_cap_ms - left)
    return tuple(spans), due


def _order(fact: Fact) -> tuple[int, str]:
    return fact.at, fact.event_id


def _first_order(start: tuple[Fact, InForce]) -> tuple[int, str]:
    return _order(start[0])


def _due(found: tuple[tuple[Span, ...], int]) -> int:
    return found[1]
