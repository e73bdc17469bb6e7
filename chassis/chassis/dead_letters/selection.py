"""Which dead letters an operator means."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from event_schemas.calendars import INDIA


class RecordPosition(NamedTuple):
    """Where a record stands in its topic."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "RecordPosition":
        """``partition:offset``. Raises ValueError."""
        partition, colon, offset = text.partition(":")
        if not (colon and partition.isdecimal() and offset.isdecimal()):
            raise ValueError(f"{text!r} is no place like 0:12, a partition and an offset")
        return cls(int(partition), int(offset))


class Selectable(Protocol):
    """What of a dead letter it is chosen by."""

    @property
    def position(self) -> RecordPosition: ...
    @property
    def at(self) -> datetime: ...
    @property
    def service(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def type(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Selection:
    """None means any."""

    service: str | None = None
    reason: str | None = None
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    positions: frozenset[RecordPosition] = field(default=frozenset())

    @property
    def is_everything(self) -> bool:
        return self == Selection()

    def holds(self, letter: Selectable) -> bool:
        return (
            self.service in {None, letter.service}
            and self.reason in {None, letter.reason}
            and self.type in {None, letter.type}
            and (self.since is None or letter.at >= self.since)
            and (self.until is None or letter.at < self.until)
            and (not self.positions or letter.position in self.positions)
        )


def india(text: str) -> datetime:
    """A day or a time as a clock in India shows it, unless it has a zone of its own. Raises ValueError."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time like 2026-11-22 or 2026-11-22T14:30") from None
    return read.replace(tzinfo=INDIA) if read.tzinfo is None else read
