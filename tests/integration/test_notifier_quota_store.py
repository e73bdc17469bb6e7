"""The counters of the message quotas, in memory and in MongoDB alike."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from chassis.mongo.client import Mongo
from notifier.quota_store import MongoQuotaStore
from notifier.quotas import Quota, QuotaStore
from tests.notifier.notifier_fakes import MemoryQuotas

NOW = datetime(2026, 11, 29, 10, 59, tzinfo=UTC)
QUOTA = Quota("unproved", "number", timedelta(hours=1), 3)


@pytest_asyncio.fixture(params=["memory", "mongo"])
async def store(request: pytest.FixtureRequest, mongo_uri: str) -> AsyncIterator[QuotaStore]:
    if request.param == "memory":
        yield MemoryQuotas()
        return
    mongo = Mongo(mongo_uri, f"quotas_{uuid.uuid4().hex[:12]}", app_name="test")
    kept = MongoQuotaStore(mongo)
    await kept.ensure_indexes()
    yield kept
    mongo.close()


async def test_a_case_counts_once_and_a_full_window_is_full(store: QuotaStore) -> None:
    """Repeats of a counted case pass, the fourth case does not, and the next hour is a new one."""
    consumed = [await store.consume(QUOTA, case, NOW) for case in ("a", "b", "a", "c", "d", "a", "d")]
    assert consumed == [True, True, True, True, False, True, False]
    assert await store.consume(QUOTA, "d", NOW + timedelta(minutes=1))
    assert await store.consume(replace(QUOTA, key="other"), "d", NOW)


async def test_many_at_once_use_no_more_than_there_is(store: QuotaStore) -> None:
    """Twenty cases at the same moment: three get through."""
    consumed = await asyncio.gather(*(store.consume(QUOTA, f"case-{n}", NOW) for n in range(20)))
    assert consumed.count(True) == 3
