"""Versions and their switches on a real MongoDB: immutable, audited, reversible, followed without a restart."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry

from chassis.mongo.client import Mongo
from routing.directory import PostDetails
from routing.domain import Dataset, Filing, Point, Snapshot, assign_station
from routing.live import Live
from routing.metrics import RoutingMetrics
from routing.reload import Reloader
from routing.store.posts import Posts
from routing.store.rows import content_name
from routing.store.versions import EmptyVersion, Versions, VersionUnknown, renamed
from tests.manual_clock import ManualClock
from tests.routing.routing_places import BASE as SHIPPED

OTHER = renamed(replace(SHIPPED, boundaries=()))
START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@dataclass
class Office:
    """A database of this test alone and a running service's part that follows it."""

    versions: Versions
    posts: Posts
    live: Live
    reloader: Reloader
    clock: ManualClock
    changes: list[str] = field(default_factory=list)


@pytest_asyncio.fixture
async def office(mongo_uri: str) -> AsyncIterator[Office]:
    mongo = Mongo(mongo_uri, f"routing_{uuid.uuid4().hex[:12]}", app_name="routing-test")
    clock = ManualClock(START)
    versions, posts = Versions(mongo, clock), Posts(mongo)
    live = Live(Snapshot(SHIPPED), RoutingMetrics(CollectorRegistry()), dev_phones=False)
    changes: list[str] = []
    reloader = Reloader(live, versions, posts, clock, lambda: changes.append(live.snapshot.version))
    await versions.begin_with(SHIPPED)
    yield Office(versions, posts, live, reloader, clock, changes)
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


async def test_a_version_comes_back_as_it_was_saved(office: Office) -> None:
    """What is loaded has the content that was saved, and its name says so."""
    await office.versions.save(OTHER, by="test", note="")
    loaded = await office.versions.load(OTHER.version)
    assert content_name(loaded) == OTHER.version
    assert loaded.stations == OTHER.stations


async def test_saving_again_changes_nothing(office: Office) -> None:
    """The same content is one version, whoever saves it and however often."""
    first = await office.versions.save(OTHER, by="first", note="one")
    office.clock.advance(timedelta(days=1))
    assert (await office.versions.save(OTHER, by="second", note="two")).created_by == "first"
    assert [info.version for info in await office.versions.all()] == [SHIPPED.version, first.version]


async def test_a_switch_is_in_force_at_its_time_and_is_undone_by_another(office: Office) -> None:
    """A running service follows the switch when its time comes, and back; both stand in the audit."""
    await office.versions.save(OTHER, by="test", note="")
    await office.versions.switch(OTHER.version, effective_from=START + timedelta(days=1), by="hq", why="new thanas")
    await office.reloader.look()
    assert office.live.snapshot.version == SHIPPED.version

    office.clock.advance(timedelta(days=1))
    await office.reloader.look()
    assert office.live.snapshot.version == OTHER.version

    await office.versions.switch(SHIPPED.version, effective_from=START, by="hq", why="wrong borders")
    await office.reloader.look()
    assert office.live.snapshot.version == SHIPPED.version
    assert office.changes == [OTHER.version, SHIPPED.version]
    assert [(entry.number, entry.version, entry.by) for entry in await office.versions.history()] == [
        (1, SHIPPED.version, "shipped data"),
        (2, OTHER.version, "hq"),
        (3, SHIPPED.version, "hq"),
    ]


async def test_switches_at_the_same_moment_are_all_kept(office: Office) -> None:
    """Operators who act at once get numbers one after the other."""
    await asyncio.gather(
        *(office.versions.switch(SHIPPED.version, effective_from=START, by=f"op{n}", why="") for n in range(8))
    )
    assert [entry.number for entry in await office.versions.history()] == list(range(1, 10))


async def test_an_unknown_or_empty_version_is_never_in_force(office: Office) -> None:
    """There is no way to put nothing in force."""
    with pytest.raises(VersionUnknown):
        await office.versions.switch("v-none", effective_from=START, by="hq", why="")
    with pytest.raises(EmptyVersion):
        await office.versions.save(Dataset("v-empty", (), ()), by="hq", note="")
    await office.reloader.look()
    assert office.live.snapshot.version == SHIPPED.version


async def test_an_operators_version_outlives_a_new_release(office: Office) -> None:
    """Newer shipped data replaces older shipped data, never what an operator put in force."""
    newer = replace(SHIPPED, version="shipped-newer")
    await office.versions.begin_with(newer)
    current = await office.versions.in_force(office.clock.now())
    assert current is not None
    assert current.version == "shipped-newer"
    await office.versions.save(OTHER, by="hq", note="")
    await office.versions.switch(OTHER.version, effective_from=START, by="hq", why="")
    await office.versions.begin_with(SHIPPED)
    current = await office.versions.in_force(office.clock.now())
    assert current is not None
    assert current.version == OTHER.version


async def test_a_station_begins_its_work_at_midnight_where_it_stands(office: Office) -> None:
    """A running service follows the calendar of its version without a switch, by India's clock."""
    stations = tuple(
        replace(station, valid_from=date(2026, 11, 23)) if station.code == "5801016" else station
        for station in SHIPPED.stations
    )
    dated = renamed(replace(SHIPPED, stations=stations))
    await office.versions.save(dated, by="test", note="")
    await office.versions.switch(dated.version, effective_from=START, by="hq", why="opens on the 23rd")
    answers = []
    for at in (START, datetime(2026, 11, 22, 18, 29, tzinfo=UTC), datetime(2026, 11, 22, 18, 31, tzinfo=UTC)):
        office.clock.advance(at - office.clock.now())
        await office.reloader.look()
        filing = Filing(emergency=False, point=Point(26.5163, 85.2962))
        answers.append(assign_station(office.live.snapshot, filing).office.code == "5801016")
    assert answers == [False, False, True]
    assert office.changes == [dated.version, dated.version]


async def test_imported_posts_reach_the_directory(office: Office) -> None:
    """A vacancy and an office telephone appear without a restart."""
    await office.posts.save({"5801016:SHO": PostDetails("+916122222222", None, vacant=True, acting="SHEOHAR:SP")})
    await office.reloader.look()
    post = office.live.directory.posts["5801016:SHO"]
    assert (post.office_phone, post.vacant, post.acting) == ("+916122222222", True, "SHEOHAR:SP")
    assert office.changes
