"""The topics Faust keeps for the SLA monitor: made beforehand, so that the service needs no right to create topics."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from event_schemas.topics import TOPICS, case_topic
from sla_monitor.faust_adapter.table import TABLE
from sla_monitor.settings import Settings

# Never deleted from: what a closed case leaves is a tombstone.
CONFIG: Mapping[str, str] = MappingProxyType(
    {"cleanup.policy": "compact", "segment.bytes": str(64 * 1024 * 1024), "min.cleanable.dirty.ratio": "0.3"}
)


@dataclass(frozen=True, slots=True)
class Changelog:
    name: str
    partitions: int


def changelogs() -> tuple[Changelog, ...]:
    """The table's changelog of each lane, with as many partitions as the lane."""
    partitions = {topic.name: topic.partitions("production") for topic in TOPICS}
    lanes = [Settings.model_construct(lane=lane, topic_prefix="") for lane in ("emergency", "routine")]
    return tuple(Changelog(f"{lane.group}-{TABLE}-changelog", partitions[case_topic(lane.lane)]) for lane in lanes)
