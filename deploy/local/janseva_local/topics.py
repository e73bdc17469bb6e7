"""Creates the topics of the registry in a local Kafka."""

from collections.abc import Sequence

from chassis.kafka.admin import TopicSpec, create_topics
from chassis.wire import KafkaWire
from event_schemas.topics import TOPICS, Topic


async def ensure(
    bootstrap: str, registry: Sequence[Topic] = TOPICS, *, wire: KafkaWire | None = None
) -> tuple[str, ...]:
    """Creates what is missing, with the registry's partitions and configuration; returns the names created."""
    return await create_topics(bootstrap, [TopicSpec.of(topic, "local") for topic in registry], wire=wire)


async def ensure_changelogs(bootstrap: str, wire: KafkaWire) -> None:
    """Those of the SLA monitor, which may not create topics where it has a name."""
    from sla_monitor.faust_adapter.table import changelog_of  # noqa: PLC0415  Faust is heavy, and no other start needs it
    from sla_monitor.settings import Settings  # noqa: PLC0415

    lanes = [Settings.model_construct(lane=lane, topic_prefix="") for lane in ("emergency", "routine")]
    partitions = {topic.name: topic.partitions("local") for topic in TOPICS}
    specs = [changelog_of(lane.group, partitions[lane.cases_topic]) for lane in lanes]
    await create_topics(bootstrap, specs, wire=wire)
