"""Emit what the workers failed to emit: the breach of an overdue clock, once its partition's watermark is past it.

Under the engine's own ids, so that a worker's late event and the reconciler's are one event to every reader.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from chassis.clock import Clock
from chassis.faults import TransientFault
from chassis.kafka.producer import Producer
from chassis.mongo.client import UpdateOne, store_errors
from chassis.telemetry.logs import get_logger
from event_schemas import encode
from event_schemas.policies import PolicySet
from event_schemas.times import time_of
from sla_monitor.domain.escalation import ALL_HELD, Posts
from sla_monitor.domain.times import epoch_ms
from sla_monitor.ledger.handler import MONITOR
from sla_monitor.ledger.judge import EmittedBreach, Finding, JudgedAt, judge
from sla_monitor.ledger.metrics import LedgerMetrics
from sla_monitor.ledger.store import LedgerStore, StoredCase, TopicPartition
from sla_monitor.ledger.watermarks import WatermarkStore

_log = get_logger(__name__)

CHUNK: Final = 500
CLAIM: Final = timedelta(seconds=60)
"""How long a round is left alone after its correction was emitted, which comes back through the log."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Pass:
    """One pass over a partition: ``limit`` is its watermark less ``reconcile_after``."""

    tp: TopicPartition
    limit: datetime
    now: datetime


class Reconciler:
    """Checks each round once after every time at which a breach of it should have been emitted."""

    def __init__(
        self,
        *,
        store: LedgerStore,
        watermarks: WatermarkStore,
        policies: PolicySet,
        producer: Producer,
        clock: Clock,
        metrics: LedgerMetrics,
        reconcile_after: timedelta,
        every: timedelta,
        posts: Posts = ALL_HELD,
    ) -> None:
        self._store, self._watermarks, self._policies = store, watermarks, policies
        self._producer, self._clock, self._metrics = producer, clock, metrics
        self._reconcile_after, self._every, self._posts = reconcile_after, every, posts

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._every.total_seconds())
            try:
                await self.reconcile()
            except TransientFault as fault:
                self._metrics.passes.labels("failed").inc()
                _log.warning("reconciler_pass_failed", reason=f"{type(fault).__name__}: {fault}")
            else:
                self._metrics.passes.labels("done").inc()

    async def reconcile(self) -> list[Finding]:
        """One pass over all partitions. Returns what was found."""
        found: list[Finding] = []
        undecided: dict[str, int] = {}
        for tp, watermark in (await self._watermarks.all()).items():
            undecided[tp.topic] = undecided.get(tp.topic, 0) + await self._count_undecided(tp, watermark)
            if watermark is None:
                continue
            current = _Pass(tp, watermark - self._reconcile_after, self._clock.now())
            while rounds := await self._due_for_check(current):
                found += await self._judge(current, rounds)
        for topic, number in undecided.items():
            self._metrics.undecided.labels(topic).set(number)
        return found

    async def _count_undecided(self, tp: TopicPartition, watermark: datetime | None) -> int:
        """Overdue by more than ``reconcile_after``, but perhaps stopped in events not read yet: alert, emit nothing."""
        overdue = self._clock.now() - self._reconcile_after
        if watermark is not None and watermark >= overdue:
            return 0
        span = {"$lt": overdue} if watermark is None else {"$lt": overdue, "$gte": watermark - self._reconcile_after}
        query = {"topic": tp.topic, "partition": tp.partition, "check_at": span, "open": True}
        with store_errors():
            number = await self._store.rounds.count_documents(query)
        if number:
            _log.warning("reconciler_undecided", topic=tp.topic, partition=tp.partition, clocks=number)
        return number

    async def _due_for_check(self, current: _Pass) -> Sequence[Document]:
        query = {
            "topic": current.tp.topic,
            "partition": current.tp.partition,
            "check_at": {"$lt": current.limit},
            # A missing field counts as null here: never claimed.
            "$or": [{"claimed_until": None}, {"claimed_until": {"$lte": current.now}}],
        }
        fields = {"case_id": 1, "clock_id": 1, "v": 1, "check_at": 1, "expects": 1}
        with store_errors():
            found: list[dict[str, Any]] = await (
                self._store.rounds.find(query, fields).sort("check_at", 1).limit(CHUNK).to_list(None)
            )
        return found

    async def _judge(self, current: _Pass, rounds: Sequence[Document]) -> list[Finding]:
        cases = await self._store.load(sorted({one["case_id"] for one in rounds}))
        emitted = await self._emitted(rounds)
        judged_at = JudgedAt(missed_before=epoch_ms(current.limit), now=epoch_ms(current.now))
        findings: list[Finding] = []
        settled: list[UpdateOne] = []
        to_correct: list[tuple[Document, list[Finding]]] = []
        for one in rounds:
            case = cases.get(one["case_id"])
            mine = self._findings(case, one, emitted, judged_at)
            if mine and case is not None and case.changed_at > current.limit:
                # The workers may be about to emit it: check again when the latest event is as old as the rest.
                settled.append(_postponed(one, case.changed_at))
                continue
            findings += mine
            correctable = [finding for finding in mine if finding.correction is not None]
            for finding in mine:
                if finding.correction is None:
                    self._note(finding, mended=False)
            if correctable:
                to_correct.append((one, correctable))
            else:
                settled.append(_settled(one, current.limit))
        await self._correct(current, to_correct)
        self._metrics.checked.inc(len(rounds))
        if settled:
            with store_errors():
                await self._store.rounds.bulk_write(settled, ordered=False)
        return findings

    def _findings(
        self,
        case: StoredCase | None,
        one: Document,
        emitted: Mapping[tuple[str, str], Sequence[EmittedBreach]],
        judged_at: JudgedAt,
    ) -> list[Finding]:
        if case is None:
            return []
        key = (one["case_id"], one["clock_id"])
        return [
            found
            for found in judge(case.record, emitted.get(key, ()), judged_at, self._policies, self._posts)
            if found.clock_id == one["clock_id"]
        ]

    async def _emitted(self, rounds: Sequence[Document]) -> dict[tuple[str, str], list[EmittedBreach]]:
        """The breaches emitted of these rounds, by (case id, clock id)."""
        heard = await self._store.breaches_heard([(one["case_id"], one["clock_id"]) for one in rounds])
        revoked = {one["about"] for one in heard if one["type"] == "SLABreachRevoked"}
        emitted: dict[tuple[str, str], list[EmittedBreach]] = {}
        for one in heard:
            if one["type"] == "SLABreached":
                breach = EmittedBreach(
                    one["_id"], one["clock_id"], one["level"], epoch_ms(one["due_at"]), one["_id"] in revoked
                )
                emitted.setdefault((one["case_id"], one["clock_id"]), []).append(breach)
        return emitted

    async def _correct(self, current: _Pass, to_correct: Sequence[tuple[Document, Sequence[Finding]]]) -> None:
        """Emit the corrections of the rounds that no other process has claimed."""
        claims = await asyncio.gather(*(self._claim(current, one) for one, _ in to_correct))
        claimed = [
            finding
            for (_, correctable), ours in zip(to_correct, claims, strict=True)
            if ours
            for finding in correctable
        ]
        await self._producer.send_all(
            [
                (current.tp.topic, encode(correction.data, event_id=correction.event_id, source=MONITOR))
                for finding in claimed
                if (correction := finding.correction) is not None
            ]
        )
        for finding in claimed:
            self._note(finding, mended=True)

    async def _claim(self, current: _Pass, one: Document) -> bool:
        free = {"$or": [{"claimed_until": None}, {"claimed_until": {"$lte": current.now}}]}
        with store_errors():
            result = await self._store.rounds.update_one(
                {"_id": one["_id"], "v": one["v"], **free}, {"$set": {"claimed_until": current.now + CLAIM}}
            )
        return bool(result.modified_count)

    def _note(self, finding: Finding, *, mended: bool) -> None:
        clock = finding.clock_id.partition(":")[0]
        self._metrics.findings.labels(finding.kind, clock, str(mended).lower()).inc()
        _log.error(
            "reconciler_finding",
            kind=finding.kind,
            case_id=finding.case_id,
            clock_id=finding.clock_id,
            level=finding.level,
            due_at=time_of(finding.due).isoformat(),
            breach_id=finding.breach_id,
            mended=mended,
        )


def _postponed(one: Document, until: datetime) -> UpdateOne:
    return UpdateOne(_guard(one), {"$set": {"check_at": until}})


def _settled(one: Document, limit: datetime) -> UpdateOne:
    """The next check is at the next deadline; a round that has none ahead is not checked again until it changes."""
    ahead = [expected["at"] for expected in one["expects"] if expected["at"] >= limit]
    if ahead:
        return UpdateOne(_guard(one), {"$set": {"check_at": min(ahead)}, "$unset": {"claimed_until": ""}})
    return UpdateOne(_guard(one), {"$unset": {"check_at": "", "claimed_until": ""}})


def _guard(one: Document) -> dict[str, Any]:
    """Only if nothing has changed since it was read: a check that a new event asked for is kept."""
    return {"_id": one["_id"], "v": one["v"], "check_at": one["check_at"]}
