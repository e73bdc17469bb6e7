"""Where the log of a topic begins and ends, and how far a group has come: for watermarks and audits."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis.faults import TransientFault
from chassis.kafka.starting import start_whole

Place = tuple[str, int]


class OffsetsUnknown(TransientFault):
    """The brokers did not tell their offsets in time."""


class LogPositions:
    """Asks for offsets of all partitions of some topics, without joining a group. Connects at the first question.

    Every method raises OffsetsUnknown; the next call connects anew.
    """

    def __init__(self, bootstrap: str, topics: Sequence[str], *, within: timedelta = timedelta(seconds=10)) -> None:
        self._bootstrap, self._topics = bootstrap, tuple(topics)
        self._within = within.total_seconds()
        self._consumer: Any = None
        self._admin: Any = None
        self._partitions: list[TopicPartition] = []

    async def starts(self) -> dict[Place, int]:
        """The first offset that the log still holds."""
        async with self._connected():
            return _plain(await self._consumer.beginning_offsets(self._partitions))

    async def ends(self) -> dict[Place, int]:
        """The offset that the next record will get."""
        async with self._connected():
            return _plain(await self._consumer.end_offsets(self._partitions))

    async def committed(self, group_id: str) -> dict[Place, int]:
        """What the group has committed; a partition of which it has committed nothing is left out."""
        async with self._connected():
            found = await self._admin.list_consumer_group_offsets(group_id, partitions=self._partitions)
        return {(place.topic, place.partition): told.offset for place, told in found.items() if told.offset >= 0}

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
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap)
        await start_whole(self._consumer)
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        try:
            await start_whole(admin)
            self._partitions = await _partitions_of(admin, self._topics)
        except BaseException:
            await admin.close()
            await self.close()
            raise
        self._admin = admin


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


def _plain(offsets: Any) -> dict[Place, int]:
    return {(place.topic, place.partition): offset for place, offset in offsets.items()}
