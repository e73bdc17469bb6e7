"""What opens which tip: the store in MongoDB does what the one in memory does, and holds nothing else."""

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chassis.mongo.client import Mongo
from intake.tips.store import MongoTipStore, TipStore
from tests.intake.tips_memory import MemoryTipStore


@pytest_asyncio.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    made = Mongo(mongo_uri, f"intake_tips_{uuid.uuid4().hex[:12]}", app_name="test")
    yield made
    await made.database.client.drop_database(made.database.name)
    made.close()


@pytest.fixture(params=["memory", "mongo"])
def store(request: pytest.FixtureRequest, mongo: Mongo) -> TipStore:
    return MemoryTipStore() if request.param == "memory" else MongoTipStore(mongo)


async def test_a_hash_opens_its_tip_alone(store: TipStore) -> None:
    """Kept twice it is the same; another opens nothing."""
    await store.keep("a" * 64, "c_1")
    await store.keep("a" * 64, "c_1")
    await store.keep("b" * 64, "c_2")
    assert [await store.case_of(one * 64) for one in "abc"] == ["c_1", "c_2", None]


async def test_nothing_but_the_hash_and_the_case_is_stored(mongo: Mongo) -> None:
    """No time and no counter: an id that MongoDB draws would hold the second of the filing."""
    await MongoTipStore(mongo).keep("a" * 64, "c_1")
    (kept,) = await mongo.database["tip_keys"].find({}).to_list(None)
    assert kept == {"_id": "a" * 64, "case_id": "c_1"}
