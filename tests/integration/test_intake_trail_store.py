"""Trails in a real MongoDB, their heads in a real Kafka: whatever is done to a stored trail, `verify` finds."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.producer import EventProducer
from chassis.mongo.client import Mongo
from chassis.outbox.publisher import Outbox
from chassis.telemetry.metrics import OutboxMetrics
from event_schemas import ids, topics
from intake.audit.cli import VerifySettings, lines_of, verify, verify_trails
from intake.case.keys import Keys
from intake.case.model import OWNER, ActedBy, Case, CaseUpdate, TimelineEntry
from intake.case.numbers import CaseId, new_tracking_number
from intake.case.states import State
from intake.case.store.mongo import CASES, MongoCaseStore
from intake.case.trail.adopting import REVEALS, adopt_reveals
from intake.case.trail.handlers import Trail
from intake.case.trail.store import TRAIL, MongoTrailStore
from tests.intake.intake_rig import START, settings
from tests.intake.test_intake_derived_any_order import new_case

KEYS = Keys(settings().receipt_key)
BY = ActedBy("SHO:5140003", "dev-sho")


@dataclass(frozen=True)
class Kept:
    mongo: Mongo
    bootstrap: str
    store: MongoCaseStore
    trail: Trail
    heads: Outbox

    async def worked_on(self) -> Case:
        """A case with four entries whose heads Kafka has."""
        case = new_case(case_id=CaseId(ids.new_case_id()), tracking_number=new_tracking_number(START))
        await self.store.insert(case, [])
        for number in range(2):
            await self.trail.look(case, BY, f"look {number}", START)
            event_id = ids.new_event_id(START)
            entry = TimelineEntry(event_id, case.case_id, START, "ComplaintAcknowledged", {"n": str(number)})
            changed = await self.store.update(case, CaseUpdate(State.ACKNOWLEDGED, entry, BY, emits=0), ())
            assert changed is not None
            case = changed
        return case

    async def found(self, case: Case) -> set[str]:
        verified = await verify_trails(self.mongo, self.bootstrap, KEYS, case.case_id)
        return {f"{one.where}: {one.kind}" for one in verified.found}

    async def write(self, case: Case, number: int, change: Mapping[str, Any] | None) -> None:
        """What somebody with the store's password does to an entry; None: it is gone."""
        wanted, entries = {"case_id": case.case_id, "seq": number}, self.mongo.collection(TRAIL)
        await (entries.delete_one(wanted) if change is None else entries.update_one(wanted, {"$set": change}))


@pytest_asyncio.fixture
async def kept(mongo_uri: str, kafka_bootstrap: str) -> AsyncIterator[Kept]:
    await create_topics(kafka_bootstrap, [TopicSpec(topics.AUDIT_HEADS, 2, config={"cleanup.policy": "compact"})])
    mongo = Mongo(mongo_uri, f"intake_trail_{uuid.uuid4().hex[:12]}", app_name="test")
    clock, producer = SystemClock(), EventProducer(kafka_bootstrap, client_id="t")

    def outbox(name: str) -> Outbox:
        metrics = OutboxMetrics(CollectorRegistry())
        return Outbox(mongo.collection(name), mongo.relaxed(name), producer, clock, metrics=metrics)

    heads = outbox(TRAIL)
    trails = MongoTrailStore(mongo, heads, clock)
    trail = Trail(trails, KEYS.trail)
    store = MongoCaseStore(mongo, outbox(CASES), clock, trail)
    await trails.ensure_indexes()
    running = asyncio.create_task(heads.run())
    yield Kept(mongo, kafka_bootstrap, store, trail, heads)
    await heads.stop()
    await running
    await producer.stop()
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


async def test_what_is_done_to_a_stored_trail_is_found(kept: Kept) -> None:
    """Altered, removed, reordered, cut off, emptied, and an act that is in no entry: each in a case of its own."""
    whole, altered, gone, swapped, cut, emptied, forged = [await kept.worked_on() for _ in range(7)]
    await asyncio.wait_for(_published(kept), 60)
    await kept.write(altered, 3, {"what": "another reason"})
    await kept.write(gone, 2, None)
    for number, to in ((2, 9), (3, 2), (9, 3)):
        await kept.write(swapped, number, {"seq": to})
    await kept.write(cut, 4, None)
    await kept.mongo.collection(TRAIL).delete_many({"case_id": emptied.case_id})
    late = {"id": ids.new_event_id(START), "at": START, "event": "ComplaintClosed"}
    await kept.mongo.collection(CASES).update_one({"_id": forged.case_id}, {"$push": {"history": late}})
    assert await kept.found(whole) == set()
    assert await kept.found(altered) == {"entry 3: altered"}
    covered = f"ComplaintAcknowledged {gone.history[-2].event_id}: in the case's history, and in no entry"
    assert await kept.found(gone) == {"entry 2: removed", covered}
    assert "entry 2: out of its order" in await kept.found(swapped)
    last = f"ComplaintAcknowledged {cut.history[-1].event_id}: in the case's history, and in no entry"
    assert await kept.found(cut) == {"entry 4: cut off at the end", last}
    assert await kept.found(emptied) == {"entries 1 to 4: cut off at the end"}
    assert await kept.found(forged) == {f"ComplaintClosed {late['id']}: in the case's history, and in no entry"}


async def _published(kept: Kept) -> None:
    while True:
        if not await kept.mongo.collection(TRAIL).count_documents({"outbox_at": {"$exists": True}}):
            return
        await asyncio.sleep(0.1)


async def test_many_at_once_make_one_chain(kept: Kept) -> None:
    """Each look has its own number, and none is lost; the owner's erasure leaves the trail whole."""
    case = await kept.worked_on()
    await asyncio.gather(*(kept.trail.look(case, ActedBy(OWNER, "citizen:x"), f"at once {n}", START) for n in range(8)))
    entries = await kept.trail.entries(case.case_id)
    assert [one.seq for one in entries] == list(range(1, 13))
    assert {one.what for one in entries[4:]} == {f"at once {n}" for n in range(8)}
    await kept.trail.forget_owner(case.case_id)
    assert {one.actor for one in await kept.trail.entries(case.case_id)} == {"dev-sho", "erased"}
    assert await kept.found(case) == set()


async def test_older_readings_are_adopted_once(kept: Kept) -> None:
    """With who, when and why; started again, or by two at once, nothing is doubled."""
    case = await kept.worked_on()
    old = {"_id": "r1", "at": START, "case_id": case.case_id, "actor": "dev-sp", "post": "SP:X", "reason": "call back"}
    lost = old | {"_id": "r2", "case_id": "an_gone"}
    await kept.mongo.collection(REVEALS).insert_many([old, lost])
    await asyncio.gather(*(adopt_reveals(kept.mongo, kept.store, kept.trail) for _ in range(2)))
    assert await adopt_reveals(kept.mongo, kept.store, kept.trail) == 0
    (look,) = [one for one in await kept.trail.looks(case.case_id) if one.entry_id == "r1"]
    assert (look.actor, look.post, look.what, look.at) == ("dev-sp", "SP:X", "call back", START)
    assert await kept.found(case) == set()


async def test_the_command_names_each_finding(kept: Kept, mongo_uri: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each finding, one that counts, and a status."""
    case = await kept.worked_on()
    given: dict[str, Any] = {
        "mongo_uri": mongo_uri,
        "mongo_database": kept.mongo.database.name,
        "kafka_bootstrap": kept.bootstrap,
        "receipt_key": settings().receipt_key,
    }
    configured = VerifySettings(**given)
    assert await asyncio.to_thread(verify, configured, case.case_id) == 0
    assert "0 findings in 4 entries of 1 cases" in capsys.readouterr().out
    await kept.write(case, 1, {"post": "SHO:5140012"})
    assert await asyncio.to_thread(verify, configured, case.case_id) == 1
    assert f"{case.case_id}: entry 1: altered" in capsys.readouterr().out
    # All of them, and a case that is gone with its trail.
    await kept.mongo.collection(TRAIL).delete_many({"case_id": case.case_id})
    await kept.mongo.collection(CASES).delete_one({"_id": case.case_id})
    everything = lines_of(await verify_trails(kept.mongo, kept.bootstrap, KEYS))
    assert any(line.startswith(f"{case.case_id}: entr") for line in everything[:-1])
