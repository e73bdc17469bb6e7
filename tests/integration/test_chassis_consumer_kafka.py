"""What only a real Kafka shows: rebalances, leaving, blocked partitions, lag."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import generate_latest

from chassis.health import Liveness
from chassis.kafka.consumer import Outgoing, Received, TransientFault
from tests.integration.chassis_rigs import CASES, KafkaRig, acknowledged, until


async def test_a_rebalance_waits_for_the_batch_under_way(kafka_rig: KafkaRig) -> None:
    """A member that joins takes over partitions only after their batch is committed: nothing is handled twice."""
    handled: Counter[str] = Counter()

    async def handler(batch: Sequence[Received]) -> Sequence[Outgoing]:
        await asyncio.sleep(0.3)
        handled.update(event.envelope.event_id for event in batch)
        return []

    for seq in range(1, 11):
        for case_id in CASES:
            await kafka_rig.publish(acknowledged(case_id, seq))
    first, second = (kafka_rig.consumer(handler, max_batch=8) for _ in range(2))
    one = asyncio.create_task(first.run())
    await until(lambda: len(handled) >= 8)
    two = asyncio.create_task(second.run())
    await until(lambda: len(handled) >= 80, 40)
    for consumer in (first, second):
        consumer.stop()
    await asyncio.gather(one, two)
    assert set(handled.values()) == {1}
    assert await kafka_rig.left() == 0


async def test_events_of_others_are_committed_once_a_second(
    kafka_rig: KafkaRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Skipping costs no commit of its own: one a second covers them, and the last ones are committed at the stop."""
    commits: list[float] = []
    commit = AIOKafkaConsumer.commit

    async def counted(client: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> None:
        commits.append(time.monotonic())
        await commit(client, offsets)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", counted)

    async def handler(_batch: Sequence[Received]) -> Sequence[Outgoing]:
        raise AssertionError("none of them is ours")

    consumer = kafka_rig.consumer(handler, ignore_sources=frozenset({"intake"}))
    task = asyncio.create_task(consumer.run())
    await asyncio.wait_for(consumer.assigned.wait(), 20)
    began = time.monotonic()
    for seq in range(1, 101):
        await kafka_rig.publish(acknowledged(CASES[0], seq))
        await asyncio.sleep(0.01)
    took = time.monotonic() - began
    assert 1 <= len(commits) <= took + 2
    async with asyncio.timeout(60):
        while await kafka_rig.left():  # noqa: ASYNC110  the broker alone knows
            await asyncio.sleep(0.1)
    # The first of these may be committed at once, the second is too early for another commit.
    for seq in (101, 102):
        await kafka_rig.publish(acknowledged(CASES[0], seq))
        await asyncio.sleep(0.3)
    consumer.stop()
    await task
    assert await kafka_rig.left() == 0


async def test_a_member_that_leaves_is_replaced_at_once(kafka_rig: KafkaRig, monkeypatch: pytest.MonkeyPatch) -> None:
    """stop() leaves the group: the next member need not wait for the session to expire."""
    monkeypatch.setattr("chassis.kafka.consumer.SESSION_TIMEOUT_MS", 120_000)
    seen: list[Received] = []

    async def handler(batch: Sequence[Received]) -> Sequence[Outgoing]:
        seen.extend(batch)
        return []

    first = kafka_rig.consumer(handler)
    task = asyncio.create_task(first.run())
    await asyncio.wait_for(first.assigned.wait(), 20)
    first.stop()
    await task
    await kafka_rig.publish(acknowledged(CASES[0]))
    second = kafka_rig.consumer(handler)
    task = asyncio.create_task(second.run())
    await until(lambda: len(seen) == 1, 60)
    second.stop()
    await task
    assert [received.envelope.subject for received in seen] == [CASES[0]]


async def test_a_fault_blocks_its_own_partition_alone(kafka_rig: KafkaRig) -> None:
    """While one partition waits for a fault to pass, the others go on, and the loop still beats."""
    seen: list[str] = []
    healed = False
    liveness = Liveness(timedelta(seconds=30))

    async def handler(batch: Sequence[Received]) -> Sequence[Outgoing]:
        if not healed and any(event.data.case_id == CASES[0] for event in batch):
            raise TransientFault("not yet")
        seen.extend(event.data.case_id for event in batch)
        return []

    consumer = kafka_rig.consumer(handler, liveness=liveness)
    task = asyncio.create_task(consumer.run())
    await kafka_rig.publish(acknowledged(CASES[0]), partition=0)
    await kafka_rig.publish(acknowledged(CASES[1]), partition=1)
    await until(lambda: seen == [CASES[1]])
    await asyncio.sleep(1)
    await kafka_rig.publish(acknowledged(CASES[2]), partition=2)
    await until(lambda: seen == [CASES[1], CASES[2]], 3)
    assert liveness.silence() < timedelta(seconds=1)
    healed = True
    await until(lambda: CASES[0] in seen)
    consumer.stop()
    await task
    assert await kafka_rig.left() == 0


async def test_lag_is_reported_per_partition(kafka_rig: KafkaRig) -> None:
    """A backlog shows in the metric, and is gone when it is handled."""
    gate = asyncio.Event()
    seen: list[Received] = []

    async def handler(batch: Sequence[Received]) -> Sequence[Outgoing]:
        if len(seen) >= 2 and not gate.is_set():
            raise TransientFault("wait")
        seen.extend(batch)
        return []

    for seq in range(1, 11):
        await kafka_rig.publish(acknowledged(CASES[0], seq), partition=1)
    consumer = kafka_rig.consumer(handler, max_batch=2)
    task = asyncio.create_task(consumer.run())
    series = f'janseva_consumer_lag{{partition="1",topic="{kafka_rig.topic}"}}'
    await until(lambda: f"{series} 8.0" in generate_latest(kafka_rig.registry).decode())
    gate.set()
    await until(lambda: f"{series} 0.0" in generate_latest(kafka_rig.registry).decode())
    consumer.stop()
    await task
    assert [event.offset for event in seen] == list(range(10))


async def test_a_lone_event_is_not_kept_waiting(kafka_rig: KafkaRig) -> None:
    """Nothing on the way waits for more to come: the median from send to handler is a fraction of a second."""
    times: list[float] = []
    sent = 0.0

    async def handler(batch: Sequence[Received]) -> Sequence[Outgoing]:
        times.extend(time.monotonic() - sent for _ in batch)
        return []

    consumer = kafka_rig.consumer(handler)
    task = asyncio.create_task(consumer.run())
    await asyncio.wait_for(consumer.assigned.wait(), 20)
    for number in range(30):
        sent = time.monotonic()
        await kafka_rig.publish(acknowledged(CASES[number % 8]))
        await until(lambda number=number: len(times) > number)  # type: ignore[misc]
        await asyncio.sleep(0.05)
    consumer.stop()
    await task
    assert sorted(times)[15] < 0.4
