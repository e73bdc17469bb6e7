"""Offsets of topics and of consumer groups: the first and the next of each log, committed ones, and moving a group."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any, Final, Self

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError

from chassis.faults import TransientFault
from chassis.kafka.aiokafka_patches import start_deferring_cancellation
from chassis.kafka.clients import make_admin, make_consumer

# (topic, number); aiokafka's TopicPartition is one.
Partition = tuple[str, int]
Offsets = Mapping[Partition, int]

_TIMEOUT_MS: Final = 30_000
_WITHOUT_MEMBERS: Final = {"Empty", "Dead"}


class OffsetsUnknown(TransientFault):
    """The brokers did not answer with their offsets in time."""


class GroupHasMembers(Exception):
    """Members would go on from where they are, and commit that."""


class GroupsUnavailable(TransientFault):
    """The brokers did not answer for the group."""


class TopicOffsets:
    """Asks for offsets of all partitions of some topics, without joining a group. Connects at the first question.

    Every method raises OffsetsUnknown; the next call connects anew. Also an async context manager, which closes it.
    """

    def __init__(self, bootstrap: str, topics: Sequence[str], *, within: timedelta = timedelta(seconds=10)) -> None:
        self._bootstrap, self._topics = bootstrap, tuple(topics)
        self._within = within.total_seconds()
        self._consumer: Any = None
        self._admin: Any = None
        self._partitions: list[TopicPartition] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def starts(self) -> dict[Partition, int]:
        """The first offset that the log still holds."""
        async with self._connected():
            return _by_partition(await self._consumer.beginning_offsets(self._partitions))

    async def ends(self) -> dict[Partition, int]:
        """The offset that the next record will get."""
        async with self._connected():
            return _by_partition(await self._consumer.end_offsets(self._partitions))

    async def committed(self, group_id: str) -> dict[Partition, int]:
        """What the group has committed; a partition of which it has committed nothing is left out."""
        async with self._connected():
            found = await self._admin.list_consumer_group_offsets(group_id, partitions=self._partitions)
        return _by_partition({place: committed.offset for place, committed in found.items() if committed.offset >= 0})

    async def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        admin, self._admin = self._admin, None
        if consumer is not None:
            await consumer.stop()
        if admin is not None:
            await admin.close()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._within):
                if self._admin is None:
                    await self._connect()
                yield
        except (TimeoutError, KafkaError, OSError) as error:
            await self.close()
            raise OffsetsUnknown(type(error).__name__) from error

    async def _connect(self) -> None:
        self._consumer = make_consumer(self._bootstrap)
        await start_deferring_cancellation(self._consumer)
        admin = make_admin(self._bootstrap)
        try:
            await start_deferring_cancellation(admin)
            self._partitions = await _partitions_of(admin, self._topics)
        except BaseException:
            await admin.close()
            await self.close()
            raise
        self._admin = admin


async def has_members(bootstrap: str, group_id: str) -> bool:
    """Whether anybody is a member; a static member that died is one until its session is over. GroupsUnavailable."""
    client = make_admin(bootstrap, request_timeout_ms=_TIMEOUT_MS)
    try:
        with _group_errors():
            await start_deferring_cancellation(client)
            (response,) = await client.describe_consumer_groups([group_id])
    finally:
        await client.close()
    ((_error, _group, state, *_),) = response.groups
    return state not in _WITHOUT_MEMBERS


async def move_group(bootstrap: str, group_id: str, offsets: Offsets) -> None:
    """Commit these offsets for a group. Raises GroupHasMembers (the brokers refuse it); GroupsUnavailable."""
    positions = {TopicPartition(*partition): offset for partition, offset in offsets.items()}
    consumer = make_consumer(bootstrap, group_id=group_id, enable_auto_commit=False, request_timeout_ms=_TIMEOUT_MS)
    try:
        with _group_errors():
            await start_deferring_cancellation(consumer)
            consumer.assign([*positions])
            await consumer.commit(positions)
    except CommitFailedError as error:
        raise GroupHasMembers(group_id) from error
    finally:
        await consumer.stop()


@contextmanager
def _group_errors() -> Iterator[None]:
    try:
        yield
    except CommitFailedError:
        raise
    except (KafkaError, OSError) as error:
        raise GroupsUnavailable(type(error).__name__) from error


async def _partitions_of(admin: Any, topics: Sequence[str]) -> list[TopicPartition]:
    described = await admin.describe_topics(list(topics))
    missing = [topic["topic"] for topic in described if topic["error_code"] != 0]
    if missing:
        raise OffsetsUnknown(f"no such topic: {', '.join(sorted(missing))}")
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in described
        for partition in topic["partitions"]
    ]


def _by_partition(offsets: Mapping[TopicPartition, int]) -> dict[Partition, int]:
    return {(place.topic, place.partition): offset for place, offset in offsets.items()}
