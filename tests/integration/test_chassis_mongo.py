"""The store seam on a real MongoDB: concerns, what errors mean, group commit."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.mongo.batch_insert import BatchInserter
from chassis.mongo.client import (
    Collection,
    DuplicateKeyError,
    IndexModel,
    Mongo,
    OperationFailure,
    StoreUnavailable,
    UnknownOutcome,
    index_if_set,
    store_errors,
)
from janseva_local.servers import MongoServer


@pytest.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    made = Mongo(mongo_uri, f"chassis_{uuid.uuid4().hex[:8]}", app_name="test")
    yield made
    await made.database.client.drop_database(made.database.name)
    made.close()


@pytest.fixture
async def things(mongo: Mongo) -> Collection:
    collection = mongo.collection("things")
    await collection.create_index("key", unique=True)
    return collection


async def test_promises_and_trifles_have_their_own_concerns(mongo: Mongo) -> None:
    """Promises are written to a majority's journal and read from a majority; trifles are acknowledged by one."""
    await mongo.ping()
    promise, trifle = mongo.collection("a"), mongo.relaxed("a")
    assert promise.write_concern.document == {"w": "majority", "j": True, "wtimeout": 5_000}
    assert promise.read_concern.document == {"level": "majority"}
    assert trifle.write_concern.document == {"w": 1}


async def test_times_come_back_aware(things: Collection) -> None:
    """A naive datetime never enters the program."""
    await things.insert_one({"_id": 1, "at": datetime.now(UTC)})
    found = await things.find_one({"_id": 1})
    assert found is not None
    assert found["at"].tzinfo is not None


async def test_an_absent_store_answers_unavailable_within_seconds() -> None:
    """A stopped MongoDB is a quick StoreUnavailable: certainly nothing was written."""
    mongo = Mongo("mongodb://127.0.0.1:9/?replicaSet=rs0", "x", app_name="test")
    started = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await mongo.ping()
    with pytest.raises(StoreUnavailable), store_errors():
        await mongo.collection("x").insert_one({})
    with pytest.raises(StoreUnavailable):
        await BatchInserter(mongo.collection("x")).insert({"_id": 1})
    assert time.monotonic() - started < 60
    mongo.close()


async def test_a_store_that_dies_leaves_the_outcome_unknown_or_nothing_written(tmp_path: Path) -> None:
    """Killed under load, each insert ends confirmed or as a transient fault; what was confirmed is there later."""
    server = MongoServer(tmp_path)
    await server.start()
    mongo = Mongo(server.uri, "x", app_name="test")
    inserter = BatchInserter(mongo.collection("things"))
    confirmed: set[int] = set()
    faults: list[Exception] = []

    async def insert(number: int) -> None:
        await asyncio.sleep(number / 500)
        try:
            await inserter.insert({"_id": number})
        except (StoreUnavailable, UnknownOutcome) as fault:
            faults.append(fault)
        else:
            confirmed.add(number)

    try:
        work = asyncio.gather(*(insert(number) for number in range(500)))
        await asyncio.sleep(0.5)
        server.kill()
        await work
        assert confirmed
        assert faults
        await server.restart()
        found = {document["_id"] for document in await mongo.collection("things").find().to_list(None)}
        assert confirmed <= found
    finally:
        mongo.close()
        await server.stop()


async def test_concurrent_inserts_share_a_few_round_trips(things: Collection) -> None:
    """Five hundred inserts at once are all there, each acknowledged to its own caller."""
    inserter = BatchInserter(things)
    await asyncio.gather(*(inserter.insert({"_id": number, "key": number}) for number in range(500)))
    assert await things.count_documents({}) == 500


async def test_a_duplicate_hurts_its_own_caller_alone(things: Collection) -> None:
    """Within one batch each document has its own outcome, and the error names the violated key."""
    inserter = BatchInserter(things)
    await things.insert_one({"_id": "old", "key": 7})
    results = await asyncio.gather(
        *(inserter.insert({"_id": number, "key": number % 15}) for number in range(20)), return_exceptions=True
    )
    assert all(result is None or isinstance(result, DuplicateKeyError) for result in results)
    inserted = [number % 15 for number, result in enumerate(results) if result is None]
    # One of each key, whichever came first, except the key that was there before.
    assert sorted(inserted) == [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14]
    error = results[7]
    assert isinstance(error, DuplicateKeyError)
    assert error.details is not None
    assert error.details["keyPattern"] == {"key": 1}
    assert await things.count_documents({}) == 15


async def test_a_caller_that_gives_up_harms_nobody(things: Collection) -> None:
    """Cancelled waiters leave the batch and its other waiters intact."""
    inserter = BatchInserter(things)
    tasks = [asyncio.create_task(inserter.insert({"_id": number, "key": number})) for number in range(40)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(result is None for result in results[1::2])
    assert all(isinstance(result, asyncio.CancelledError) for result in results[::2])
    await inserter.insert({"_id": "later", "key": "later"})
    await inserter.drain()


async def test_an_index_of_documents_with_a_field_is_one_with_that_of_earlier_versions(things: Collection) -> None:
    """Made with or without saying that it is not unique: a start on old data makes none anew and is not refused."""
    wanted = index_if_set("at", [("at", 1)], name="at")
    plain = IndexModel([("at", 1)], name="at", partialFilterExpression={"at": {"$exists": True}})
    for one in (plain, wanted, plain):
        await things.create_indexes([one])
    assert set(await things.index_information()) == {"_id_", "key_1", "at"}
    with pytest.raises(OperationFailure):
        await things.create_indexes([index_if_set("at", [("at", 1)], name="at", unique=True)])


async def test_a_document_brings_its_own_id(things: Collection) -> None:
    """Without an _id an unknown outcome could not be looked up."""
    with pytest.raises(ValueError, match="_id"):
        await BatchInserter(things).insert({"key": 1})


async def test_a_document_the_store_refuses_fails_alone(things: Collection) -> None:
    """A bug in one document (unencodable) fails that batch visibly, and the inserter goes on."""
    inserter = BatchInserter(things)
    with pytest.raises(Exception, match="encode"):
        await inserter.insert({"_id": 1, "key": object()})
    await inserter.insert({"_id": 2, "key": 2})
