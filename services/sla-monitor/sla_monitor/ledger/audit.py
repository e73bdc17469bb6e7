"""The audit: read the whole log, run the engine over it anew, and compare breaches and ledger with the outcome.

It shares no state with the workers, the ledger or the reconciler: only the rules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from chassis.kafka.invalid import replayed_for_others
from chassis.kafka.readers import LogRecord, read_log
from event_schemas import (
    Envelope,
    InvalidEvent,
    SLABreached,
    SLABreachRevoked,
    decode,
    peek_source,
    peek_type,
)
from event_schemas.policies import PolicySet
from sla_monitor.domain import engine
from sla_monitor.domain.model import CaseRecord
from sla_monitor.domain.times import epoch_ms
from sla_monitor.ledger.audit_ledger import LedgerView
from sla_monitor.ledger.handler import HEARD_TYPES, MONITOR, ledger_types
from sla_monitor.ledger.judge import EmittedBreach, Finding, JudgedAt, judge
from sla_monitor.ledger.model import Round, rounds_of
from sla_monitor.ledger.store import TopicPartition

Progress = Callable[[int, int], None]
SERVICES: Final = frozenset({b"sla-monitor", b"sla-ledger"})


@dataclass(frozen=True, slots=True)
class Late:
    """How long after it could be emitted a breach was in the log (ms)."""

    topic: str
    clock: str
    level: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A round that differs between log and ledger."""

    case_id: str
    clock_id: str
    what: str


@dataclass(frozen=True, slots=True)
class LogRange:
    """The offsets of the log at a time, by (topic, partition); the time was read before the ends."""

    at: datetime
    starts: Mapping[tuple[str, int], int]
    ends: Mapping[tuple[str, int], int]


@dataclass(slots=True)
class AuditResult:
    """What the audit found. ``pending``: too fresh to judge; ``repeats``: copies under one id, dropped by readers."""

    as_of: datetime
    records: int = 0
    cases: int = 0
    rounds: int = 0
    breaches: int = 0
    revoked: int = 0
    repeats: int = 0
    invalid: int = 0
    foreign: int = 0
    pending: int = 0
    from_ledger: int = 0
    compared: int | None = None
    findings: list[Finding] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)
    disagreements: list[Disagreement] = field(default_factory=list)

    def count(self, kind: str) -> int:
        return sum(1 for finding in self.findings if finding.kind == kind)

    @property
    def clean(self) -> bool:
        return not self.findings and not self.disagreements


@dataclass(slots=True)
class _Case:
    """A case as far as the log was read."""

    record: CaseRecord | None
    newest: int = 0
    """When the latest event of the case entered the log (epoch ms)."""
    entered: dict[str, int] = field(default_factory=dict)
    """When each input and each breach first entered the log (epoch ms), by event id."""
    emitted: dict[str, EmittedBreach] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)


class Audit:
    """One run. Partition by partition, so that one partition's cases are all that is held in memory."""

    def __init__(
        self,
        *,
        bootstrap: str,
        policies: PolicySet,
        grace: timedelta,
        progress: Progress,
        ledger: LedgerView | None,
    ) -> None:
        self._bootstrap, self._policies = bootstrap, policies
        self._grace = round(grace.total_seconds() * 1000)
        self._progress, self._ledger = progress, ledger
        self._types = ledger_types(policies)

    async def run(self, log_range: LogRange) -> AuditResult:
        """Judge everything in the range. Raises TransientFault."""
        starts, ends = log_range.starts, log_range.ends
        total = sum(ends[tp] - starts[tp] for tp in ends)
        result = AuditResult(as_of=log_range.at)
        if self._ledger is not None:
            result.compared = 0
        for key in sorted(ends):
            tp = TopicPartition(*key)
            cases = await self._begin(tp, trimmed=starts[key] > 0, result=result)
            async for found in read_log(self._bootstrap, {key: starts[key]}, {key: ends[key]}):
                self._consume(cases, found, result)
                result.records += 1
                self._progress(result.records, total)
            self._conclude(cases, result)
            await self._compare(tp, cases, result)
        return result

    async def _begin(self, tp: TopicPartition, *, trimmed: bool, result: AuditResult) -> dict[str, _Case]:
        """Where the log no longer holds the beginnings, the ledger's memory of them stands in."""
        if not trimmed or self._ledger is None:
            return {}
        cases = {case_id: _Case(record) async for case_id, record in self._ledger.records(tp)}
        result.from_ledger += len(cases)
        async for case_id, emitted in self._ledger.emitted(tp):
            cases.setdefault(case_id, _Case(None)).emitted[emitted.breach_id] = emitted
        async for case_id, breach_id in self._ledger.revoked(tp):
            cases.setdefault(case_id, _Case(None)).revoked.add(breach_id)
        return cases

    def _consume(self, cases: dict[str, _Case], found: LogRecord, result: AuditResult) -> None:
        headers = found.record.headers
        if peek_type(headers) not in self._types or replayed_for_others(headers, SERVICES):
            return
        try:
            envelope = decode(headers, found.record.value)
            case = cases.get(envelope.subject) or _Case(None)
            if found.record.key != envelope.subject.encode():
                result.invalid += 1  # the workers send it to the dead-letter topic
                return
            if peek_source(headers) == MONITOR:
                self._hear(case, envelope, found, result)
            elif envelope.type in HEARD_TYPES:
                result.foreign += 1
                return
            else:
                case.record, _ = engine.apply(case.record, envelope, self._policies)
                case.entered.setdefault(envelope.event_id, found.timestamp_ms)
                case.newest = max(case.newest, found.timestamp_ms)
        except InvalidEvent:
            result.invalid += 1
            return
        cases[envelope.subject] = case

    def _hear(self, case: _Case, envelope: Envelope, found: LogRecord, result: AuditResult) -> None:
        event = envelope.data
        if isinstance(event, SLABreachRevoked):
            result.revoked += event.breach_id not in case.revoked
            case.revoked.add(event.breach_id)
            case.newest = max(case.newest, found.timestamp_ms)
        if not isinstance(event, SLABreached):
            return
        if event.breach_id in case.entered:
            result.repeats += 1
            return
        case.entered[event.breach_id] = found.timestamp_ms
        due = epoch_ms(event.due_at)
        case.emitted[event.breach_id] = EmittedBreach(event.breach_id, event.clock_id, event.level, due, revoked=False)
        case.newest = max(case.newest, found.timestamp_ms)
        result.breaches += 1
        # It could not be emitted before its time, nor before its cause was in the log.
        possible = max(epoch_ms(event.occurred_at), case.entered.get(event.cause_id, 0))
        late = max(0, found.timestamp_ms - possible)
        result.late.append(Late(found.topic, event.clock, event.level, late))

    def _conclude(self, cases: Mapping[str, _Case], result: AuditResult) -> None:
        now = epoch_ms(result.as_of)
        judged_at = JudgedAt(missed_before=now - self._grace, now=now)
        for case_id, case in cases.items():
            record = case.record or CaseRecord(case_id)
            result.cases += 1
            result.rounds += sum(1 for _ in rounds_of(record, self._policies))
            emitted = [replace(one, revoked=one.breach_id in case.revoked) for one in case.emitted.values()]
            findings = judge(record, emitted, judged_at, self._policies)
            if findings and case.newest > judged_at.missed_before:
                result.pending += len(findings)
            else:
                result.findings += findings

    async def _compare(self, tp: TopicPartition, cases: Mapping[str, _Case], result: AuditResult) -> None:
        """The ledger's rounds must be the log's. A case that has moved on since the log's end was read is left out."""
        if self._ledger is None:
            return
        ledger = await self._ledger.rounds(tp)
        for case_id, case in cases.items():
            mine = {} if case.record is None else {r.round_id: r for r in rounds_of(case.record, self._policies)}
            theirs = ledger.pop(case_id, {})
            result.compared = (result.compared or 0) + len(mine)
            if mine == theirs or await self._ledger.is_ahead(case_id, case.record):
                continue
            for key in sorted(mine.keys() | theirs.keys()):
                what = _difference(mine.get(key), theirs.get(key))
                if what:
                    result.disagreements.append(Disagreement(case_id, key.partition("|")[2], what))
        for case_id, theirs in ledger.items():
            if not await self._ledger.is_ahead(case_id, None):
                result.disagreements += [
                    Disagreement(case_id, one.clock_id, "not in the log") for one in theirs.values()
                ]


def _difference(mine: Round | None, theirs: Round | None) -> str:
    """Which fields differ; empty if none do."""
    if mine is None:
        return "not in the log"
    if theirs is None:
        return "not in the ledger"
    names = [name for name in Round.__dataclass_fields__ if getattr(mine, name) != getattr(theirs, name)]
    return ", ".join(names)
