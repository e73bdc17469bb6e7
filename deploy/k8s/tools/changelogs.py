"""The topics Faust keeps for the SLA monitor: made beforehand, so that the service needs no right to create topics."""

from dataclasses import dataclass
from types import MappingProxyType

from event_schemas.topics import TOPICS, case_topic
from event_schemas.values import Lane

# Never deleted from: what a closed case leaves is a tombstone.
CONFIG = MappingProxyType({"cleanup.policy": "compact", "segment.ms": "86400000"})


@dataclass(frozen=True, slots=True)
class Changelog:
    name: str
    partitions: int


def changelogs() -> tuple[Changelog, ...]:
    """The table's changelog of each lane, with as many partitions as the lane, and its assignor's leader topic."""
    partitions = {topic.name: topic.partitions("production") for topic in TOPICS}
    made: list[Changelog] = []
    for lane in (Lane("emergency"), Lane("routine")):
        app = f"sla-monitor-{lane}"
        made.append(Changelog(f"{app}-cases-changelog", partitions[case_topic(lane)]))
        made.append(Changelog(f"{app}-__assignor-__leader", 1))
    return tuple(made)
