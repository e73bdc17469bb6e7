"""The one registry of topics, from which brokers are provisioned, locally and in production.

Changelogs of the SLA monitor's stream application are its own and not part of the registry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final, Literal

from event_schemas.events import EVENT_CLASSES
from event_schemas.records import WINDOW_RECORDS
from event_schemas.values import Lane

CASES_EMERGENCY: Final = "cases.emergency"
CASES_ROUTINE: Final = "cases.routine"
SLA_TICKS_EMERGENCY: Final = "sla.ticks.emergency"
SLA_TICKS_ROUTINE: Final = "sla.ticks.routine"
DIRECTORY_POSTS: Final = "directory.posts"
NOTIFICATIONS: Final = "notifications"
AUDIT_HEADS: Final = "audit.heads"
HEARING_WINDOWS: Final = "hearing.windows"

DEAD_LETTER_SUFFIX: Final = ".dlq"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it is provisioned. A compacted one has no ``retention``; ``dead_letter`` marks one of dead letters."""

    name: str
    key: Literal["case_id", "window_id", "station:post", "none", "as source"]
    partitions_local: int
    partitions_production: int
    retention: timedelta | None
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    events: tuple[str, ...]
    segment: timedelta = timedelta(days=1)
    cleanup: Literal["delete", "compact"] = "delete"
    dead_letter: bool = False
    max_message_bytes: int | None = None

    @property
    def config(self) -> Mapping[str, str]:
        """The topic's settings in Kafka's own names."""
        settings = {"cleanup.policy": self.cleanup, "segment.ms": _millis(self.segment)}
        if self.retention is not None:
            settings["retention.ms"] = _millis(self.retention)
        if self.max_message_bytes is not None:
            settings["max.message.bytes"] = str(self.max_message_bytes)
        return MappingProxyType(settings)

    def partitions(self, environment: Literal["local", "production"]) -> int:
        """How many partitions; those of a lane are fixed for ever."""
        return self.partitions_local if environment == "local" else self.partitions_production


def _millis(duration: timedelta) -> str:
    return str(duration // timedelta(milliseconds=1))


def _events_of(*producers: str) -> tuple[str, ...]:
    """The event types that these services emit, by the `producer` of each class."""
    return tuple(name for name, event in EVENT_CLASSES.items() if event.producer in producers)


# The longest target (90 days to inform the victim) plus the cap of a pause fit into this.
CASES_RETENTION: Final = timedelta(days=120)
# A record at the limit of its own topic still fits with the headers that say why it died.
DEAD_LETTER_MAX_BYTES: Final = 2 * 1024 * 1024
# Sealed data must not live on as a dead letter after its case has left the log.
DEAD_LETTER_RETENTION: Final = timedelta(days=30)


_CASES_PRODUCERS: Final = ("intake", "routing", "sla-monitor", "certificate")


def _cases(name: str) -> Topic:
    return Topic(
        name=name,
        key="case_id",
        partitions_local=4,
        partitions_production=24,
        retention=CASES_RETENTION,
        producers=_CASES_PRODUCERS,
        consumers=("intake", "routing", "sla-monitor", "notifier", "certificate"),
        events=_events_of(*_CASES_PRODUCERS),
    )


def _ticks(name: str) -> Topic:
    return Topic(
        name=name,
        key="none",
        partitions_local=4,
        partitions_production=24,
        retention=timedelta(minutes=10),
        segment=timedelta(minutes=5),
        producers=("sla-monitor",),
        consumers=("sla-monitor",),
        events=("SLATick",),
    )


def _dead_letters_of(topic: Topic) -> Topic:
    return Topic(
        name=dead_letter(topic.name),
        key="as source",
        partitions_local=1,
        partitions_production=6,
        retention=DEAD_LETTER_RETENTION,
        producers=topic.consumers,
        consumers=(),
        events=topic.events,
        dead_letter=True,
        max_message_bytes=DEAD_LETTER_MAX_BYTES,
    )


def dead_letter(topic: str) -> str:
    """The dead-letter topic of a topic; a dead letter that fails again stays where it is."""
    return topic if topic.endswith(DEAD_LETTER_SUFFIX) else topic + DEAD_LETTER_SUFFIX


def case_topic(lane: Lane | str) -> str:
    """Where the events of a case go. Raises ValueError for a lane that has no topic."""
    topic = _CASE_TOPICS.get(str(lane))
    if topic is None:
        raise ValueError(f"no topic for the lane {str(lane)!r}")
    return topic


def lane_of(topic: str) -> Lane:
    """The lane of a ``cases`` or ``sla.ticks`` topic or of its dead letters. Raises ValueError for any other topic."""
    lane = _LANES.get(topic.removesuffix(DEAD_LETTER_SUFFIX))
    if lane is None:
        raise ValueError(f"the topic {topic!r} belongs to no lane")
    return lane


_CASE_TOPICS: Final = {"emergency": CASES_EMERGENCY, "routine": CASES_ROUTINE}
_TICK_TOPICS: Final = {"emergency": SLA_TICKS_EMERGENCY, "routine": SLA_TICKS_ROUTINE}
_LANES: Final = {topic: Lane(lane) for lane, topic in (*_CASE_TOPICS.items(), *_TICK_TOPICS.items())}

_SOURCES: Final = (
    _cases(CASES_EMERGENCY),
    _cases(CASES_ROUTINE),
    _ticks(SLA_TICKS_EMERGENCY),
    _ticks(SLA_TICKS_ROUTINE),
    Topic(
        name=DIRECTORY_POSTS,
        key="station:post",
        partitions_local=1,
        partitions_production=1,
        retention=None,
        cleanup="compact",
        producers=("routing",),
        consumers=("intake", "notifier", "sla-monitor"),
        events=("DirectoryPost",),
    ),
    Topic(
        name=NOTIFICATIONS,
        key="case_id",
        partitions_local=4,
        partitions_production=24,
        retention=CASES_RETENTION,
        producers=("notifier",),
        consumers=(),
        events=_events_of("notifier"),
    ),
    # Read by `janseva verify` alone. Compacted: the newest head of a case stays as long as its trail does.
    Topic(
        name=AUDIT_HEADS,
        key="case_id",
        partitions_local=4,
        partitions_production=24,
        retention=None,
        cleanup="compact",
        producers=("intake",),
        consumers=(),
        events=("AuditHead",),
    ),
    # For readers outside of the suite: intake's report of windows counts them from its own store.
    Topic(
        name=HEARING_WINDOWS,
        key="window_id",
        partitions_local=1,
        partitions_production=6,
        retention=CASES_RETENTION,
        producers=("intake",),
        consumers=(),
        events=tuple(record.type for record in WINDOW_RECORDS),
    ),
)

TOPICS: Final[tuple[Topic, ...]] = (*_SOURCES, *(_dead_letters_of(topic) for topic in _SOURCES))
