"""Read a compacted topic from its start and follow it, without a group: every process has a view of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.kafka.aiokafka_patches import start_deferring_cancellation, wait_for_topic
from chassis.kafka.consumer import POLL_MS, backoff
from chassis.telemetry.logs import get_logger

_log = get_logger(__name__)

# What is new comes at once; a topic that changes seldom is not asked twenty times a second.
FETCH_MAX_WAIT_MS = 500

OnRecord = Callable[[bytes, bytes | None, Sequence[tuple[str, bytes]]], None]


class CompactedView:
    """Calls on_record(key, value or None for a deletion, headers) for the whole topic, then for what follows.

    After a lost connection it reads on where it was; after an error of the client it reads from the start again, so
    on_record must be idempotent (the last value of a key wins).
    """

    def __init__(self, bootstrap: str, topic: str, on_record: OnRecord) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._on_record = on_record
        self._caught_up = asyncio.Event()
        self._stopping = asyncio.Event()

    async def caught_up(self, timeout: timedelta | None = None) -> None:  # noqa: ASYNC109
        """Wait until everything that was in the topic at the start has been seen. TimeoutError if it takes too long."""
        async with asyncio.timeout(timeout.total_seconds() if timeout else None):
            await self._caught_up.wait()

    @property
    def is_caught_up(self) -> bool:
        return self._caught_up.is_set()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Read until stop(). What on_record raises is a bug and comes out of here."""
        attempt = 0
        while not self._stopping.is_set():
            try:
                await self._read()
            except KafkaError as error:
                attempt += 1
                _log.warning("compacted_view_interrupted", topic=self._topic, reason=type(error).__name__)
                await self._pause(backoff(attempt))

    async def _read(self) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=FETCH_MAX_WAIT_MS,
            metadata_max_age_ms=30_000,
        )
        try:
            await start_deferring_cancellation(consumer)
            partitions = await self._assign(consumer)
            ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
            while not self._stopping.is_set():
                if not self._caught_up.is_set():
                    ends = await self._still_behind(consumer, ends)
                await self._turn(consumer)
        finally:
            await asyncio.shield(consumer.stop())

    async def _assign(self, consumer: Any) -> list[TopicPartition]:
        numbers = consumer.partitions_for_topic(self._topic)
        while not numbers and not self._stopping.is_set():
            # Not created yet: the metadata has to be asked for by name.
            await wait_for_topic(consumer, self._topic)
            numbers = consumer.partitions_for_topic(self._topic)
        partitions = [TopicPartition(self._topic, number) for number in sorted(numbers or ())]
        consumer.assign(partitions)
        return partitions

    async def _turn(self, consumer: Any) -> None:
        fetched = await consumer.getmany(timeout_ms=POLL_MS, max_records=2_000)
        for records in fetched.values():
            for record in records:
                if record.key is not None:
                    self._on_record(record.key, record.value, record.headers)

    async def _still_behind(self, consumer: Any, ends: dict[TopicPartition, int]) -> dict[TopicPartition, int]:
        left = {place: end for place, end in ends.items() if await consumer.position(place) < end}
        if not left:
            self._caught_up.set()
        return left

    async def _pause(self, delay: timedelta) -> None:
        try:
            async with asyncio.timeout(delay.total_seconds()):
                await self._stopping.wait()
        except TimeoutError:
            return
