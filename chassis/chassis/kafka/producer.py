"""The idempotent producer: acks from all replicas, every send bounded in time; replaced after a timeout or an error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import repeat
from typing import Any, Protocol

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
)

from chassis.faults import PublishFailed, RecordTooLarge
from chassis.kafka.aiokafka_patches import close_without_flush, refuse_new_records, start_deferring_cancellation
from chassis.kafka.batches import RecordHeaders, Runs, batches_of, go_as_batches, runs_of
from chassis.kafka.clients import make_producer
from chassis.telemetry.logs import get_logger
from event_schemas import WireRecord

__all__ = ["MAX_RECORD_BYTES", "EventProducer", "Producer", "PublishFailed", "RecordHeaders", "RecordTooLarge", "Runs"]

# A dead letter is its original plus a few headers: twice the brokers' default leaves room for both.
MAX_RECORD_BYTES = 2 * 1_048_576

# A record for a topic, and the partition asked for.
Placed = tuple[tuple[str, WireRecord], int | None]
# Of a batch that is under way: its partition, its number of records, its acknowledgement.
Ack = tuple[int, int, asyncio.Future[Any]]

_log = get_logger(__name__)


class Producer(Protocol):
    """What publishes records: EventProducer, or a test double."""

    async def send(self, topic: str, record: WireRecord, *, partition: int | None = None) -> None: ...

    async def send_all(
        self, items: Sequence[tuple[str, WireRecord]], *, partitions: Sequence[int | None] | None = None
    ) -> None: ...


class EventProducer:
    """Publishes records to Kafka; a call returns once all in-sync replicas have acknowledged.

    An idempotent aiokafka producer retries for ever and is wedged by a lost sequence number. So each call has a
    timeout, and after a timeout or an error of the producer itself the client is dropped with whatever it still
    holds, and the next call makes a new one: while Kafka is down nothing piles up.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        client_id: str,
        linger_ms: int = 0,
        request_timeout: timedelta = timedelta(seconds=10),
        batch_bytes: int = 65_536,
    ) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._linger_ms = linger_ms
        self._batch_bytes = batch_bytes
        self._timeout = request_timeout.total_seconds()
        self._client: Any = None
        # What the present client has not acknowledged.
        self._unacked: set[asyncio.Future[Any]] = set()
        self._lock = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()
        self._stopped = False

    async def start(self) -> None:
        """Connect now. Without it the first send connects; a broker that is down raises PublishFailed."""
        self._stopped = False
        async with self._bounded("connect"):
            await self._connected()

    async def stop(self) -> None:
        """Deliver what is in flight (within the timeout) and close."""
        self._stopped = True
        async with self._lock:
            client, self._client = self._client, None
        if client is not None:
            await _close(client, self._timeout)
        if self._closing:
            await asyncio.wait(self._closing)

    async def ping(self) -> None:
        """For readiness: PublishFailed unless a broker answers."""
        async with self._bounded("ping"):
            client = await self._connected()
            await client.client.fetch_all_metadata()

    async def send(self, topic: str, record: WireRecord, *, partition: int | None = None) -> None:
        """Publish one record. PublishFailed: not acknowledged, it may still arrive. RecordTooLarge: it never will."""
        async with self._bounded(topic) as used:
            client = used[0] = await self._connected()
            await (await self._enqueue(client, topic, record, partition))

    async def send_all(
        self, items: Sequence[tuple[str, WireRecord]], *, partitions: Sequence[int | None] | None = None
    ) -> None:
        """Publish in order without waiting between records, then await all acks. Many go as whole batches.

        `partitions` has one for each item; None, alone or for an item, leaves it to the key. PublishFailed leaves it
        open which of them arrived; per partition those that did keep their order.
        """
        if not items:
            return
        placed = list(zip(items, partitions or repeat(None, len(items)), strict=True))
        async with self._bounded(items[0][0]) as used:
            client = used[0] = await self._connected()
            if go_as_batches(items):
                acks = await self._queue_batches(client, placed)
            else:
                acks = await self._queue_each(client, placed)
            for result in await asyncio.gather(*acks, return_exceptions=True):
                if isinstance(result, BaseException):
                    raise result

    async def send_runs(self, topic: str, runs: Runs) -> Awaitable[dict[int, int]]:
        """Queue runs of records, each for one partition and in its order; far cheaper than record by record.

        The inner await returns, by partition, the offset of the last record, once all are acknowledged; both awaits
        raise as ``send_all`` does. Calls that are awaited one after the other keep their order.
        """
        async with self._bounded(topic) as used:
            client = used[0] = await self._connected()
            acks = await self._queue_runs(client, topic, runs)
        return self._acknowledged(topic, client, acks)

    async def _queue_each(self, client: Any, items: Sequence[Placed]) -> list[asyncio.Future[Any]]:
        acks: list[asyncio.Future[Any]] = []
        try:
            for (topic, record), partition in items:
                acks.append(await self._enqueue(client, topic, record, partition))
        except MessageSizeTooLargeError:
            # Those already under way are awaited even if a later one was refused.
            await asyncio.gather(*acks, return_exceptions=True)
            raise
        return acks

    async def _queue_batches(self, client: Any, items: Sequence[Placed]) -> list[asyncio.Future[Any]]:
        acks: list[asyncio.Future[Any]] = []
        for topic in dict.fromkeys(topic for (topic, _), _ in items):
            partitions = sorted(await client.partitions_for(topic))
            runs = runs_of([(record, asked) for (name, record), asked in items if name == topic], partitions)
            acks += [future for _, _, future in await self._queue_runs(client, topic, runs)]
        return acks

    async def _queue_runs(self, client: Any, topic: str, runs: Runs) -> list[Ack]:
        acks: list[Ack] = []
        for partition, records in runs.items():
            for batch in batches_of(client, records):
                future = await client.send_batch(batch, topic, partition=partition)
                self._watch(client, future)
                acks.append((partition, batch.record_count(), future))
        return acks

    async def _acknowledged(self, topic: str, client: Any, acks: list[Ack]) -> dict[int, int]:
        last: dict[int, int] = {}
        async with self._bounded(topic) as used:
            used[0] = client
            results = await asyncio.gather(*(future for _, _, future in acks), return_exceptions=True)
            for (partition, count, _), result in zip(acks, results, strict=True):
                if isinstance(result, BaseException):
                    raise result
                last[partition] = result.offset + count - 1
        return last

    @asynccontextmanager
    async def _bounded(self, topic: str) -> AsyncIterator[list[Any]]:
        used: list[Any] = [None]
        try:
            async with asyncio.timeout(self._timeout):
                yield used
        except MessageSizeTooLargeError as error:
            # The broker's refusal (not our own check) has used up a sequence number.
            await self._drop(used[0], type(error).__name__)
            raise RecordTooLarge(f"a record for {topic} is over the limit") from None
        except (TimeoutError, KafkaError) as error:
            if not isinstance(error, TopicAuthorizationFailedError | ClusterAuthorizationFailedError):
                await self._drop(used[0], type(error).__name__)
            raise PublishFailed(f"{topic}: {type(error).__name__}") from error

    async def _connected(self) -> Any:
        if self._client is not None:
            return self._client
        async with self._lock:
            if self._stopped:
                raise PublishFailed("the producer is stopped")
            if self._client is None:
                self._client = await self._connect()
            return self._client

    async def _connect(self) -> Any:
        client = make_producer(
            self._bootstrap,
            client_id=self._client_id,
            acks="all",
            enable_idempotence=True,
            linger_ms=self._linger_ms,
            max_batch_size=self._batch_bytes,
            max_request_size=MAX_RECORD_BYTES,
            request_timeout_ms=max(1, int(self._timeout * 1000)),
        )
        try:
            await start_deferring_cancellation(client)
        except BaseException:
            await asyncio.shield(_close(client, 1.0))
            raise
        return client

    async def _drop(self, client: Any, reason: str) -> None:
        """Give up a client for good, once; its unacknowledged records fail or are forgotten."""
        if client is None or self._client is not client:
            return
        unacked, self._unacked, self._client = self._unacked, set(), None
        _log.warning("producer_dropped", client_id=self._client_id, reason=reason)
        # The waiting callers learn of it now rather than at their time limit.
        refuse_new_records(client, unacked)
        task = asyncio.create_task(_abandon(client))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _enqueue(self, client: Any, topic: str, record: WireRecord, partition: int | None) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = await client.send(
            topic, value=record.value, key=record.key, partition=partition, headers=list(record.headers)
        )
        self._watch(client, future)
        return future

    def _watch(self, client: Any, future: asyncio.Future[Any]) -> None:
        if self._client is client:
            self._unacked.add(future)
            future.add_done_callback(self._unacked.discard)


async def _abandon(client: Any) -> None:
    """What is queued must not be sent behind the back of the client's successor."""
    failed = await close_without_flush(client)
    if failed is not None:
        _log.debug("abandoned_sender_failed", reason=type(failed).__name__)


async def _close(client: Any, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await client.stop()
    except (TimeoutError, KafkaError) as error:
        _log.warning("producer_close_failed", reason=type(error).__name__)
        await _abandon(client)
