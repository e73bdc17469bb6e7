"""What each service may do in Kafka and MongoDB, and no more: worked out from the registry of topics.

The local stack and the cluster's manifests make their ACLs and users of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from event_schemas.topics import TOPICS, Topic

Operation = Literal["Read", "Write", "Describe"]

# Each keeps one database, which nobody else opens.
DATABASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "intake": "janseva_intake",
        "routing": "janseva_routing",
        "sla-monitor": "janseva_sla",
        "notifier": "janseva_notifier",
        "certificate": "janseva_certificate",
    }
)
SERVICES: Final = tuple(DATABASES)
# Who creates topics, reads every one, replays dead letters and looks into every database: the operator's commands.
OPERATOR: Final = "operator"

# What the SLA monitor's ledger calls its groups; all other groups begin with the name of their service.
_MORE_GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"sla-monitor": ("sla-ledger",)})
# Faust's changelogs are named after the group that writes them.
_KEEP_CHANGELOGS: Final = frozenset({"sla-monitor"})


@dataclass(frozen=True, slots=True)
class Grant:
    """Some operations on a topic or a consumer group, or on all whose names begin so."""

    resource: Literal["topic", "group"]
    name: str
    operations: tuple[Operation, ...]
    prefix: bool = False


def grants_of(service: str) -> tuple[Grant, ...]:
    """What a service may do in Kafka. Raises KeyError for a name that is no service."""
    if service not in DATABASES:
        raise KeyError(service)
    found = [Grant("topic", topic.name, operations) for topic in TOPICS if (operations := _operations(topic, service))]
    if service in _KEEP_CHANGELOGS:
        found.append(Grant("topic", f"{service}.", ("Read", "Write", "Describe"), prefix=True))
    prefixes = (service, *_MORE_GROUPS.get(service, ()))
    found += [Grant("group", f"{name}.", ("Read", "Describe"), prefix=True) for name in prefixes]
    return tuple(found)


def _operations(topic: Topic, service: str) -> tuple[Operation, ...]:
    writes = service in topic.producers
    # A compacted topic is what its writer has to compare with before it writes again.
    reads = service in topic.consumers or (writes and topic.cleanup == "compact")
    names: tuple[tuple[Operation, bool], ...] = (("Read", reads), ("Write", writes), ("Describe", reads or writes))
    return tuple(name for name, has in names if has)


def is_own(topic: str, service: str) -> bool:
    """Whether a service may do anything with the topic."""
    return any(
        topic.startswith(grant.name) if grant.prefix else topic == grant.name
        for grant in grants_of(service)
        if grant.resource == "topic"
    )


__all__ = ["DATABASES", "OPERATOR", "SERVICES", "Grant", "Operation", "grants_of", "is_own"]
