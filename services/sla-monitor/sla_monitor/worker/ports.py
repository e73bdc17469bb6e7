"""The processor's ports (records, table, publisher, changelog), and the batch that it fills between two flushes."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chassis.kafka.producer import RecordHeaders, Runs
from event_schemas import WireRecord
from sla_monitor.domain.emissions import Emission
from sla_monitor.domain.model import CaseRecord


class Message(Protocol):
    """A record as the Kafka client hands it over."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: RecordHeaders | None


class EntryStore(Protocol):
    """The table, by partition."""

    def get_entry(self, partition: int, key: bytes) -> bytes | None: ...

    def put(self, partition: int, key: bytes, value: bytes | None) -> None: ...


class EventPublisher(Protocol):
    """Publishes events; returns once they are queued in order, and awaits their acknowledgement."""

    async def send_all(self, items: Sequence[tuple[str, WireRecord]]) -> None: ...

    async def send_runs(self, topic: str, runs: Runs) -> Awaitable[dict[int, int]]: ...


class Changelog(Protocol):
    """Writes the table's history. The outer await queues it in order, the inner one is the acknowledgement."""

    async def write(self, runs: Runs) -> Awaitable[dict[int, int]]: ...

    def complete(self, last: Mapping[int, int], runs: Runs) -> None:
        """Kafka holds the runs; ``last`` is the offset of the last record of each."""

    def handled(self, following: Mapping[tuple[str, int], int]) -> None:
        """Every input before these offsets is handled, and may be committed."""


@dataclass(slots=True)
class PendingTick:
    at: int
    target: int


@dataclass(slots=True)
class Batch:
    """Records consumed but not marked as handled, the events they led to, and the table entries they changed."""

    began: float = 0.0
    consumed: int = 0
    following: dict[tuple[str, int], int] = field(default_factory=dict)
    events: dict[int, list[tuple[bytes | None, bytes | None, RecordHeaders]]] = field(default_factory=dict)
    letters: list[tuple[str, WireRecord]] = field(default_factory=list)
    emissions: list[tuple[CaseRecord | None, Emission]] = field(default_factory=list)
    cases: dict[tuple[int, bytes], CaseRecord | None] = field(default_factory=dict)
    wakes: dict[tuple[int, bytes], int | None] = field(default_factory=dict)
