"""Records that once ended consumers, on a real Kafka: each becomes one dead letter, and the next event is handled."""

from collections.abc import Sequence
from pathlib import Path

from chassis.kafka.consumer import Outgoing, Received
from event_schemas import WireRecord, encode
from tests.integration.chassis_rigs import CASES, KafkaRig, acknowledged
from tests.integration.sla_worker import open_bench
from tests.integration.test_sla_worker import filed

LEFT_THE_CALENDAR = ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00")


def odd_of(good: WireRecord) -> list[WireRecord]:
    """The record with a time in its header or body, a number, a text or a depth that no service can use."""
    times = [
        WireRecord(good.key, good.value, tuple((n, t.encode() if n == "ce_time" else v) for n, v in good.headers))
        for t in LEFT_THE_CALENDAR
    ]
    start = good.value.rstrip(b"}")
    bodies = [
        start + b',"occurred_at":"9999-12-31T23:59:59-12:00"}',
        start + b',"reported_at":"0001-01-01T00:00:00+14:00"}',
        start + b',"case_seq":' + b"9" * 30 + b"}",
        start + b',"case_seq":' + b"9" * 6_000 + b"}",
        start + b',"by_post":"a\\u0000b"}',
        start + b',"more":' + b"[" * 100_000 + b"}",
    ]
    return [*times, *(good._replace(value=body) for body in bodies)]


async def test_a_batch_consumer_goes_on_behind_odd_records(kafka_rig: KafkaRig) -> None:
    """The loop of intake, routing, notifier, certificate service and ledger."""
    seen: list[Received] = []

    async def handler(batch: Sequence[Received]) -> Sequence[Outgoing]:
        seen.extend(batch)
        return []

    first, last = acknowledged(CASES[0], 1), acknowledged(CASES[0], 2)
    odd = odd_of(first)
    for record in (first, *odd, last):
        await kafka_rig.publish(record, partition=1)
    await kafka_rig.run(handler, lambda: len(seen) >= 2)
    assert [event.data.case_id for event in seen] == [CASES[0], CASES[0]]
    assert [letter.value for letter in await kafka_rig.dead_letters()] == [record.value for record in odd]
    assert await kafka_rig.left() == 0


async def test_the_clocks_worker_goes_on_behind_odd_records(kafka_bootstrap: str, tmp_path: Path) -> None:
    """A header whose time leaves the calendar ended it, again at each start."""
    async with open_bench(kafka_bootstrap, tmp_path) as bench, bench.start_worker() as worker:
        await worker.ready()
        good = filed()
        await bench.put(good)
        # The filing has no reported_at: a reader passes over a field of a later writer, whatever it holds.
        records = odd_of(encode(good.data, event_id=good.event_id, source="intake"))
        odd = [record for record in records if b"reported_at" not in record.value]
        for record in odd:
            await bench.producer.send(bench.cases, record)
        after = filed()
        await bench.put(after)
        await bench.wait_for(lambda events: {good.subject, after.subject} <= {event.subject for event in events})
        letters = await bench.log(f"{bench.cases}.dlq")
        assert sorted(letter.record.value for letter in letters) == sorted(record.value for record in odd)
        assert not worker.ended
