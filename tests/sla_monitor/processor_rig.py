"""A processor with everything around it in the test's hands."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.faults import PublishFailed
from chassis.kafka.producer import Runs
from event_schemas import Envelope, SLATick, WireRecord, decode, encode, ids
from sla_monitor.worker.deadlines import DeadlineHeaps
from sla_monitor.worker.gauges import MetricsRecorder
from sla_monitor.worker.metrics import SLAMetrics
from sla_monitor.worker.processor import Processor
from tests.sla_monitor.sla_events import at, policies

CASES, TICKS = "cases.emergency", "sla.ticks.emergency"


@dataclass(eq=False)
class Record:
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] | None


class Exited(Exception):
    pass


def exit_process(reason: str, error: BaseException | None = None) -> NoReturn:
    raise Exited(reason) from error


def _done(result: dict[int, int], error: Exception | None = None) -> asyncio.Future[dict[int, int]]:
    future: asyncio.Future[dict[int, int]] = asyncio.get_running_loop().create_future()
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
    return future


@dataclass
class Rig:
    """Everything around a processor; ``log`` shows in which order things happened."""

    log: list[str] = field(default_factory=list)
    table: dict[tuple[int, bytes], bytes] = field(default_factory=dict)
    sent: list[tuple[str, WireRecord]] = field(default_factory=list)
    following: dict[tuple[str, int], int] = field(default_factory=dict)
    refuse: bool = False
    lose_changelog: bool = False
    offsets: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.heaps = DeadlineHeaps()
        self.restart()

    def restart(self) -> None:
        """A new process on the same table: what was not marked is gone, heaps are to be rebuilt."""
        registry = CollectorRegistry()
        recorder = MetricsRecorder(SLAMetrics(registry, policies()), "emergency", SystemClock(), exit_process)
        self.processor = Processor(
            policies=policies(),
            cases_topic=CASES,
            entries=self,
            changelog=self,
            heaps=self.heaps,
            producer=self,
            recorder=recorder,
            max_stall_s=10,
        )

    # What the processor asks for.
    def get_entry(self, partition: int, key: bytes) -> bytes | None:
        return self.table.get((partition, key))

    def put(self, partition: int, key: bytes, value: bytes | None) -> None:
        self.log.append("put")
        if value is None:
            self.table.pop((partition, key))
        else:
            self.table[partition, key] = value

    async def send_all(self, items: Sequence[tuple[str, WireRecord]]) -> None:
        if self.refuse and items:
            raise PublishFailed("refused")
        self.log += ["sent"] * len(items)
        self.sent += items

    async def send_runs(self, topic: str, runs: Runs) -> Awaitable[dict[int, int]]:
        await self.send_all(
            [
                (topic, WireRecord(key, value or b"", tuple(headers)))
                for run in runs.values()
                for key, value, headers in run
            ]
        )
        return _done({})

    async def write(self, runs: Runs) -> Awaitable[dict[int, int]]:
        self.log += ["write"] * sum(map(len, runs.values()))
        return _done({}, PublishFailed("lost") if self.lose_changelog else None)

    def complete(self, last: Mapping[int, int], runs: Runs) -> None:
        del last, runs
        self.log.append("complete")

    def handled(self, following: Mapping[tuple[str, int], int]) -> None:
        self.log.append("handled")
        self.following |= following

    # What a test does.
    def consume(self, record: WireRecord, topic: str = CASES, partition: int = 0) -> None:
        offset = self.offsets.get((topic, partition), 0)
        self.offsets[topic, partition] = offset + 1
        self.processor.consume(Record(topic, partition, offset, record.key, record.value, record.headers))

    def event(self, envelope: Envelope) -> None:
        self.consume(encode(envelope.data, event_id=envelope.event_id, source=envelope.source))

    def tick(self, seconds: float, target: int) -> None:
        tick = SLATick(at=at(seconds), target_offset=target, partition=0)
        self.consume(encode(tick, event_id=ids.new_event_id(), source="sla-monitor"), TICKS)

    def types(self) -> list[str]:
        return [decode(record.headers, record.value).type for topic, record in self.sent if topic == CASES]
