"""While Kafka is away a consumer waits, and its process counts as live: a restart would not bring Kafka back."""

# ruff: noqa: SLF001  the loop's steps are private to it
import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from chassis.faults import PublishFailed, StoreUnavailable, TransientFault
from chassis.health import Liveness
from chassis.kafka import consumer as module
from chassis.kafka.consumer import BatchConsumer
from chassis.kafka.pipeline import Progress
from chassis.kafka.producer import EventProducer
from chassis.telemetry.metrics import ConsumerMetrics

PLACE = TopicPartition("cases.routine", 0)


class AwayKafka:
    """A client whose every answer of the brokers is still to come."""

    def __init__(self) -> None:
        self.cancelled = 0

    async def start(self) -> None:
        await self._never()

    async def commit(self, _offsets: Any) -> None:
        await self._never()

    def assignment(self) -> set[TopicPartition]:
        return {PLACE}

    def pause(self, _partition: TopicPartition) -> None: ...

    def seek(self, _partition: TopicPartition, _offset: int) -> None: ...

    async def _never(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled += 1


@pytest.fixture(name="liveness")
def _liveness(monkeypatch: pytest.MonkeyPatch) -> Liveness:
    monkeypatch.setattr(module, "BEAT_S", 0.02)
    return Liveness(timedelta(seconds=0.2))


def _consumer(liveness: Liveness) -> BatchConsumer:
    async def handle(_received: Any) -> list[Any]:
        return []

    return BatchConsumer(
        bootstrap="kafka:9092",
        group_id="notifier.routine",
        topics=["cases.routine"],
        types=frozenset(),
        handler=handle,
        producer=EventProducer("kafka:9092", client_id="notifier"),
        service="notifier",
        liveness=liveness,
        metrics=ConsumerMetrics(CollectorRegistry()),
    )


async def test_a_commit_that_waits_for_kafka_is_no_standstill(liveness: Liveness) -> None:
    consumer, kafka = _consumer(liveness), AwayKafka()
    consumer._uncommitted[PLACE] = 7
    committing = asyncio.create_task(consumer._commit(kafka))
    await asyncio.sleep(0.5)
    assert liveness.alive()
    committing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await committing
    assert kafka.cancelled == 1


async def test_a_start_that_waits_for_kafka_is_no_standstill(liveness: Liveness) -> None:
    consumer = _consumer(liveness)
    starting = asyncio.create_task(consumer._without_a_standstill(AwayKafka().start()))
    await asyncio.sleep(0.5)
    assert liveness.alive()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting


@pytest.mark.parametrize(("fault", "alive"), [(PublishFailed("away"), True), (StoreUnavailable("away"), False)])
async def test_a_partition_that_waits_for_kafka_alone_never_ends_the_process(
    fault: TransientFault, alive: bool, liveness: Liveness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BLOCKED", timedelta(seconds=0.1))
    consumer = _consumer(liveness)
    consumer._apply_blocks(AwayKafka(), Progress(commit={PLACE: 3}, blocked={PLACE: fault}))
    await asyncio.sleep(0.3)
    consumer._beat()
    assert liveness.alive() is alive
