"""A version whose jurisdictions change hands on a day: a running service follows its calendar by itself."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest_asyncio
import shapely
from prometheus_client import CollectorRegistry

from chassis.mongo.client import Mongo
from chassis.sealing import KeyRing
from event_schemas import AssignedToStation, Location, decode
from routing.domain import Boundary, Snapshot
from routing.handlers import AssignmentHandler
from routing.live import Live
from routing.metrics import RoutingMetrics
from routing.reload import Reloader
from routing.store import MongoDecisions
from routing.store.posts import Posts
from routing.store.versions import Versions, renamed
from tests.in_memory_broker import received, run_handler
from tests.manual_clock import ManualClock
from tests.routing.routing_events import filed
from tests.routing.routing_places import BASE as SHIPPED

GROUND, PLACE = shapely.box(85.10, 25.60, 85.12, 25.62), Location(lat=25.61, lon=85.11)
OLD, NEW = "5117044", "5117064"
DATED = renamed(
    replace(
        SHIPPED,
        boundaries=(
            Boundary(OLD, GROUND, "Old", valid_to=date(2026, 11, 30)),
            Boundary(NEW, GROUND, "New", valid_from=date(2026, 12, 1)),
        ),
    )
)
# Midnight where the stations stand is half past six in the evening of the day before in UTC.
EVE, FIRST_MINUTE = datetime(2026, 11, 30, 18, 29, tzinfo=UTC), datetime(2026, 11, 30, 18, 31, tzinfo=UTC)


@dataclass
class Service:
    clock: ManualClock
    reloader: Reloader
    live: Live
    handler: AssignmentHandler

    async def assigned(self, case_id: str) -> AssignedToStation:
        """The answer to a filing of yesterday that arrives now."""
        event = filed(case_id, location=PLACE, at=EVE)
        (outgoing,) = await run_handler(self.handler.handle, received(event, event_id=f"filed-{case_id}"))
        data = decode(outgoing.record.headers, outgoing.record.value).data
        assert isinstance(data, AssignedToStation)
        return data


@pytest_asyncio.fixture
async def service(mongo_uri: str) -> AsyncIterator[Service]:
    mongo = Mongo(mongo_uri, f"routing_{uuid.uuid4().hex[:12]}", app_name="routing-test")
    clock, metrics = ManualClock(EVE), RoutingMetrics(CollectorRegistry())
    versions, decisions = Versions(mongo, clock), MongoDecisions(mongo)
    await versions.begin_with(SHIPPED)
    await versions.save(DATED, by="test", note="")
    await versions.switch(DATED.version, effective_from=EVE, by="hq", why="one import for both days")
    live = Live(Snapshot(SHIPPED), metrics, dev_phones=False)
    handler = AssignmentHandler(
        snapshot=live.current, decisions=decisions, keys=KeyRing({}), clock=clock, metrics=metrics
    )
    yield Service(clock, Reloader(live, versions, Posts(mongo), clock, lambda: None), live, handler)
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


async def test_ground_changes_hands_at_midnight_without_another_import(service: Service) -> None:
    """The day of the decision decides, not that of the filing; what was decided before midnight stays decided."""
    await service.reloader.look()
    before = await service.assigned("c_0BEFORE")
    service.clock.advance(FIRST_MINUTE - EVE)
    await service.reloader.look()
    after = await service.assigned("c_0AFTER")
    again = await service.assigned("c_0BEFORE")
    assert [event.station.code for event in (before, after, again)] == [OLD, NEW, OLD]
    assert {event.boundary_version for event in (before, after)} == {DATED.version}
    assert {str(event.reason) for event in (before, after)} == {"jurisdiction"}
    assert service.live.snapshot.on == date(2026, 12, 1)
    assert service.live.snapshot.valid_until is None
