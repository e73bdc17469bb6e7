"""The watermark of a partition: up to which time the ledger has applied all its events.

A watermark is the time T at which the partition's end was E, once the group has committed E. Effects are written before
they are committed, so it holds whoever owns the partition, and an idle partition's moves with the wall clock.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.clock import Clock
from chassis.faults import TransientFault
from chassis.kafka.offsets import TopicOffsets
from chassis.mongo.client import Collection, Mongo, UpdateOne, store_errors
from chassis.telemetry.logs import get_logger
from sla_monitor.ledger.metrics import LedgerMetrics
from sla_monitor.ledger.store import TopicPartition

_log = get_logger(__name__)
MAX_SAMPLES = 600


@dataclass(frozen=True, slots=True)
class Sample:
    """The end of a partition at a time."""

    at: datetime
    end: int


class Samples:
    """Ends waiting to be reached, oldest first. Under a long backlog every second one is dropped."""

    def __init__(self) -> None:
        self._waiting: list[Sample] = []

    def add(self, sample: Sample) -> None:
        if len(self._waiting) >= MAX_SAMPLES:
            self._waiting = self._waiting[::2]
        self._waiting.append(sample)

    def reached(self, position: int) -> Sample | None:
        """The latest end that the position has reached; it and all before it leave the queue."""
        newest = None
        while self._waiting and self._waiting[0].end <= position:
            newest = self._waiting.pop(0)
        return newest


class WatermarkStore:
    """One document a partition. A watermark never falls."""

    def __init__(self, mongo: Mongo) -> None:
        self.collection: Collection = mongo.collection("ledger_watermarks")

    async def expect(self, tps: list[TopicPartition]) -> None:
        """Have a document for every partition, so that none is forgotten in a minimum."""
        await self._write(
            [
                UpdateOne(
                    {"_id": _key(tp)},
                    {"$setOnInsert": {"topic": tp.topic, "partition": tp.partition, "at": None, "offset": 0}},
                    upsert=True,
                )
                for tp in tps
            ]
        )

    async def advance(self, reached: Mapping[TopicPartition, Sample]) -> None:
        await self._write(
            [
                UpdateOne({"_id": _key(tp)}, {"$max": {"at": sample.at, "offset": sample.end}})
                for tp, sample in reached.items()
            ]
        )

    async def all(self) -> dict[TopicPartition, datetime | None]:
        with store_errors():
            found = await self.collection.find({}).to_list(None)
        return {TopicPartition(one["topic"], one["partition"]): one["at"] for one in found}

    async def as_of(self) -> datetime | None:
        """The time up to which the whole ledger is complete; None while a partition has never been read to its end."""
        times = [*(await self.all()).values()]
        known = [at for at in times if at is not None]
        return min(known) if known and len(known) == len(times) else None

    async def _write(self, operations: list[UpdateOne]) -> None:
        if operations:
            with store_errors():
                await self.collection.bulk_write(operations, ordered=False)


class Watermarker:
    """Samples the ends, reads what is committed, and moves the watermarks. Several may run at once."""

    def __init__(
        self,
        *,
        positions: TopicOffsets,
        groups: Mapping[str, str],
        store: WatermarkStore,
        clock: Clock,
        metrics: LedgerMetrics,
        every: timedelta,
    ) -> None:
        self._positions, self._groups, self._store = positions, groups, store
        self._clock, self._metrics, self._every = clock, metrics, every
        self._samples: dict[TopicPartition, Samples] = {}
        self._reached_at: dict[TopicPartition, datetime] = {}

    async def run(self) -> None:
        while True:
            try:
                await self.check()
            except TransientFault as fault:
                _log.warning("watermarks_not_moved", reason=f"{type(fault).__name__}: {fault}")
                self._show_ages()
            await asyncio.sleep(self._every.total_seconds())

    async def check(self) -> None:
        """The time is read before the ends: whatever was in the log by then lies before them."""
        at = self._clock.now()
        ends = {TopicPartition(*key): offset for key, offset in (await self._positions.ends()).items()}
        if self._samples.keys() != ends.keys():
            await self._store.expect([*ends])
            self._samples = {tp: self._samples.get(tp, Samples()) for tp in ends}
        for tp, end in ends.items():
            self._samples[tp].add(Sample(at, end))
        done = await self._done()
        reached = {
            tp: sample
            for tp, samples in self._samples.items()
            if (sample := samples.reached(done.get(tp, 0))) is not None
        }
        await self._store.advance(reached)
        self._reached_at = {tp: at for tp, at in (await self._store.all()).items() if at is not None}
        self._show_ages()

    def _show_ages(self) -> None:
        """They grow while MongoDB or Kafka is away: a gauge that stands still would pass for a fresh one."""
        now = self._clock.now()
        for tp, reached_at in self._reached_at.items():
            age = self._metrics.watermark_age.labels(tp.topic, str(tp.partition))
            age.set(max(0.0, (now - reached_at).total_seconds()))

    async def _done(self) -> dict[TopicPartition, int]:
        """What was committed; where nothing was, the log's beginning: there is nothing before it to be read."""
        done = {TopicPartition(*key): offset for key, offset in (await self._positions.starts()).items()}
        for topic, group in self._groups.items():
            for key, offset in (await self._positions.committed(group)).items():
                tp = TopicPartition(*key)
                if tp.topic == topic:
                    done[tp] = max(offset, done.get(tp, 0))
        return done


def _key(tp: TopicPartition) -> str:
    return f"{tp.topic}:{tp.partition}"
