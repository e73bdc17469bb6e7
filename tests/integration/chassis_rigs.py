"""Two brokers with one face: the in-memory one and Kafka. What a test sees must be the same on both."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import CollectorRegistry

from chassis.health import Liveness
from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.consumer import BatchConsumer, BatchHandler
from chassis.kafka.invalid import SourceRecord
from chassis.kafka.producer import EventProducer, Producer
from chassis.telemetry.metrics import ConsumerMetrics
from event_schemas import ComplaintAcknowledged, WireRecord, encode, ids
from tests.in_memory_broker import InMemoryBroker, InMemoryConsumer, InMemoryProducer

TYPES = frozenset({"ComplaintAcknowledged"})
CASES = tuple(f"c_{number:026d}" for number in range(8))


def acknowledged(case_id: str, seq: int = 1, *, event_id: str | None = None, source: str = "intake") -> WireRecord:
    """A small event of a case, as bytes."""
    data = ComplaintAcknowledged(case_id=case_id, occurred_at=datetime.now(UTC), case_seq=seq, by_post="SHO:1")
    return encode(data, event_id=event_id or ids.new_event_id(), source=source)


def with_header(record: WireRecord, name: str, value: bytes) -> WireRecord:
    return WireRecord(record.key, record.value, (*record.headers, (name, value)))


async def until(condition: Callable[[], bool], within: float = 60) -> None:
    """Wait for a condition; TimeoutError if it does not come true."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110  the condition is the test's own
            await asyncio.sleep(0.01)


class Rig(Protocol):
    """A broker with one source topic and its dead letters."""

    topic: str
    registry: CollectorRegistry

    @property
    def producer(self) -> Producer: ...

    async def publish(self, record: WireRecord, partition: int | None = None) -> None: ...

    async def run(self, handler: BatchHandler, done: Callable[[], bool], **options: Any) -> None:
        """Consume as the group "svc" until `done`; raises what the consumer raises."""

    async def dead_letters(self) -> list[SourceRecord]: ...

    async def left(self) -> int:
        """How many records of the source topic are not committed."""


class MemoryRig:
    """The rig on the in-memory broker."""

    def __init__(self) -> None:
        self.topic = "things"
        self.registry = CollectorRegistry()
        self.broker = InMemoryBroker()
        self.producer = InMemoryProducer(self.broker)
        self._metrics = ConsumerMetrics(self.registry)

    async def publish(self, record: WireRecord, partition: int | None = None) -> None:
        self.broker.append(self.topic, record, partition)

    async def run(self, handler: BatchHandler, done: Callable[[], bool], **options: Any) -> None:
        options = {"types": TYPES, "service": "svc", "producer": self.producer, **options}
        consumer = InMemoryConsumer(
            self.broker, group_id="svc", topics=[self.topic], handler=handler, metrics=self._metrics, **options
        )
        for _ in range(50):
            await consumer.drain()
            if done():
                return
        raise TimeoutError

    async def dead_letters(self) -> list[SourceRecord]:
        return self.broker.records(f"{self.topic}.dlq")

    async def left(self) -> int:
        return len(self.broker.uncommitted("svc", [self.topic], 1_000))


class KafkaRig:
    """The rig on a real Kafka."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.topic = f"chassis-{uuid.uuid4().hex[:12]}"
        self.registry = CollectorRegistry()
        self.producer = EventProducer(bootstrap, client_id="rig")
        self.metrics = ConsumerMetrics(self.registry)

    async def start(self) -> None:
        await create_topics(self.bootstrap, [TopicSpec(self.topic, 4), TopicSpec(f"{self.topic}.dlq", 1)])
        await self.producer.start()

    async def stop(self) -> None:
        await self.producer.stop()

    async def publish(self, record: WireRecord, partition: int | None = None) -> None:
        await self.producer.send(self.topic, record, partition=partition)

    def consumer(self, handler: BatchHandler, **options: Any) -> BatchConsumer:
        options = {
            "types": TYPES,
            "service": "svc",
            "producer": self.producer,
            "metrics": self.metrics,
            "liveness": Liveness(timedelta(seconds=30)),
            **options,
        }
        return BatchConsumer(
            bootstrap=self.bootstrap, group_id=f"{self.topic}.svc", topics=[self.topic], handler=handler, **options
        )

    async def run(self, handler: BatchHandler, done: Callable[[], bool], **options: Any) -> None:
        consumer = self.consumer(handler, **options)
        task = asyncio.create_task(consumer.run())
        await until(lambda: task.done() or done())
        # What came with the last batch is committed by stop().
        consumer.stop()
        await task

    async def dead_letters(self) -> list[SourceRecord]:
        return await read_all(self.bootstrap, f"{self.topic}.dlq")

    async def left(self) -> int:
        client = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, group_id=f"{self.topic}.svc", enable_auto_commit=False
        )
        await client.start()
        try:
            places = [TopicPartition(self.topic, number) for number in range(4)]
            ends: dict[TopicPartition, int] = await client.end_offsets(places)
            left = 0
            for place in places:
                left += ends[place] - (await client.committed(place) or 0)
            return left
        finally:
            await client.stop()


async def read_all(bootstrap: str, topic: str) -> list[SourceRecord]:
    """Every record of a topic, by partition and offset."""
    client = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    await client.start()
    try:
        await client._client._wait_on_metadata(topic)  # noqa: SLF001  the only way to ask by name
        places = [TopicPartition(topic, number) for number in sorted(client.partitions_for_topic(topic))]
        client.assign(places)
        ends = await client.end_offsets(places)
        found: list[SourceRecord] = []
        while len(found) < sum(ends.values()):
            for records in (await client.getmany(timeout_ms=100)).values():
                found += [
                    SourceRecord(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers)) for r in records
                ]
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        await client.stop()
