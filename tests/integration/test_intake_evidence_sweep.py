"""The sweep of files on a real MongoDB: a removal that is cut in between, parts of nothing, and the command."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from chassis.faults import UnknownOutcome
from chassis.mongo.client import Mongo
from event_schemas import ids
from intake.evidence.cli import SweepSettings, sweep_evidence
from intake.evidence.store import FILES, PARTS, File, FileStore, MongoFileStore, Part
from intake.evidence.sweep import EvidenceSweep, Swept
from intake.registers.photos import shown_in_register
from janseva_local.topics import ensure
from tests.intake.evidence_files import jpeg
from tests.intake.evidence_memory import MemoryFileStore
from tests.intake.intake_rig import START
from tests.integration.intake_rig import deployment
from tests.manual_clock import ManualClock

HOUR = timedelta(hours=1)


@pytest_asyncio.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    made = Mongo(mongo_uri, f"intake_sweep_{uuid.uuid4().hex[:12]}", app_name="test")
    yield made
    await made.database.client.drop_database(made.database.name)
    made.close()


@pytest_asyncio.fixture(params=["memory", "mongo"])
async def files(request: pytest.FixtureRequest, mongo: Mongo) -> FileStore:
    if request.param == "memory":
        return MemoryFileStore()
    store = MongoFileStore(mongo)
    await store.ensure_indexes()
    return store


async def a_kept_file(files: FileStore, case_id: str, at: datetime) -> File:
    evidence_id = ids.new_event_id(at)
    part = Part(uuid.uuid4().hex, 0, 10, b"abcdefghij")
    file = File(evidence_id, case_id, 10, "key", at, at + HOUR, offset=10, parts=(part.ref,))
    await files.open(file)
    await files.put(evidence_id, (part,))
    kept = await files.keep(file, file.parts, at)
    assert kept is not None
    return kept


async def listed(file: File) -> bool:
    return file.case_id == "c_listed"


async def test_both_stores_sweep_alike(files: FileStore) -> None:
    """What is listed is settled and whole, what is not goes with its parts, and each file is asked about once."""
    clock = ManualClock(START)
    own, orphan = await a_kept_file(files, "c_listed", START), await a_kept_file(files, "c_crashed", START)
    sweep = EvidenceSweep(files, (listed,), clock)
    clock.advance(timedelta(hours=24))
    assert await sweep.sweep() == Swept(doubted=1)
    assert [file async for file in files.unsettled(clock.now())] == []
    # Found by its case while it is doubted: it can still be kept.
    assert await files.find(orphan.evidence_id) is not None
    clock.advance(HOUR)
    assert await sweep.sweep() == Swept(orphans=1)
    assert await files.find(orphan.evidence_id) is None
    with pytest.raises(LookupError):
        await files.sealed(orphan.parts)
    found = await files.find(own.evidence_id)
    assert found is not None
    assert (found.expires_at, found.kept_at) == (None, None)
    assert await files.sealed(found.parts) == (b"abcdefghij",)
    assert await sweep.sweep_all() == Swept()


async def test_a_doubted_file_that_is_kept_again_stays(files: FileStore) -> None:
    """Its owner's HEAD finished it between the two looks."""
    clock = ManualClock(START)
    file = await a_kept_file(files, "c_late", START)
    cases: set[str] = set()

    async def is_listed(one: File) -> bool:
        return one.case_id in cases

    sweep = EvidenceSweep(files, (is_listed,), clock)
    clock.advance(timedelta(hours=24))
    assert await sweep.sweep() == Swept(doubted=1)
    assert await files.keep(file, file.parts, clock.now()) is not None
    cases.add("c_late")
    clock.advance(timedelta(days=2))
    assert await sweep.sweep() == Swept()
    assert await files.find(file.evidence_id) is not None


async def test_a_removal_that_is_cut_is_ended_by_the_next_sweep(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies between the file and its parts: nobody finds the file, and nothing of it stays for good."""
    files, clock = MongoFileStore(mongo), ManualClock(START)
    file = await a_kept_file(files, "c_gone", START)

    async def dies(*_: Any, **__: Any) -> None:
        raise UnknownOutcome("the process ends here")

    with monkeypatch.context() as patched:
        patched.setattr(files._parts, "delete_many", dies)  # noqa: SLF001
        with pytest.raises(UnknownOutcome):
            await files.remove(file.evidence_id)
    assert await files.find(file.evidence_id) is None
    assert await files.keep(file, file.parts, START) is None
    assert await mongo.collection(PARTS).count_documents({}) == 1
    clock.advance(HOUR)
    assert await EvidenceSweep(files, (listed,), clock).sweep() == Swept(orphans=1)
    assert [await mongo.collection(name).count_documents({}) for name in (FILES, PARTS)] == [0, 0]


async def test_parts_of_a_writer_that_lost_are_not_left(mongo: Mongo) -> None:
    """Two writers at one offset, or an upload given up while a part arrives: only what counts stays."""
    files = MongoFileStore(mongo)
    file = File(ids.new_event_id(START), "c_1", 10, "key", START, START + HOUR)
    await files.open(file)
    writers = (files.append(file, Part(f"p{number}", 0, 4, b"abcd"), START + HOUR) for number in range(5))
    assert sum(one is not None for one in await asyncio.gather(*writers)) == 1
    assert await mongo.collection(PARTS).count_documents({}) == 1
    assert await files.give_up(file)
    assert await files.append(file, Part("late", 4, 4, b"efgh"), START + HOUR) is None
    assert await mongo.collection(PARTS).count_documents({}) == 0


async def test_the_command_counts_and_removes(
    own_kafka: str, mongo_uri: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--dry-run` changes nothing; two runs with an hour between them leave what a case lists, and nothing else."""
    await ensure(own_kafka)
    async with deployment(own_kafka, mongo_uri, tmp_path, instances=1) as suite:
        (client,) = suite.instances
        case = (await client.post("/v1/emergencies", json={"kind": "police"})).json()
        photo = {"file": ("a.jpg", jpeg(), "image/jpeg")}
        receipt = {"X-Receipt": case["receipt_secret"]}
        sent = await client.post(f"/v1/complaints/{case['tracking_number']}/evidence", files=photo, headers=receipt)
        assert sent.status_code == 201, sent.text
        mongo = Mongo(mongo_uri, suite.settings.mongo_database, app_name="test")
        kept, parts = mongo.collection(FILES), mongo.collection(PARTS)
        old = datetime.now(UTC) - timedelta(days=3)
        await kept.update_many({}, {"$set": {"created_at": old}, "$unset": {"kept_at": ""}})
        store = MongoFileStore(mongo)
        orphan = await a_kept_file(store, "c_none", old)
        await store.put(ids.new_event_id(old), (Part("alone", 0, 4, b"abcd"),))
        settings = SweepSettings(mongo_uri=mongo_uri, mongo_database=suite.settings.mongo_database)
        before = await kept.find().to_list(None)
        assert await asyncio.to_thread(sweep_evidence, settings, timedelta(hours=24), shown_in_register, dry=True) == 0
        assert "parts of 1 files that are gone; would be, an hour later: 1 more" in capsys.readouterr().out
        assert (await kept.find().to_list(None), await parts.count_documents({})) == (before, 3)
        assert await asyncio.to_thread(sweep_evidence, settings, timedelta(hours=24), shown_in_register) == 0
        assert "will be, in an hour: 1 more" in capsys.readouterr().out
        await kept.update_one({"_id": orphan.evidence_id}, {"$set": {"expires_at": old}})
        assert await asyncio.to_thread(sweep_evidence, settings, timedelta(hours=24), shown_in_register) == 0
        assert "removed: 0 unfinished uploads, 1 files that nothing lists" in capsys.readouterr().out
        assert [one["_id"] for one in await kept.find().to_list(None)] == [sent.json()["evidence_id"]]
        assert await parts.count_documents({}) == 1
        mongo.close()
        shown = await client.get(f"/v1/evidence/{sent.json()['evidence_id']}", headers=receipt)
        assert shown.status_code == 200
