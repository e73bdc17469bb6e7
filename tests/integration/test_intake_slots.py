"""An officer's time and windows in MongoDB, and the directory of offices from Kafka."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio
from prometheus_client import CollectorRegistry

from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.producer import EventProducer
from chassis.mongo.client import Mongo
from chassis.outbox.publisher import Outbox, OutboxEntry
from chassis.telemetry.metrics import OutboxMetrics
from event_schemas import DirectoryPost, Post, WireRecord, encode, ids
from intake.hearings.store import KEPT_AFTER_END, SLOTS, Claim, MongoSlotStore
from intake.offices.directory import SETTLES_AFTER, OfficeDirectory, read_offices
from intake.windows.domain import LENGTH, Window, WindowScope, figures, quarters_of, withdrawn
from intake.windows.store import WINDOWS, MongoWindowStore
from tests.intake.intake_rig import START
from tests.manual_clock import ManualClock

HALF = timedelta(minutes=30)


@pytest_asyncio.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongo_uri, f"intake_slots_{uuid.uuid4().hex[:12]}", app_name="test")
    yield mongo
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


def claim_of(number: int, start: timedelta = timedelta(0), *, hearing: str | None = None) -> Claim:
    begins = START + start
    return Claim(f"e{number}", "sho:1", f"c_{number}", hearing or f"h{number}", begins, begins + HALF, START)


async def test_of_fifty_claims_at_once_one_is_granted(mongo: Mongo) -> None:
    """Whoever comes first: the other forty-nine are refused, whatever replica they ran in."""
    stores = [MongoSlotStore(mongo) for _ in range(2)]
    answers = await asyncio.gather(*(stores[number % 2].claim(claim_of(number)) for number in range(50)))
    assert sum(answer is None for answer in answers) == 1
    winner = claim_of(next(number for number, answer in enumerate(answers) if answer is None))
    assert {answer for answer in answers if answer is not None} == {(winner,)}


async def test_times_are_distinguished_to_the_millisecond(mongo: Mongo) -> None:
    """Touching is free, overlapping is not; a hearing's own time is no obstacle to its move."""
    store = MongoSlotStore(mongo)
    assert await store.claim(claim_of(1)) is None
    assert await store.claim(claim_of(2, HALF)) is None
    assert await store.claim(claim_of(3, -HALF)) is None
    assert await store.claim(claim_of(4, timedelta(milliseconds=1))) == (claim_of(1), claim_of(2, HALF))
    assert await store.claim(claim_of(5, -HALF - timedelta(minutes=29))) == (claim_of(3, -HALF),)
    assert await store.claim(claim_of(6, timedelta(hours=9))) is None
    assert await store.claim(claim_of(7, timedelta(hours=9, minutes=5), hearing="h6")) is None


def window_of(number: int, start: timedelta = timedelta(0)) -> Window:
    begins = START + start
    return Window(
        window_id=f"w{number}",
        officer_post="SHO:1",
        place="1",
        starts_at=begins,
        ends_at=begins + LENGTH,
        modes=("in_person",),
        slot_minutes=15,
        published_at=START,
        quarters=quarters_of(begins),
    )


async def test_of_fifty_windows_at_once_one_is_published(mongo: Mongo) -> None:
    """The unique index decides, to the quarter hour; a withdrawn one gives its time back; each is counted once."""
    collections = mongo.collection(WINDOWS), mongo.relaxed(WINDOWS)
    clock, metrics = ManualClock(START), OutboxMetrics(CollectorRegistry())
    # With no room for jobs nothing is published here.
    outbox = Outbox(*collections, EventProducer("127.0.0.1:1", client_id="test"), clock, metrics=metrics, max_pending=0)
    store = MongoWindowStore(mongo, outbox, clock)
    await store.ensure_indexes()
    entry = OutboxEntry("hearing.windows", "e", WireRecord(b"w", b"{}", ()))
    wanted = [window_of(number, timedelta(minutes=15 * (number % 8))) for number in range(50)]
    kept = await asyncio.gather(*(store.add(window, entry) for window in wanted))
    (winner,) = {window.window_id for window in kept}
    first = await store.by_id(winner)
    assert first is not None
    assert first == next(one for one in wanted if one.window_id == winner)
    assert await store.add(window_of(90, first.ends_at - START), entry) == window_of(90, first.ends_at - START)
    assert await store.change(first, withdrawn(first, "law_and_order"), entry)
    assert not await store.change(first, withdrawn(first, "law_and_order"), entry)
    assert (await store.add(window_of(91, first.starts_at - START), entry)).window_id == "w91"
    span = WindowScope(), START, START + timedelta(days=1)
    assert len(await store.page(*span, None, 10)) == 3
    counted = figures([one async for one in store.groups(*span, START)])
    assert (counted["SHO:1"]["to_come"], counted["SHO:1"]["withdrawn"]) == (2, 1)
    assert len(await store.page(WindowScope("SHO:2", "1"), *span[1:], None, 10)) == 3
    assert not await store.page(WindowScope(districts=("PATNA",)), *span[1:], None, 10)


async def test_a_released_time_is_free(mongo: Mongo) -> None:
    """A claim is released alone; a settled hearing keeps its last claim; what is long over is dropped."""
    store = MongoSlotStore(mongo)
    for claim in (claim_of(1), claim_of(2, HALF), claim_of(3, HALF * 4, hearing="h2")):
        assert await store.claim(claim) is None
    await store.release(claim_of(1))
    assert await store.claim(claim_of(4)) is None
    await store.settle(claim_of(3, HALF * 4, hearing="h2"), frozenset({"sho:9"}))
    assert await store.claim(claim_of(5, HALF)) is None
    later = claim_of(6, timedelta(days=3))
    assert (
        await store.claim(
            Claim(later.claim_id, later.officer, later.case_id, "h6", later.starts_at, later.ends_at, later.starts_at)
        )
        is None
    )
    document = await mongo.collection(SLOTS).find_one({"_id": "sho:1"})
    assert document is not None
    assert timedelta(days=3) > KEPT_AFTER_END
    assert [claim["claim_id"] for claim in document["claims"]] == ["e6"]


def post(station: str, title: Post, parent: str | None, name: str) -> DirectoryPost:
    return DirectoryPost(station=station, post=title, name_en=name, name_hi=name, parent=parent)


POSTS = (
    post("control-room", Post.HQ, None, "Control Room"),
    post("bihar", Post.DIG, "control-room:HQ", "DIG"),
    post("ARARIA", Post.SP, "bihar:DIG", "SP, Araria"),
    post("sdpo-5140-araria", Post.SDPO, "ARARIA:SP", "SDPO, Araria"),
    post("5140003", Post.SDPO, "ARARIA:SP", "SDPO, Araria"),
    post("5140003", Post.SHO, "5140003:SDPO", "SHO, Araria"),
    post("5140012", Post.SHO, "ARARIA:SP", "SHO, Sikti"),
)


async def test_the_offices_are_read_from_the_directory(kafka_bootstrap: str) -> None:
    """Nothing is lacking before the topic was read and has settled; then only what is not in it."""
    clock = ManualClock(START)
    topic = f"directory-{uuid.uuid4().hex[:12]}"
    await create_topics(kafka_bootstrap, [TopicSpec(topic, 1, config={"cleanup.policy": "compact"})])
    directory = OfficeDirectory(kafka_bootstrap, clock, topic=topic)
    assert not directory.lacks("nowhere")
    producer = EventProducer(kafka_bootstrap, client_id="test")
    records = [(topic, encode(one, event_id=ids.directory_record_id(one.key, 1), source="routing")) for one in POSTS]
    await producer.send_all(records)
    reading = asyncio.ensure_future(directory.view.run())
    try:
        await directory.view.caught_up(timedelta(seconds=30))
        assert not directory.lacks("nowhere")
        clock.advance(SETTLES_AFTER)
        assert directory.lacks("nowhere")
        assert not any(directory.lacks(one.station) for one in POSTS)
        assert directory.line_of("5140003") == {"5140003", "sdpo-5140-araria", "araria", "bihar", "control-room"}
        assert directory.line_of("5140012") == {"5140012", "araria", "bihar", "control-room"}
        assert directory.line_of("Nowhere") == {"nowhere"}
        now = await read_offices(kafka_bootstrap, clock, topic=topic)
        assert not now.is_empty
        assert (now.lacks("nowhere"), now.lacks("5140003")) == (True, False)
    finally:
        directory.view.stop()
        await reading
        await producer.stop()
