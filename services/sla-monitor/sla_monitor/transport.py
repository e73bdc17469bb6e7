"""Faust's Kafka transport, changed: a fetch waits 25 ms for more, no input is read before recovery is over.

A client has one fetch under way with a broker. A partition that was being drained when it was sent is not in it, so a
tick of that partition would wait until the fetch comes back: up to 1.5 s of lateness, hard-coded in Faust.

At the end of recovery Faust resumes the inputs, seeks them to the committed offsets, and then resumes the flow, which
*empties every queue*: a record fetched in between is gone, and later ones are committed past it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from faust.transport.drivers.aiokafka import DEFAULT_GENERATION_ID, AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP

FETCH_MAX_WAIT_MS: Final = 25


class PromptConsumerThread(AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_MAX_WAIT_MS  # noqa: SLF001  read when the consumer starts
        return consumer


class PromptConsumer(Consumer):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: set[TP] = set()

    @property
    def thrown_out(self) -> bool:
        """Whether the group has dropped this member: silent for too long, or another came with the same name."""
        coordinator = self._thread._ensure_consumer()._coordinator  # noqa: SLF001  Faust itself reads it there
        return bool(coordinator.generation == DEFAULT_GENERATION_ID)

    def _new_consumer_thread(self) -> PromptConsumerThread:
        return PromptConsumerThread(self, loop=self.loop, beacon=self.beacon)

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

    async def perform_seek(self) -> None:
        """Where reading starts is where handling starts: from there on no offset may be missing."""
        await super().perform_seek()
        on_seek: Callable[[Mapping[TP, int | None]], None] | None = getattr(self.transport, "on_seek", None)
        if on_seek is not None:
            on_seek({tp: self._committed_offset[tp] for tp in self.assignment()})


class PromptTransport(Transport):
    """``on_seek`` is told the committed offset of each input partition when reading starts there."""

    Consumer = PromptConsumer
    on_seek: Callable[[Mapping[TP, int | None]], None] | None = None
