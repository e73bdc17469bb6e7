"""An in-memory broker for fast tests. It passes the same cases as Kafka (tests of the chassis run both)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import repeat

from aiokafka.partitioner import DefaultPartitioner
from prometheus_client import CollectorRegistry

from chassis.faults import PublishFailed
from chassis.kafka.invalid import SourceRecord
from chassis.kafka.pipeline import BatchHandler, BatchPipeline, Outgoing, Received
from chassis.telemetry.metrics import ConsumerMetrics
from event_schemas import Envelope, Event, WireRecord, encode, ids

__all__ = ["InMemoryBroker", "InMemoryConsumer", "InMemoryProducer", "received", "run_handler"]


class InMemoryBroker:
    """Topics with partitions, logs and committed offsets; keys go to partitions as in Kafka."""

    def __init__(self, partitions: int = 4) -> None:
        self._partitions = partitions
        self._partitioner = DefaultPartitioner()
        self.logs: dict[tuple[str, int], list[SourceRecord]] = defaultdict(list)
        self.committed: dict[tuple[str, str, int], int] = {}

    def append(self, topic: str, record: WireRecord, partition: int | None = None) -> SourceRecord:
        if partition is None:
            numbers = list(range(self._partitions))
            partition = int(self._partitioner(record.key, numbers, numbers))
        log = self.logs[topic, partition]
        stored = SourceRecord(topic, partition, len(log), record.key, record.value, record.headers)
        log.append(stored)
        return stored

    def records(self, topic: str) -> list[SourceRecord]:
        """Everything in a topic, by partition and offset."""
        return [record for (name, _), log in sorted(self.logs.items()) if name == topic for record in log]

    def uncommitted(self, group_id: str, topics: Iterable[str], limit: int) -> list[SourceRecord]:
        found: list[SourceRecord] = []
        for (topic, partition), log in sorted(self.logs.items()):
            if topic in topics:
                found += log[self.committed.get((group_id, topic, partition), 0) :]
        return found[:limit]


class InMemoryProducer:
    """A Producer that appends to an InMemoryBroker. `fail_next` sends fail with PublishFailed; `up` False fails all."""

    def __init__(self, broker: InMemoryBroker | None = None) -> None:
        self.broker = broker or InMemoryBroker()
        self.up = True
        self.fail_next = 0
        self.sent: list[tuple[str, WireRecord]] = []

    async def start(self) -> None:
        """Nothing to connect."""

    async def stop(self) -> None:
        """Nothing to flush."""

    async def ping(self) -> None:
        if not self.up:
            raise PublishFailed("the broker is down")

    async def send(self, topic: str, record: WireRecord, *, partition: int | None = None) -> None:
        # A real send gives up the loop: races that need it must be possible here too.
        await asyncio.sleep(0)
        if not self.up or self.fail_next > 0:
            self.fail_next = max(0, self.fail_next - 1)
            raise PublishFailed(f"{topic}: the broker is down")
        self.broker.append(topic, record, partition)
        self.sent.append((topic, record))

    async def send_all(
        self, items: Sequence[tuple[str, WireRecord]], *, partitions: Sequence[int | None] | None = None
    ) -> None:
        for (topic, record), partition in zip(items, partitions or repeat(None, len(items)), strict=True):
            await self.send(topic, record, partition=partition)


class InMemoryConsumer:
    """BatchConsumer's rules on an InMemoryBroker: the same pipeline, driven by drain() instead of a loop."""

    def __init__(
        self,
        broker: InMemoryBroker,
        *,
        group_id: str,
        topics: Sequence[str],
        types: frozenset[str],
        handler: BatchHandler,
        producer: InMemoryProducer,
        service: str,
        metrics: ConsumerMetrics | None = None,
        ignore_sources: frozenset[str] = frozenset(),
        max_batch: int = 500,
        max_invalid_in_row: int = 20,
    ) -> None:
        self._broker = broker
        self._group_id = group_id
        self._topics = tuple(topics)
        self._max_batch = max_batch
        self._pipeline = BatchPipeline(
            types=types,
            handler=handler,
            producer=producer,
            service=service,
            metrics=metrics or ConsumerMetrics(CollectorRegistry()),
            ignore_sources=ignore_sources,
            max_invalid_in_row=max_invalid_in_row,
        )

    async def turn(self) -> bool:
        """Handle one batch and commit what was achieved. False if there was nothing, or nothing could be done."""
        records = self._broker.uncommitted(self._group_id, self._topics, self._max_batch)
        if not records:
            return False
        progress = await self._pipeline.process(records)
        before = dict(self._broker.committed)
        for (topic, partition), offset in progress.commit.items():
            self._broker.committed[self._group_id, topic, partition] = offset
        return self._broker.committed != before and not progress.blocked

    async def drain(self, attempts: int = 1_000) -> None:
        """Handle until nothing is left or a transient fault blocks the rest."""
        for _ in range(attempts):
            if not await self.turn():
                return


def received(
    data: Event,
    *,
    event_id: str | None = None,
    source: str = "test",
    topic: str = "cases.routine",
    partition: int = 0,
    offset: int = 0,
    traceparent: str | None = None,
) -> Received:
    """An event as a handler gets it."""
    envelope = Envelope(
        event_id=event_id or ids.new_event_id(),
        type=data.type,
        source=source,
        time=data.occurred_at.astimezone(UTC),
        subject=data.case_id,
        traceparent=traceparent,
        data=data,
    )
    return Received(topic, partition, offset, envelope)


async def run_handler(handler: BatchHandler, *events: Received | Event) -> Sequence[Outgoing]:
    """Call a handler with events as one batch; what it would publish must be encodable, as it is."""
    batch = [event if isinstance(event, Received) else received(event, offset=n) for n, event in enumerate(events)]
    return await handler(batch)


def wire(data: Event, *, event_id: str | None = None, source: str = "test") -> WireRecord:
    """An event as bytes for a topic."""
    return encode(data, event_id=event_id or ids.new_event_id(), source=source)


def at(text: str) -> datetime:
    """A UTC time from "2026-11-22T10:00:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
