"""Takes in records one by one, and marks them handled in batches: produce, await the acks, write the table, ack."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Iterable, Sequence
from typing import Final

from chassis.kafka.pipeline import REPLAY_HEADER, SourceRecord, dead_letter
from chassis.kafka.producer import Headers, Runs
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
from sla_monitor.worker.fatal import LostRecord, Stalled, TooManyInvalid
from sla_monitor.worker.gauges import Bookkeeping
from sla_monitor.worker.ports import Batch, Changelog, Message, State, Tick, Words

_log = get_logger(__name__)

SERVICE: Final = "sla-monitor"
MAX_BATCH: Final = 500
MAX_UNACKED: Final = 64
MAX_INVALID_IN_ROW: Final = 20
_KNOWN_TYPES: Final = frozenset(name.encode() for name in EVENT_CLASSES)


class Processor:
    """The one reader and writer of a worker's clocks."""

    def __init__(
        self,
        *,
        policies: PolicySet,
        cases_topic: str,
        state: State,
        changelog: Changelog,
        heaps: DeadlineHeaps,
        producer: Words,
        books: Bookkeeping,
        max_stall_s: float,
        posts: Posts = ALL_HELD,
    ) -> None:
        self._policies, self._cases_topic, self._posts = policies, cases_topic, posts
        self._state, self._changelog, self._heaps = state, changelog, heaps
        self._producer, self._books = producer, books
        self._max_stall_s = max_stall_s
        self._types = frozenset(name.encode() for name in relevant_types(policies))
        self._batch = Batch()
        self._ticks: dict[int, Tick] = {}
        self._seen: dict[int, int] = {}
        self._fired: dict[int, int] = {}
        self._done: dict[int, int] = {}
        self._invalid_in_row = 0
        self._flushing = asyncio.Lock()
        self._unacked: deque[asyncio.Future[None]] = deque()
        self.suspended = False
        self.generation = 0

    @property
    def pending(self) -> int:
        return self._batch.taken

    def position(self, partition: int) -> int | None:
        """The cases offset up to which everything was taken in; None until it is known."""
        return self._done.get(partition)

    def begin_at(self, partition: int, offset: int) -> None:
        """Reading starts here: nothing before this offset is left to take in."""
        self._done[partition] = max(offset, self._done.get(partition, 0))

    def fired_until(self, partition: int) -> int:
        """The time (epoch ms) of the newest tick that has done its work in this partition, or -1."""
        return self._fired.get(partition, -1)

    def forget(self, kept: set[int]) -> None:
        """After a rebalance: what concerns partitions of others is theirs, and ticks under way are nobody's."""
        self.generation += 1
        self._ticks.clear()
        self._seen.clear()
        self._fired.clear()
        self._done = {partition: offset for partition, offset in self._done.items() if partition in kept}
        self._heaps.keep(kept)

    def take_all(self, messages: Iterable[Message]) -> None:
        """Take in some records; nothing is published or marked before ``flush``."""
        for message in messages:
            self.take(message)

    def take(self, message: Message) -> None:
        batch, partition, following = self._batch, message.partition, message.offset + 1
        if not batch.taken:
            batch.began = time.monotonic()
        batch.taken += 1
        try:
            if message.topic == self._cases_topic:
                expected = self._done.get(partition)
                if expected is not None and following > expected + 1:
                    raise LostRecord(f"partition {partition}: offset {message.offset} came, {expected} did not")
                self._take_event(message)
            else:
                self._take_tick(message)
        except InvalidEvent as invalid:
            self._bury(message, invalid)
        batch.following[message.topic, partition] = following
        if message.topic == self._cases_topic and following > self._done.get(partition, 0):
            self._done[partition] = following
        if partition in self._ticks:
            self._fire(partition)

    async def flush(self) -> None:
        """Publish, await the acks, write the table; mark the inputs once the changelog is acknowledged too."""
        async with self._flushing:
            while self._batch.taken or self._batch.words or self._batch.cases:
                await self._flush_batch()
                # A thousand deadlines due at once are told in slices of a batch.
                for partition in [] if self.suspended else [*self._ticks]:
                    self._fire(partition)

    async def quiesce(self) -> None:
        """Finish what was taken in, up to the last acknowledgement."""
        await self.flush()
        while self._unacked:
            await self._unacked[0]

    def _take_event(self, message: Message) -> None:
        headers = message.headers or ()
        kind = _kind(headers)
        if kind not in self._types:
            # A type that is no text is poison; a text we don't know is a later writer's.
            if kind in _KNOWN_TYPES or peek_type(headers) is not None:
                self._books.skipped(message.topic)
                return
        elif _replayed_for_others(headers):
            self._books.skipped(message.topic)
            return
        envelope = self._read(message, headers)
        if kind == b"SLABreached" and envelope.source != SERVICE:
            raise InvalidEvent("foreign_source", "only the SLA monitor tells breaches")
        key = envelope.subject.encode()
        before = self._load(message.partition, key)
        after, said, wake = engine.apply_waking(before, envelope, self._policies, self._posts)
        self._invalid_in_row = 0
        self._keep(message.partition, key, before, after, said, wake, traceparent=envelope.traceparent)
        self._books.handled(message.topic, envelope)

    def _read(self, message: Message, headers: Headers) -> Envelope:
        envelope = decode(headers, message.value or b"")
        if message.key != envelope.subject.encode():
            raise InvalidEvent("key_mismatch", "the record's key is not its case_id")
        return envelope

    def _take_tick(self, message: Message) -> None:
        """A tick that already waits for its target stays: a newer one would move the target away for ever."""
        tick = decode_tick(message.headers or (), message.value or b"")
        partition, at = message.partition, epoch_ms(tick.at)
        self._seen[partition] = max(at, self._seen.get(partition, -1))
        if partition not in self._ticks:
            self._ticks[partition] = Tick(at, tick.target_offset)

    def _fire(self, partition: int) -> None:
        """Let fall due what was due at the tick's time, once every event up to the tick's target was taken in."""
        tick, done = self._ticks[partition], self._done.get(partition)
        if done is None or done < tick.target:
            return
        while len(self._batch.said) < MAX_BATCH and len(self._batch.cases) < MAX_BATCH:
            entry = self._heaps.pop_due(partition, tick.at, self._wake)
            if entry is None:
                del self._ticks[partition]
                self._fired[partition] = self._seen[partition]
                return
            wake, key = entry
            before = self._load(partition, key)
            if before is None or self._wake(partition, key) != wake:
                continue  # the time has changed since; its own entry is in the heap
            after, said, following = engine.fire_waking(before, tick.at, self._policies, self._posts)
            self._keep(partition, key, before, after, said, following, fired=True)
            if following is not None and following <= tick.at:
                raise AssertionError("a deadline fired and is due again: the engine would spin")

    def _load(self, partition: int, key: bytes) -> CaseRecord | None:
        place = (partition, key)
        if place in self._batch.cases:
            return self._batch.cases[place]  # None: deleted within this batch
        value = self._state.get_entry(partition, key)
        return None if value is None else record_codec.load(key.decode(), value)

    def _wake(self, partition: int, key: bytes) -> int | None:
        """When the case wants to be looked at, by what this batch knows or the table holds."""
        place = (partition, key)
        if place in self._batch.wakes:
            return self._batch.wakes[place]
        value = self._state.get_entry(partition, key)
        return None if value is None else record_codec.wake_of(value)

    def _keep(
        self,
        partition: int,
        key: bytes,
        before: CaseRecord | None,
        after: CaseRecord | None,
        said: Sequence[Emission],
        wake: int | None,
        *,
        fired: bool = False,
        traceparent: str | None = None,
    ) -> None:
        """Note what was said and, only if something changed, the entry and its next time."""
        for emission in said:
            word = encode(
                emission.data, event_id=emission.event_id, source=SERVICE, traceparent=traceparent, fresh=True
            )
            # The case's partition is known: it is the one that this event came from.
            self._batch.words.setdefault(partition, []).append((word.key, word.value, word.headers))
        # What fired is written even if unchanged: another policy file may have left a time that holds no more.
        if not fired and (after is before or after == before):
            return
        self._batch.said += [(after or before, emission) for emission in said]
        place = (partition, key)
        if wake is not None and (before is None or fired or wake != self._wake(partition, key)):
            self._heaps.push(partition, wake, key)
        self._batch.wakes[place] = wake
        self._batch.cases[place] = after
        self._books.changed(partition, before, after)

    def _bury(self, message: Message, invalid: InvalidEvent) -> None:
        self._invalid_in_row += 1
        where = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
        if self._invalid_in_row > MAX_INVALID_IN_ROW:
            raise TooManyInvalid(f"{self._invalid_in_row} in a row, the last one: {invalid.reason_code}")
        source = SourceRecord(
            message.topic, message.partition, message.offset, message.key, message.value or b"", message.headers or ()
        )
        letter = dead_letter(source, invalid.reason_code, SERVICE)
        self._batch.letters.append((topics.dead_letter(message.topic), letter))
        self._books.dead_lettered(message.topic, invalid.reason_code)
        _log.warning("event_dead_lettered", **where, reason=invalid.reason_code, why=invalid.detail)

    async def _flush_batch(self) -> None:
        batch, self._batch = self._batch, Batch()
        began = batch.began or time.monotonic()
        if batch.letters:
            await self._producer.send_all(batch.letters)
        if batch.words:
            await (await self._producer.send_runs(self._cases_topic, batch.words))
        if time.monotonic() - began > self._max_stall_s:
            raise Stalled(f"a batch took more than {self._max_stall_s} s")
        self._books.told(batch.said)
        runs: dict[int, list[tuple[bytes | None, bytes | None, Headers]]] = {}
        for (partition, key), record in batch.cases.items():
            value = None if record is None else record_codec.dump(record, batch.wakes[partition, key])
            self._state.put(partition, key, value)
            runs.setdefault(partition, []).append((key, value, ()))
        if not runs and not self._unacked:
            self._changelog.handled(batch.following)
            return
        written = await self._write(runs)
        before = self._unacked[-1] if self._unacked else None
        self._unacked.append(asyncio.ensure_future(self._mark(batch, runs, written, before)))
        if len(self._unacked) > MAX_UNACKED:
            await self._unacked[0]

    async def _write(self, runs: Runs) -> Awaitable[dict[int, int]] | None:
        try:
            return await self._changelog.write(runs) if runs else None
        except Exception as error:  # noqa: BLE001  whatever it is, the process ends
            self._books.lost_changelog(error)

    async def _mark(
        self, batch: Batch, runs: Runs, written: Awaitable[dict[int, int]] | None, before: asyncio.Future[None] | None
    ) -> None:
        """The inputs are handled once the changelog holds what they, and all before them, have changed."""
        try:
            if written is not None:
                self._changelog.complete(await written, runs)
            if before is not None:
                await before
        except Exception as error:  # noqa: BLE001  nobody awaits this task: whatever it is, the process ends
            self._books.lost_changelog(error)
        self._changelog.handled(batch.following)
        self._unacked.popleft()


def _kind(headers: Headers) -> bytes | None:
    """The event's type as it stands in its header: most records are skipped by it, so nothing more is read."""
    for name, content in headers:
        if name == "ce_type":
            return content
    return None


def _replayed_for_others(headers: Headers) -> bool:
    return any(name == REPLAY_HEADER and value != SERVICE.encode() for name, value in headers)
