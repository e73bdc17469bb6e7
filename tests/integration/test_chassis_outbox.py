"""The outbox: nothing lost, first occurrences in order, duplicates only where a crash makes them."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from chassis.clock import SystemClock
from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.producer import EventProducer
from chassis.mongo.client import Mongo
from chassis.outbox.publisher import Outbox
from chassis.telemetry.metrics import OutboxMetrics
from event_schemas import WireRecord
from janseva_local.servers import KafkaServer
from tests.in_memory_broker import InMemoryProducer
from tests.integration.chassis_rigs import read_all, until
from tests.integration.outbox_rig import Store, case, running, sequences, until_empty


@pytest.fixture
async def store(mongo_uri: str) -> AsyncIterator[Store]:
    mongo = Mongo(mongo_uri, f"chassis_{uuid.uuid4().hex[:8]}", app_name="test")
    made = Store(mongo)
    yield made
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


async def test_the_fast_path_publishes_once_and_empties_the_array(store: Store) -> None:
    """A write is followed by its event at once, by no second copy, and by an empty array without outbox_at."""
    producer = InMemoryProducer()
    outbox = store.outbox(producer)
    await outbox.ensure_index()
    for number in range(20):
        document = await store.file("t", case(number))
        outbox.publish_soon(document["_id"], document["outbox"])
    await until(lambda: len(producer.sent) == 20)  # nothing sweeps yet
    async with running(outbox):
        await until_empty(store)
        await asyncio.sleep(1.5)
    assert len(producer.sent) == 20
    document = await store.collection.find_one({"_id": case(0)}) or {}
    assert (document["outbox"], "outbox_at" in document) == ([], False)


async def test_what_the_fast_path_never_saw_is_swept(store: Store) -> None:
    """A process that died between its write and its publishing leaves the event to the sweep of any other."""
    producer = InMemoryProducer()
    await store.file("t", case(1))
    await store.command("t", case(1))
    async with running(store.outbox(producer)):
        await until(lambda: len(producer.sent) == 2)
        await until_empty(store)
    assert sequences([record for _, record in producer.sent]) == {case(1).encode(): [1, 2]}


async def test_the_sweep_reads_its_partial_index(store: Store) -> None:
    """The sweep costs nothing however many cases there are: the index holds only those with something to publish."""
    await store.outbox(InMemoryProducer()).ensure_index()
    await store.file("t", case(1))
    plan = await store.collection.find({"outbox_at": {"$lte": datetime.now(UTC)}}).explain()
    assert "outbox_at" in str(plan["queryPlanner"]["winningPlan"])
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])


async def test_a_failure_stops_the_array_and_order_is_kept(store: Store) -> None:
    """Nothing overtakes an entry that failed: it comes first when the broker is back."""
    producer = InMemoryProducer()
    await store.file("t", case(1))
    for _ in range(4):
        document = await store.command("t", case(1))
    producer.fail_next = 3
    outbox = store.outbox(producer)
    async with running(outbox):
        outbox.publish_soon(document["_id"], document["outbox"])
        await until_empty(store)
    assert sequences([record for _, record in producer.sent]) == {case(1).encode(): [1, 2, 3, 4, 5]}


async def test_a_push_during_the_pull_is_not_lost(store: Store) -> None:
    """Commands that come while earlier entries are published and pulled all reach the log, in order."""
    producer = InMemoryProducer()
    outbox = store.outbox(producer)
    async with running(outbox):
        document = await store.file("t", case(1))
        outbox.publish_soon(document["_id"], document["outbox"])
        for _ in range(60):
            document = await store.command("t", case(1))
            outbox.publish_soon(document["_id"], document["outbox"])
        await until_empty(store)
    assert sequences([record for _, record in producer.sent]) == {case(1).encode(): list(range(1, 62))}


async def test_a_pull_removes_only_what_was_acknowledged(store: Store) -> None:
    """An entry pushed after the publishing and before the pull, by a process that then dies, stays and is swept."""
    producer = InMemoryProducer()
    outbox = store.outbox(producer)
    document = await store.file("t", case(1))
    outbox.publish_soon(document["_id"], document["outbox"])
    await until(lambda: len(producer.sent) == 1)
    await store.command("t", case(1))
    async with running(outbox):
        await until_empty(store)
    assert sequences([record for _, record in producer.sent]) == {case(1).encode(): [1, 2]}


async def test_two_processes_keep_first_occurrences_in_order(store: Store) -> None:
    """Two publishers on the same documents make copies at most; every first copy keeps its place."""
    producer = InMemoryProducer()
    first, second = store.outbox(producer), store.outbox(producer)
    async with running(first, second):

        async def life(number: int) -> None:
            document = await store.file("t", case(number))
            for step in range(10):
                (first if step % 2 else second).publish_soon(document["_id"], document["outbox"])
                document = await store.command("t", case(number))

        await asyncio.gather(*(life(number) for number in range(10)))
        await until_empty(store)
    found = sequences([record for _, record in producer.sent])
    assert found == {case(number).encode(): list(range(1, 12)) for number in range(10)}


class _DyingProducer(InMemoryProducer):
    """Its process dies right after the broker has taken the record."""

    async def send(self, topic: str, record: WireRecord, *, partition: int | None = None) -> None:
        await super().send(topic, record, partition=partition)
        raise asyncio.CancelledError


async def test_a_crash_between_publish_and_pull_makes_a_copy_not_a_loss(store: Store) -> None:
    """The event is in the log twice with the same id and bytes, and then the array is empty."""
    dying = _DyingProducer()
    document = await store.file("t", case(1))
    store.outbox(dying).publish_soon(document["_id"], document["outbox"])
    await until(lambda: len(dying.sent) == 1)
    survivor = InMemoryProducer()
    async with running(store.outbox(survivor)):
        await until_empty(store)
    assert [record for _, record in survivor.sent] == [record for _, record in dying.sent]


async def test_a_sweep_that_reads_an_array_as_it_was_sends_nothing_twice(store: Store) -> None:
    """A majority read may show what this process has already published and pulled."""
    producer = InMemoryProducer()
    document = await store.file("t", case(1))
    before = {**document, "outbox_at": document["outbox_at"] - timedelta(minutes=1)}
    outbox = store.outbox(producer)
    outbox.publish_soon(document["_id"], document["outbox"])
    async with running(outbox):
        await until_empty(store)
    assert len(producer.sent) == 1
    await store.collection.replace_one({"_id": case(1)}, before)
    await outbox._sweep()  # noqa: SLF001
    assert len(producer.sent) == 1


async def test_with_the_broker_away_nothing_piles_up(store: Store) -> None:
    """Writes go on, the fast path holds a bounded number of jobs, and all follow when the broker is back."""
    producer = InMemoryProducer()
    producer.up = False
    outbox = store.outbox(producer, max_pending=10)
    before = len(asyncio.all_tasks())
    async with running(outbox):
        for number in range(200):
            document = await store.file("t", case(number))
            outbox.publish_soon(document["_id"], document["outbox"])
        assert len(asyncio.all_tasks()) - before < 20
        assert await store.unpublished() == 200
        producer.up = True
        await until(lambda: len(producer.sent) >= 200)
        await until_empty(store)


async def test_stop_publishes_what_is_queued(store: Store) -> None:
    """A graceful end leaves nothing to the sweep of others."""
    producer = InMemoryProducer()
    outbox = store.outbox(producer)
    async with running(outbox):
        for number in range(30):
            document = await store.file("t", case(number))
            outbox.publish_soon(document["_id"], document["outbox"])
    assert len(producer.sent) == 30
    assert await store.relaxed.count_documents({"outbox_at": {"$exists": True}}) == 0


async def test_events_follow_in_order_when_kafka_is_back(store: Store, tmp_path: Path) -> None:
    """Kafka killed with -9 under load: writes go on, entries stay, and after its return all are in the log in order."""
    server = KafkaServer(tmp_path)
    await server.start()
    try:
        await create_topics(server.bootstrap, [TopicSpec("cases", 4)])
        producers = [EventProducer(server.bootstrap, client_id="p", request_timeout=timedelta(seconds=2)) for _ in "ab"]
        outboxes = [store.outbox(producer) for producer in producers]
        async with running(*outboxes):
            for round_ in range(3):
                if round_ == 1:
                    server.kill()
                for number in range(10):
                    write = store.file if round_ == 0 else store.command
                    document = await write("cases", case(number))
                    outboxes[number % 2].publish_soon(document["_id"], document["outbox"])
            await asyncio.sleep(2)
            assert await store.unpublished() == 10
            await server.restart()
            await until_empty(store, 60)
        for producer in producers:
            await producer.stop()
        records = await read_all(server.bootstrap, "cases")
        found = sequences([WireRecord(record.key, record.value or b"", ()) for record in records])
        assert found == {case(number).encode(): [1, 2, 3] for number in range(10)}
    finally:
        await server.stop()


async def test_the_metrics_show_an_outage(store: Store) -> None:
    """Overdue documents and failed attempts show."""
    registry = CollectorRegistry()
    producer = InMemoryProducer()
    producer.up = False
    outbox = Outbox(store.collection, store.relaxed, producer, SystemClock(), metrics=OutboxMetrics(registry))
    await store.file("t", case(1))
    async with running(outbox):
        await until(lambda: "janseva_outbox_pending 1.0" in generate_latest(registry).decode(), 5)
        producer.up = True
        await until(lambda: "janseva_outbox_pending 0.0" in generate_latest(registry).decode(), 5)
    assert "janseva_outbox_publish_seconds_count 1.0" in generate_latest(registry).decode()
