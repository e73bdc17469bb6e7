"""Reads whole partitions as fast as the client can, several at once: for state that is rebuilt from its changelog."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError

from chassis.kafka.offsets import OffsetsUnknown
from chassis.kafka.starting import start_whole

POLL_MS = 200
STALL_S = 30.0
SLICE = 4_000
FETCH_BYTES = 4 * 1_048_576


class RawRecord(Protocol):
    """A record as the client hands it over: no copy is made of it."""

    offset: int
    key: bytes | None
    value: bytes | None


class Stretch(Protocol):
    """Some records of one partition, in their order; all before ``following`` have been handed over with them."""

    partition: int
    records: Sequence[RawRecord]
    following: int


class _Stretch:
    __slots__ = ("following", "partition", "records")

    def __init__(self, partition: int, records: Sequence[RawRecord], following: int) -> None:
        self.partition, self.records, self.following = partition, records, following


async def read_partitions(bootstrap: str, topic: str, starts: Mapping[int, int]) -> AsyncIterator[Stretch]:
    """From the given offset of each partition (or where its log begins) to its end as it is now.

    The loop turns between stretches. An offset beyond the end of the log is no offset of this log: the partition is
    then read from its beginning, and its first stretch says so by empty ``records`` with ``following`` 0. Raises
    OffsetsUnknown when the brokers go silent.
    """
    if not starts:
        return
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        check_crcs=False,
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_wait_ms=POLL_MS,
    )
    try:
        await start_whole(consumer)
        places = [TopicPartition(topic, number) for number in starts]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        begins = await consumer.beginning_offsets(places)
        waiting: dict[Any, int] = {}
        for place in places:
            start = starts[place.partition]
            if start > ends[place]:
                start = 0
                yield _Stretch(place.partition, (), 0)
            if max(start, begins[place]) < ends[place]:
                consumer.seek(place, max(start, begins[place]))
                waiting[place] = ends[place]
            else:
                consumer.pause(place)
                yield _Stretch(place.partition, (), ends[place])
        moved = time.monotonic()
        while waiting:
            if time.monotonic() - moved > STALL_S:
                raise OffsetsUnknown(f"no record of {topic} came for {STALL_S:.0f} s")
            for place, records in (await consumer.getmany(timeout_ms=POLL_MS, max_records=SLICE)).items():
                yield _Stretch(place.partition, records, records[-1].offset + 1)
                moved = time.monotonic()
                await asyncio.sleep(0)
            for place in [*waiting]:
                with suppress(IllegalStateError):  # a partition whose position is still being looked up
                    if await consumer.position(place) >= waiting[place]:
                        yield _Stretch(place.partition, (), max(waiting[place], await consumer.position(place)))
                        consumer.pause(place)
                        del waiting[place]
    finally:
        await consumer.stop()
