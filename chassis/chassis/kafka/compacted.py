"""Read a compacted topic from its start and follow it, without a group: every process has a view of its own.

`CompactedView` calls back for each record; `CompactedMap` keeps the newest value of each key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from chassis.kafka.aiokafka_patches import start_deferring_cancellation, wait_for_topic
from chassis.kafka.clients import make_consumer
from chassis.kafka.consumer import POLL_MS, backoff
from chassis.telemetry.logs import get_logger
from event_schemas import InvalidEvent

_log = get_logger(__name__)

# What is new comes at once; a topic that changes seldom is not asked twenty times a second.
FETCH_MAX_WAIT_MS = 500

T = TypeVar("T")

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

    def once_caught_up(self, run: Callable[[], Awaitable[None]], at_most: timedelta) -> Callable[[], Awaitable[None]]:
        """Run ``run`` as soon as the topic has been read to its end, or after ``at_most`` without it."""

        async def start() -> None:
            with suppress(TimeoutError):
                await self.caught_up(at_most)
            await run()

        return start

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
        consumer = make_consumer(
            self._bootstrap,
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


class CompactedMap(Mapping[str, T]):
    """The newest value of each key of a compacted topic, decoded; `on_record` is for a CompactedView.

    A record that ``decode(headers, value)`` refuses with InvalidEvent is logged as ``log_event`` and changes nothing;
    with ``forget_invalid`` it deletes its key, as does a record without a value. ``on_change(before, after)`` follows
    each change: None is "no value".
    """

    def __init__(
        self,
        decode: Callable[[Iterable[tuple[str, bytes]], bytes], T],
        *,
        log_event: str,
        on_change: Callable[[T | None, T | None], None] | None = None,
        forget_invalid: bool = False,
    ) -> None:
        self._decode = decode
        self._log_event = log_event
        self._on_change = on_change
        self._forget_invalid = forget_invalid
        self._values: dict[str, T] = {}

    def on_record(self, key: bytes, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> None:
        """Apply one record of the topic."""
        name = key.decode("utf-8", errors="replace")
        try:
            after = self._decode(headers, value) if value else None
        except InvalidEvent as error:
            _log.error(self._log_event, key=name, reason=error.reason_code)
            if not self._forget_invalid:
                return
            after = None
        before = self._values.pop(name, None)
        if after is not None:
            self._values[name] = after
        if self._on_change is not None:
            self._on_change(before, after)

    def put(self, key: str, value: T) -> None:
        """What was just written, before the topic brings it."""
        self._values[key] = value

    def __getitem__(self, key: str) -> T:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
