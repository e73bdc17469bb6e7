"""Deadlines while the group moves, the broker dies, or a part of the table's history is gone."""

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from chassis.kafka.admin import TopicSpec, create_topics, end_offsets
from chassis.mongo.client import Mongo
from janseva_local.ports import free_port
from janseva_local.servers import KafkaServer
from tests.integration.sla_worker import Bench, breaches, open_bench, revocations
from tests.integration.test_sla_worker import completed, filed, now


async def test_sla_a_rebalance_every_five_seconds_costs_no_deadline(kafka_bootstrap: str, tmp_path: Path) -> None:
    """Three workers join one after the other while 200 deadlines fall: none missed, none doubled, none untrue."""
    async with open_bench(kafka_bootstrap, tmp_path, target_s=3) as bench, AsyncExitStack() as workers:
        await (await workers.enter_async_context(bench.start_worker("w1"))).ready()
        start = now()
        cases = [filed(start + timedelta(milliseconds=75 * i)) for i in range(200)]
        met = cases[::4]
        await bench.put(*cases, *[completed(case, case.data.occurred_at) for case in met])
        for name in ("w2", "w3", "w4"):
            await asyncio.sleep(4)
            await workers.enter_async_context(bench.start_worker(name))
        broken = {case.subject for case in cases} - {case.subject for case in met}
        await bench.wait_for(lambda emitted: {b.case_id for b in breaches(emitted).values()} >= broken, within=40)
        await asyncio.sleep(1)
        emitted = [one for one, _ in await bench.emitted()]
        assert sorted(breach.case_id for breach in breaches(emitted).values()) == sorted(broken)
        assert revocations(emitted) == set()


@asynccontextmanager
async def supervised(bench: Bench, name: str) -> AsyncIterator[None]:
    """A worker that is started again whenever it ends, as a cluster would do."""

    async def keep() -> None:
        while True:
            async with bench.start_worker(name) as worker:
                assert worker.process is not None
                await worker.process.wait()
            await asyncio.sleep(0.5)

    task = asyncio.create_task(keep())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.mark.timeout(180)
async def test_sla_the_broker_killed_and_restarted_costs_no_deadline(tmp_path: Path) -> None:
    """Kill -9 of Kafka among 200 deadlines, back after three seconds: each is emitted once, late, but emitted."""
    server = KafkaServer(tmp_path / "kafka")
    await server.start()
    try:
        async with open_bench(server.bootstrap, tmp_path, target_s=12) as bench, supervised(bench, "w1"):
            cases = [filed() for _ in range(200)]
            met = cases[::4]
            await bench.put(*cases, *[completed(case, case.data.occurred_at) for case in met])
            await bench.wait_for(lambda emitted: len({one.subject for one in emitted}) == len(cases))
            server.kill()
            await asyncio.sleep(3)
            await server.restart()
            broken = {case.subject for case in cases} - {case.subject for case in met}
            await bench.wait_for(lambda emitted: {b.case_id for b in breaches(emitted).values()} >= broken, within=60)
            emitted = [one for one, _ in await bench.emitted()]
            assert sorted(breach.case_id for breach in breaches(emitted).values()) == sorted(broken)
    finally:
        await server.stop()


@asynccontextmanager
async def ledger(bench: Bench, mongo_uri: str) -> AsyncIterator[dict[str, str]]:
    """``python -m sla_monitor ledger``, whose reconciler is two seconds behind; yields its environment."""
    database = f"sla{uuid.uuid4().hex[:10]}"
    env = {
        **os.environ,
        "KAFKA_BOOTSTRAP": bench.bootstrap,
        "MONGO_URI": mongo_uri,
        "MONGO_DATABASE": database,
        "TOPIC_PREFIX": bench.prefix,
        "POLICIES_FILE": str(bench.policies),
        "HTTP_PORT": str(free_port()),
        "RECONCILE_AFTER_S": "2",
        "RECONCILE_EVERY_S": "0.5",
        "WATERMARK_EVERY_S": "0.2",
    }
    with (bench.policies.parent / "ledger.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sla_monitor", "ledger", env=env, stdout=log, stderr=log
        )
    try:
        yield env
    finally:
        process.terminate()
        await process.wait()
        mongo = Mongo(mongo_uri, database, app_name="sla-test")
        await mongo.database.client.drop_database(database)
        mongo.close()


async def forget_changelog(bench: Bench, partitions: set[int]) -> None:
    """Delete all that the changelog holds of these partitions."""
    name = f"{bench.group}-clocks-changelog"
    ends = await end_offsets(bench.bootstrap, [name])
    client = AIOKafkaAdminClient(bootstrap_servers=bench.bootstrap)
    await client.start()
    try:
        chosen = {TopicPartition(*place): RecordsToDelete(end) for place, end in ends.items() if place[1] in partitions}
        await client.delete_records(chosen)
    finally:
        await client.close()


@pytest.mark.timeout(180)
async def test_sla_what_the_worker_missed_the_reconciler_emits(
    kafka_bootstrap: str, mongo_uri: str, tmp_path: Path
) -> None:
    """Half of the changelog deleted while no worker runs: every breach is emitted all the same, under one id each."""
    async with open_bench(kafka_bootstrap, tmp_path, target_s=14) as bench:
        await create_topics(kafka_bootstrap, [TopicSpec(f"{bench.prefix}cases.emergency", 1)])
        # Records can be deleted from a topic only if its policy says so.
        await bench.make_changelog(**{"cleanup.policy": "compact,delete"})
        async with ledger(bench, mongo_uri):
            cases = [filed() for _ in range(80)]
            met = cases[::4]
            async with bench.start_worker() as worker:
                await worker.ready()
                await bench.put(*cases, *[completed(case, case.data.occurred_at) for case in met])
                await bench.wait_for(lambda emitted: len({one.subject for one in emitted}) == len(cases))
                await until_committed(bench)
                await worker.kill()
            await forget_changelog(bench, {0, 1})
            async with bench.start_worker() as worker:
                await worker.ready()
                assert await worker.count_open() < len(cases) - len(met)
                broken = {case.subject for case in cases} - {case.subject for case in met}
                await bench.wait_for(
                    lambda emitted: {b.case_id for b in breaches(emitted).values()} >= broken, within=50
                )
                await asyncio.sleep(1)
                emitted = [one for one, _ in await bench.emitted()]
        found = sorted(breach.case_id for breach in breaches(emitted).values())
        assert found == sorted(broken)
        assert revocations(emitted) == set()


async def until_committed(bench: Bench, within: float = 60) -> None:
    """Wait until nothing is left to be read again: what is forgotten then stays forgotten."""
    async with asyncio.timeout(within):
        while True:
            ends = {number: end for (_, number), end in (await end_offsets(bench.bootstrap, [bench.cases])).items()}
            if await bench.committed() == {number: end for number, end in ends.items() if end}:
                return
            await asyncio.sleep(0.3)
