"""Every use of aiokafka's private parts, and what it works around. Read in aiokafka 0.14.0, which is pinned.

For a new version of aiokafka, read these places in it, then raise VERSION: a test fails when the version or one of the
names moves.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.errors import BrokerResponseError, KafkaError, kafka_errors

VERSION: Final = "0.14.0"

# Records end the wait at once. Until it ends, a partition that is assigned or resumed meanwhile is not asked for.
COMPLETE_FETCH_WAIT_MS: Final = 200

_START_GRACE: Final = timedelta(seconds=5)
_ABANDON_GRACE: Final = timedelta(seconds=2)


class FencedInstanceId(BrokerResponseError):  # type: ignore[misc]
    """The broker's error 82: another member with the same ``group.instance.id`` has joined the group.

    aiokafka has no class for it and reports UnknownError; importing this module registers it.
    """

    errno = 82
    message = "FENCED_INSTANCE_ID"
    description = "Another worker of the same name has joined the group."


kafka_errors.setdefault(FencedInstanceId.errno, FencedInstanceId)


async def start_deferring_cancellation(client: Any) -> None:
    """``client.start()``; a cancellation takes effect once it is through, or after five seconds.

    aiokafka forgets a connection whose first answer it was waiting for when it was cancelled: nobody could close it.
    For each kind of aiokafka's clients. Raises what start() raises.
    """
    starting = asyncio.ensure_future(client.start())
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting], timeout=_START_GRACE.total_seconds())
        if not starting.done():
            starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        raise


def lengthen_complete_fetches(consumer: Any) -> None:
    """Let fetches that ask for all of a broker's partitions wait COMPLETE_FETCH_WAIT_MS at the broker.

    ``consumer`` is a started AIOKafkaConsumer. aiokafka has one fetch under way for each broker. A partition that is
    left out of it, because its last records have not been read yet, waits for its end: such a fetch keeps the limit of
    the consumer, which is short. A complete one leaves nothing out, so an idle consumer need not ask again and again.
    """
    fetcher = consumer._fetcher
    plan = fetcher._get_actions_per_node

    def planned(assignment: Any) -> Any:
        actions = plan(assignment)
        for broker, request in actions[0]:
            asked = sum(len(partitions) for _, partitions in request.topics)
            if asked == sum(fetcher._select_read_replica(partition) == broker for partition in assignment.tps):
                request._max_wait_ms = COMPLETE_FETCH_WAIT_MS
        return actions

    fetcher._get_actions_per_node = planned


async def committed_offsets(consumer: Any, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
    """What the consumer's group has committed, in one request (the public method sends one for each partition).

    Partitions without a committed offset are left out. Raises KafkaError.
    """
    found = await consumer._coordinator.fetch_committed_offsets([*partitions])
    return {partition: committed.offset for partition, committed in found.items() if committed.offset >= 0}


def position_of(consumer: Any, partition: TopicPartition) -> int | None:
    """The offset that is fetched next, without waiting for it; None while it is still being looked up."""
    position: int | None = consumer._subscription.subscription.assignment.state_value(partition)._position
    return position


async def wait_for_topic(consumer: Any, topic: str) -> None:
    """Ask the brokers for a topic's metadata by its name, until they answer: also of one that does not exist yet."""
    await consumer._client._wait_on_metadata(topic)


def refuse_new_records(producer: Any, unacknowledged: Collection[asyncio.Future[Any]]) -> None:
    """The producer accepts no record from here on, and those who wait for an acknowledgement get a KafkaError now."""
    producer._closed = producer._message_accumulator._closed = True
    for future in unacknowledged:
        if not future.done():
            future.set_exception(KafkaError("the producer was given up"))
            future.exception()  # a caller that has gone on already will not ask for it


async def close_without_flush(producer: Any) -> BaseException | None:
    """Close a producer so that nothing of its queue is sent any more; returns what its sender failed with, if it did.

    aiokafka's own stop() flushes for ever while the broker is away, so the connection and the sender are ended one by
    one.
    """
    await producer.client.close()
    task = producer._sender.sender_task
    if task is None:
        return None
    # Its callback trips over a producer without transactions.
    task.remove_done_callback(producer._sender._fail_all)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=_ABANDON_GRACE.total_seconds())
    return task.exception() if done and not task.cancelled() else None


async def send_as_admin(admin: Any, request: Any) -> Any:
    """A request for which a started AIOKafkaAdminClient has no method of its own: its answer. Raises KafkaError."""
    return await admin._send_request(request)
