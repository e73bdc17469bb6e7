"""Says what the workers should have said: overdue and unbreached, on partitions whose watermark is past the doubt.

Under the engine's own ids, so that a worker's late word and the reconciler's are one event to every reader.
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
from sla_monitor.domain.escalation import ALL_HELD, Posts
from sla_monitor.domain.times import epoch_ms, time_of
from sla_monitor.ledger.handler import MONITOR
from sla_monitor.ledger.judge import Finding, Moment, Told, judge
from sla_monitor.ledger.metrics import LedgerMetrics
from sla_monitor.ledger.store import LedgerStore, Place, StoredCase
from sla_monitor.ledger.watermarks import WatermarkStore

_log = get_logger(__name__)

CHUNK: Final = 500
CLAIM: Final = timedelta(seconds=60)
"""So long a round is left alone after its word was said: it comes back through the log, which settles the matter."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at a partition: ``limit`` is its watermark less the patience."""

    place: Place
    limit: datetime
    now: datetime


class Reconciler:
    """Looks at each round once after every time at which something should have been said of it."""

    def __init__(
        self,
        *,
        store: LedgerStore,
        watermarks: WatermarkStore,
        policies: PolicySet,
        producer: Producer,
        clock: Clock,
        metrics: LedgerMetrics,
        patience: timedelta,
        every: timedelta,
        posts: Posts = ALL_HELD,
    ) -> None:
        self._store, self._watermarks, self._policies = store, watermarks, policies
        self._producer, self._clock, self._metrics = producer, clock, metrics
        self._patience, self._every, self._posts = patience, every, posts

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
        for place, watermark in (await self._watermarks.all()).items():
            undecided[place.topic] = undecided.get(place.topic, 0) + await self._count_undecided(place, watermark)
            if watermark is None:
                continue
            look = _Look(place, watermark - self._patience, self._clock.now())
            while rounds := await self._due_for_a_look(look):
                found += await self._judge(look, rounds)
        for topic, number in undecided.items():
            self._metrics.undecided.labels(topic).set(number)
        return found

    async def _count_undecided(self, place: Place, watermark: datetime | None) -> int:
        """Overdue beyond our patience, but perhaps stopped in events not read yet: alert, say nothing."""
        overdue = self._clock.now() - self._patience
        if watermark is not None and watermark >= overdue:
            return 0
        span = {"$lt": overdue} if watermark is None else {"$lt": overdue, "$gte": watermark - self._patience}
        query = {"topic": place.topic, "partition": place.partition, "check_at": span, "open": True}
        with store_errors():
            number = await self._store.rounds.count_documents(query)
        if number:
            _log.warning("reconciler_undecided", topic=place.topic, partition=place.partition, clocks=number)
        return number

    async def _due_for_a_look(self, look: _Look) -> Sequence[Document]:
        query = {
            "topic": look.place.topic,
            "partition": look.place.partition,
            "check_at": {"$lt": look.limit},
            # A missing field counts as null here: never claimed.
            "$or": [{"claimed_until": None}, {"claimed_until": {"$lte": look.now}}],
        }
        fields = {"case_id": 1, "clock_id": 1, "v": 1, "check_at": 1, "expects": 1}
        with store_errors():
            found: list[dict[str, Any]] = await (
                self._store.rounds.find(query, fields).sort("check_at", 1).limit(CHUNK).to_list(None)
            )
        return found

    async def _judge(self, look: _Look, rounds: Sequence[Document]) -> list[Finding]:
        cases = await self._store.load(sorted({one["case_id"] for one in rounds}))
        told = await self._told(rounds)
        moment = Moment(patience=epoch_ms(look.limit), now=epoch_ms(look.now))
        findings: list[Finding] = []
        settled: list[UpdateOne] = []
        to_mend: list[tuple[Document, list[Finding]]] = []
        for one in rounds:
            case = cases.get(one["case_id"])
            mine = self._findings(case, one, told, moment)
            if mine and case is not None and case.changed_at > look.limit:
                # The workers may be about to say it: look again when the latest event is as old as the rest.
                settled.append(_postponed(one, case.changed_at))
                continue
            findings += mine
            words = [finding for finding in mine if finding.mend is not None]
            for finding in mine:
                if finding.mend is None:
                    self._note(finding, mended=False)
            if words:
                to_mend.append((one, words))
            else:
                settled.append(_settled(one, look.limit))
        await self._mend(look, to_mend)
        self._metrics.checked.inc(len(rounds))
        if settled:
            with store_errors():
                await self._store.rounds.bulk_write(settled, ordered=False)
        return findings

    def _findings(
        self, case: StoredCase | None, one: Document, told: Mapping[tuple[str, str], Sequence[Told]], moment: Moment
    ) -> list[Finding]:
        if case is None:
            return []
        key = (one["case_id"], one["clock_id"])
        return [
            found
            for found in judge(case.record, told.get(key, ()), moment, self._policies, self._posts)
            if found.clock_id == one["clock_id"]
        ]

    async def _told(self, rounds: Sequence[Document]) -> dict[tuple[str, str], list[Told]]:
        """What stands in the log of these rounds."""
        heard = await self._store.breaches_heard([(one["case_id"], one["clock_id"]) for one in rounds])
        revoked = {one["about"] for one in heard if one["type"] == "SLABreachRevoked"}
        told: dict[tuple[str, str], list[Told]] = {}
        for one in heard:
            if one["type"] == "SLABreached":
                breach = Told(one["_id"], one["clock_id"], one["level"], epoch_ms(one["due_at"]), one["_id"] in revoked)
                told.setdefault((one["case_id"], one["clock_id"]), []).append(breach)
        return told

    async def _mend(self, look: _Look, to_mend: Sequence[tuple[Document, Sequence[Finding]]]) -> None:
        """Say what can be said of the rounds that no other process has taken on."""
        claims = await asyncio.gather(*(self._claim(look, one) for one, _ in to_mend))
        said = [finding for (_, words), ours in zip(to_mend, claims, strict=True) if ours for finding in words]
        await self._producer.send_all(
            [
                (look.place.topic, encode(mend.data, event_id=mend.event_id, source=MONITOR))
                for finding in said
                if (mend := finding.mend) is not None
            ]
        )
        for finding in said:
            self._note(finding, mended=True)

    async def _claim(self, look: _Look, one: Document) -> bool:
        free = {"$or": [{"claimed_until": None}, {"claimed_until": {"$lte": look.now}}]}
        with store_errors():
            result = await self._store.rounds.update_one(
                {"_id": one["_id"], "v": one["v"], **free}, {"$set": {"claimed_until": look.now + CLAIM}}
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
    """The next look is at the next deadline; a round that has none ahead is not looked at again until it changes."""
    ahead = [expected["at"] for expected in one["expects"] if expected["at"] >= limit]
    if ahead:
        return UpdateOne(_guard(one), {"$set": {"check_at": min(ahead)}, "$unset": {"claimed_until": ""}})
    return UpdateOne(_guard(one), {"$unset": {"check_at": "", "claimed_until": ""}})


def _guard(one: Document) -> dict[str, Any]:
    """Only if nothing has changed since it was read: a new event's wish for a look is kept."""
    return {"_id": one["_id"], "v": one["v"], "check_at": one["check_at"]}
