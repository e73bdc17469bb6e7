"""A real SLA worker as a process of its own, on topics of its own."""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self
from uuid import uuid4

import httpx
import yaml
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis.kafka.admin import TopicSpec, create_topics, end_offsets
from chassis.kafka.producer import EventProducer
from chassis.kafka.readers import LogRecord, read_log
from event_schemas import Envelope, SLABreached, SLABreachRevoked, decode, encode
from janseva_local.parts import answers_ready
from janseva_local.ports import free_port
from tests.issuer import SERVICE, SERVICE_TOKEN, jwks_file

PARTITIONS = 4


LADDER = (("SHO", "PT0S"), ("SDPO", "PT1H"))


def policy_file(folder: Path, target_s: int = 2, ladder: Sequence[tuple[str, str]] = LADDER) -> Path:
    """The inquiry's promise with a target of seconds; the ladder as posts and their delays."""
    steps = [{"level": level, "post": post, "after": after} for level, (post, after) in enumerate(ladder)]
    document = {
        "version": "test",
        "effective_from": "2026-01-01T00:00:00Z",
        "clocks": [
            {
                "clock": "inquiry",
                "source": "test",
                "owner": "police",
                "services": ["e-complaint"],
                "per": "round",
                "starts_on": [{"event": "ComplaintFiled"}, {"event": "ComplaintReopened", "key": "round"}],
                "stops_on": [{"event": "InquiryCompleted"}],
                "cancels_on": [{"event": "ComplaintWithdrawn"}],
                "target": target_s,
                "pausable": False,
                "escalation": steps,
            }
        ],
    }
    path = folder / "policies.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


@dataclass(slots=True)
class Bench:
    """Topics of one test, what was put on them, and what the monitor emitted there."""

    bootstrap: str
    policies: Path
    producer: EventProducer
    prefix: str = field(default_factory=lambda: f"sla{uuid4().hex[:10]}.")
    workers: list["WorkerProcess"] = field(default_factory=list)

    @property
    def cases(self) -> str:
        return f"{self.prefix}cases.routine"

    @property
    def group(self) -> str:
        return f"{self.prefix}sla-monitor.routine"

    async def make_topics(self) -> None:
        ticks = f"{self.prefix}sla.ticks.routine"
        names = [(self.cases, PARTITIONS), (ticks, PARTITIONS), (f"{self.cases}.dlq", 1), (f"{ticks}.dlq", 1)]
        directory = TopicSpec(f"{self.prefix}directory.posts", 1, config={"cleanup.policy": "compact"})
        await create_topics(self.bootstrap, [*(TopicSpec(name, count) for name, count in names), directory])

    async def make_changelog(self, **config: str) -> None:
        """Make it before the worker does, with settings of the test's own."""
        name = f"{self.group}-clocks-changelog"
        await create_topics(self.bootstrap, [TopicSpec(name, PARTITIONS, 1, {"cleanup.policy": "compact", **config})])

    async def refuse_records(self) -> None:
        """From now on the cases topic takes no record that holds anything."""
        async with self._admin() as client:
            resource = ConfigResource(ConfigResourceType.TOPIC, self.cases, {"max.message.bytes": "60"})
            await client.alter_configs([resource])

    async def committed(self) -> dict[int, int]:
        """The group's committed offsets of the cases topic, asked of the broker."""
        async with self._admin() as client:
            offsets = await client.list_consumer_group_offsets(self.group)
        return {tp.partition: at.offset for tp, at in offsets.items() if tp.topic == self.cases and at.offset > 0}

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        client = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await client.start()
        try:
            yield client
        finally:
            await client.close()

    async def put(self, *envelopes: Envelope) -> None:
        records = [encode(one.data, event_id=one.event_id, source=one.source) for one in envelopes]
        await self.producer.send_all([(self.cases, record) for record in records])

    def start_worker(self, name: str = "w1", **env: str) -> "WorkerProcess":
        worker = WorkerProcess(self, name, free_port(), env)
        self.workers.append(worker)
        return worker

    async def log(self, topic: str | None = None) -> list[LogRecord]:
        """Everything on the topic as it lies."""
        ends = await end_offsets(self.bootstrap, [topic or self.cases])
        return [record async for record in read_log(self.bootstrap, dict.fromkeys(ends, 0), ends)]

    async def emitted(self) -> list[tuple[Envelope, int]]:
        """What the monitor emitted, with the broker's or producer's time in ms."""
        found = [(one, _type(one)) for one in await self.log()]
        return [
            (decode(one.record.headers, one.record.value), one.timestamp_ms)
            for one, type_ in found
            if type_.startswith("SLA")
        ]

    async def wait_for(self, what: Callable[[list[Envelope]], bool], within: float = 30) -> list[Envelope]:
        """Poll the log until what the monitor emitted is enough."""
        deadline = time.monotonic() + within
        while True:
            emitted = [envelope for envelope, _ in await self.emitted()]
            if what(emitted):
                return emitted
            if time.monotonic() > deadline:
                raise AssertionError(f"not emitted within {within} s; emitted: {Counter(one.type for one in emitted)}")
            await asyncio.sleep(0.3)


def _type(one: LogRecord) -> str:
    return next((value.decode(errors="replace") for name, value in one.record.headers if name == "ce_type"), "")


def breaches(emitted: Sequence[Envelope]) -> dict[str, SLABreached]:
    """The breaches by id, doubles folded."""
    return {one.event_id: one.data for one in emitted if isinstance(one.data, SLABreached)}


def revocations(emitted: Sequence[Envelope]) -> set[str]:
    return {one.data.breach_id for one in emitted if isinstance(one.data, SLABreachRevoked)}


class WorkerProcess:
    """``python -m sla_monitor worker`` with its log kept for the failure message."""

    def __init__(self, bench: Bench, name: str, port: int, env: dict[str, str]) -> None:
        self._bench, self._name, self._env = bench, name, env
        self.port = port
        self.process: asyncio.subprocess.Process | None = None
        self.log_path = bench.policies.parent / f"{name}-{port}.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        env = {
            **os.environ,
            "SERVICE_TOKEN": SERVICE_TOKEN,
            "OFFICER_JWKS_FILE": str(jwks_file()),
            "KAFKA_BOOTSTRAP": self._bench.bootstrap,
            "TOPIC_PREFIX": self._bench.prefix,
            "POLICIES_FILE": str(self._bench.policies),
            "WORKER_NAME": self._name,
            "HTTP_PORT": str(self.port),
            "SESSION_TIMEOUT_S": "6",
            "STATE_DIR": str(self._bench.policies.parent / "state"),
            **self._env,
        }
        with self.log_path.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "sla_monitor", "worker", "--lane", "routine", env=env, stdout=log, stderr=log
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def ready(self, within: float = 40) -> "WorkerProcess":
        deadline = time.monotonic() + within
        async with httpx.AsyncClient() as client:
            while True:
                if await answers_ready(client, self.url):
                    return self
                if self.ended or time.monotonic() > deadline:
                    raise AssertionError(f"the worker did not get ready:\n{self.log()[-4000:]}")
                await asyncio.sleep(0.1)

    async def count_open(self) -> int:
        """How many clocks its API lists as open."""
        async with httpx.AsyncClient() as client:
            listed = (await client.get(f"{self.url}/v1/sla/open", params={"limit": 500}, headers=SERVICE)).json()
        return len(listed["items"])

    @property
    def ended(self) -> bool:
        return self.process is None or self.process.returncode is not None

    async def status(self, within: timedelta) -> int:
        """Wait for the process to end by itself."""
        assert self.process is not None
        async with asyncio.timeout(within.total_seconds()):
            return await self.process.wait()

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)
            await self.process.wait()

    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")


@asynccontextmanager
async def open_bench(bootstrap: str, folder: Path, target_s: int = 2) -> AsyncIterator[Bench]:
    producer = EventProducer(bootstrap, client_id="sla-test")
    await producer.start()
    bench = Bench(bootstrap, policy_file(folder, target_s), producer)
    await bench.make_topics()
    try:
        yield bench
    finally:
        for worker in bench.workers:
            await worker.stop()
        await producer.stop()
