"""Up to which time the ledger knows everything that a partition held.

A watermark is the time T at which the partition's end was E, once the group has committed E. Effects are written before
they are committed, so it is true whoever owns the partition, and an idle partition's moves with the wall clock.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.clock import Clock
from chassis.faults import TransientFault
from chassis.kafka.offsets import LogPositions
from chassis.mongo.client import Collection, Mongo, UpdateOne, store_errors
from chassis.telemetry.logs import get_logger
from sla_monitor.ledger.metrics import LedgerMetrics
from sla_monitor.ledger.store import Place

_log = get_logger(__name__)
MAX_SAMPLES = 600


@dataclass(frozen=True, slots=True)
class Sample:
    """The end of a partition at a time."""

    at: datetime
    end: int


class Samples:
    """Ends waiting to be reached, oldest first. Under a long backlog every second one is dropped: fewer, still true."""

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

    async def expect(self, places: list[Place]) -> None:
        """Have a document for every partition, so that none is forgotten in a minimum."""
        await self._write(
            [
                UpdateOne(
                    {"_id": _key(place)},
                    {"$setOnInsert": {"topic": place.topic, "partition": place.partition, "at": None, "offset": 0}},
                    upsert=True,
                )
                for place in places
            ]
        )

    async def advance(self, reached: Mapping[Place, Sample]) -> None:
        await self._write(
            [
                UpdateOne({"_id": _key(place)}, {"$max": {"at": sample.at, "offset": sample.end}})
                for place, sample in reached.items()
            ]
        )

    async def all(self) -> dict[Place, datetime | None]:
        with store_errors():
            found = await self.collection.find({}).to_list(None)
        return {Place(one["topic"], one["partition"]): one["at"] for one in found}

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
    """Samples the ends, asks what is committed, and moves the watermarks. Several may run: each says what is true."""

    def __init__(
        self,
        *,
        positions: LogPositions,
        groups: Mapping[str, str],
        store: WatermarkStore,
        clock: Clock,
        metrics: LedgerMetrics,
        every: timedelta,
    ) -> None:
        self._positions, self._groups, self._store = positions, groups, store
        self._clock, self._metrics, self._every = clock, metrics, every
        self._samples: dict[Place, Samples] = {}
        self._told: dict[Place, datetime] = {}

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except TransientFault as fault:
                _log.warning("watermarks_not_moved", reason=f"{type(fault).__name__}: {fault}")
                self._show_ages()
            await asyncio.sleep(self._every.total_seconds())

    async def look(self) -> None:
        """The time is read before the ends: whatever was in the log by then lies before them."""
        at = self._clock.now()
        ends = {Place(*key): offset for key, offset in (await self._positions.ends()).items()}
        if self._samples.keys() != ends.keys():
            await self._store.expect([*ends])
            self._samples = {place: self._samples.get(place, Samples()) for place in ends}
        for place, end in ends.items():
            self._samples[place].add(Sample(at, end))
        done = await self._done()
        reached = {
            place: sample
            for place, samples in self._samples.items()
            if (sample := samples.reached(done.get(place, 0))) is not None
        }
        await self._store.advance(reached)
        self._told = {place: at for place, at in (await self._store.all()).items() if at is not None}
        self._show_ages()

    def _show_ages(self) -> None:
        """They grow while MongoDB or Kafka is away: a gauge that stands still would pass for a fresh one."""
        now = self._clock.now()
        for place, told in self._told.items():
            age = self._metrics.watermark_age.labels(place.topic, str(place.partition))
            age.set(max(0.0, (now - told).total_seconds()))

    async def _done(self) -> dict[Place, int]:
        """What was committed; where nothing was, the log's beginning: there is nothing before it to be read."""
        done = {Place(*key): offset for key, offset in (await self._positions.starts()).items()}
        for topic, group in self._groups.items():
            for key, offset in (await self._positions.committed(group)).items():
                place = Place(*key)
                if place.topic == topic:
                    done[place] = max(offset, done.get(place, 0))
        return done


def _key(place: Place) -> str:
    return f"{place.topic}:{place.partition}"
