"""Consume records one by one, mark them as handled in batches: publish, await the acks, write the table, mark."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Iterable, Sequence
from typing import Final

from chassis.kafka.invalid import InvalidInRow, SourceRecord, check_key, dead_letter, replayed_for_others
from chassis.kafka.producer import RecordHeaders, Runs
from chassis.telemetry.logs import get_logger
from event_schemas import EVENT_CLASSES, Envelope, InvalidEvent, decode, encode, peek_type, topics
from event_schemas.codec import decode_tick
from event_schemas.policies import PolicySet
from sla_monitor.domain import engine, record_codec
from sla_monitor.domain.emissions import Emission
from sla_monitor.domain.escalation import ALL_HELD, Posts
from sla_monitor.domain.facts import relevant_types
from sla_monitor.domain.model import CaseRecord
from sla_monitor.domain.times import epoch_ms
from sla_monitor.worker.deadlines import DeadlineHeaps
from sla_monitor.worker.fatal import LostRecord, Stalled
from sla_monitor.worker.gauges import MetricsRecorder
from sla_monitor.worker.ports import Batch, Changelog, EntryStore, EventPublisher, Message, PendingTick

_log = get_logger(__name__)

SERVICE: Final = "sla-monitor"
MAX_BATCH: Final = 500
MAX_UNACKED: Final = 64
SERVICES: Final = frozenset({SERVICE.encode()})
_KNOWN_TYPES: Final = frozenset(name.encode() for name in EVENT_CLASSES)


class Processor:
    """The one reader and writer of a worker's clocks. Raises TooManyInvalid, LostRecord, Stalled, PublishFailed."""

    def __init__(
        self,
        *,
        policies: PolicySet,
        cases_topic: str,
        entries: EntryStore,
        changelog: Changelog,
        heaps: DeadlineHeaps,
        producer: EventPublisher,
        recorder: MetricsRecorder,
        max_stall_s: float,
        posts: Posts = ALL_HELD,
    ) -> None:
        self._policies, self._cases_topic, self._posts = policies, cases_topic, posts
        self._entries, self._changelog, self._heaps = entries, changelog, heaps
        self._producer, self._recorder = producer, recorder
        self._max_stall_s = max_stall_s
        self._types = frozenset(name.encode() for name in relevant_types(policies))
        self._batch = Batch()
        self._ticks: dict[int, PendingTick] = {}
        self._seen: dict[int, int] = {}
        self._fired: dict[int, int] = {}
        self._done: dict[int, int] = {}
        self._invalid = InvalidInRow()
        self._flushing = asyncio.Lock()
        self._unacked: deque[asyncio.Future[None]] = deque()
        self.suspended = False
        self.generation = 0

    @property
    def pending(self) -> int:
        return self._batch.consumed

    def position(self, partition: int) -> int | None:
        """The offset of the cases topic before which everything was consumed; None until it is known."""
        return self._done.get(partition)

    def begin_at(self, partition: int, offset: int) -> None:
        """Reading starts here: nothing before this offset is left to consume."""
        self._done[partition] = max(offset, self._done.get(partition, 0))

    def fired_until(self, partition: int) -> int:
        """The time (epoch ms) of the newest tick that has done its work in this partition, or -1."""
        return self._fired.get(partition, -1)

    def forget(self, kept: set[int]) -> None:
        """After a rebalance: drop what belongs to other partitions, and all pending ticks."""
        self.generation += 1
        self._ticks.clear()
        self._seen.clear()
        self._fired.clear()
        self._done = {partition: offset for partition, offset in self._done.items() if partition in kept}
        self._heaps.keep(kept)

    def consume_all(self, messages: Iterable[Message]) -> None:
        """Consume some records; nothing is published or marked before ``flush``."""
        for message in messages:
            self.consume(message)

    def consume(self, message: Message) -> None:
        batch, partition, following = self._batch, message.partition, message.offset + 1
        if not batch.consumed:
            batch.began = time.monotonic()
        batch.consumed += 1
        try:
            if message.topic == self._cases_topic:
                expected = self._done.get(partition)
                if expected is not None and following > expected + 1:
                    raise LostRecord(f"partition {partition}: offset {message.offset} came, {expected} did not")
                self._apply_event(message)
            else:
                self._apply_tick(message)
        except InvalidEvent as invalid:
            self._send_to_dead_letters(message, invalid)
        batch.following[message.topic, partition] = following
        if message.topic == self._cases_topic and following > self._done.get(partition, 0):
            self._done[partition] = following
        if partition in self._ticks:
            self._fire(partition)

    async def flush(self) -> None:
        """Publish, await the acks, write the table; mark the inputs once the changelog is acknowledged too."""
        async with self._flushing:
            while self._batch.consumed or self._batch.events or self._batch.cases:
                await self._flush_batch()
                # A thousand deadlines due at once are fired in slices of a batch.
                for partition in [] if self.suspended else [*self._ticks]:
                    self._fire(partition)

    async def quiesce(self) -> None:
        """Flush everything consumed, and await the last acknowledgement."""
        await self.flush()
        while self._unacked:
            await self._unacked[0]

    def _apply_event(self, message: Message) -> None:
        headers = message.headers or ()
        event_type = _event_type(headers)
        if event_type not in self._types:
            # A type that is no text is poison; a text we don't know is a later writer's.
            if event_type in _KNOWN_TYPES or peek_type(headers) is not None:
                self._recorder.skipped(message.topic)
                return
        elif replayed_for_others(headers, SERVICES):
            self._recorder.skipped(message.topic)
            return
        envelope = self._read(message, headers)
        if event_type == b"SLABreached" and envelope.source != SERVICE:
            raise InvalidEvent("foreign_source", "only the SLA monitor emits breaches")
        key = envelope.subject.encode()
        before = self._load(message.partition, key)
        after, emissions, wake = engine.apply_waking(before, envelope, self._policies, self._posts)
        self._invalid.end()
        self._record_outcome(message.partition, key, before, after, emissions, wake, traceparent=envelope.traceparent)
        self._recorder.handled(message.topic, envelope)

    def _read(self, message: Message, headers: RecordHeaders) -> Envelope:
        envelope = decode(headers, message.value or b"")
        check_key(message.key, envelope.subject.encode())
        return envelope

    def _apply_tick(self, message: Message) -> None:
        """A tick that already waits for its target stays: a newer one would move the target away for ever."""
        tick = decode_tick(message.headers or (), message.value or b"")
        partition, at = message.partition, epoch_ms(tick.at)
        self._seen[partition] = max(at, self._seen.get(partition, -1))
        if partition not in self._ticks:
            self._ticks[partition] = PendingTick(at, tick.target_offset)

    def _fire(self, partition: int) -> None:
        """Fire what was due at the tick's time, once every event before the tick's target offset was consumed."""
        tick, done = self._ticks[partition], self._done.get(partition)
        if done is None or done < tick.target:
            return
        while len(self._batch.emissions) < MAX_BATCH and len(self._batch.cases) < MAX_BATCH:
            entry = self._heaps.pop_due(partition, tick.at, self._wake)
            if entry is None:
                del self._ticks[partition]
                self._fired[partition] = self._seen[partition]
                return
            wake, key = entry
            before = self._load(partition, key)
            if before is None or self._wake(partition, key) != wake:
                continue  # the time has changed since; its own entry is in the heap
            after, emissions, following = engine.fire_waking(before, tick.at, self._policies, self._posts)
            self._record_outcome(partition, key, before, after, emissions, following, fired=True)
            if following is not None and following <= tick.at:
                raise AssertionError("a deadline fired and is due again: the engine would spin")

    def _load(self, partition: int, key: bytes) -> CaseRecord | None:
        entry_key = (partition, key)
        if entry_key in self._batch.cases:
            return self._batch.cases[entry_key]  # None: deleted within this batch
        value = self._entries.get_entry(partition, key)
        return None if value is None else record_codec.load(key.decode(), value)

    def _wake(self, partition: int, key: bytes) -> int | None:
        """The wake of the case (epoch ms), from this batch or the table."""
        entry_key = (partition, key)
        if entry_key in self._batch.wakes:
            return self._batch.wakes[entry_key]
        value = self._entries.get_entry(partition, key)
        return None if value is None else record_codec.wake_of(value)

    def _record_outcome(
        self,
        partition: int,
        key: bytes,
        before: CaseRecord | None,
        after: CaseRecord | None,
        emissions: Sequence[Emission],
        wake: int | None,
        *,
        fired: bool = False,
        traceparent: str | None = None,
    ) -> None:
        """Add the emissions to the batch and, only if the record changed, its entry and next wake."""
        for emission in emissions:
            wire = encode(
                emission.data, event_id=emission.event_id, source=SERVICE, traceparent=traceparent, fresh=True
            )
            # The case's partition is known: it is the one that this event came from.
            self._batch.events.setdefault(partition, []).append((wire.key, wire.value, wire.headers))
        # What fired is written even if unchanged: another policy file may have left a time that holds no more.
        if not fired and (after is before or after == before):
            return
        self._batch.emissions += [(after or before, emission) for emission in emissions]
        entry_key = (partition, key)
        if wake is not None and (before is None or fired or wake != self._wake(partition, key)):
            self._heaps.push(partition, wake, key)
        self._batch.wakes[entry_key] = wake
        self._batch.cases[entry_key] = after
        self._recorder.changed(partition, before, after)

    def _send_to_dead_letters(self, message: Message, invalid: InvalidEvent) -> None:
        self._invalid.add(invalid)
        where = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
        source = SourceRecord(
            message.topic, message.partition, message.offset, message.key, message.value or b"", message.headers or ()
        )
        letter = dead_letter(source, invalid.reason_code, SERVICE)
        self._batch.letters.append((topics.dead_letter(message.topic), letter))
        self._recorder.dead_lettered(message.topic, invalid.reason_code)
        _log.warning("event_dead_lettered", **where, reason=invalid.reason_code, why=invalid.detail)

    async def _flush_batch(self) -> None:
        batch, self._batch = self._batch, Batch()
        began = batch.began or time.monotonic()
        if batch.letters:
            await self._producer.send_all(batch.letters)
        if batch.events:
            await (await self._producer.send_runs(self._cases_topic, batch.events))
        if time.monotonic() - began > self._max_stall_s:
            raise Stalled(f"a batch took more than {self._max_stall_s} s")
        self._recorder.count_batch(batch.emissions)
        runs: dict[int, list[tuple[bytes | None, bytes | None, RecordHeaders]]] = {}
        for (partition, key), record in batch.cases.items():
            value = None if record is None else record_codec.dump(record, batch.wakes[partition, key])
            self._entries.put(partition, key, value)
            runs.setdefault(partition, []).append((key, value, ()))
        if not runs and not self._unacked:
            self._changelog.handled(batch.following)
            return
        written = await self._write(runs)
        before = self._unacked[-1] if self._unacked else None
        self._unacked.append(asyncio.ensure_future(self._mark_handled(batch, runs, written, before)))
        if len(self._unacked) > MAX_UNACKED:
            await self._unacked[0]

    async def _write(self, runs: Runs) -> Awaitable[dict[int, int]] | None:
        try:
            return await self._changelog.write(runs) if runs else None
        except Exception as error:  # noqa: BLE001  whatever it is, the process ends
            self._recorder.lost_changelog(error)

    async def _mark_handled(
        self, batch: Batch, runs: Runs, written: Awaitable[dict[int, int]] | None, before: asyncio.Future[None] | None
    ) -> None:
        """The inputs are handled once the changelog holds what they, and all before them, have changed."""
        try:
            if written is not None:
                self._changelog.complete(await written, runs)
            if before is not None:
                await before
        except Exception as error:  # noqa: BLE001  nobody awaits this task: whatever it is, the process ends
            self._recorder.lost_changelog(error)
        self._changelog.handled(batch.following)
        self._unacked.popleft()


def _event_type(headers: RecordHeaders) -> bytes | None:
    """The event's type as it stands in its header: most records are skipped by it, so nothing more is read."""
    for name, content in headers:
        if name == "ce_type":
            return content
    return None
