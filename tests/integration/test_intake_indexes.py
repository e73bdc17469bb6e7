"""What the desk lists is read from indexes, in their order; those of an earlier version go."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.mongo.client import Collection, Mongo
from chassis.outbox.publisher import Outbox
from chassis.telemetry.metrics import OutboxMetrics
from intake.case.keys import Keys
from intake.case.scope import Actor
from intake.case.states import Role
from intake.case.store import CaseFilter, Sort, lists
from intake.case.store.mongo import CASES, MongoCaseStore
from intake.case.trail.handlers import Trail
from tests.in_memory_broker import InMemoryBroker, InMemoryProducer
from tests.intake.intake_rig import settings
from tests.intake.trail_memory import MemoryTrailStore

READERS = {
    "station": Actor(Role.SHO, "officer", "SHO PURNEA-SADAR", station="PURNEA-SADAR", district="PURNEA"),
    "district": Actor(Role.SP, "officer", "SP PURNEA", district="PURNEA"),
    "dispatcher": Actor(Role.DISPATCHER, "officer", "DISPATCHER", district="PURNEA"),
    "hq": Actor(Role.HQ, "officer", "HQ"),
}


@pytest_asyncio.fixture
async def store(mongo_uri: str) -> AsyncIterator[tuple[MongoCaseStore, Collection]]:
    mongo = Mongo(mongo_uri, f"intake_indexes_{uuid.uuid4().hex[:12]}", app_name="test")
    cases, clock = mongo.collection(CASES), SystemClock()
    producer, metrics = InMemoryProducer(InMemoryBroker()), OutboxMetrics(CollectorRegistry())
    outbox = Outbox(cases, mongo.relaxed(CASES), producer, clock, metrics=metrics)
    trail = Trail(MemoryTrailStore(), Keys(settings().receipt_key).trail)
    yield MongoCaseStore(mongo, outbox, clock, trail), cases
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("reader", READERS)
async def test_a_list_is_read_in_its_order(store: tuple[MongoCaseStore, Collection], reader: str, sort: Sort) -> None:
    cases, collection = store
    await cases.ensure_indexes()
    query = lists.query_of(CaseFilter(seen_by=READERS[reader]))
    found = {"find": CASES, "filter": query, "sort": dict(lists.order_of(sort)), "limit": 51}
    plan = await collection.database.command("explain", found, verbosity="queryPlanner")
    stages = set(_stages(plan["queryPlanner"]["winningPlan"]))
    assert "IXSCAN" in stages
    assert not stages & {"COLLSCAN", "SORT"}


async def test_indexes_of_an_earlier_version_go(store: tuple[MongoCaseStore, Collection]) -> None:
    cases, collection = store
    await collection.create_index([("assignment.officer_post", 1), ("_id", -1)], name="desk_post")
    await cases.ensure_indexes()
    await cases.ensure_indexes()
    names = set(await collection.index_information())
    assert names & set(lists.REPLACED_INDEXES) == set()
    assert {"assigned_post", "due_officer_post"} <= names


def _stages(plan: Any) -> list[str]:
    if isinstance(plan, list):
        return [stage for one in plan for stage in _stages(one)]
    if not isinstance(plan, dict):
        return []
    own = [plan["stage"]] if "stage" in plan else []
    return own + [stage for value in plan.values() for stage in _stages(value)]
