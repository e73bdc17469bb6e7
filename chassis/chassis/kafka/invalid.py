"""The rules of invalid events, whoever reads them: what makes one, how many in a row are, and its dead letter."""

from typing import NamedTuple

from chassis.kafka.batches import RecordHeaders
from event_schemas import InvalidEvent, WireRecord

MAX_INVALID_IN_ROW = 20
REPLAY_HEADER = "dlq_replay_service"
# On a replay: which dead letter it was ("partition:offset"). If it is put aside again, the new dead letter has it too.
REPLAY_OF_HEADER = "dlq_replay_of"


class SourceRecord(NamedTuple):
    """A record as read from a partition."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: RecordHeaders


class TooManyInvalid(Exception):
    """So many invalid events in a row that the fault must be ours: stop, commit nothing."""


class InvalidInRow:
    """Counts invalid events since the last valid one."""

    def __init__(self, most: int = MAX_INVALID_IN_ROW) -> None:
        self.number = 0
        self._most = most

    def add(self, invalid: InvalidEvent) -> None:
        """One more. Raises TooManyInvalid."""
        self.number += 1
        if self.number > self._most:
            raise TooManyInvalid(f"{self.number} invalid events in a row, the last one: {invalid.reason_code}")

    def undo(self) -> None:
        """The last one is not put aside after all: its dead letter could not be sent."""
        self.number -= 1

    def end(self) -> None:
        """A valid event came."""
        self.number = 0


def check_key(key: bytes | None, subject: bytes) -> None:
    """Raises InvalidEvent for a record among another subject's events: its own order is lost."""
    if key != subject:
        raise InvalidEvent("key_mismatch", "the record's key is not its subject")


def replayed_for_others(headers: RecordHeaders, services: frozenset[bytes]) -> bool:
    """Whether the record is a replay for a service that is none of these."""
    return any(name == REPLAY_HEADER and value not in services for name, value in headers)


def dead_letter(record: SourceRecord, reason: str, service: str) -> WireRecord:
    """The original key, value and headers, with its topic, partition and offset, the reason and the service."""
    added = (
        ("dlq_source_topic", record.topic.encode()),
        ("dlq_partition", str(record.partition).encode()),
        ("dlq_offset", str(record.offset).encode()),
        ("dlq_reason", reason.encode()),
        ("dlq_service", service.encode()),
    )
    # A replayed dead letter that is put aside again gets fresh headers, not a second set.
    kept = tuple(
        (name, value) for name, value in record.headers if name == REPLAY_OF_HEADER or not name.startswith("dlq_")
    )
    return WireRecord(key=record.key, value=record.value or b"", headers=kept + added)
