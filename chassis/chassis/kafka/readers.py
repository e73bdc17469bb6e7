"""Reads a stretch of the Kafka log as it lies, with no group and no commit: for audits and reconciliations."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError

from chassis.kafka.starting import start_whole
from event_schemas import WireRecord

POLL_MS = 500
Offsets = Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One record where it lies; `timestamp_ms` is the broker's or the producer's, as the topic says."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    record: WireRecord


async def read_log(bootstrap: str, start: Offsets, end: Offsets) -> AsyncIterator[LogRecord]:
    """Every record from `start` (inclusive) to `end` (exclusive) of each (topic, partition), in its order."""
    waiting = {TopicPartition(*place): offset for place, offset in end.items() if offset > start.get(place, 0)}
    if not waiting:
        return
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        await start_whole(consumer)
        consumer.assign(list(waiting))
        for place in waiting:
            consumer.seek(place, start.get((place.topic, place.partition), 0))
        while waiting:
            for place, messages in (await consumer.getmany(timeout_ms=POLL_MS)).items():
                for message in messages:
                    if message.offset < end[place.topic, place.partition]:
                        yield _log_record(message)
            for place in [*waiting]:
                with suppress(IllegalStateError):  # a partition whose position is still being looked up
                    if await consumer.position(place) >= waiting[place]:
                        del waiting[place]
    finally:
        await consumer.stop()


def _log_record(message: Any) -> LogRecord:
    return LogRecord(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp_ms=message.timestamp,
        record=WireRecord(message.key, message.value or b"", tuple(message.headers)),
    )
