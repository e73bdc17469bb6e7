"""The batch consumer's loop: fetch, handle, publish, await the acks, commit. At least once, in order per partition."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Mapping, Sequence
from datetime import timedelta
from itertools import chain
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from chassis.faults import InvalidEvent, PublishFailed, TransientFault
from chassis.health import Liveness
from chassis.kafka.aiokafka_patches import lengthen_complete_fetches, position_of, start_deferring_cancellation
from chassis.kafka.clients import make_consumer
from chassis.kafka.invalid import SourceRecord, TooManyInvalid
from chassis.kafka.lost_events import LostEventDetector
from chassis.kafka.pipeline import (
    BatchHandler,
    BatchPipeline,
    Outgoing,
    Progress,
    Received,
)
from chassis.kafka.producer import Producer
from chassis.telemetry.logs import get_logger
from chassis.telemetry.metrics import ConsumerMetrics

__all__ = ["BatchConsumer", "BatchHandler", "InvalidEvent", "Outgoing", "Received", "TooManyInvalid", "TransientFault"]

POLL_MS = 200
# A fetch in flight for some partitions holds up the others of the same broker: this bounds that wait.
FETCH_MAX_WAIT_MS = 40
SESSION_TIMEOUT_MS = 10_000
MAX_POLL_INTERVAL_MS = 120_000
# Most events are for others. A commit for each batch of them would cost both sides more than to skip them again.
IDLE_COMMIT_EVERY = timedelta(seconds=1)
STOP_COMMIT_TIMEOUT = timedelta(seconds=2)
# The group waits for us this long at a rebalance; a batch under way is finished and committed within it.
REVOKE_GRACE = timedelta(seconds=8)
BACKOFF_FIRST, BACKOFF_LAST = timedelta(milliseconds=200), timedelta(seconds=15)
# The group waits for us this long at a rebalance too, if the brokers are slow to say what they have deleted.
LOST_EVENTS_TIMEOUT = timedelta(seconds=5)
# How often the loop beats while it waits for Kafka.
BEAT_S = 1.0
# Blocked longer than this by anything but Kafka, the loop stops beating: perhaps it is
# this process that is broken, not the dependency.
MAX_BLOCKED = timedelta(minutes=15)

_log = get_logger(__name__)


class BatchConsumer:
    """Runs a handler over the events of topics as a member of a consumer group.

    InvalidEvent sends the one record to the dead letters; TransientFault blocks its partition and is retried with
    backoff; anything else is raised out of run() with nothing of the batch committed.
    """

    def __init__(
        self,
        *,
        bootstrap: str,
        group_id: str,
        topics: Sequence[str],
        types: frozenset[str],
        handler: BatchHandler,
        producer: Producer,
        service: str,
        liveness: Liveness,
        metrics: ConsumerMetrics,
        ignore_sources: frozenset[str] = frozenset(),
        max_batch: int = 500,
        max_invalid_in_row: int = 20,
    ) -> None:
        self._bootstrap = bootstrap
        self._group_id = group_id
        self._topics = tuple(topics)
        self._max_batch = max_batch
        self._liveness = liveness
        self._metrics = metrics
        self._pipeline = BatchPipeline(
            types=types,
            handler=handler,
            producer=producer,
            service=service,
            metrics=metrics,
            ignore_sources=ignore_sources,
            max_invalid_in_row=max_invalid_in_row,
        )
        self._lost_events = LostEventDetector(group_id, metrics)
        self._stopping = asyncio.Event()
        # Held from the fetch's return to the commit; a rebalance waits for it.
        self._working = asyncio.Lock()
        self._blocked: dict[TopicPartition, _Block] = {}
        self._next_lag = 0.0
        self._uncommitted: dict[TopicPartition, int] = {}
        self._idle_commit_at = 0.0
        self.assigned = asyncio.Event()

    def stop(self) -> None:
        """Finish the batch under way, commit, leave the group; run() then returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Consume until stop(). Raises what the handler raised if it was a bug, or TooManyInvalid."""
        consumer = self._client()
        try:
            if not await self._start(consumer):
                return
            consumer.subscribe(list(self._topics), listener=_Rebalance(self, consumer))
            while not self._stopping.is_set():
                self._beat()
                await self._turn(consumer)
            await self._commit_at_stop(consumer)
        finally:
            self.assigned.clear()
            # Leaves the group at once, so that the others need not wait for the session to expire.
            await asyncio.shield(consumer.stop())

    def _client(self) -> Any:
        return make_consumer(
            self._bootstrap,
            group_id=self._group_id,
            client_id=self._group_id,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=2_000,
            rebalance_timeout_ms=int(REVOKE_GRACE.total_seconds() * 1000) + 4_000,
            max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
            fetch_max_wait_ms=FETCH_MAX_WAIT_MS,
            max_partition_fetch_bytes=4 * 1_048_576,
            metadata_max_age_ms=30_000,
            request_timeout_ms=20_000,
        )

    async def _start(self, consumer: Any) -> bool:
        """Connect, waiting for a broker that is not there yet. False if stopped meanwhile."""
        attempt = 0
        while not self._stopping.is_set():
            self._beat()
            try:
                await self._without_a_standstill(start_deferring_cancellation(consumer))
                lengthen_complete_fetches(consumer)
            except KafkaError as error:
                attempt += 1
                _log.warning("consumer_cannot_connect", group_id=self._group_id, reason=type(error).__name__)
                await self._pause(backoff(attempt))
            else:
                return True
        return False

    async def _turn(self, consumer: Any) -> None:
        self._resume_due(consumer)
        try:
            fetched = await consumer.getmany(timeout_ms=POLL_MS, max_records=self._max_batch)
        except KafkaError as error:
            _log.warning("fetch_failed", group_id=self._group_id, reason=type(error).__name__)
            await self._pause(backoff(1))
            return
        if fetched:
            async with self._working:
                records = _records_of(fetched, consumer.assignment())
                if records:
                    progress = await self._pipeline.process(records)
                    for place, offset in progress.commit.items():
                        self._uncommitted[TopicPartition(*place)] = offset
                    if not progress.idle:
                        await self._commit(consumer)
                    self._apply_blocks(consumer, progress)
        if self._uncommitted and time.monotonic() >= self._idle_commit_at:
            async with self._working:
                await self._commit(consumer)
        self._observe_lag(consumer)

    async def _commit(self, consumer: Any) -> None:
        self._idle_commit_at = time.monotonic() + IDLE_COMMIT_EVERY.total_seconds()
        owned = consumer.assignment()
        offsets = {place: offset for place, offset in self._uncommitted.items() if place in owned}
        self._uncommitted.clear()
        if not offsets:
            return
        try:
            await self._without_a_standstill(consumer.commit(offsets))
        except (CommitFailedError, IllegalStateError) as error:
            # The group has moved on without us: the new owner handles these again (at least once).
            _log.warning("commit_came_too_late", group_id=self._group_id, reason=type(error).__name__)

    async def _commit_at_stop(self, consumer: Any) -> None:
        """What was skipped last; while Kafka is away it is skipped again by the next member."""
        try:
            async with asyncio.timeout(STOP_COMMIT_TIMEOUT.total_seconds()):
                await self._commit(consumer)
        except (TimeoutError, KafkaError) as error:
            _log.info("skipped_events_not_committed", group_id=self._group_id, reason=type(error).__name__)

    def _apply_blocks(self, consumer: Any, progress: Progress) -> None:
        for place in progress.commit:
            if place not in progress.blocked:
                self._blocked.pop(TopicPartition(*place), None)
        for place, fault in progress.blocked.items():
            partition = TopicPartition(*place)
            block = self._blocked.setdefault(partition, _Block(time.monotonic()))
            delay = block.again(fault)
            self._metrics.handled.labels(place[0], "any", "retried").inc()
            _log.warning(
                "partition_blocked",
                topic=place[0],
                partition=place[1],
                attempt=block.attempt,
                delay_ms=int(delay.total_seconds() * 1000),
                reason=f"{type(fault).__name__}: {fault}",
            )
            if partition in consumer.assignment():
                consumer.pause(partition)
                consumer.seek(partition, progress.commit[place])

    def _resume_due(self, consumer: Any) -> None:
        now = time.monotonic()
        owned = consumer.assignment()
        for partition, block in self._blocked.items():
            if block.paused and block.until <= now and partition in owned:
                consumer.resume(partition)
                block.paused = False

    async def _without_a_standstill(self, answer: Awaitable[None]) -> None:
        """Await what Kafka alone can answer, for as long as that takes: a restart would not bring it back."""
        waiting = asyncio.ensure_future(answer)
        try:
            while not waiting.done():
                self._beat()
                await asyncio.wait((waiting,), timeout=BEAT_S)
        finally:
            if not waiting.done():
                waiting.cancel()
                await asyncio.wait((waiting,))
        waiting.result()

    def _beat(self) -> None:
        oldest = min((block.since for block in self._blocked.values() if not block.by_kafka), default=None)
        if oldest is None or time.monotonic() - oldest < MAX_BLOCKED.total_seconds():
            self._liveness.beat()

    def _observe_lag(self, consumer: Any) -> None:
        """About once a second, from the high watermarks that came with the fetches (no request of its own)."""
        now = time.monotonic()
        if now < self._next_lag:
            return
        self._next_lag = now + 1.0
        for partition in consumer.assignment():
            end = consumer.highwater(partition)
            position = position_of(consumer, partition)
            if end is not None and position is not None:
                lag = max(0, end - position)
                self._metrics.lag.labels(partition.topic, partition.partition).set(lag)

    async def _pause(self, delay: timedelta) -> None:
        try:
            async with asyncio.timeout(delay.total_seconds()):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def partitions_revoked(self, partitions: Sequence[TopicPartition]) -> None:
        """Let the batch under way be finished and committed before its partitions go to another member."""
        try:
            async with asyncio.timeout(REVOKE_GRACE.total_seconds()), self._working:
                pass
        except TimeoutError:
            _log.warning("revoked_before_commit", group_id=self._group_id, partitions=len(partitions))
        for partition in partitions:
            self._blocked.pop(partition, None)
            self._uncommitted.pop(partition, None)
            self._metrics.lag.remove(partition.topic, partition.partition)

    async def partitions_assigned(self, consumer: Any, partitions: Sequence[TopicPartition]) -> None:
        """Report events that were deleted unread. A failure of that delays nobody: the consumer goes on."""
        self.assigned.set()
        try:
            # Nothing is committed meanwhile: that would cover a gap.
            async with asyncio.timeout(LOST_EVENTS_TIMEOUT.total_seconds()), self._working:
                await self._lost_events.report(consumer, partitions)
        except (TimeoutError, KafkaError) as error:
            _log.error("lost_events_unknown", group_id=self._group_id, reason=type(error).__name__)


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, owner: BatchConsumer, consumer: Any) -> None:
        self._owner = owner
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        await self._owner.partitions_revoked(list(revoked))

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        _log.info("partitions_assigned", partitions=sorted(f"{place.topic}:{place.partition}" for place in assigned))
        if assigned:
            await self._owner.partitions_assigned(self._consumer, list(assigned))


class _Block:
    """How long a partition has waited for a transient fault to pass, and when it is tried again."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.attempt = 0
        self.until = since
        self.paused = False
        self.by_kafka = False

    def again(self, fault: TransientFault) -> timedelta:
        self.by_kafka = isinstance(fault, PublishFailed)
        self.attempt += 1
        delay = backoff(self.attempt)
        self.until = time.monotonic() + delay.total_seconds()
        self.paused = True
        return delay


def backoff(attempt: int) -> timedelta:
    """Exponential, capped, with jitter (half to all of it), so that members do not come back in step."""
    full: timedelta = min(BACKOFF_LAST, BACKOFF_FIRST * int(2 ** min(attempt - 1, 10)))
    return full * random.uniform(0.5, 1.0)  # noqa: S311  jitter, not a secret


def _records_of(fetched: Mapping[TopicPartition, Sequence[Any]], owned: set[TopicPartition]) -> list[SourceRecord]:
    """The client's own records: they have the fields of a SourceRecord, and there are too many to copy each."""
    return list(chain.from_iterable(records for place, records in fetched.items() if place in owned))
