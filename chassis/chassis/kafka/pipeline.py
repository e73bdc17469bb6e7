"""The rules of a batch, whoever reads it: skip, decode, handle, publish; invalid events to the dead-letter topic."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from chassis.faults import TransientFault
from chassis.kafka.invalid import (
    MAX_INVALID_IN_ROW,
    REPLAY_HEADER,
    InvalidInRow,
    SourceRecord,
    TooManyInvalid,
    check_key,
    dead_letter,
    replayed_for_others,
)
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
        max_invalid_in_row: int = MAX_INVALID_IN_ROW,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._types = types
        self._handler = handler
        self._producer = producer
        self._service = service
        self._services = frozenset({service.encode()})
        self._metrics = metrics
        self._ignore_sources = frozenset(source.encode() for source in ignore_sources)
        self._now = now
        self._invalid = InvalidInRow(max_invalid_in_row)

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
        if headers.get("ce_source") in self._ignore_sources:
            return None
        if REPLAY_HEADER in headers and replayed_for_others(record.headers, self._services):
            return None
        try:
            envelope = decode_named(headers, record.value)
            check_key(record.key, headers["ce_subject"])
        except InvalidEvent as error:
            return _Poison(record, error, kind)
        return Received(record.topic, record.partition, record.offset, envelope)

    async def _handle(self, received: Sequence[Received]) -> None:
        if not received:
            return
        with store_errors():
            outgoing = await self._handler(received)
        partitions = [item.partition for item in outgoing]
        await self._producer.send_all([(item.topic, item.record) for item in outgoing], partitions=partitions)
        self._invalid.end()
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
        where = {"topic": record.topic, "partition": record.partition, "offset": record.offset, "reason": reason}
        try:
            self._invalid.add(poison.error)
        except TooManyInvalid:
            _log.error("too_many_invalid_events", in_row=self._invalid.number, **where)
            raise
        try:
            await self._producer.send(topics.dead_letter(record.topic), dead_letter(record, reason, self._service))
        except BaseException:
            self._invalid.undo()
            raise
        self._metrics.handled.labels(record.topic, _known(poison.type, self._types), "dead_letter").inc()
        self._metrics.dead_letters.labels(record.topic, reason).inc()
        _log.warning("event_dead_lettered", **where, why=poison.error.detail)


def _known(kind: str, types: frozenset[str]) -> str:
    """A label for metrics: a garbage type must not make a new time series."""
    return kind if kind in types else "unknown"


def _ends(records: Sequence[SourceRecord]) -> dict[Partition, int]:
    return {(record.topic, record.partition): record.offset + 1 for record in records}


def _blocked_at_start(records: Sequence[SourceRecord], fault: TransientFault) -> Progress:
    first = records[0]
    place = (first.topic, first.partition)
    return Progress(commit={place: first.offset}, blocked={place: fault})
