"""The producer on a real Kafka: acks, order, time limits, and life after a lost sequence number."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition

from chassis.faults import RecordTooLarge, TransientFault
from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.batches import FEW, partition_of
from chassis.kafka.producer import MAX_RECORD_BYTES, EventProducer, PublishFailed
from event_schemas import WireRecord
from janseva_local.servers import KafkaServer
from tests.integration.chassis_rigs import read_all


def record(text: str, key: str = "k") -> WireRecord:
    return WireRecord(key.encode(), text.encode(), (("ce_id", text.encode()),))


@pytest.fixture
async def topic(kafka_bootstrap: str) -> str:
    name = f"chassis-{uuid.uuid4().hex[:12]}"
    await create_topics(kafka_bootstrap, [TopicSpec(name, 2)])
    return name


@pytest.fixture
async def producer(kafka_bootstrap: str) -> AsyncIterator[EventProducer]:
    made = EventProducer(kafka_bootstrap, client_id="test", request_timeout=timedelta(seconds=5))
    await made.start()
    yield made
    await made.stop()


async def test_what_is_sent_is_in_the_log_when_send_returns(
    producer: EventProducer, topic: str, kafka_bootstrap: str
) -> None:
    """Key, bytes and headers arrive unchanged, on the partition asked for."""
    await producer.send(topic, record("a"), partition=1)
    (stored,) = await read_all(kafka_bootstrap, topic)
    assert (stored.partition, stored.key, stored.value, stored.headers) == (1, b"k", b"a", (("ce_id", b"a"),))


async def test_a_batch_is_pipelined_in_order(producer: EventProducer, topic: str, kafka_bootstrap: str) -> None:
    """A thousand records given at once keep their order, and nothing at all is fine too."""
    await producer.send_all([(topic, record(str(number))) for number in range(1_000)])
    found = [stored.value for stored in await read_all(kafka_bootstrap, topic) if stored.key == b"k"]
    assert found == [str(number).encode() for number in range(1_000)]
    await producer.send_all([])


@pytest.mark.parametrize("number", [FEW - 1, FEW])
async def test_records_go_to_the_partition_that_is_asked_for(
    producer: EventProducer, topic: str, kafka_bootstrap: str, number: int
) -> None:
    """One by one and as batches: an answer can be put behind its cause. None leaves a record to its key."""
    items = [(topic, record(str(place), key=f"k{place}")) for place in range(number)]
    asked = [place % 2 if place % 3 else None for place in range(number)]
    await producer.send_all(items, partitions=asked)
    found = await read_all(kafka_bootstrap, topic)
    by_key = {key: partition_of(key, (0, 1)) for stored in found if (key := stored.key)}
    expected = {
        b"k%d" % place: by_key[b"k%d" % place] if wanted is None else wanted for place, wanted in enumerate(asked)
    }
    assert {stored.key: stored.partition for stored in found} == expected


async def test_a_partition_too_few_is_an_error_and_no_record_lost(producer: EventProducer, topic: str) -> None:
    """Nothing is left out in silence."""
    with pytest.raises(ValueError, match="shorter"):
        await producer.send_all([(topic, record("a")), (topic, record("b"))], partitions=[0])


async def test_records_meet_in_one_partition_however_they_are_sent(
    producer: EventProducer, topic: str, kafka_bootstrap: str
) -> None:
    """A key's partition is the same for a record alone and for one of many, and each partition keeps the order."""
    many = [(topic, record(f"many {number}", key=f"k{number % 50}")) for number in range(500)]
    for number in range(50):
        await producer.send(topic, record("alone", key=f"k{number}"))
    await producer.send_all(many)
    found = await read_all(kafka_bootstrap, topic)
    assert len(found) == 550
    assert len({(stored.key, stored.partition) for stored in found}) == 50
    for number in range(50):
        of_key = [stored.value for stored in found if stored.key == f"k{number}".encode()]
        assert of_key == [b"alone", *(one.value for _, one in many if one.key == f"k{number}".encode())]


async def test_a_lost_sequence_number_costs_one_failure_not_the_producer(
    producer: EventProducer, topic: str, kafka_bootstrap: str
) -> None:
    """The broker answers OutOfOrderSequenceNumber to a gap; the client is replaced and the next send succeeds."""
    await producer.send(topic, record("before"), partition=0)
    wedged: Any = producer._client  # noqa: SLF001  the gap can only be made inside the client
    wedged._txn_manager._sequence_numbers[TopicPartition(topic, 0)] += 7  # noqa: SLF001
    with pytest.raises(PublishFailed, match="OutOfOrderSequenceNumber"):
        await producer.send(topic, record("lost"), partition=0)
    await producer.send(topic, record("after"), partition=0)
    assert producer._client is not wedged  # noqa: SLF001
    assert [stored.value for stored in await read_all(kafka_bootstrap, topic)] == [b"before", b"after"]


async def test_a_gap_fails_a_batch_that_can_then_be_sent_again(
    producer: EventProducer, topic: str, kafka_bootstrap: str
) -> None:
    """send_all reports the failure once all its records have an outcome; repeated, all of them arrive in order."""
    items = [(topic, record(str(number))) for number in range(20)]
    await producer.send_all(items)
    client: Any = producer._client  # noqa: SLF001  as above
    for place in list(client._txn_manager._sequence_numbers):  # noqa: SLF001
        client._txn_manager._sequence_numbers[place] += 7  # noqa: SLF001
    with pytest.raises(PublishFailed):
        await producer.send_all(items)
    await producer.send_all(items)
    expected = [str(number).encode() for number in range(20)]
    assert [stored.value for stored in await read_all(kafka_bootstrap, topic)] == expected * 2


async def test_a_record_over_the_limit_is_a_bug_not_a_fault(producer: EventProducer, topic: str) -> None:
    """It will never be accepted, so it must not be retried for ever; and it harms no other record."""
    for size in (MAX_RECORD_BYTES + 1, MAX_RECORD_BYTES - 200_000):
        with pytest.raises(RecordTooLarge):
            await producer.send(topic, WireRecord(b"k", b"x" * size, ()))
    assert not issubclass(RecordTooLarge, TransientFault)
    await producer.send(topic, record("fine"))


async def test_concurrent_sends_share_one_client(kafka_bootstrap: str, topic: str) -> None:
    """A producer that was never started connects once, at the first of many sends."""
    made = EventProducer(kafka_bootstrap, client_id="lazy")
    await asyncio.gather(*(made.send(topic, record(str(number))) for number in range(50)))
    assert len(await read_all(kafka_bootstrap, topic)) == 50
    await made.stop()
    with pytest.raises(PublishFailed):
        await made.send(topic, record("late"))


async def test_nobody_there_is_a_quick_failure() -> None:
    """Without a broker both start and send fail within the limit, as transient faults."""
    made = EventProducer("127.0.0.1:9", client_id="none", request_timeout=timedelta(seconds=2))
    started = time.monotonic()
    with pytest.raises(PublishFailed):
        await made.start()
    with pytest.raises(PublishFailed):
        await made.send("t", record("a"))
    assert time.monotonic() - started < 15
    await made.stop()


async def test_a_killed_broker_is_waited_for_no_longer_than_the_limit(tmp_path: Path) -> None:
    """After its restart the same producer goes on, and what it had given up does not arrive behind its back."""
    server = KafkaServer(tmp_path)
    await server.start()
    made = EventProducer(server.bootstrap, client_id="p", request_timeout=timedelta(seconds=2))
    try:
        await create_topics(server.bootstrap, [TopicSpec("t", 1)])
        await made.send("t", record("before"))
        server.kill()
        started = time.monotonic()
        for number in range(3):
            with pytest.raises(PublishFailed):
                await made.send("t", record(f"ghost {number}"))
        assert time.monotonic() - started < 25
        await server.restart()
        await made.send("t", record("after"))
        assert [stored.value for stored in await read_all(server.bootstrap, "t")] == [b"before", b"after"]
    finally:
        await made.stop()
        await server.stop()
