"""The rules: from the set of a case's facts to the state of each of its clocks. A pure function of a set, so that the
order and the repetition of events can't matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from event_schemas import ids
from event_schemas.policies import FIRST_ROUND, ClockPolicy, PolicySet
from sla_monitor.engine.model import CaseRecord, Fact, Role


@dataclass(frozen=True, slots=True)
class Span:
    """One pause that counts, from ``begin`` to ``end``; ``resumed`` once someone has said so."""

    begin: int
    end: int
    resumed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ClockTruth:
    """What the facts say about one clock round."""

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
        ended_at = self.ended_at
        if self.end is None or ended_at is None:
            return "paused" if self.spans and not self.spans[-1].resumed else "running"
        if ended_at > self.due:
            return "breached"
        return "met" if self.end.role is Role.STOP else "cancelled"

    @property
    def reason(self) -> str:
        if self.end is not None:
            return self.end.reason
        return self.spans[-1].reason if self.state == "paused" else ""

    def paused_until(self, at: int) -> int:
        """Milliseconds of counted pauses before ``at``."""
        return sum(min(span.end, at) - span.begin for span in self.spans if span.begin < at)

    def threshold(self, level: int) -> int:
        """When this level is reached: at the due time, or at its own delay after it."""
        return self.due + self.policy.after_ms[level]

    def broken(self, level: int, now: int) -> bool:
        """True if the level had been reached at ``now`` and nothing had ended the clock by then."""
        reached, ended_at = self.threshold(level), self.ended_at
        return now > reached if ended_at is None else ended_at > reached

    def warning_at(self, fraction: float) -> int:
        """When ``fraction`` of the time has passed; pauses move it as they move the due time."""
        return self.started + round(fraction * (self.due - self.started))


def truths(record: CaseRecord, policies: PolicySet) -> Iterator[ClockTruth]:
    """Every clock round that the facts of the case have started, in a fixed order."""
    started: dict[str, list[Fact]] = {}
    for fact in record.facts:
        if fact.role is Role.START:
            started.setdefault(fact.clock, []).append(fact)
    for policy in policies.clocks if started else ():
        starts = started.get(policy.clock)
        if starts and policy.applies_to(record.service_code):
            yield from _rounds(record, policy, starts)


def _rounds(record: CaseRecord, policy: ClockPolicy, starts: list[Fact]) -> Iterator[ClockTruth]:
    first_of: dict[str, Fact] = {}
    for start in sorted(starts, key=_order):
        first_of.setdefault(start.key, start)
    numbered = policy.per == "round"
    for key, start in sorted(first_of.items()):
        clock_id = ids.clock_id(policy.clock, key)
        known = record.clock(clock_id)
        if record.trimmed_at is not None and known is not None and start.seen <= record.trimmed_at:
            continue
        started = _started(record, policy, start)
        target = known.target if known is not None else policy.target_ms
        spans, due = _pauses(record, policy, clock_id, started, target)
        first_round = not numbered or key == FIRST_ROUND
        yield ClockTruth(
            clock_id=clock_id,
            policy=policy,
            started=started,
            target=target,
            due=due,
            spans=spans,
            end=_end(record, policy, start, first_round=first_round),
        )


def _started(record: CaseRecord, policy: ClockPolicy, start: Fact) -> int:
    """Who comes early for an appointment waits from the appointed hour; the latest word on the hour counts."""
    appointed = [f for f in record.facts if f.role is Role.APPOINT and f.clock == policy.clock and f.key == start.key]
    if not appointed:
        return start.at
    return max(start.at, max(appointed, key=lambda fact: (fact.seen, fact.event_id)).at)


def _end(record: CaseRecord, policy: ClockPolicy, start: Fact, *, first_round: bool) -> Fact | None:
    """The earliest stop or cancellation. A later round can't be ended by what ended an earlier one.

    A stop told as earlier than the start counts as at once (a hearing begun before the appointed hour). A cancellation
    counts only once there was a start to cancel: a hearing cancelled and then attended all the same does run.
    """
    candidates = [
        fact
        for fact in record.facts
        if fact.clock == policy.clock
        and fact.key in ("", start.key)
        and (
            (fact.role is Role.STOP and (first_round or fact.seen >= start.seen))
            or (fact.role is Role.CANCEL and fact.seen >= start.seen)
        )
    ]
    return min(candidates, key=lambda fact: (fact.at, fact.role is Role.CANCEL, fact.event_id), default=None)


def _pauses(
    record: CaseRecord, policy: ClockPolicy, clock_id: str, started: int, target: int
) -> tuple[tuple[Span, ...], int]:
    """The pauses that count, and the due time they lead to. All of them together never exceed the policy's cap."""
    due, left = started + target, policy.pause_cap_ms
    if not policy.pausable or not any(fact.role is Role.PAUSE for fact in record.facts):
        return (), due
    spans: list[Span] = []
    resumes = sorted(f.at for f in record.facts if f.role is Role.RESUME and f.key == clock_id)
    pauses = [
        f for f in record.facts if f.role is Role.PAUSE and f.key == clock_id and f.reason in policy.pause_reasons
    ]
    for pause in sorted(pauses, key=_order):
        begin = max(pause.at, started, spans[-1].end if spans else started)
        if begin >= due or left <= 0:
            break
        resumed = next((at for at in resumes if at >= pause.at), None)
        ends = [begin + left] + [at for at in (resumed, pause.until) if at is not None]
        end = min(ends)
        if end <= begin:
            continue
        spans.append(Span(begin, end, resumed=resumed is not None, reason=pause.reason))
        due, left = due + end - begin, left - (end - begin)
    return tuple(spans), due


def _order(fact: Fact) -> tuple[int, str]:
    return fact.at, fact.event_id
