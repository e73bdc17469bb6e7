"""An operator's ``python -m chassis dead-letters`` on a real Kafka, with letters that real consumers have put aside."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from chassis.health import Liveness
from chassis.kafka.admin import TopicSpec, create_topics, end_offsets
from chassis.kafka.consumer import BatchConsumer, InvalidEvent, Outgoing, Received
from chassis.kafka.invalid import SourceRecord, dead_letter
from chassis.kafka.producer import EventProducer
from event_schemas import ComplaintAcknowledged, WireRecord, codec, encode
from event_schemas.topics import TOPICS
from janseva_local.topics import ensure
from tests.integration.chassis_rigs import CASES, TYPES, KafkaRig, acknowledged, read_all, until, with_header
from tests.integration.sla_worker import open_bench
from tests.integration.test_sla_worker import filed

CASE = CASES[0]
DECIDED = ("--yes", "--by", "HQ, duty officer", "--why", "the release was a day early")
PHONE = b"9876543210"


class Operator:
    """Types the command and reads what it answers."""

    def __init__(self, bootstrap: str, topic: str | None) -> None:
        self._bootstrap = bootstrap
        self._of_topic = () if topic is None else ("--topic", topic)

    async def run(self, act: str, *arguments: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "chassis", "dead-letters", act, *self._of_topic, *arguments),
            env={**os.environ, "KAFKA_BOOTSTRAP": self._bootstrap},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, output.decode()


@pytest.fixture
def desk(kafka_rig: KafkaRig) -> Operator:
    return Operator(kafka_rig.bootstrap, kafka_rig.topic)


class Service:
    """Consumes the rig's topic by a real BatchConsumer under a name of its own."""

    def __init__(self, kafka_rig: KafkaRig, name: str, refused: frozenset[int] = frozenset()) -> None:
        self._rig, self._name, self._refused = kafka_rig, name, refused
        self._handled: list[int] = []

    async def __call__(self, batch: Sequence[Received]) -> Sequence[Outgoing]:
        seqs = [event.data.case_seq for event in batch]  # type: ignore[attr-defined]
        if self._refused.intersection(seqs):
            raise InvalidEvent("not_acceptable", "by the handler")
        self._handled += seqs
        return []

    async def run_through(self) -> list[int]:
        """Handle what lies there, commit, leave: what was handled, in its order."""
        self._handled = []
        # Everything is one case's and so in one partition: behind this event nothing is left.
        last = 1_000 + sum((await end_offsets(self._rig.bootstrap, [self._rig.topic])).values())
        await self._rig.publish(acknowledged(CASE, last))
        await self.run(lambda: last in self._handled)
        return [seq for seq in self._handled if seq < 1_000]

    async def run(self, done: Callable[[], bool]) -> None:
        consumer = BatchConsumer(
            bootstrap=self._rig.bootstrap,
            group_id=f"{self._rig.topic}.{self._name}",
            topics=[self._rig.topic],
            types=TYPES,
            handler=self,
            producer=self._rig.producer,
            service=self._name,
            liveness=Liveness(timedelta(seconds=30)),
            metrics=self._rig.metrics,
        )
        task = asyncio.create_task(consumer.run())
        await until(lambda: task.done() or done(), 60.0)
        consumer.stop()
        await task


@contextmanager
def knowing_version(version: int) -> Iterator[None]:
    """This process is of a release that knows the event in this version."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ComplaintAcknowledged, "version", version)
        codec._names.cache_clear()  # noqa: SLF001  it remembers the version
        yield
    codec._names.cache_clear()  # noqa: SLF001  as above


async def letters_of(kafka_rig: KafkaRig, *items: tuple[str, str, WireRecord]) -> None:
    """Put aside records by service and reason, as if each had lain at its number in partition 0."""
    for number, (service, reason, record) in enumerate(items):
        source = SourceRecord(kafka_rig.topic, 0, number, record.key, record.value, record.headers)
        await kafka_rig.producer.send(f"{kafka_rig.topic}.dlq", dead_letter(source, reason, service))


def dead_lettered(kafka_rig: KafkaRig, reason: str) -> float:
    return (
        kafka_rig.registry.get_sample_value("janseva_dead_letters_total", {"topic": kafka_rig.topic, "reason": reason})
        or 0
    )


async def length(kafka_rig: KafkaRig) -> int:
    return sum((await end_offsets(kafka_rig.bootstrap, [kafka_rig.topic])).values())


@pytest.mark.timeout(180)
async def test_a_replay_reaches_the_service_that_put_it_aside_and_no_other(kafka_rig: KafkaRig, desk: Operator) -> None:
    """Put aside by a reader of an older release, replayed after the release: handled once, by that reader alone."""
    late, prompt = Service(kafka_rig, "svc"), Service(kafka_rig, "other")
    event = with_header(acknowledged(CASE, 7), "extra", b"\x00\xff")
    await kafka_rig.publish(event)
    assert await prompt.run_through() == [7]
    with knowing_version(0):
        # The event that ended the other's run is ahead of this release too.
        await late.run(lambda: dead_lettered(kafka_rig, "unknown_version") == 2)
    (letter, *_) = await kafka_rig.dead_letters()
    assert dict(letter.headers)["dlq_reason"] == b"unknown_version"
    before = await length(kafka_rig)

    status, shown = await desk.run("list")
    assert (status, "2 dead letters, 2 not replayed" in shown) == (0, True), shown
    status, shown = await desk.run("replay", "--at", "0:0")
    assert (status, f"1 to {kafka_rig.topic}, for svc alone" in shown, "nothing was sent" in shown) == (
        0,
        True,
        True,
    ), shown
    assert (await desk.run("replay", "--at", "0:0", "--yes", "--by", "HQ"))[0] == 2  # no reason is given
    assert (await desk.run("replay"))[0] == 2  # nothing is selected
    assert await length(kafka_rig) == before

    status, shown = await desk.run("replay", "--service", "svc", "--at", "0:0", *DECIDED)
    assert (status, shown.endswith("replayed 1 of 1\n")) == (0, True), shown
    copy = [
        one for one in await read_all(kafka_rig.bootstrap, kafka_rig.topic) if ("extra", b"\x00\xff") in one.headers
    ][-1]
    added = (("dlq_replay_service", b"svc"), ("dlq_replay_of", b"0:0"))
    assert (copy.key, copy.value, copy.headers) == (event.key, event.value, (*event.headers, *added))
    assert await late.run_through() == [7]
    assert await prompt.run_through() == []
    assert len([one for one in await kafka_rig.dead_letters() if dict(one.headers).get("dlq_service")]) == 2

    before = await length(kafka_rig)
    status, shown = await desk.run("replay", "--at", "0:0", *DECIDED)
    assert (status, "1 left out: was replayed already by HQ, duty officer" in shown) == (0, True), shown
    assert await length(kafka_rig) == before
    status, shown = await desk.run("show", "--at", "0:0")
    assert "by HQ, duty officer: the release was a day early" in shown
    status, shown = await desk.run("replay", "--at", "0:0", "--again", *DECIDED)
    assert (status, await length(kafka_rig)) == (0, before + 1), shown


@pytest.mark.timeout(180)
async def test_a_replay_that_dies_again_shows_as_such(kafka_rig: KafkaRig, desk: Operator) -> None:
    """What the service refuses once more is a new dead letter that names the first, and the first names it."""
    refusing = Service(kafka_rig, "svc", refused=frozenset({7}))
    await kafka_rig.publish(acknowledged(CASE, 7))
    assert await refusing.run_through() == []
    assert (await desk.run("replay", "--reason", "not_acceptable", *DECIDED))[0] == 0
    assert await refusing.run_through() == []
    # Behind the first dead letter lies the mark of its replay.
    status, shown = await desk.run("list", "--each")
    assert (status, "2 dead letters, 1 not replayed" in shown) == (0, True), shown
    first, second = shown.splitlines()[-2:]
    assert first.lstrip().startswith("0:0 ")
    assert first.endswith("; died again as 0:2")
    assert second.endswith("a replay of 0:0; not replayed")
    assert "it died again" in (await desk.run("show", "--at", "0:2"))[1]
    assert (await desk.run("replay", "--service", "svc", *DECIDED))[0] == 0
    assert await Service(kafka_rig, "svc").run_through() == [7]


@pytest.mark.timeout(180)
async def test_what_no_service_could_consume_is_not_sent(kafka_rig: KafkaRig, desk: Operator) -> None:
    """Broken, without a type, of another key, of a topic that is gone, or no dead letter at all: each is refused."""
    good, gone = acknowledged(CASE, 7), "chassis-gone"
    await letters_of(
        kafka_rig,
        ("svc", "malformed_json", WireRecord(good.key, b"{" + PHONE, good.headers)),
        ("svc", "missing_header", WireRecord(good.key, good.value, ())),
        ("svc", "key_mismatch", WireRecord(b"another", good.value, good.headers)),
    )
    source = SourceRecord(gone, 0, 0, good.key, good.value, good.headers)
    await kafka_rig.producer.send(f"{kafka_rig.topic}.dlq", dead_letter(source, "schema", "svc"))
    await kafka_rig.producer.send(f"{kafka_rig.topic}.dlq", WireRecord(b"k", b"{}", ()))
    status, shown = await desk.run("replay", "--service", "svc", *DECIDED)
    assert status == 1, shown
    for why in ("unreadable here, malformed_json", "has no type", "its key is not its subject", "these are not"):
        assert f"1 left out: {why}" in shown.replace("says that it came from a topic whose dead letters ", ""), shown
    assert await length(kafka_rig) == 0
    assert "and 1 records that no service of ours wrote" in (await desk.run("list"))[1]
    assert (await desk.run("show", "--at", "0:99")) == (
        1,
        f"not done: nothing lies at 0:99 of {kafka_rig.topic}.dlq (any more)\n",
    )

    await create_topics(kafka_rig.bootstrap, [TopicSpec(f"{kafka_rig.topic}-gone.dlq", 1)])
    source = source._replace(topic=f"{kafka_rig.topic}-gone")
    await kafka_rig.producer.send(f"{kafka_rig.topic}-gone.dlq", dead_letter(source, "schema", "svc"))
    status, shown = await Operator(kafka_rig.bootstrap, f"{kafka_rig.topic}-gone").run(
        "replay", "--service", "svc", *DECIDED
    )
    assert (status, f"1 left out: its topic {kafka_rig.topic}-gone does not exist" in shown) == (1, True), shown


@pytest.mark.timeout(120)
async def test_no_value_of_a_body_is_shown(kafka_rig: KafkaRig, desk: Operator) -> None:
    """Of a body its size and the names of its fields; of a foreign header its size; numbers of persons nowhere."""
    body = b'{"case_id": "c", "sealed": "c2VjcmV0", "phone": "' + PHONE + b'", "Sita Devi": 1}'
    headers = (("ce_type", b"ComplaintFiled"), ("ce_source", PHONE), ("extra", PHONE))
    await letters_of(kafka_rig, ("svc", "schema", WireRecord(PHONE, body, headers)))
    status, shown = await desk.run("show", "--at", "0:0")
    assert status == 0
    assert f"{len(body)} bytes: case_id, sealed, phone and 1 that are no names of fields" in shown
    assert "extra: [10 bytes]" in shown
    assert not any(secret in shown for secret in (PHONE.decode(), "c2VjcmV0", "Sita"))


@pytest.mark.timeout(180)
async def test_many_are_replayed_in_their_order_and_only_those_selected(kafka_rig: KafkaRig, desk: Operator) -> None:
    """450 of one service go with a line for each 200, in the order in which they died; another's stay."""
    ours = [("svc", "schema", acknowledged(CASE, seq)) for seq in range(1, 451)]
    others = [("other", "schema", acknowledged(CASE, 7)), ("svc", "unknown_version", acknowledged(CASE, 8))]
    items = [
        dead_letter(SourceRecord(kafka_rig.topic, 0, 0, r.key, r.value, r.headers), why, who) for who, why, r in ours
    ]
    await kafka_rig.producer.send_all([(f"{kafka_rig.topic}.dlq", item) for item in items])
    await letters_of(kafka_rig, *others)
    selection = ("--service", "svc", "--reason", "schema", "--type", "ComplaintAcknowledged", "--since", "2020-01-01")
    assert "0 dead letters" in (await desk.run("list", "--until", "2020-01-01T12:00"))[1]
    status, shown = await desk.run("replay", *selection, *DECIDED)
    assert (status, "\n200 of 450\n400 of 450\nreplayed 450 of 450\n" in shown) == (0, True), shown
    assert await Service(kafka_rig, "svc").run_through() == [*range(1, 451)]
    status, shown = await desk.run("replay", *selection, *DECIDED)
    assert (status, "450 left out: was replayed already" in shown) == (0, True), shown
    assert "452 dead letters, 2 not replayed" in (await desk.run("list"))[1]


@pytest.mark.timeout(180)
async def test_the_sla_worker_applies_its_own_replay_and_skips_others(kafka_bootstrap: str, tmp_path: Path) -> None:
    """A filing replayed for the SLA monitor starts its clock; one replayed for the notifier starts none."""
    async with open_bench(kafka_bootstrap, tmp_path, target_s=300) as bench, bench.start_worker() as worker:
        await worker.ready()
        mine, foreign, after = filed(), filed(), filed()
        for number, (service, one) in enumerate((("sla-monitor", mine), ("notifier", foreign))):
            record = encode(one.data, event_id=one.event_id, source=one.source)
            source = SourceRecord(bench.cases, 0, number, record.key, record.value, record.headers)
            await bench.producer.send(f"{bench.cases}.dlq", dead_letter(source, "schema", service))
        desk = Operator(bench.bootstrap, bench.cases)
        status, shown = await desk.run("replay", "--reason", "schema", *DECIDED)
        assert (status, "replayed 2 of 2" in shown) == (0, True), shown
        # Behind the replays in every partition, so that both have been read.
        await bench.put(after, *[filed() for _ in range(32)])
        emitted = await bench.wait_for(lambda emitted: len(emitted) >= 34, within=60)
        assert {mine.subject, after.subject} <= {one.subject for one in emitted}
        assert foreign.subject not in {one.subject for one in emitted}
        assert len(await bench.log(f"{bench.cases}.dlq")) == 3  # two dead letters and the mark


@pytest.mark.timeout(180)
async def test_a_list_without_a_topic_is_of_the_whole_suite(own_kafka: str) -> None:
    """Every topic of dead letters in the registry has its line; a Kafka that has none, or does not answer, says so."""
    desk = Operator(own_kafka, None)
    assert await desk.run("list") == (1, "not done: this Kafka has no topic of dead letters\n")
    await ensure(own_kafka)
    record = acknowledged(CASE, 7)
    producer = EventProducer(own_kafka, client_id="test")
    source = SourceRecord("cases.routine", 0, 5, record.key, record.value, record.headers)
    await producer.send("cases.routine.dlq", dead_letter(source, "schema", "routing"))
    await producer.stop()
    status, shown = await desk.run("list")
    assert status == 0
    counted = {line.split(":")[0]: line.split()[1] for line in shown.splitlines() if not line.startswith(" ")}
    names = {topic.name for topic in TOPICS if topic.dead_letter}
    assert counted == {name: "1" if name == "cases.routine.dlq" else "0" for name in names}
    status, shown = await Operator("127.0.0.1:1", None).run("list")
    assert (status, shown.count("\n"), "KAFKA_BOOTSTRAP" in shown) == (1, 1, True), shown
