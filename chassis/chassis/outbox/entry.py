"""An entry of an `outbox` array: an encoded event, its topic and id, and its fields in the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from chassis.mongo.client import Document
from event_schemas import WireRecord


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """An event on its way: its bytes are made once, at the write, so that every copy is the same."""

    topic: str
    event_id: str
    record: WireRecord

    def to_document(self) -> Document:
        return {
            "id": self.event_id,
            "topic": self.topic,
            "key": self.record.key,
            "value": self.record.value,
            "headers": [[name, value] for name, value in self.record.headers],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        key = document["key"]
        record = WireRecord(
            key=None if key is None else bytes(key),
            value=bytes(document["value"]),
            headers=tuple((str(name), bytes(value)) for name, value in document["headers"]),
        )
        return cls(topic=document["topic"], event_id=document["id"], record=record)
