"""Faust's Kafka transport, changed: a message to the agent holds a chunk of records instead of one.

Faust takes 80 µs and more to bring a record to an agent, and most records of a lane are skipped by one header. So the
agent gets *chunks*: up to 250 records of a partition as the client fetched them, in one message. What was handled is
then one offset a partition, and committed as such.

At the end of recovery Faust resumes the inputs, seeks them to the committed offsets, and then resumes the flow, which
*empties every queue*: a record fetched in between is gone. So no input is read before the flow is resumed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final, cast

from faust.transport.drivers.aiokafka import DEFAULT_GENERATION_ID, AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP, ConsumerMessage

import chassis.kafka.aiokafka_patches  # noqa: F401  makes aiokafka name the error FENCED_INSTANCE_ID
from sla_monitor.worker.ticks import OffsetsUnavailable

# A partition that was being drained when a fetch was sent is not in it: its tick would wait until the fetch returns.
FETCH_MAX_WAIT_MS: Final = 25
CHUNK: Final = 250
# How long a fetch waits for the partitions it was begun with: inputs resumed meanwhile are not among them. Faust: 1 s.
POLL_S: Final = 0.1
# How long an answer on offsets may take.
ASK_S: Final = 5.0

Fetched = Mapping[TP, list[Any]]


class PromptConsumerThread(AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_MAX_WAIT_MS  # noqa: SLF001  read when the consumer starts; Faust: 1.5 s
        return consumer


class PromptConsumer(Consumer):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: set[TP] = set()
        self._handled: dict[TP, int] = {}

    @property
    def thrown_out(self) -> bool:
        """Whether the group has dropped this member: silent for too long, or another came with the same name."""
        coordinator = self._thread._ensure_consumer()._coordinator  # noqa: SLF001  Faust itself reads it there
        return bool(coordinator.generation == DEFAULT_GENERATION_ID)

    @property
    def group_error(self) -> BaseException | None:
        """Why the client gave up on the group: it keeps the error for a caller, which Faust never is."""
        consumer = self._thread._consumer  # noqa: SLF001
        coordinator: Any = None if consumer is None else consumer._coordinator  # noqa: SLF001
        if coordinator is None:
            return None
        task: asyncio.Task[None] = coordinator._coordination_task  # noqa: SLF001
        failed = task.exception() if task.done() and not task.cancelled() else None
        return failed or cast("BaseException | None", coordinator._pending_exception)  # noqa: SLF001

    def _new_consumer_thread(self) -> PromptConsumerThread:
        return PromptConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:  # noqa: ASYNC109  Faust's
        """The fetched records in chunks: ticks first, then the partitions by turns."""
        generation = self.app.consumer_generation_id
        records, active = await self._wait_next_records(timeout)
        if records is None or self.should_stop:
            return
        for tp, chunk in self._chunks(records):
            if not self.flow_active or self.app.consumer_generation_id != generation:
                return  # what is left is read again from the committed offsets
            if active is None or tp in active or tp in self._buffered_partitions:
                yield tp, self._message(tp, chunk, generation)

    async def _wait_next_records(self, timeout: float) -> tuple[Fetched | None, set[TP] | None]:  # noqa: ASYNC109
        """At the end of a recovery nothing is active for a moment, for which Faust would sleep a second."""
        if self.flow_active and not self._get_active_partitions():
            await asyncio.sleep(POLL_S)
            return {}, set()
        found: tuple[Fetched | None, set[TP] | None] = await super()._wait_next_records(min(timeout, POLL_S))
        return found

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Fetched:  # noqa: ASYNC109
        """Of the partitions that are active now. Faust hands over the set itself, and the client takes an empty set for
        all: a fetch that waits while the changelogs are paused would return inputs before they are sought.
        """
        wanted = None if active_partitions is None else set(active_partitions)
        fetched: Fetched = await super()._getmany(wanted, timeout)
        return fetched

    def _chunks(self, fetched: Fetched) -> Iterator[tuple[TP, Sequence[Any]]]:
        changelogs = self.app.tables.changelog_topics
        sliced = []
        for tp, records in sorted(fetched.items(), key=lambda item: len(item[1])):
            # Faust's own recovery, which reads what is left of a changelog, takes records one by one.
            length = 1 if tp.topic in changelogs else CHUNK
            sliced.append([(tp, records[start : start + length]) for start in range(0, len(records), length)])
        for turn in zip_longest(*sliced):
            yield from (one for one in turn if one is not None)

    def _message(self, tp: TP, chunk: Sequence[Any], generation: int) -> ConsumerMessage:
        if tp.topic in self.app.tables.changelog_topics:
            return self._to_message(tp, chunk[0])
        last, content = chunk[-1].offset, cast("Any", chunk)
        return ConsumerMessage(
            tp.topic, tp.partition, last, 0.0, 0, [], None, content, None, 0, 0, tp, generation_id=generation
        )

    # Handled is one offset a partition: Faust's lists of acked offsets and their gaps are not used.

    def handled(self, following: Mapping[tuple[str, int], int]) -> None:
        """Everything before these offsets is handled and may be committed."""
        for (topic, partition), offset in following.items():
            tp = TP(topic, partition)
            self._handled[tp] = max(offset, self._handled.get(tp, 0))

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return (tp for tp in [*self._handled] if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        return self._handled.get(tp)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """The processor itself refuses an input with a gap before it."""

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """What was handled is committed in here, before it is forgotten."""
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            self._handled.pop(tp, None)

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Changelogs at once; inputs are held back until the flow is resumed and the queues were emptied."""
        changelogs = self.app.tables.changelog_topics
        inputs = {tp for tp in tps if tp.topic not in changelogs}
        self._held |= inputs
        super().resume_partitions(set(tps) - inputs)

    def pause_partitions(self, tps: Iterable[TP]) -> None:
        self._held -= set(tps)
        super().pause_partitions(tps)

    def resume_flow(self) -> None:
        super().resume_flow()
        held, self._held = self._held, set()
        if held:
            super().resume_partitions(held & self.assignment())

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek partitions without a committed offset to the beginning of their log, which the client does not.

        Report to ``on_lost`` those whose log begins behind the committed offset: the client would read on silently.
        """
        found: Mapping[TP, int] = await super().seek_to_committed()  # None for what was never committed
        changelogs = self.app.tables.changelog_topics
        inputs = [tp for tp in found if tp.topic not in changelogs]
        begins = await self._thread.earliest_offsets(*inputs) if inputs else {}
        lost = {tp: (found[tp], begin) for tp, begin in begins.items() if found[tp] and found[tp] < begin}
        on_lost: Callable[[Mapping[TP, tuple[int, int]]], None] | None = getattr(self.transport, "on_lost", None)
        if lost and on_lost is not None:
            on_lost(lost)
        new = {tp: begin for tp, begin in begins.items() if not found[tp]}
        if new:
            await self._thread.seek_wait(new)
        return {**found, **new}

    async def perform_seek(self) -> None:
        """Where reading starts is where handling starts: from there on no offset may be missing."""
        await super().perform_seek()
        on_seek: Callable[[Mapping[TP, int | None]], None] | None = getattr(self.transport, "on_seek", None)
        if on_seek is not None:
            on_seek({tp: self._read_offset[tp] for tp in self.assignment()})


class PromptTransport(Transport):
    """``on_seek`` gets the offset of each input partition from which reading starts. Before it, ``on_lost`` gets the
    partitions whose log begins behind the committed offset: (committed offset, first offset of the log).
    """

    Consumer = PromptConsumer
    on_lost: Callable[[Mapping[TP, tuple[int, int]]], None] | None = None
    on_seek: Callable[[Mapping[TP, int | None]], None] | None = None


class FaustOffsets:
    """The consumer's view of the cases topic. Raises OffsetsUnavailable."""

    def __init__(self, app: Any, topic: str, owned: Callable[[], set[int]]) -> None:
        self._app, self._topic, self._owned = app, topic, owned

    def owned(self) -> set[int]:
        """None during a rebalance, which ends with the seek to the committed offsets: before it they are unknown."""
        return set() if self._app.rebalancing else self._owned()

    async def ends(self, partitions: set[int]) -> Mapping[int, int]:
        found = await self._ask(self._app.consumer.highwaters(*self._topic_partitions(partitions)))
        return {tp.partition: offset for tp, offset in found.items()}

    async def starts(self, partitions: set[int]) -> Mapping[int, int]:
        """The committed offsets; where nothing was ever committed, where the log begins.

        A log that begins behind what was committed has lost events: nobody may take them for read.
        """
        earliest = await self._ask(self._app.consumer.earliest_offsets(*self._topic_partitions(partitions)))
        committed = self._app.consumer._committed_offset  # noqa: SLF001  public nowhere
        return {tp.partition: committed[tp] or offset for tp, offset in earliest.items()}

    async def _ask(self, answer: Awaitable[Mapping[Any, int]]) -> Mapping[Any, int]:
        try:
            async with asyncio.timeout(ASK_S):
                return await answer
        except Exception as error:
            raise OffsetsUnavailable(type(error).__name__) from error

    def _topic_partitions(self, partitions: set[int]) -> list[Any]:
        return [tp for tp in self._app.consumer.assignment() if tp.topic == self._topic and tp.partition in partitions]
