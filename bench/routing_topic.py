"""The routing service from topic to topic beside its floor: events per second of a process, and of a core's time.

Both work off the same backlog on the same servers, in turn. The service is the real process, `python -m routing`.
"""

import os
import random
import sys
import tempfile
import time
from asyncio import sleep
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

import bson
import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import AsyncMongoClient

from bench.report import median, show
from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.producer import EventProducer
from event_schemas import ComplaintFiled, FilingChannel, Lane, Language, Location, encode, ids, topics
from janseva_local.demo.plan import places
from janseva_local.process import ChildProcess
from janseva_local.stack import Stack

TARGET_RATIO: Final = 0.5
FLOOR_TOPIC: Final = "bench.floor"
PARTITIONS: Final = 4
# Enough that it lasts for many ticks of the processor's clock.
WARM_UP: Final = 4_000
# Kafka's broker is slow at first, and takes the processor from both while it compiles itself.
NOT_COUNTED: Final = 2
# The first part of a backlog is start-up: connections, caches, the first fetches.
FIRST_SHARE, LAST_SHARE = 0.15, 0.98
PATIENCE_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Events a second: by the wall clock of one process, and by the processor time that it used."""

    wall: float
    core: float


async def run(*, events: int = 40_000, rounds: int = 15) -> bool:
    """True if the medians of the rounds' ratios, per process and per core, both reach the target."""
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        async with Stack(Path(folder) / "data", services=("routing",)) as stack, _Log(stack.kafka_bootstrap) as log:
            await create_topics(stack.kafka_bootstrap, [TopicSpec(FLOOR_TOPIC, partitions=PARTITIONS)])
            await _service(stack, log, WARM_UP)
            template = Path(folder) / "template.bson"
            template.write_bytes(await _template(stack, log))
            floors, services = [await _floor(stack, log, events, template)], []
            for number in range(NOT_COUNTED + rounds):
                print(f"round {number + 1} of {NOT_COUNTED + rounds}", file=sys.stderr)
                services.append(await _service(stack, log, events))
                floors.append(await _floor(stack, log, events, template))
    pairs = [(_between(*around), ours) for around, ours in zip(pairwise(floors), services, strict=True)]
    return _report(pairs[NOT_COUNTED:], events)


def _between(before: Pace, after: Pace) -> Pace:
    """The floor as it was around a round of the service: a machine that slows down meanwhile slows both."""
    return Pace((before.wall + after.wall) / 2, (before.core + after.core) / 2)


class _Log:
    """Ends and records of the two topics, over one connection."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._reader: Any = None
        self._producer = EventProducer(bootstrap, client_id="bench")

    async def __aenter__(self) -> Self:
        self._reader = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
        await self._reader.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._reader.stop()
        await self._producer.stop()

    async def records(self, topic: str) -> int:
        ends = await self._reader.end_offsets([TopicPartition(topic, number) for number in range(PARTITIONS)])
        return sum(ends.values())

    async def fill(self, topic: str, events: int) -> None:
        backlog = [(topic, encode(_filed(), event_id=ids.new_event_id(), source="intake")) for _ in range(events)]
        for start in range(0, events, 1_000):
            await self._producer.send_all(backlog[start : start + 1_000])

    async def answer(self, topic: str) -> Any:
        """One record that routing wrote."""
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        self._reader.assign(partitions)
        await self._reader.seek_to_beginning(*partitions)
        while True:
            for records in (await self._reader.getmany(timeout_ms=1_000)).values():
                for record in records:
                    if dict(record.headers)["ce_source"] == b"routing":
                        self._reader.unsubscribe()
                        return record


async def _service(stack: Stack, log: _Log, events: int) -> Pace:
    topic = topics.case_topic(Lane.ROUTINE)
    await stack.stop_part("routing")
    before = await log.records(topic)
    await log.fill(topic, events)
    await stack.restart("routing")
    return await _pace(log, topic, before + events, events, lambda: stack.pid("routing"))


async def _floor(stack: Stack, log: _Log, events: int, template: Path) -> Pace:
    # A service that waits for its turn costs a little too: both have the machine for themselves.
    await stack.stop_part("routing")
    before = await log.records(FLOOR_TOPIC)
    await log.fill(FLOOR_TOPIC, events)
    async with _raw_loop(stack, template) as pid_of:
        return await _pace(log, FLOOR_TOPIC, before + events, events, pid_of)


@asynccontextmanager
async def _raw_loop(stack: Stack, template: Path) -> AsyncIterator[Callable[[], int | None]]:
    command = [sys.executable, "-m", "bench.routing_floor", FLOOR_TOPIC, str(template)]
    env = {**os.environ, "KAFKA_BOOTSTRAP": stack.kafka_bootstrap, "MONGO_URI": stack.mongo_uri}
    process = ChildProcess("floor", command, log=template.with_name("floor.log"), env=env)
    process.spawn()
    try:
        yield lambda: process.pid
    finally:
        await process.stop()


async def _pace(log: _Log, topic: str, base: int, events: int, pid_of: Callable[[], int | None]) -> Pace:
    """From the first part of the answers to the last, by the records in the topic and the process's own clock."""
    first: tuple[int, float, float] | None = None
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        answers, now, pid = await log.records(topic) - base, time.perf_counter(), pid_of()
        if pid is None:
            raise RuntimeError(f"the process that answers on {topic} is gone")
        used = sum(psutil.Process(pid).cpu_times()[:2])
        if first is None and answers >= FIRST_SHARE * events:
            first = (answers, now, used)
        elif first is not None and answers >= LAST_SHARE * events:
            done = answers - first[0]
            await _settled(log, topic, base + events)
            return Pace(done / (now - first[1]), done / (used - first[2]))
        await sleep(0.05)
    raise TimeoutError(f"{answers} of {events} answers on {topic}")


async def _settled(log: _Log, topic: str, end: int) -> None:
    """Exactly one answer to each event: nothing is missing, nothing is doubled."""
    for _ in range(100):
        if await log.records(topic) >= end:
            break
        await sleep(0.1)
    found = await log.records(topic)
    if found != end:
        raise RuntimeError(f"{topic} has {found} records, not {end}")


async def _template(stack: Stack, log: _Log) -> bytes:
    """A decision's document and record as the service wrote them, for the floor to repeat."""
    record = await log.answer(topics.case_topic(Lane.ROUTINE))
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(stack.mongo_uri)
    document = await client["janseva_routing"]["decisions"].find_one({"case_id": record.key.decode()})
    await client.close()
    sample = {
        "document": document,
        "value": record.value,
        "case_id": record.key.decode(),
        "headers": [list(header) for header in record.headers],
    }
    return bson.encode(sample)


def _filed() -> ComplaintFiled:
    place = random.choice(PLACES)
    return ComplaintFiled(
        case_id=ids.new_case_id(),
        occurred_at=datetime.now(UTC),
        case_seq=1,
        tracking_number="JS-26-0000-0000-0",
        service_code="e-complaint",
        lane=Lane.ROUTINE,
        category="theft",
        location=Location(lat=place.lat + random.gauss(0, 0.02), lon=place.lon + random.gauss(0, 0.02), accuracy_m=30),
        channel=FilingChannel.WEB,
        language=Language.HI,
    )


PLACES: Final = places()


def _report(pairs: list[tuple[Pace, Pace]], events: int) -> bool:
    process = median([ours.wall / bare.wall for bare, ours in pairs])
    core = median([ours.core / bare.core for bare, ours in pairs])
    bare_wall, ours_wall = median([bare.wall for bare, _ in pairs]), median([ours.wall for _, ours in pairs])
    bare_core, ours_core = median([bare.core for bare, _ in pairs]), median([ours.core for _, ours in pairs])
    show(
        f"routing-topic: {events:,} events from topic to topic, median of {len(pairs)} rounds",
        ["", "events/s of a process", "events/s of a core"],
        [
            ["raw aiokafka loop: same insert, same bytes", bare_wall, bare_core],
            ["the routing service", ours_wall, ours_core],
            [f"ratio (target {TARGET_RATIO})", process, core],
        ],
        ratio_process=round(process, 3),
        ratio_core=round(core, 3),
        core_rounds=[round(ours.core / bare.core, 3) for bare, ours in pairs],
        target=TARGET_RATIO,
        floor_per_s=round(bare_wall),
        service_per_s=round(ours_wall),
        floor_per_core_s=round(bare_core),
        service_per_core_s=round(ours_core),
    )
    return min(process, core) >= TARGET_RATIO
