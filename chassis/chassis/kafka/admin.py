"""Administration of topics: create those that are missing, list them, read the ends of their logs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal, Self

from aiokafka.admin import NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from chassis.kafka.aiokafka_patches import start_deferring_cancellation
from chassis.kafka.clients import make_admin
from chassis.kafka.offsets import Partition, TopicOffsets
from chassis.wire import KafkaWire
from event_schemas.topics import Topic

TIMEOUT_MS: Final = 30_000


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic to create: its configuration is Kafka's own names and values."""

    name: str
    partitions: int
    replication: int = 1
    config: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, topic: Topic, environment: Literal["local", "production"], replication: int = 1) -> Self:
        """A topic of the registry, with the partitions and the configuration that stand there."""
        return cls(topic.name, topic.partitions(environment), replication, dict(topic.config))


async def create_topics(
    bootstrap: str, topics: Sequence[TopicSpec], *, wire: KafkaWire | None = None
) -> tuple[str, ...]:
    """Creates the topics that are missing and returns their names. KafkaError on any other refusal."""
    client = make_admin(bootstrap, wire=wire, request_timeout_ms=TIMEOUT_MS)
    try:
        await start_deferring_cancellation(client)
        existing = set(await client.list_topics())
        missing = [topic for topic in topics if topic.name not in existing]
        if not missing:
            return ()
        response = await client.create_topics([_new_topic(topic) for topic in missing], timeout_ms=TIMEOUT_MS)
    finally:
        await client.close()
    created = []
    for name, code, *detail in response.topic_errors:
        error = for_code(code)
        if code == 0:
            created.append(name)
        elif error is not TopicAlreadyExistsError:  # another process was faster
            raise error(f"topic {name}: {detail[0] if detail else ''}")
    return tuple(created)


async def existing_topics(bootstrap: str, *, wire: KafkaWire | None = None) -> frozenset[str]:
    """The names of the topics that exist. Raises KafkaError."""
    client = make_admin(bootstrap, wire=wire, request_timeout_ms=TIMEOUT_MS)
    try:
        await start_deferring_cancellation(client)
        return frozenset(await client.list_topics())
    finally:
        await client.close()


async def partition_counts(bootstrap: str) -> dict[str, int]:
    """How many partitions each topic has that exists. Raises KafkaError."""
    client = make_admin(bootstrap, request_timeout_ms=TIMEOUT_MS)
    try:
        await start_deferring_cancellation(client)
        return {topic["topic"]: len(topic["partitions"]) for topic in await client.describe_topics()}
    finally:
        await client.close()


async def end_offsets(bootstrap: str, topics: Sequence[str]) -> dict[Partition, int]:
    """The offset that the next record of each partition will get, by (topic, partition). Raises OffsetsUnknown."""
    async with TopicOffsets(bootstrap, topics, within=timedelta(milliseconds=TIMEOUT_MS)) as offsets:
        return await offsets.ends()


def _new_topic(topic: TopicSpec) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, topic.replication, topic_configs=dict(topic.config))
