"""Creates the topics of the registry in a local Kafka."""

from collections.abc import Sequence

from chassis.kafka.admin import TopicSpec, create_topics
from event_schemas.topics import TOPICS, Topic


async def ensure(bootstrap: str, registry: Sequence[Topic] = TOPICS) -> tuple[str, ...]:
    """Creates what is missing, with the registry's partitions and configuration; returns the names created."""
    return await create_topics(bootstrap, [TopicSpec.of(topic, "local") for topic in registry])
