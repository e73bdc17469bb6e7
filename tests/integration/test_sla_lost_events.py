"""Events that Kafka deleted before the workers had read them: no worker goes on without an operator's decision."""

import asyncio
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from chassis.kafka.admin import end_offsets
from chassis.kafka.offsets import GroupHasMembers, has_members, move_group
from chassis.mongo.client import Mongo
from janseva_local.parts import answers_ready
from tests.integration.sla_worker import Bench, WorkerProcess, open_bench
from tests.integration.test_sla_faults import until_committed
from tests.integration.test_sla_worker import filed

SOON = timedelta(seconds=60)


@dataclass(frozen=True)
class Operator:
    """Types ``python -m sla_monitor lost-events --lane routine`` and reads what it answers."""

    env: dict[str, str]

    async def run(self, *arguments: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sla_monitor", "lost-events", "--lane", "routine", *arguments),
            env=self.env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, output.decode()


@asynccontextmanager
async def operator(bench: Bench, mongo_uri: str) -> AsyncIterator[Operator]:
    database = f"sla{uuid.uuid4().hex[:10]}"
    env = {"KAFKA_BOOTSTRAP": bench.bootstrap, "TOPIC_PREFIX": bench.prefix, "MONGO_URI": mongo_uri}
    yield Operator({**os.environ, **env, "MONGO_DATABASE": database})
    mongo = Mongo(mongo_uri, database, app_name="sla-test")
    await mongo.database.client.drop_database(database)
    mongo.close()


async def lose_unread(bench: Bench, events: int) -> int:
    """A worker reads some filings and ends; of the next ones all are deleted unread. How many these are."""
    async with bench.start_worker() as worker:
        await worker.ready()
        await bench.put(*[filed() for _ in range(24)])
        await bench.wait_for(lambda emitted: len(emitted) >= 24)
        await until_committed(bench)
    await bench.put(*[filed() for _ in range(events)])
    ends = await end_offsets(bench.bootstrap, [bench.cases])
    read = await bench.committed()
    client = AIOKafkaAdminClient(bootstrap_servers=bench.bootstrap)
    await client.start()
    try:
        await client.delete_records({TopicPartition(*place): RecordsToDelete(end) for place, end in ends.items()})
    finally:
        await client.close()
    return sum(ends.values()) - sum(read.values())


async def until(ask: Callable[[], Awaitable[int]], wanted: int) -> None:
    """Ask until the answer is the wanted one."""
    found = await ask()
    deadline = time.monotonic() + SOON.total_seconds()
    while found != wanted:
        assert time.monotonic() < deadline, f"{found}, not {wanted}"
        await asyncio.sleep(0.2)
        found = await ask()


async def never_ready(worker: WorkerProcess) -> bool:
    """Ask as often as can be, until it has ended."""
    async with httpx.AsyncClient() as client, asyncio.timeout(SOON.total_seconds()):
        while not worker.ended:
            if await answers_ready(client, worker.url):
                return False
            await asyncio.sleep(0.005)
    return True


@pytest.mark.timeout(240)
@pytest.mark.parametrize("left", [0, 24])
async def test_sla_no_worker_goes_on_behind_lost_events_until_an_operator_accepts(
    kafka_bootstrap: str, mongo_uri: str, tmp_path: Path, left: int
) -> None:
    """Whether events are left behind the gap or none: each start ends with the reason and the command; then it runs."""
    async with open_bench(kafka_bootstrap, tmp_path, target_s=300) as bench, operator(bench, mongo_uri) as desk:
        lost = await lose_unread(bench, 24)
        await bench.put(*[filed() for _ in range(left)])
        for _ in range(2):
            async with bench.start_worker() as worker:
                assert await never_ready(worker)
                assert await worker.status(SOON) == 1
        assert '"reason":"events_lost"' in worker.log()
        assert "python -m sla_monitor lost-events --lane routine" in worker.log()

        status, shown = await desk.run()
        assert (status, f"\n{lost} events" in shown) == (1, True)
        before = await bench.committed()
        assert (await desk.run("--accept", "--by", "HQ"))[0] == 2  # no reason is given
        assert await bench.committed() == before
        status, shown = await desk.run("--accept", "--by", "HQ", "--why", "the disk was full")
        assert status == 0, shown
        status, shown = await desk.run()
        assert (status, "nothing is lost" in shown) == (0, True)
        status, shown = await desk.run("--history")
        assert (status, shown.endswith(f"HQ: {lost} events, the disk was full\n")) == (0, True), shown

        async with bench.start_worker() as worker:
            await worker.ready()
            await bench.put(*[filed() for _ in range(8)])
            await until(worker.count_open, 24 + left + 8)


@pytest.mark.timeout(180)
async def test_sla_nothing_is_accepted_while_the_group_has_members(
    kafka_bootstrap: str, mongo_uri: str, tmp_path: Path
) -> None:
    """A worker would commit what it knows itself: the command refuses and changes nothing, and so do the brokers."""
    async with open_bench(kafka_bootstrap, tmp_path, target_s=300) as bench, operator(bench, mongo_uri) as desk:
        await lose_unread(bench, 24)
        before = await bench.committed()
        await until(lambda: has_members(bench.bootstrap, bench.group), wanted=False)
        member = AIOKafkaConsumer(
            bench.cases, bootstrap_servers=bench.bootstrap, group_id=bench.group, enable_auto_commit=False
        )
        await member.start()
        try:
            status, shown = await desk.run("--accept", "--by", "HQ", "--why", "the disk was full", "--wait", "0")
            assert (status, "are running" in shown) == (1, True), shown
            with pytest.raises(GroupHasMembers):
                await move_group(bench.bootstrap, bench.group, {(bench.cases, 0): before[0] + 1})
        finally:
            await member.stop()
        assert await bench.committed() == before
        assert await desk.run("--history") == (0, "")
