"""The transactional outbox: publish the events in documents' `outbox` arrays, in order, after the write is durable."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chassis.clock import Clock
from chassis.faults import PublishFailed, RecordTooLarge, TransientFault
from chassis.kafka.producer import Producer
from chassis.mongo.client import Collection, Document, index_if_set, store_errors
from chassis.outbox.entry import OutboxEntry
from chassis.outbox.recent import RecentIds
from chassis.telemetry.logs import get_logger
from chassis.telemetry.metrics import OutboxMetrics

__all__ = ["Outbox", "OutboxEntry"]

_log = get_logger(__name__)

SWEEP_EVERY = timedelta(milliseconds=250)
OVERDUE_AFTER = timedelta(seconds=1)
PULL_EVERY = timedelta(milliseconds=100)
# After a failure the fast path rests this long and the sweep alone tries: one probe, not a crowd.
REST_AFTER_FAILURE = timedelta(seconds=1)
STOP_GRACE = timedelta(seconds=3)
# A sweep reads what a majority has, and may see an array as it was before our pull.
STALE_READ = timedelta(seconds=10)
_PULL_BATCH = 500
_SWEEP_BATCH = 500
_UNSENDABLE_REST = 60.0


@dataclass(slots=True)
class _Job:
    document_id: Any
    entries: Sequence[OutboxEntry]
    written: datetime
    # Set while a publisher is on it: a newer state of the array, to be sent when the older one is through.
    newer: Sequence[OutboxEntry] | None = None


class Outbox:
    """Publishes the `outbox` arrays of a collection's documents.

    A document's array is sent whole and in order, each entry acknowledged before the next, stopping at the first
    failure; within a process one publisher at a time works on a document. Several processes may repeat each other's
    entries, but the first occurrence of each keeps the array's order.
    """

    def __init__(
        self,
        collection: Collection,
        relaxed: Collection,
        producer: Producer,
        clock: Clock,
        *,
        metrics: OutboxMetrics,
        max_pending: int = 5_000,
        publishers: int = 64,
    ) -> None:
        self._collection = collection
        self._relaxed = relaxed
        self._producer = producer
        self._clock = clock
        self._metrics = metrics
        self._max_pending = max_pending
        self._publishers = publishers
        self._queue: deque[_Job] = deque()
        self._jobs: dict[Any, _Job] = {}
        self._publishing: set[asyncio.Task[None]] = set()
        # Acknowledged but not yet pulled, per document: not sent again by this process.
        self._acked: dict[Any, set[str]] = {}
        self._pulled = RecentIds(STALE_READ.total_seconds())
        self._unsendable: dict[Any, float] = {}
        self._resting_until = 0.0
        self._bug: BaseException | None = None
        self._stopping = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def ensure_index(self) -> None:
        """The partial index the sweep needs: it holds only documents with unpublished entries."""
        with store_errors():
            await self._collection.create_indexes([index_if_set("outbox_at", [("outbox_at", 1)], name="outbox_at")])

    @staticmethod
    def insert_fields(entries: Sequence[OutboxEntry], now: datetime) -> Document:
        """Fields to merge into a new document."""
        return {"outbox": [entry.to_document() for entry in entries], "outbox_at": now}

    @staticmethod
    def push_update(entries: Sequence[OutboxEntry], now: datetime) -> Document:
        """Operators to merge into an update of a document ($push and $min)."""
        return {
            "$push": {"outbox": {"$each": [entry.to_document() for entry in entries]}},
            "$min": {"outbox_at": now},
        }

    def publish_soon(self, document_id: Any, entries: Iterable[OutboxEntry | Mapping[str, Any]]) -> None:
        """Publish the array a write has just returned, without waiting; the sweep publishes what does not fit."""
        array = [e if isinstance(e, OutboxEntry) else OutboxEntry.from_document(e) for e in entries]
        if not array:
            return
        job = self._jobs.get(document_id)
        if job is not None:
            job.newer = array
        elif len(self._jobs) >= self._max_pending or time.monotonic() < self._resting_until or self._stopping.is_set():
            self._metrics.dropped.inc()
        else:
            self._enqueue(_Job(document_id, array, self._clock.now()))

    async def run(self) -> None:
        """Pull and sweep until stop(). Ends with an error only on a bug."""
        self._stopping.clear()
        self._running = asyncio.current_task()
        pulling = asyncio.create_task(self._repeat(self._pull, PULL_EVERY))
        sweeping = asyncio.create_task(self._repeat(self._sweep, SWEEP_EVERY))
        try:
            await asyncio.gather(pulling, sweeping)
            await self._finish()
        finally:
            for task in (pulling, sweeping, *self._publishing):
                task.cancel()
            await asyncio.gather(pulling, sweeping, *self._publishing, return_exceptions=True)
            self._running = None

    async def stop(self) -> None:
        """Publish what is queued (for at most 3 s), pull what is published, end run()."""
        self._stopping.set()
        if self._running is not None:
            await asyncio.wait([self._running])

    async def _repeat(self, work: Callable[[], Awaitable[None]], every: timedelta) -> None:
        while not self._stopping.is_set():
            try:
                await work()
            except TransientFault as fault:
                _log.warning("outbox_waits", work=work.__name__.strip("_"), reason=f"{type(fault).__name__}: {fault}")
                await self._rest(REST_AFTER_FAILURE)
            if self._bug is not None:
                raise self._bug
            await self._rest(every)

    async def _rest(self, duration: timedelta) -> None:
        try:
            async with asyncio.timeout(duration.total_seconds()):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _finish(self) -> None:
        if self._publishing:
            _, late = await asyncio.wait(self._publishing, timeout=STOP_GRACE.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:
            while self._acked:
                await self._pull()
        except TransientFault as fault:
            # What stays in the arrays is published again by the next process: a duplicate, not a loss.
            _log.warning("outbox_left_unpulled", reason=f"{type(fault).__name__}: {fault}")

    def _enqueue(self, job: _Job) -> None:
        self._jobs[job.document_id] = job
        self._queue.append(job)
        if len(self._publishing) < self._publishers:
            task = asyncio.create_task(self._publish_queued())
            self._publishing.add(task)
            task.add_done_callback(self._publisher_done)

    def _publisher_done(self, task: asyncio.Task[None]) -> None:
        self._publishing.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._bug = task.exception()

    async def _publish_queued(self) -> None:
        while self._queue:
            job = self._queue.popleft()
            try:
                await self._publish(job)
            except PublishFailed as fault:
                self._rest_fast_path(fault)
            except RecordTooLarge as error:
                self._set_aside(job.document_id, error)
            finally:
                self._jobs.pop(job.document_id, None)

    async def _publish(self, job: _Job) -> None:
        """The whole array in order, each acknowledged before the next; then the newer state of it, if one came."""
        sent = set(self._acked.get(job.document_id, ()))
        while True:
            for entry in job.entries:
                if entry.event_id in sent or entry.event_id in self._pulled:
                    continue
                await self._producer.send(entry.topic, entry.record)
                sent.add(entry.event_id)
                self._acked.setdefault(job.document_id, set()).add(entry.event_id)
                self._metrics.publish_seconds.observe((self._clock.now() - job.written).total_seconds())
            if job.newer is None:
                return
            job.entries, job.newer, job.written = job.newer, None, self._clock.now()

    def _rest_fast_path(self, fault: PublishFailed) -> None:
        """Kafka is away: forget the queue (the documents keep the entries) and leave it to the sweep for a while."""
        self._resting_until = time.monotonic() + REST_AFTER_FAILURE.total_seconds()
        self._metrics.failures.labels("publish_failed").inc()
        if self._queue:
            self._metrics.dropped.inc(len(self._queue))
            for waiting in self._queue:
                self._jobs.pop(waiting.document_id, None)
            self._queue.clear()
        _log.warning("outbox_publish_failed", reason=str(fault))

    def _set_aside(self, document_id: Any, error: RecordTooLarge) -> None:
        self._unsendable[document_id] = time.monotonic() + _UNSENDABLE_REST
        self._metrics.failures.labels("record_too_large").inc()
        _log.error("outbox_entry_unsendable", document_id=str(document_id), reason=str(error))

    async def _pull(self) -> None:
        """Remove acknowledged entries from their arrays, many documents at once, at w:1: a lost pull is a duplicate."""
        # A document that is being published is pulled when its publisher is through.
        ready = [document_id for document_id in self._acked if document_id not in self._jobs][:_PULL_BATCH]
        if not ready:
            return
        acknowledged = {document_id: frozenset(self._acked[document_id]) for document_id in ready}
        with store_errors():
            await self._relaxed.update_many(
                {"_id": {"$in": ready}}, _without(frozenset().union(*acknowledged.values()))
            )
        for document_id, ids in acknowledged.items():
            self._pulled.add(ids)
            left = self._acked.get(document_id, set())
            left -= ids
            if not left:
                self._acked.pop(document_id, None)

    async def _sweep(self) -> None:
        """Publish what the fast path left behind, oldest first; stop at the first sign that Kafka is away."""
        overdue = {"outbox_at": {"$lte": self._clock.now() - OVERDUE_AFTER}}
        with store_errors():
            cursor = self._collection.find(overdue, {"outbox": 1, "outbox_at": 1}).sort("outbox_at", 1)
            found = await cursor.limit(_SWEEP_BATCH).to_list(_SWEEP_BATCH)
        self._metrics.pending.set(len(found))
        oldest = found[0]["outbox_at"] if found else self._clock.now()
        self._metrics.oldest.set((self._clock.now() - oldest).total_seconds())
        jobs = deque(job for document in found if (job := self._job_of(document)) is not None)
        if not jobs:
            return
        # One document first: while Kafka is away a sweep costs one attempt, not five hundred.
        await self._swept(deque([jobs.popleft()]))
        await asyncio.gather(*(self._swept(jobs) for _ in range(min(self._publishers, len(jobs)))))

    def _job_of(self, document: Document) -> _Job | None:
        document_id = document["_id"]
        if document_id in self._jobs or self._unsendable.get(document_id, 0.0) > time.monotonic():
            return None
        entries = [OutboxEntry.from_document(entry) for entry in document["outbox"]]
        return _Job(document_id, entries, document["outbox_at"])

    async def _swept(self, jobs: deque[_Job]) -> None:
        while jobs:
            job = jobs.popleft()
            if job.document_id in self._jobs:
                continue
            self._jobs[job.document_id] = job
            try:
                await self._publish(job)
            except RecordTooLarge as error:
                self._set_aside(job.document_id, error)
            except PublishFailed:
                jobs.clear()
                self._metrics.failures.labels("publish_failed").inc()
                raise
            finally:
                self._jobs.pop(job.document_id, None)


def _without(event_ids: frozenset[str]) -> list[Document]:
    """Filters each array as it is now, so a concurrent push stays; outbox_at goes only when nothing is left.

    One update for many documents: an event id names one event, whichever document it stands in.
    """
    left = {"$filter": {"input": "$outbox", "cond": {"$not": [{"$in": ["$$this.id", sorted(event_ids)]}]}}}
    at = {"$cond": [{"$eq": [{"$size": "$outbox"}, 0]}, "$$REMOVE", "$outbox_at"]}
    return [{"$set": {"outbox": left}}, {"$set": {"outbox_at": at}}]
