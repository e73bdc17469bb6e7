"""What a batch is made of, and what the processor needs from the outside: records, the table, its changelog."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chassis.kafka.producer import Headers, Runs
from event_schemas import WireRecord
from sla_monitor.domain.emissions import Emission
from sla_monitor.domain.model import CaseRecord

Place = tuple[str, int]


class Message(Protocol):
    """A record as the Kafka client hands it over."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers | None


class State(Protocol):
    """The table, by partition."""

    def get_entry(self, partition: int, key: bytes) -> bytes | None: ...

    def put(self, partition: int, key: bytes, value: bytes | None) -> None: ...


class Words(Protocol):
    """Publishes what the monitor says."""

    async def send_all(self, items: Sequence[tuple[str, WireRecord]]) -> None: ...

    async def send_runs(self, topic: str, runs: Runs) -> Awaitable[dict[int, int]]: ...


class Changelog(Protocol):
    """Writes the table's history. The outer await queues it in order, the inner one is the acknowledgement."""

    async def write(self, runs: Runs) -> Awaitable[dict[int, int]]: ...

    def complete(self, last: Mapping[int, int], runs: Runs) -> None:
        """Kafka holds the runs; ``last`` is the offset of the last record of each."""

    def handled(self, following: Mapping[Place, int]) -> None:
        """Every input before these offsets is done with, and may be committed."""


@dataclass(slots=True)
class Tick:
    at: int
    target: int


@dataclass(slots=True)
class Batch:
    """Inputs taken in but not marked yet, what they made us say, and the entries they changed."""

    began: float = 0.0
    taken: int = 0
    following: dict[Place, int] = field(default_factory=dict)
    words: dict[int, list[tuple[bytes | None, bytes | None, Headers]]] = field(default_factory=dict)
    letters: list[tuple[str, WireRecord]] = field(default_factory=list)
    said: list[tuple[CaseRecord | None, Emission]] = field(default_factory=list)
    cases: dict[tuple[int, bytes], CaseRecord | None] = field(default_factory=dict)
    wakes: dict[tuple[int, bytes], int | None] = field(default_factory=dict)
