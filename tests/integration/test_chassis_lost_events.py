"""Events that Kafka deleted before a group had read them, on a real Kafka: that is reported, and the group goes on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from structlog.testing import capture_logs

from chassis.kafka.consumer import Outgoing, Received
from tests.integration.chassis_rigs import CASES, KafkaRig, acknowledged, until

PARTITION = 1


@pytest.fixture
async def rig(kafka_bootstrap: str) -> AsyncIterator[KafkaRig]:
    made = KafkaRig(kafka_bootstrap)
    await made.start()
    yield made
    await made.stop()


class Reader:
    """A member of the rig's group, run once."""

    def __init__(self, rig: KafkaRig) -> None:
        self._rig = rig
        self.seqs: list[int] = []

    async def __call__(self, batch: Sequence[Received]) -> Sequence[Outgoing]:
        self.seqs += [event.data.case_seq for event in batch]  # type: ignore[attr-defined]
        return []

    async def run(self, until_seen: int | None) -> list[dict[str, Any]]:
        """Until this number was handled (None: until the loss was reported): what was logged of lost events."""
        with capture_logs() as logs:
            await self._rig.run(self, lambda: until_seen in self.seqs or (until_seen is None and lost(self._rig) > 0))
        return [{**one} for one in logs if one["event"] in {"events_lost", "lost_events_unknown"}]


def lost(rig: KafkaRig) -> float:
    labels = {"topic": rig.topic, "group": f"{rig.topic}.svc"}
    return rig.registry.get_sample_value("janseva_events_lost_total", labels) or 0


async def put(rig: KafkaRig, *seqs: int) -> None:
    for seq in seqs:
        await rig.publish(acknowledged(CASES[0], seq), partition=PARTITION)


async def delete_before(rig: KafkaRig, offset: int) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=rig.bootstrap)
    await client.start()
    try:
        await client.delete_records({TopicPartition(rig.topic, PARTITION): RecordsToDelete(offset)})
    finally:
        await client.close()


async def test_events_deleted_unread_are_reported_and_counted(rig: KafkaRig) -> None:
    """Of eight events read up to the third and gone up to the sixth, three are lost, which is reported once."""
    await put(rig, 1, 2, 3)
    assert await Reader(rig).run(3) == []
    await put(rig, 4, 5, 6, 7, 8)
    await delete_before(rig, 6)
    reader = Reader(rig)
    (reported,) = await reader.run(8)
    assert (reported["event"], reported["log_level"]) == ("events_lost", "error")
    assert (reported["topic"], reported["partition"], reported["from"], reported["to"]) == (rig.topic, PARTITION, 3, 6)
    assert reader.seqs == [7, 8]
    assert lost(rig) == 3
    await put(rig, 9)
    assert await Reader(rig).run(9) == []
    assert (lost(rig), await rig.left()) == (3, 0)


async def test_a_log_of_which_nothing_is_left_is_reported_too(rig: KafkaRig) -> None:
    """With no event left behind the gap it is reported all the same."""
    await put(rig, 1, 2, 3)
    assert await Reader(rig).run(3) == []
    await put(rig, 4, 5)
    await delete_before(rig, 5)
    (reported,) = await Reader(rig).run(None)
    assert (reported["from"], reported["to"], lost(rig)) == (3, 5, 2)


async def test_a_rebalance_does_not_count_the_same_loss_again(rig: KafkaRig) -> None:
    """While nothing new is committed behind the gap, a member that reported it does not count it twice."""
    await put(rig, 1, 2, 3)
    assert await Reader(rig).run(3) == []
    await put(rig, 4, 5)
    await delete_before(rig, 5)
    first = rig.consumer(Reader(rig))
    running = asyncio.create_task(first.run())
    await until(lambda: lost(rig) == 2, 60.0)
    with capture_logs() as logs:
        # Another member comes, commits nothing and goes: the first takes everything over again.
        other = AIOKafkaConsumer(
            rig.topic, bootstrap_servers=rig.bootstrap, group_id=f"{rig.topic}.svc", enable_auto_commit=False
        )
        await other.start()
        await other.stop()
        await until(lambda: [len(one["partitions"]) for one in logs if "partitions" in one][-1:] == [4], 60.0)
    first.stop()
    await running
    assert [one for one in logs if one["event"] == "events_lost"] == []
    assert lost(rig) == 2


async def test_a_new_group_has_lost_nothing(rig: KafkaRig) -> None:
    """A group that has committed nothing begins where the log begins: that is no loss."""
    await put(rig, 1, 2, 3)
    await delete_before(rig, 2)
    reader = Reader(rig)
    assert await reader.run(3) == []
    assert (reader.seqs, lost(rig)) == ([3], 0)
