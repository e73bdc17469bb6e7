"""The consumer's rules, once on the in-memory broker and once on Kafka: fast tests may trust the former."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from pymongo.errors import AutoReconnect

from chassis.faults import PublishFailed
from chassis.kafka.consumer import InvalidEvent, Outgoing, Received, TooManyInvalid, TransientFault
from chassis.kafka.producer import Producer
from event_schemas import WireRecord
from tests.integration.chassis_rigs import CASES, KafkaRig, MemoryRig, Rig, acknowledged, with_header


@pytest.fixture
def memory_rig() -> MemoryRig:
    return MemoryRig()


@pytest.fixture
async def kafka_rig(kafka_bootstrap: str) -> AsyncIterator[KafkaRig]:
    made = KafkaRig(kafka_bootstrap)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture(params=["memory_rig", "kafka_rig"])
def rig(request: pytest.FixtureRequest) -> Rig:
    made: Rig = request.getfixturevalue(request.param)
    return made


class Seen:
    """A handler that remembers, and fails when asked to."""

    def __init__(self) -> None:
        self.events: list[Received] = []
        self.poison: set[str] = set()
        self.faults: list[Exception] = []

    async def __call__(self, batch: Sequence[Received]) -> Sequence[Outgoing]:
        if self.faults:
            raise self.faults.pop(0)
        if any(event.data.case_id in self.poison for event in batch):
            raise InvalidEvent("not_acceptable", "by the handler")
        self.events += batch
        return []

    def sequence(self, case_id: str) -> list[int]:
        return [event.data.case_seq for event in self.events if event.data.case_id == case_id]  # type: ignore[attr-defined]


async def test_events_are_handled_in_order_and_committed(rig: Rig) -> None:
    """Each case's events arrive in their order, and nothing is left uncommitted."""
    seen = Seen()
    for seq in range(1, 6):
        for case_id in CASES:
            await rig.publish(acknowledged(case_id, seq))
    await rig.run(seen, lambda: len(seen.events) >= 40)
    assert all(seen.sequence(case_id) == [1, 2, 3, 4, 5] for case_id in CASES)
    assert await rig.left() == 0


async def test_foreign_events_are_skipped_by_their_headers(rig: Rig) -> None:
    """Types not asked for, own sources and other services' replays are passed over without a look at the body."""
    seen = Seen()
    garbage = WireRecord(CASES[0].encode(), b"{broken", (("ce_type", b"SomethingElse"),))
    await rig.publish(garbage)
    await rig.publish(with_header(acknowledged(CASES[0], 1, source="me"), "x", b"y"))
    await rig.publish(with_header(acknowledged(CASES[0], 2), "dlq_replay_service", b"other"))
    await rig.publish(with_header(acknowledged(CASES[0], 3), "dlq_replay_service", b"svc"))
    await rig.run(seen, lambda: len(seen.events) >= 1, ignore_sources=frozenset({"me"}))
    assert seen.sequence(CASES[0]) == [3]
    assert await rig.dead_letters() == []
    assert await rig.left() == 0


async def test_only_the_poison_dies(rig: Rig) -> None:
    """Undecodable records and those refused become dead letters as they are; their neighbours keep their order."""
    seen = Seen()
    seen.poison = {CASES[1]}
    good = [acknowledged(CASES[0], seq) for seq in (1, 2, 3)]
    broken = WireRecord(CASES[0].encode(), b"{broken \xff", (*good[1].headers, ("extra", b"\x00\xff")))
    refused = acknowledged(CASES[1], 1)
    for record in (good[0], broken, good[1], refused, WireRecord(b"k", b"", ()), good[2]):
        await rig.publish(record, partition=2)
    await rig.run(seen, lambda: len(seen.events) >= 3)
    assert seen.sequence(CASES[0]) == [1, 2, 3]
    letters = sorted(await rig.dead_letters(), key=lambda letter: dict(letter.headers)["dlq_offset"])
    assert [(letter.key, letter.value) for letter in letters] == [
        (broken.key, broken.value),
        (refused.key, refused.value),
        (b"k", b""),
    ]
    headers = dict(letters[0].headers)
    assert {name: headers[name] for name in headers if name.startswith("dlq_")} == {
        "dlq_source_topic": rig.topic.encode(),
        "dlq_partition": b"2",
        "dlq_offset": b"1",
        "dlq_reason": b"malformed_json",
        "dlq_service": b"svc",
    }
    assert [pair for pair in letters[0].headers if not pair[0].startswith("dlq_")] == list(broken.headers)
    assert [dict(letter.headers)["dlq_reason"] for letter in letters[1:]] == [b"not_acceptable", b"missing_header"]
    assert await rig.left() == 0


async def test_an_event_under_anothers_key_is_poison(rig: Rig) -> None:
    """It lies in another case's order, and on another partition than its own: every service puts it aside alike."""
    seen, good = Seen(), acknowledged(CASES[0])
    for key in (CASES[1].encode(), None):
        await rig.publish(acknowledged(CASES[0])._replace(key=key), partition=1)
    await rig.publish(good, partition=1)
    await rig.run(seen, lambda: len(seen.events) >= 1)
    assert len(seen.events) == 1
    assert [dict(letter.headers)["dlq_reason"] for letter in await rig.dead_letters()] == [b"key_mismatch"] * 2


@pytest.mark.parametrize("fault", [TransientFault("db"), AutoReconnect("db"), PublishFailed("kafka")])
async def test_a_transient_fault_is_retried_until_it_passes(rig: Rig, fault: Exception) -> None:
    """Nothing is lost, put aside or out of order by a fault that passes; the driver's errors count as such."""
    seen = Seen()
    seen.faults = [fault, fault, fault]
    for seq in (1, 2, 3):
        await rig.publish(acknowledged(CASES[0], seq))
    await rig.run(seen, lambda: len(seen.events) >= 3)
    assert seen.sequence(CASES[0]) == [1, 2, 3]
    assert await rig.dead_letters() == []
    assert await rig.left() == 0


async def test_a_bug_stops_the_consumer_uncommitted(rig: Rig) -> None:
    """An unexpected error comes out of run(); after the fix the same events are handled."""
    seen = Seen()
    seen.faults = [KeyError("bug")]
    for seq in (1, 2):
        await rig.publish(acknowledged(CASES[0], seq))
    with pytest.raises(KeyError):
        await rig.run(seen, lambda: False)
    assert await rig.left() == 2
    await rig.run(seen, lambda: len(seen.events) >= 2)
    assert seen.sequence(CASES[0]) == [1, 2]


async def test_too_many_invalid_events_in_a_row_stop_the_consumer(rig: Rig) -> None:
    """When everything looks like poison the fault is ours: it stops, and commits nothing of the batch."""
    for number in range(8):
        await rig.publish(WireRecord(b"k", f"{number}".encode(), ()), partition=0)
    with pytest.raises(TooManyInvalid):
        await rig.run(Seen(), lambda: False, max_invalid_in_row=5)
    assert await rig.left() >= 1


async def test_a_good_event_ends_the_row(rig: Rig) -> None:
    """Scattered poison never stops a consumer."""
    seen = Seen()
    for number in range(9):
        record = acknowledged(CASES[0], number + 1) if number % 3 == 2 else WireRecord(b"k", b"x", ())
        await rig.publish(record, partition=0)
    await rig.run(seen, lambda: len(seen.events) >= 3, max_invalid_in_row=2)
    assert len(await rig.dead_letters()) == 6


class _FlakyProducer:
    """Fails the first time, like a broker that is away for a moment."""

    def __init__(self, inner: Producer) -> None:
        self._inner = inner
        self.failures = 1

    async def send(self, topic: str, record: WireRecord, *, partition: int | None = None) -> None:
        await self._inner.send(topic, record, partition=partition)

    async def send_all(
        self, items: Sequence[tuple[str, WireRecord]], *, partitions: Sequence[int | None] | None = None
    ) -> None:
        if items and self.failures:
            self.failures -= 1
            raise PublishFailed("down")
        await self._inner.send_all(items, partitions=partitions)


async def test_what_follows_from_an_event_is_published_before_the_commit(rig: Rig) -> None:
    """A failed publish means the event is handled again, until its consequence is acknowledged."""
    calls = 0

    async def handler(batch: Sequence[Received]) -> Sequence[Outgoing]:
        nonlocal calls
        calls += 1
        return [Outgoing(f"{rig.topic}.dlq", acknowledged(event.data.case_id, 9)) for event in batch]

    await rig.publish(acknowledged(CASES[0], 1))
    await rig.run(handler, lambda: calls >= 2, producer=_FlakyProducer(rig.producer))
    assert len(await rig.dead_letters()) == 1
    assert await rig.left() == 0
