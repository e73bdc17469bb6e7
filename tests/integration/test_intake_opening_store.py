"""Openings of sealed cases: the store in MongoDB and the one of the tests in memory keep one protocol."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from chassis.mongo.client import Mongo
from intake.break_glass.domain import Opening, Review
from intake.break_glass.store import MongoOpeningStore, OpeningStore
from tests.intake.break_glass_memory import MemoryOpenings
from tests.intake.intake_rig import START

HOUR = timedelta(hours=1)


@pytest_asyncio.fixture(params=["memory", "mongo"])
async def store(request: pytest.FixtureRequest, mongo_uri: str) -> AsyncIterator[OpeningStore]:
    if request.param == "memory":
        yield MemoryOpenings()
        return
    mongo = Mongo(mongo_uri, f"intake_openings_{uuid.uuid4().hex[:12]}", app_name="test")
    kept = MongoOpeningStore(mongo)
    await kept.ensure_indexes()
    yield kept
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


def opening(number: int) -> Opening:
    at = START + number * HOUR
    superiors = ("sp:araria", "hq")
    return Opening(f"bg_{number}", "c_1", "dev-sho", "SHO:5140012", at, at + HOUR, at + 72 * HOUR, superiors, "sealed")


async def test_an_opening_is_kept_once_and_reviewed_once(store: OpeningStore) -> None:
    """The first of an id stays; the newest is the officer's own; a second review changes nothing."""
    first, second = opening(1), opening(2)
    for one in (first, second):
        assert await store.add(one) == one
    assert await store.add(replace(first, post="SHO:5140003")) == first
    assert await store.newest("c_1", "dev-sho") == second
    assert await store.newest("c_1", "dev-sp") is None
    assert await store.by_id("bg_1") == first
    assert await store.by_id("bg_9") is None
    assert await store.waiting("sp:araria") == (first, second) == await store.waiting("hq")
    assert await store.waiting("sp:patna") == ()
    late = START + 73 * HOUR
    assert [await store.overdue(late), await store.overdue(late + timedelta(milliseconds=1))] == [0, 1]
    done = replace(first, review=Review.CONFIRMED, reviewed_at=late, reviewed_by="dev-sp", reviewed_post="SP:ARARIA")
    assert await store.reviewed(done)
    assert not await store.reviewed(replace(done, review=Review.OBJECTED))
    assert await store.by_id("bg_1") == done
    assert await store.waiting("hq") == (second,)
    assert await store.overdue(late + HOUR / 2) == 0
