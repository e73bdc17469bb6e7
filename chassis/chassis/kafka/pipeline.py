"""The rules of a batch, whoever reads it: skip, decode, handle, publish; invalid events to the dead-letter topic."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from chassis.faults import TransientFault
from chassis.kafka.batches import RecordHeaders
from chassis.kafka.offsets import Partition
from chassis.kafka.producer import Producer
from chassis.mongo.client import store_errors
from chassis.telemetry.logs import get_logger
from chassis.telemetry.metrics import ConsumerMetrics, observe_all
from event_schemas import (
    Envelope,
    Event,
    InvalidEvent,
    Lane,
    WireRecord,
    decode_named,
    headers_by_name,
    peek_type,
    topics,
)

_log = get_logger(__name__)

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


class Received(NamedTuple):
    """A decoded event and where it was read."""

    topic: str
    partition: int
    offset: int
    envelope: Envelope

    @property
    def data(self) -> Event:
        return self.envelope.data

    @property
    def lane(self) -> Lane:
        """ValueError for a topic that belongs to no lane."""
        return topics.lane_of(self.topic)


class Outgoing(NamedTuple):
    """A record to publish before the batch is committed; without a partition, to that of its key."""

    topic: str
    record: WireRecord
    partition: int | None = None


BatchHandler = Callable[[Sequence[Received]], Awaitable[Sequence[Outgoing]]]


class TooManyInvalid(Exception):
    """So many invalid events in a row that the fault must be ours: stop, commit nothing."""


@dataclass(slots=True)
class Progress:
    """What a pass over a batch achieved: the next offset to commit per partition, and the fault that stopped others.

    `idle`: every record was skipped by its headers, so to read them again would do nothing either.
    """

    commit: dict[Partition, int] = field(default_factory=dict)
    blocked: dict[Partition, TransientFault] = field(default_factory=dict)
    idle: bool = False


@dataclass(frozen=True, slots=True)
class _Poison:
    record: SourceRecord
    error: InvalidEvent
    type: str


class BatchPipeline:
    """Runs a handler over records by the rules of poison, transient and bug. Shared by every kind of consumer."""

    def __init__(
        self,
        *,
        types: frozenset[str],
        handler: BatchHandler,
        producer: Producer,
        service: str,
        metrics: ConsumerMetrics,
        ignore_sources: frozenset[str] = frozenset(),
        max_invalid_in_row: int = 20,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._types = types
        self._handler = handler
        self._producer = producer
        self._service = service
        self._service_bytes = service.encode()
        self._metrics = metrics
        self._ignore_sources = frozenset(source.encode() for source in ignore_sources)
        self._max_invalid = max_invalid_in_row
        self._now = now
        self._invalid_in_row = 0

    async def process(self, records: Sequence[SourceRecord]) -> Progress:
        """Handle records, in offset order per partition. A bug and TooManyInvalid are raised; then commit nothing."""
        try:
            received = await self._all_at_once(records)
        except InvalidEvent:
            pass
        except TransientFault as fault:
            if len({(r.topic, r.partition) for r in records}) == 1:
                return _blocked_at_start(records, fault)
        else:
            return Progress(commit=_ends(records), idle=not received)
        # One is invalid or meets a fault: find out which, so that it alone is put aside, or its partition alone waits.
        return await self._one_by_one(records)

    async def _all_at_once(self, records: Sequence[SourceRecord]) -> list[Received]:
        received: list[Received] = []
        for record in records:
            event = self._decoded(record)
            if isinstance(event, _Poison):
                raise event.error
            if event is not None:
                received.append(event)
        await self._handle(received)
        return received

    async def _one_by_one(self, records: Sequence[SourceRecord]) -> Progress:
        progress = Progress()
        for record in records:
            place = (record.topic, record.partition)
            if place in progress.blocked:
                continue
            try:
                await self._single(record)
            except TransientFault as fault:
                progress.blocked[place] = fault
                progress.commit.setdefault(place, record.offset)
            else:
                progress.commit[place] = record.offset + 1
        return progress

    async def _single(self, record: SourceRecord) -> None:
        event = self._decoded(record)
        if event is None:
            return
        if isinstance(event, _Poison):
            await self._send_to_dead_letters(event)
            return
        try:
            await self._handle([event])
        except InvalidEvent as error:
            await self._send_to_dead_letters(_Poison(record, error, event.envelope.type))

    def _decoded(self, record: SourceRecord) -> Received | _Poison | None:
        """The event, None if it is none of ours (judged by headers alone), or the poison it is."""
        kind = peek_type(record.headers)
        if kind is None:
            return _Poison(record, InvalidEvent("missing_header", "ce_type"), "none")
        if kind not in self._types:
            return None
        headers = headers_by_name(record.headers)
        if headers.get("ce_source") in self._ignore_sources or self._replayed_for_others(headers, record.headers):
            return None
        try:
            envelope = decode_named(headers, record.value)
        except InvalidEvent as error:
            return _Poison(record, error, kind)
        if record.key != headers["ce_subject"]:
            # It stands among another subject's events, so its own order is lost.
            wrong_key = InvalidEvent("key_mismatch", "the record's key is not its subject")
            return _Poison(record, wrong_key, kind)
        return Received(record.topic, record.partition, record.offset, envelope)

    def _replayed_for_others(self, found: Mapping[str, bytes], headers: RecordHeaders) -> bool:
        if REPLAY_HEADER not in found:
            return False
        return any(name == REPLAY_HEADER and value != self._service_bytes for name, value in headers)

    async def _handle(self, received: Sequence[Received]) -> None:
        if not received:
            return
        with store_errors():
            outgoing = await self._handler(received)
        partitions = [item.partition for item in outgoing]
        await self._producer.send_all([(item.topic, item.record) for item in outgoing], partitions=partitions)
        self._invalid_in_row = 0
        self._count(received)

    def _count(self, handled: Sequence[Received]) -> None:
        """Labels are looked up once for a batch's kinds of event: that costs more than to count."""
        now = datetime.fromtimestamp(self._now(), UTC)
        ages: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        for topic, _, _, envelope in handled:
            ages[topic, envelope.type].append(max(0.0, (now - envelope.time).total_seconds()))
        for (topic, type_), of_kind in ages.items():
            self._metrics.handled.labels(topic, type_, "handled").inc(len(of_kind))
            observe_all(self._metrics.age.labels(topic), of_kind)

    async def _send_to_dead_letters(self, poison: _Poison) -> None:
        """Publish the original, byte for byte, to its dead-letter topic. Raises TooManyInvalid after many in a row."""
        record, reason = poison.record, poison.error.reason_code
        self._invalid_in_row += 1
        where = {"topic": record.topic, "partition": record.partition, "offset": record.offset, "reason": reason}
        if self._invalid_in_row > self._max_invalid:
            _log.error("too_many_invalid_events", in_row=self._invalid_in_row, **where)
            raise TooManyInvalid(f"{self._invalid_in_row} invalid events in a row, the last one: {reason}")
        try:
            await self._producer.send(topics.dead_letter(record.topic), dead_letter(record, reason, self._service))
        except BaseException:
            self._invalid_in_row -= 1
            raise
        self._metrics.handled.labels(record.topic, _known(poison.type, self._types), "dead_letter").inc()
        self._metrics.dead_letters.labels(record.topic, reason).inc()
        _log.warning("event_dead_lettered", **where, why=poison.error.detail)


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


def _known(kind: str, types: frozenset[str]) -> str:
    """A label for metrics: a garbage type must not make a new time series."""
    return kind if kind in types else "unknown"


def _ends(records: Sequence[SourceRecord]) -> dict[Partition, int]:
    return {(record.topic, record.partition): record.offset + 1 for record in records}


def _blocked_at_start(records: Sequence[SourceRecord], fault: TransientFault) -> Progress:
    first = records[0]
    place = (first.topic, first.partition)
    return Progress(commit={place: first.offset}, blocked={place: fault})
