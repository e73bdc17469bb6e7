"""Stretches of partitions read in bulk, and runs of records written in bulk, on a real Kafka."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from chassis.faults import RecordTooLarge
from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.producer import EventProducer
from chassis.kafka.readers import read_stretches

RECORDS = 9_000


@pytest_asyncio.fixture
async def producer(kafka_bootstrap: str) -> AsyncIterator[EventProducer]:
    one = EventProducer(kafka_bootstrap, client_id="bulk-test", batch_bytes=64 * 1024)
    await one.start()
    yield one
    await one.stop()


async def make_topic(bootstrap: str, **config: str) -> str:
    name = f"bulk-{uuid4().hex[:10]}"
    await create_topics(bootstrap, [TopicSpec(name, 2, 1, config)])
    return name


def run(number: int) -> list[tuple[bytes, bytes | None, tuple[tuple[str, bytes], ...]]]:
    return [(b"k%d" % i, None if i % 10 == 9 else b"v%d" % i, (("h", b"x"),)) for i in range(number)]


async def read(
    bootstrap: str, topic: str, starts: dict[int, int]
) -> tuple[dict[int, list[bytes | None]], dict[int, int]]:
    """The keys by partition, and up to which offset each partition was read."""
    keys: dict[int, list[bytes | None]] = {}
    following: dict[int, int] = {}
    async for stretch in read_stretches(bootstrap, {(topic, number): start for number, start in starts.items()}):
        keys.setdefault(stretch.partition, []).extend(record.key for record in stretch.records)
        following[stretch.partition] = stretch.following
    return keys, following


async def test_runs_are_read_back_whole_and_in_order(kafka_bootstrap: str, producer: EventProducer) -> None:
    """The acknowledgement names the last offset of each run; a bulk reader gives them back, from any offset on."""
    topic = await make_topic(kafka_bootstrap)
    acknowledged = await producer.send_runs(topic, {0: run(RECORDS), 1: run(3)})
    assert await acknowledged == {0: RECORDS - 1, 1: 2}
    expected = [key for key, _, _ in run(RECORDS)]
    assert await read(kafka_bootstrap, topic, {0: 0, 1: 0}) == ({0: expected, 1: expected[:3]}, {0: RECORDS, 1: 3})
    assert await read(kafka_bootstrap, topic, {0: 8_999, 1: 3}) == ({0: expected[8_999:], 1: []}, {0: RECORDS, 1: 3})
    assert await read(kafka_bootstrap, topic, {}) == ({}, {})


async def test_runs_that_are_awaited_in_turn_keep_their_order(kafka_bootstrap: str, producer: EventProducer) -> None:
    """Queued one after the other without waiting for acknowledgements, they lie in the log one after the other."""
    topic = await make_topic(kafka_bootstrap)
    acks = [
        await producer.send_runs(topic, {0: [(b"%d-%d" % (turn, i), b"x" * 100, ()) for i in range(1_000)]})
        for turn in range(5)
    ]
    assert [(await ack)[0] for ack in acks] == [999, 1_999, 2_999, 3_999, 4_999]
    keys, _ = await read(kafka_bootstrap, topic, {0: 0})
    assert keys[0] == [b"%d-%d" % (turn, i) for turn in range(5) for i in range(1_000)]


async def test_what_the_log_no_longer_holds_is_not_waited_for(kafka_bootstrap: str, producer: EventProducer) -> None:
    """Deleted from the front: reading begins where the log begins. Deleted to its end: complete, with nothing."""
    topic = await make_topic(kafka_bootstrap)
    await (await producer.send_runs(topic, {0: run(10), 1: run(10)}))
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.delete_records(
        {TopicPartition(topic, 0): RecordsToDelete(4), TopicPartition(topic, 1): RecordsToDelete(10)}
    )
    await admin.close()
    keys, following = await read(kafka_bootstrap, topic, {0: 0, 1: 0})
    assert keys == {0: [b"k%d" % i for i in range(4, 10)], 1: []}
    assert following == {0: 10, 1: 10}


async def test_an_offset_beyond_the_end_is_no_offset_of_this_log(kafka_bootstrap: str, producer: EventProducer) -> None:
    """The first stretch says that nothing known before holds, then the partition is read from its beginning."""
    topic = await make_topic(kafka_bootstrap)
    await (await producer.send_runs(topic, {0: run(5)}))
    stretches = [(list(one.records), one.following) async for one in read_stretches(kafka_bootstrap, {(topic, 0): 700})]
    assert stretches[0] == ([], 0)
    assert [record.key for records, _ in stretches for record in records] == [b"k%d" % i for i in range(5)]
    assert stretches[-1][1] == 5


async def test_a_run_that_the_topic_refuses_is_no_success(kafka_bootstrap: str, producer: EventProducer) -> None:
    """Over the topic's limit: the acknowledgement raises, and the next run of a good size goes through."""
    topic = await make_topic(kafka_bootstrap, **{"max.message.bytes": "200"})
    refused = await producer.send_runs(topic, {0: [(b"k", b"x" * 500, ())]})
    with pytest.raises(RecordTooLarge):
        await refused
    assert await (await producer.send_runs(topic, {0: [(b"k", b"x", ())]})) == {0: 0}
