"""How long a consumer's fetches wait at a real broker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.kafka.aiokafka_patches import COMPLETE_FETCH_WAIT_MS, lengthen_complete_fetches
from tests.integration.chassis_rigs import CASES, KafkaRig, acknowledged, until

OWN_WAIT_MS = 40


@asynccontextmanager
async def watched(bootstrap: str, places: list[TopicPartition]) -> AsyncIterator[tuple[Any, set[tuple[int, int]]]]:
    """A consumer, and the kinds of fetch it sends: of how many partitions, and their limit in milliseconds."""
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=OWN_WAIT_MS,
    )
    await consumer.start()
    client, sent = consumer._client, set()  # noqa: SLF001  what is sent is seen nowhere else
    send = client.send

    async def watching(node: int, request: Any, **more: Any) -> Any:
        if type(request).__name__ == "FetchRequest":
            limit = request._max_wait_ms  # noqa: SLF001  as above
            sent.add((sum(len(partitions) for _, partitions in request.topics), limit))
        return await send(node, request, **more)

    client.send = watching
    try:
        lengthen_complete_fetches(consumer)
        consumer.assign(places)
        yield consumer, sent
    finally:
        await consumer.stop()


async def test_a_fetch_of_all_partitions_waits_longer_than_one_that_leaves_some_out(kafka_bootstrap: str) -> None:
    """An idle consumer asks seldom; one whose records wait to be taken never holds up the others for long."""
    rig = KafkaRig(kafka_bootstrap)
    await rig.start()
    places = [TopicPartition(rig.topic, number) for number in range(4)]
    async with watched(kafka_bootstrap, places) as (consumer, sent):
        await consumer.getmany(timeout_ms=200)
        await until(lambda: (4, COMPLETE_FETCH_WAIT_MS) in sent)
        # One batch of one case: all of it is fetched at once, and one record of it is taken.
        await rig.producer.send_all([(rig.topic, acknowledged(CASES[0], seq)) for seq in range(1, 41)])
        assert len(await consumer.getmany(timeout_ms=30_000, max_records=1)) == 1
        await until(lambda: (3, OWN_WAIT_MS) in sent)
    assert {limit for asked, limit in sent if asked == 4} == {COMPLETE_FETCH_WAIT_MS}
    assert {limit for asked, limit in sent if asked < 4} == {OWN_WAIT_MS}
    await rig.stop()
