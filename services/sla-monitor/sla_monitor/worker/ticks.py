"""Every 100 ms: a tick for each owned partition whose next due time has come. Never touches the table."""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Protocol

from chassis.clock import Clock
from chassis.faults import PublishFailed
from chassis.kafka.producer import EventProducer
from chassis.telemetry.logs import get_logger
from event_schemas import SLATick, encode, ids, times
from sla_monitor.worker.deadlines import DeadlineHeaps
from sla_monitor.worker.processor import SERVICE, Processor

_log = get_logger(__name__)

REPEAT_S: Final = 5.0
STILL_S: Final = 0.5


class Offsets(Protocol):
    """What the ticker asks of the consumer, for partitions of the cases topic."""

    def owned(self) -> set[int]: ...

    async def ends(self, partitions: set[int]) -> Mapping[int, int]: ...

    async def starts(self, partitions: set[int]) -> Mapping[int, int]: ...


class Ticker:
    """One tick a partition is under way at a time; one that got lost is repeated after five seconds."""

    def __init__(
        self,
        *,
        offsets: Offsets,
        heaps: DeadlineHeaps,
        processor: Processor,
        producer: EventProducer,
        clock: Clock,
        topic: str,
        not_sent: Callable[[], None] = lambda: None,
    ) -> None:
        self._offsets, self._heaps, self._processor = offsets, heaps, processor
        self._producer, self._clock, self._topic = producer, clock, topic
        self._not_sent = not_sent
        self._sent: dict[int, tuple[int, float]] = {}
        # When a partition was last seen without an overdue deadline (epoch ms).
        self._clear: dict[int, int] = {}
        # Up to where a partition was read, and since when it has been there.
        self._read: dict[int, tuple[int, float]] = {}
        self._generation = processor.generation

    def ages(self) -> dict[int, float]:
        """Seconds for which a partition's earliest deadline has been past and not fired, ticks sent or not.

        Asked about once a second: a heap may name a time before its earliest, so no age exceeds what was seen.
        """
        now = times.epoch_ms(self._clock.now())
        tops = {partition: self._heaps.top(partition) for partition in self._heaps.sizes()}
        due = {partition: top for partition, top in tops.items() if top is not None and top <= now}
        self._clear = {partition: self._clear.get(partition, now) if partition in due else now for partition in tops}
        return {partition: (now - max(top, self._clear[partition])) / 1000 for partition, top in due.items()}

    async def tick(self) -> None:
        """The time is read before the end offsets: all that was in the log at that time counts before it fires."""
        at = self._clock.now()
        due = self._due_partitions(times.epoch_ms(at))
        if not due:
            return
        ends = await self._offsets.ends(due)
        await self.set_positions(ends)
        await asyncio.gather(*(self._send(partition, at, ends[partition]) for partition in sorted(due)))

    async def _send(self, partition: int, at: datetime, target: int) -> None:
        self._sent[partition] = (times.epoch_ms(at), time.monotonic())
        tick = SLATick(at=at, target_offset=target, partition=partition)
        record = encode(tick, event_id=ids.new_event_id(at), source=SERVICE)
        try:
            await self._producer.send(self._topic, record, partition=partition)
        except PublishFailed as error:
            self._not_sent()
            _log.warning("tick_not_sent", partition=partition, why=str(error))

    async def set_positions(self, ends: Mapping[int, int]) -> None:
        """Give the processor the committed offset of partitions where nothing was read yet: older targets are reached.

        A partition that is being read is left out: a tick must not wait for one more answer of the broker.
        """
        now, still = time.monotonic(), set()
        for number, end in ends.items():
            position = self._processor.position(number)
            if position is not None and position >= end:
                continue
            known, since = self._read.get(number, (None, now))
            if position is None or (position == known and now - since >= STILL_S):
                still.add(number)
            elif position != known:
                self._read[number] = (position, now)
        if still:
            for partition, offset in (await self._offsets.starts(still)).items():
                self._processor.begin_at(partition, offset)

    def _due_partitions(self, now: int) -> set[int]:
        if self._generation != self._processor.generation:
            self._generation = self._processor.generation
            self._sent.clear()
        due = set()
        for partition in self._offsets.owned():
            top = self._heaps.top(partition)
            if top is None or top > now:
                self._sent.pop(partition, None)
            elif not self._under_way(partition):
                due.add(partition)
        return due

    def _under_way(self, partition: int) -> bool:
        if partition not in self._sent:
            return False
        at, sent = self._sent[partition]
        return self._processor.fired_until(partition) < at and time.monotonic() - sent < REPEAT_S


class OffsetsUnavailable(Exception):
    """The broker did not answer with its offsets in time."""

    safe_to_log = True
