"""Events that Kafka deleted before a group had read them, on a real Kafka: that is reported, and the group goes on."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from structlog.testing import capture_logs

from chassis.kafka.consumer import Outgoing, Received
from tests.integration.chassis_rigs import CASES, KafkaRig, acknowledged, until

PARTITION = 1


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


def lost(kafka_rig: KafkaRig) -> float:
    labels = {"topic": kafka_rig.topic, "group": f"{kafka_rig.topic}.svc"}
    return kafka_rig.registry.get_sample_value("janseva_events_lost_total", labels) or 0


async def put(kafka_rig: KafkaRig, *seqs: int) -> None:
    for seq in seqs:
        await kafka_rig.publish(acknowledged(CASES[0], seq), partition=PARTITION)


async def delete_before(kafka_rig: KafkaRig, offset: int) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka_rig.bootstrap)
    await client.start()
    try:
        await client.delete_records({TopicPartition(kafka_rig.topic, PARTITION): RecordsToDelete(offset)})
    finally:
        await client.close()


async def test_events_deleted_unread_are_reported_and_counted(kafka_rig: KafkaRig) -> None:
    """Of eight events read up to the third and gone up to the sixth, three are lost, which is reported once."""
    await put(kafka_rig, 1, 2, 3)
    assert await Reader(kafka_rig).run(3) == []
    await put(kafka_rig, 4, 5, 6, 7, 8)
    await delete_before(kafka_rig, 6)
    reader = Reader(kafka_rig)
    (reported,) = await reader.run(8)
    assert (reported["event"], reported["log_level"]) == ("events_lost", "error")
    assert (reported["topic"], reported["partition"], reported["from"], reported["to"]) == (
        kafka_rig.topic,
        PARTITION,
        3,
        6,
    )
    assert reader.seqs == [7, 8]
    assert lost(kafka_rig) == 3
    await put(kafka_rig, 9)
    assert await Reader(kafka_rig).run(9) == []
    assert (lost(kafka_rig), await kafka_rig.left()) == (3, 0)


async def test_a_log_of_which_nothing_is_left_is_reported_too(kafka_rig: KafkaRig) -> None:
    """With no event left behind the gap it is reported all the same."""
    await put(kafka_rig, 1, 2, 3)
    assert await Reader(kafka_rig).run(3) == []
    await put(kafka_rig, 4, 5)
    await delete_before(kafka_rig, 5)
    (reported,) = await Reader(kafka_rig).run(None)
    assert (reported["from"], reported["to"], lost(kafka_rig)) == (3, 5, 2)


async def test_a_rebalance_does_not_count_the_same_loss_again(kafka_rig: KafkaRig) -> None:
    """While nothing new is committed behind the gap, a member that reported it does not count it twice."""
    await put(kafka_rig, 1, 2, 3)
    assert await Reader(kafka_rig).run(3) == []
    await put(kafka_rig, 4, 5)
    await delete_before(kafka_rig, 5)
    first = kafka_rig.consumer(Reader(kafka_rig))
    running = asyncio.create_task(first.run())
    await until(lambda: lost(kafka_rig) == 2, 60.0)
    with capture_logs() as logs:
        # Another member comes, commits nothing and goes: the first takes everything over again.
        other = AIOKafkaConsumer(
            kafka_rig.topic,
            bootstrap_servers=kafka_rig.bootstrap,
            group_id=f"{kafka_rig.topic}.svc",
            enable_auto_commit=False,
        )
        await other.start()
        await other.stop()
        await until(lambda: [len(one["partitions"]) for one in logs if "partitions" in one][-1:] == [4], 60.0)
    first.stop()
    await running
    assert [one for one in logs if one["event"] == "events_lost"] == []
    assert lost(kafka_rig) == 2


async def test_a_new_group_has_lost_nothing(kafka_rig: KafkaRig) -> None:
    """A group that has committed nothing begins where the log begins: that is no loss."""
    await put(kafka_rig, 1, 2, 3)
    await delete_before(kafka_rig, 2)
    reader = Reader(kafka_rig)
    assert await reader.run(3) == []
    assert (reader.seqs, lost(kafka_rig)) == ([3], 0)
