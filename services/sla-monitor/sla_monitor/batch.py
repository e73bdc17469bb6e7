"""What a batch is made of, and what the processor needs from the outside: records, the table, its changelog."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from event_schemas import WireRecord
from sla_monitor.engine.model import CaseRecord
from sla_monitor.engine.tell import Emission


class Message(Protocol):
    """A record as Faust hands it over; ``ack`` marks its offset as safe to commit."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] | None


class State(Protocol):
    """The table, by partition."""

    def get_entry(self, partition: int, key: bytes) -> bytes | None: ...

    def put(self, partition: int, key: bytes, value: bytes | None) -> None: ...


class Changelog(Protocol):
    """Writes the table's history. The outer await queues the record, the inner one is its acknowledgement."""

    async def write(self, partition: int, key: bytes, value: bytes | None) -> Awaitable[Any]: ...

    def complete(self, partition: int, acknowledged: Any) -> None: ...

    def ack(self, message: Any) -> None: ...


@dataclass(slots=True)
class Tick:
    at: int
    target: int


@dataclass(slots=True)
class Batch:
    """Inputs taken in but not marked yet, what they made us say, and the entries they changed."""

    began: float = 0.0
    messages: list[Any] = field(default_factory=list)
    outgoing: list[tuple[str, WireRecord]] = field(default_factory=list)
    said: list[tuple[CaseRecord | None, Emission]] = field(default_factory=list)
    cases: dict[tuple[int, bytes], CaseRecord | None] = field(default_factory=dict)
    wakes: dict[tuple[int, bytes], int | None] = field(default_factory=dict)
