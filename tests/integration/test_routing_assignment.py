"""ComplaintFiled to AssignedToStation, and the directory of posts, on a real Kafka and MongoDB."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest_asyncio
from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.health import Liveness
from chassis.kafka.admin import TopicSpec, create_topics, end_offsets
from chassis.kafka.consumer import BatchConsumer
from chassis.kafka.producer import EventProducer
from chassis.kafka.readers import read_log
from chassis.mongo.client import Mongo
from chassis.sealing import KeyRing
from chassis.telemetry.metrics import ConsumerMetrics
from event_schemas import AssignedToStation, DirectoryPost, WireRecord, decode, decode_post, encode, ids
from routing.directory import Directory, build_directory
from routing.domain import Dataset, Snapshot
from routing.handlers import TYPES, AssignmentHandler
from routing.metrics import RoutingMetrics
from routing.posts import PostsPublisher
from routing.store import MongoDecisions
from tests.routing.routing_events import filed, transfer
from tests.routing.routing_places import BASE as SHIPPED


@dataclass
class Bench:
    """A topic and a database of this test alone, with what routing needs to work on them."""

    bootstrap: str
    topic: str
    mongo: Mongo
    producer: EventProducer
    snapshot: Snapshot

    async def assign_all(self, group: str, expected: int) -> list[WireRecord]:
        """Run routing's consumer until that many records of it are in the topic."""
        metrics = CollectorRegistry()
        handler = AssignmentHandler(
            snapshot=lambda: self.snapshot,
            decisions=MongoDecisions(self.mongo),
            keys=KeyRing({}),
            clock=SystemClock(),
            metrics=RoutingMetrics(metrics),
        )
        consumer = BatchConsumer(
            bootstrap=self.bootstrap,
            group_id=f"{self.topic}.{group}",
            topics=[self.topic],
            types=TYPES,
            handler=handler.handle,
            producer=self.producer,
            service="routing",
            liveness=Liveness(timedelta(seconds=30)),
            metrics=ConsumerMetrics(metrics),
            ignore_sources=frozenset({"routing"}),
        )
        task = asyncio.create_task(consumer.run())
        try:
            async with asyncio.timeout(30):
                while len(found := await self.answers()) < expected:
                    assert not task.done(), task.exception()
                    await asyncio.sleep(0.05)
        finally:
            consumer.stop()
            await task
        return found

    async def answers(self) -> list[WireRecord]:
        ends = await end_offsets(self.bootstrap, [self.topic])
        return [
            item.record
            async for item in read_log(self.bootstrap, {}, ends)
            if dict(item.record.headers)["ce_source"] == b"routing"
        ]

    async def publish(self, *records: WireRecord) -> None:
        await self.producer.send_all([(self.topic, record) for record in records])


@pytest_asyncio.fixture
async def bench(kafka_bootstrap: str, mongo_uri: str) -> AsyncIterator[Bench]:
    name = f"routing-{uuid.uuid4().hex[:12]}"
    await create_topics(kafka_bootstrap, [TopicSpec(name, partitions=4)])
    mongo = Mongo(mongo_uri, name.replace("-", "_"), app_name="routing-test")
    producer = EventProducer(kafka_bootstrap, client_id=name)
    await MongoDecisions(mongo).ensure_indexes()
    yield Bench(kafka_bootstrap, name, mongo, producer, Snapshot(SHIPPED))
    await producer.stop()
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


def event_of(record: WireRecord) -> AssignedToStation:
    event = decode(record.headers, record.value).data
    assert isinstance(event, AssignedToStation)
    return event


async def test_every_complaint_gets_one_station_and_a_replay_repeats_it(bench: Bench) -> None:
    """A second group under another version repeats every decision, byte for byte, and decides nothing anew."""
    cases = [f"c_{number:04d}" for number in range(60)]
    await bench.publish(
        *(encode(filed(case), event_id=ids.new_event_id(), source="intake") for case in cases),
        encode(transfer(cases[0], no=2, to="5801011"), event_id=ids.new_event_id(), source="intake"),
    )
    first = await bench.assign_all("first", 61)
    assert len({dict(record.headers)["ce_id"] for record in first}) == 61
    assert {event_of(record).case_id for record in first} == set(cases)
    assert {event_of(record).station.code for record in first} == {"5801016", "5801011"}

    bench.snapshot = Snapshot(Dataset("other", SHIPPED.stations, SHIPPED.police_districts, SHIPPED.outlines))
    both = await bench.assign_all("second", 122)
    assert {record.value for record in both} == {record.value for record in first}
    assert await bench.mongo.collection("decisions").count_documents({}) == 61


async def test_two_processes_agree_on_one_decision(bench: Bench) -> None:
    """Whoever inserts first decides: two versions working on the same events publish the same answers."""
    await bench.publish(
        *(encode(filed(f"c_{n:04d}"), event_id=ids.new_event_id(), source="intake") for n in range(200))
    )
    other = Bench(
        bench.bootstrap,
        bench.topic,
        bench.mongo,
        bench.producer,
        Snapshot(Dataset("other", SHIPPED.stations, SHIPPED.police_districts, SHIPPED.outlines)),
    )
    await asyncio.gather(bench.assign_all("one", 400), other.assign_all("two", 400))
    answers = [event_of(record) for record in await bench.answers()]
    assert len(answers) == 400
    assert len({(answer.case_id, answer.boundary_version) for answer in answers}) == 200


async def test_the_directory_is_published_once_and_then_only_what_changed(kafka_bootstrap: str, bench: Bench) -> None:
    """A start writes every post, a second start writes nothing, a vacancy writes one record."""
    topic = f"{bench.topic}.posts"
    await create_topics(kafka_bootstrap, [TopicSpec(topic, partitions=1, config={"cleanup.policy": "compact"})])
    snapshot = bench.snapshot
    directory = build_directory(snapshot, dev_phones=True)
    await publish_directory(bench, topic, directory)
    written = await records_of(kafka_bootstrap, topic)
    assert len(written) == len(directory.posts) == len(snapshot.stations) + 2 * 44 + 2
    assert {post.key: post for post in written} == directory.posts

    await publish_directory(bench, topic, directory)
    assert len(await records_of(kafka_bootstrap, topic)) == len(written)

    vacant = directory.posts["5801016:SHO"].model_copy(update={"vacant": True})
    await publish_directory(bench, topic, Directory({**directory.posts, vacant.key: vacant}))
    assert (await records_of(kafka_bootstrap, topic))[len(written) :] == [vacant]


async def publish_directory(bench: Bench, topic: str, directory: Directory) -> None:
    """One life of the publisher, from its start until the topic says what the directory says."""
    publisher = PostsPublisher(
        bench.bootstrap, bench.producer, lambda: directory, RoutingMetrics(CollectorRegistry()), topic=topic
    )
    tasks = [asyncio.create_task(publisher.view.run()), asyncio.create_task(publisher.run())]
    async with asyncio.timeout(20):
        await publisher.up_to_date.wait()
    publisher.view.stop()
    tasks[1].cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


async def records_of(bootstrap: str, topic: str) -> list[DirectoryPost]:
    ends = await end_offsets(bootstrap, [topic])
    return [decode_post(item.record.headers, item.record.value) async for item in read_log(bootstrap, {}, ends)]
