"""Read stretches of topics from one offset to another, without a group and without a commit."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError

from chassis.kafka.aiokafka_patches import start_deferring_cancellation
from chassis.kafka.clients import make_consumer
from chassis.kafka.offsets import Offsets, OffsetsUnknown
from event_schemas import WireRecord

POLL_MS: Final = 200
STALL_S: Final = 30.0
MAX_RECORDS: Final = 4_000
FETCH_BYTES: Final = 4 * 1_048_576


class RawRecord(Protocol):
    """A record as the client returns it: no copy is made of it."""

    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some records of one partition, in their order. All before the offset ``following`` have been read with them."""

    topic: str
    partition: int
    records: Sequence[RawRecord]
    following: int


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One record and where it is; ``timestamp_ms`` is the broker's or the producer's, as the topic says."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    record: WireRecord


async def read_log(bootstrap: str, start: Offsets, end: Offsets) -> AsyncIterator[LogRecord]:
    """Every record from `start` (inclusive; absent: 0) to `end` (exclusive) of each (topic, partition), in its order.

    Where the log begins only later, from there. Raises OffsetsUnknown when no record comes for STALL_S seconds.
    """
    starts = {partition: start.get(partition, 0) for partition in end}
    async for stretch in read_stretches(bootstrap, starts, end):
        last = end[stretch.topic, stretch.partition]
        for found in stretch.records:
            if found.offset < last:
                yield _log_record(found)


async def read_stretches(
    bootstrap: str, starts: Offsets, ends: Offsets | None = None, *, check_crcs: bool = True
) -> AsyncIterator[Stretch]:
    """From the given offset of each partition (or where its log begins) to its end, as fast as the client can.

    Without ``ends``, to their ends as they are now; then an offset beyond the end is no offset of this log: the
    partition is read from its beginning, and its first stretch says so by empty ``records`` with ``following`` 0. The
    last stretch of a partition may hold records behind its end. The loop turns between stretches. Raises OffsetsUnknown
    when no record comes for STALL_S seconds.
    """
    if ends is not None:
        starts = {partition: offset for partition, offset in starts.items() if offset < ends[partition]}
    if not starts:
        return
    consumer = make_consumer(
        bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        check_crcs=check_crcs,
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_wait_ms=POLL_MS,
    )
    try:
        await start_deferring_cancellation(consumer)
        unread, without_records = await _seek(consumer, starts, ends)
        for stretch in without_records:
            yield stretch
        moved = time.monotonic()
        while unread:
            if time.monotonic() - moved > STALL_S:
                raise OffsetsUnknown(f"no record of {next(iter(unread)).topic} came for {STALL_S:.0f} s")
            for partition, records in (await consumer.getmany(timeout_ms=POLL_MS, max_records=MAX_RECORDS)).items():
                yield Stretch(partition.topic, partition.partition, records, records[-1].offset + 1)
                moved = time.monotonic()
                await asyncio.sleep(0)
            for partition in [*unread]:
                with suppress(IllegalStateError):  # a partition whose position is still being looked up
                    position = await consumer.position(partition)
                    if position >= unread[partition]:
                        yield _without_records(partition, max(unread[partition], position))
                        consumer.pause(partition)
                        del unread[partition]
    finally:
        await consumer.stop()


async def _seek(
    consumer: Any, starts: Offsets, ends: Offsets | None
) -> tuple[dict[TopicPartition, int], list[Stretch]]:
    """Assign the partitions, each at its start: the ends of those to read, and stretches for what has no records."""
    partitions = [TopicPartition(*partition) for partition in starts]
    consumer.assign(partitions)
    lasts: Mapping[Any, int] = await consumer.end_offsets(partitions) if ends is None else ends
    firsts: Mapping[Any, int] = await consumer.beginning_offsets(partitions)
    unread: dict[TopicPartition, int] = {}
    without_records: list[Stretch] = []
    for partition in partitions:
        start, end = starts[partition], lasts[partition]
        if start > end:
            start = 0
            without_records.append(_without_records(partition, 0))
        start = max(start, firsts[partition])
        if start < end:
            consumer.seek(partition, start)
            unread[partition] = end
        else:
            consumer.pause(partition)
            without_records.append(_without_records(partition, end))
    return unread, without_records


def _without_records(partition: TopicPartition, following: int) -> Stretch:
    return Stretch(partition.topic, partition.partition, (), following)


def _log_record(found: Any) -> LogRecord:
    record = WireRecord(found.key, found.value or b"", tuple(found.headers))
    return LogRecord(found.topic, found.partition, found.offset, found.timestamp, record)
