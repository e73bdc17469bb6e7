"""Real SLA workers and a real ledger on servers of their own, under a supervisor, for the proof under faults."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from bench.sla_workload import PARTITIONS, TARGET_DAYS, policy_file
from chassis.kafka.admin import TopicSpec, create_topics, end_offsets
from chassis.kafka.producer import EventProducer
from chassis.kafka.readers import read_log
from event_schemas import ComplaintFiled, Event, InquiryCompleted, SLABreached, encode, ids, peek_type
from janseva_local.parts import answers_ready
from janseva_local.ports import free_port
from janseva_local.servers import KafkaServer, MongoServer

TARGET: Final = timedelta(days=TARGET_DAYS)
RECONCILE_AFTER_S: Final = 10.0
BATCH: Final = 1_000


@dataclass(slots=True)
class Process:
    """One process of the product that is started again whenever it ends, as a cluster would do."""

    command: tuple[str, ...]
    env: dict[str, str]
    log: Path
    port: int
    starts: int = 0
    _running: asyncio.subprocess.Process | None = None
    _keeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._keeper = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while True:
            self.starts += 1
            with self.log.open("ab") as log:
                self._running = await asyncio.create_subprocess_exec(
                    sys.executable, *self.command, env={**os.environ, **self.env}, stdout=log, stderr=log
                )
            await self._running.wait()
            await asyncio.sleep(0.5)

    async def ready(self, within: float = 60) -> None:
        async with httpx.AsyncClient() as client, asyncio.timeout(within):
            while not await answers_ready(client, f"http://127.0.0.1:{self.port}"):  # noqa: ASYNC110  another process
                await asyncio.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL; the supervisor starts it again."""
        if self._running is not None and self._running.returncode is None:
            self._running.kill()

    async def stop(self, *, gracefully: bool = True) -> None:
        """For good, until start()."""
        if self._keeper is None:
            return
        self._keeper.cancel()
        await asyncio.wait([self._keeper])
        self._keeper = None
        if self._running is not None and self._running.returncode is None:
            if gracefully:
                self._running.terminate()
            else:
                self._running.kill()
            await self._running.wait()


@dataclass(slots=True)
class Rig:
    """Topics, a database and processes of one run."""

    kafka: KafkaServer
    mongo: MongoServer
    folder: Path
    name: str
    producer: EventProducer
    policies: Path = field(init=False)
    ledger: Process = field(init=False)
    workers: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.policies = policy_file(self.folder)
        self.ledger = self._process("ledger")
        self.workers += [self.worker("first"), self.worker("second")]

    @property
    def prefix(self) -> str:
        return f"{self.name}."

    @property
    def env(self) -> dict[str, str]:
        return {
            "KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "MONGO_URI": self.mongo.uri,
            "MONGO_DATABASE": f"sla_{self.name.replace('-', '_')}",
            "TOPIC_PREFIX": self.prefix,
            "POLICIES_FILE": str(self.policies),
            "STATE_DIR": str(self.folder / self.name),
            "SESSION_TIMEOUT_S": "6",
            "RECONCILE_AFTER_S": str(RECONCILE_AFTER_S),
            "RECONCILE_EVERY_S": "1",
            "LOG_LEVEL": "warning",
        }

    def worker(self, name: str) -> Process:
        return self._process("worker", "--lane", "routine", WORKER_NAME=name)

    def _process(self, *command: str, **env: str) -> Process:
        port = free_port()
        log = self.folder / f"{self.name}-{command[0]}-{port}.log"
        return Process(("-m", "sla_monitor", *command), {**self.env, "HTTP_PORT": str(port), **env}, log, port)

    async def make_topics(self) -> None:
        lanes = ("cases.routine", "cases.emergency", "sla.ticks.routine", "sla.ticks.emergency")
        specs = [TopicSpec(f"{self.prefix}{name}", PARTITIONS) for name in lanes]
        specs += [TopicSpec(f"{self.prefix}{name}.dlq", 1) for name in lanes]
        specs.append(TopicSpec(f"{self.prefix}directory.posts", 1, config={"cleanup.policy": "compact"}))
        # Records can be deleted from a topic only if its policy says so.
        specs.append(TopicSpec(self._changelog, PARTITIONS, config={"cleanup.policy": "compact,delete"}))
        await create_topics(self.kafka.bootstrap, specs)

    async def put(self, events: Iterator[Event]) -> None:
        topic = f"{self.prefix}cases.routine"
        records = [(topic, encode(one, event_id=ids.new_event_id(), source="intake")) for one in events]
        for first in range(0, len(records), BATCH):
            await self.producer.send_all(records[first : first + BATCH])

    async def forget_changelog(self, partitions: set[int]) -> None:
        """Delete all that the table's history holds of these partitions."""
        ends = await end_offsets(self.kafka.bootstrap, [self._changelog])
        chosen = {TopicPartition(*place): RecordsToDelete(end) for place, end in ends.items() if place[1] in partitions}
        client = AIOKafkaAdminClient(bootstrap_servers=self.kafka.bootstrap)
        await client.start()
        try:
            await client.delete_records(chosen)
        finally:
            await client.close()

    async def emitted(self) -> int:
        """How many cases have a breach in the log by now."""
        ends = await end_offsets(self.kafka.bootstrap, [f"{self.prefix}cases.routine"])
        cases = set()
        async for one in read_log(self.kafka.bootstrap, dict.fromkeys(ends, 0), ends):
            if peek_type(one.record.headers) == SLABreached.type:
                cases.add(one.record.key)
        return len(cases)

    async def audit(self) -> dict[str, Any]:
        """The product's own audit, as its operator would run it."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sla_monitor", "audit", "--json", "--wait", "60"),
            env={**os.environ, **self.env},
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        found: dict[str, Any] = json.loads(out)
        return found

    @property
    def _changelog(self) -> str:
        return f"{self.prefix}sla-monitor.routine-clocks-changelog"


@asynccontextmanager
async def rig(kafka: KafkaServer, mongo: MongoServer, folder: Path, name: str) -> AsyncIterator[Rig]:
    """Two workers and a ledger, ready; all are gone afterwards."""
    producer = EventProducer(kafka.bootstrap, client_id=f"bench-{name}")
    await producer.start()
    made = Rig(kafka, mongo, folder, name, producer)
    await made.make_topics()
    processes = [made.ledger, *made.workers]
    try:
        for one in processes:
            one.start()
        for one in processes:
            await one.ready()
        yield made
    finally:
        for one in [made.ledger, *made.workers]:
            await one.stop(gracefully=False)
        await producer.stop()


def filings(due: list[datetime]) -> list[ComplaintFiled]:
    """A case for each due time."""
    return [
        ComplaintFiled.model_validate(
            {
                "case_id": ids.new_case_id(),
                "occurred_at": at - TARGET,
                "case_seq": 1,
                "tracking_number": "JS-26-0000-0000-0",
                "service_code": "e-complaint",
                "lane": "routine",
                "channel": "web",
                "language": "hi",
                "district": "Araria",
            }
        )
        for at in due
    ]


def completion(filed: ComplaintFiled) -> InquiryCompleted:
    """In time: now, which is before the case's due time."""
    return InquiryCompleted.model_validate(
        {"case_id": filed.case_id, "occurred_at": datetime.now(UTC), "case_seq": 2, "finding": "substantiated"}
    )
