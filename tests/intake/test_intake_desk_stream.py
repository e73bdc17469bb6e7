"""The desk's live streams: who hears at once of which case, and of none that his list would not show."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from chassis.http.access.problems import TOKEN_EXPIRED
from chassis.http.problems import Problem
from event_schemas import SLABreached
from intake.auth import Principal, actor_of
from intake.case.derived import derive
from intake.case.scope import Actor
from intake.desk import live, shapes
from intake.desk.live import Left, Scope, Watcher
from intake.desk.stream import desk_messages
from tests.intake.intake_rig import (
    COMPLAINT,
    COUNTER,
    DISPATCHER,
    OTHER_SHO,
    OTHER_STATION,
    SHO,
    SP,
    Rig,
)

EMERGENCY = {"kinds": ["fire"], "location": {"lat": 26.14, "lon": 87.47}}
AGAINST_POLICE = {
    **COMPLAINT,
    "named_station": "5140003",
    "attributes": {"category": "other", "against_police": True},
}


async def valid() -> None:
    """The token still opens every call."""


def scope(principal: Principal, station: str | None = None) -> Scope:
    return Scope(actor_of(principal), station)


class Reader:
    """What one stream sends."""

    def __init__(self, rig: Rig, messages: AsyncGenerator[str, None]) -> None:
        self._rig, self.messages = rig, messages

    async def next(self) -> tuple[str, dict[str, Any], str]:
        """The next event's name, data and id; comments are passed over."""
        async with asyncio.timeout(5):
            async for text in self.messages:
                parts = dict(line.split(": ", 1) for line in text.strip().splitlines() if not line.startswith(":"))
                if "event" in parts:
                    return parts["event"], json.loads(parts["data"]), parts.get("id", "")
        raise AssertionError("the stream has ended")

    async def hears_nothing(self) -> bool:
        """A heartbeat comes, and no event before it."""
        return (await anext(self.messages)).startswith(":")


@asynccontextmanager
async def reading(rig: Rig, of: Scope, last: str | None = None) -> AsyncIterator[Reader]:
    messages = desk_messages(rig.desk_stream, of, "en", last, valid)
    assert (await anext(messages)).startswith("retry:")
    yield Reader(rig, messages)
    await messages.aclose()


@pytest.fixture
async def running(intake: Rig) -> AsyncIterator[Rig]:
    tasks = [asyncio.create_task(one.run()) for one in (intake.live, intake.live_desk)]
    await asyncio.sleep(0)
    yield intake
    for task in tasks:
        task.cancel()


async def test_a_station_hears_of_a_case_as_it_is_assigned_changed_escalated_and_lost(running: Rig) -> None:
    """Each as its list shows it; the station that it went to hears of it as of an assigned one."""
    async with reading(running, scope(SHO)) as here, reading(running, scope(OTHER_SHO)) as there:
        assert [await here.next(), await there.next()] == [("reload", {}, "")] * 2
        case_id = (await running.filed(COMPLAINT))["case_id"]
        await running.assign(case_id)
        name, shown, number = await here.next()
        assert (name, shown["case_id"], shown["happened"], shown["location"]) == ("case", case_id, "assigned", None)
        listed = (await running.get("/v1/desk/cases", by=SHO, accept_language="en")).json()["items"]
        assert {name: shown[name] for name in listed[0]} == listed[0]
        shapes.DeskStreamCase.model_validate(shown)
        assert number.isdecimal()
        await running.command(case_id, "acknowledge")
        assert (await here.next())[1]["happened"] == "changed"
        breach = SLABreached.model_validate(
            {
                "case_id": case_id,
                "occurred_at": running.clock.now(),
                "cause_id": "cause",
                "breach_id": "b1",
                "clock": "inquiry",
                "clock_id": "inquiry:1",
                "rev": 2,
                "level": 1,
                "due_at": running.clock.now(),
                "target_s": 1,
                "overdue_s": 1,
                "escalate_to": "SP",
            }
        )
        await running.store.apply_derived([derive("b1", breach)])
        assert (await here.next())[1]["happened"] == "escalated"
        await running.command(case_id, "transfer", {"reason_code": "other_jurisdiction"})
        assert (await here.next())[1]["happened"] == "transferred"
        assert await there.hears_nothing()
        await running.assign(case_id, 2, OTHER_STATION)
        assert (await here.next())[:2] == ("left", {"case_id": case_id})
        assert (await there.next())[1]["happened"] == "assigned"
        await running.command(case_id, "acknowledge", by=OTHER_SHO)
        assert await here.hears_nothing()


async def test_an_emergency_is_heard_at_once_with_place_and_kind(running: Rig) -> None:
    """By the dispatcher as it is filed, by station and superintendent as it is assigned; no data of a person."""
    async with (
        reading(running, scope(DISPATCHER)) as control,
        reading(running, scope(SHO)) as station,
        reading(running, scope(SP)) as district,
        reading(running, scope(SP, OTHER_STATION.code)) as elsewhere,
    ):
        readers = (control, station, district, elsewhere)
        assert {(await one.next())[0] for one in readers} == {"reload"}
        answer = await running.post("/v1/emergencies", {**EMERGENCY, "phone": "+919876543299", "note": "शॉर्ट सर्किट"})
        case_id = answer.json()["case_id"]
        _, shown, _ = await control.next()
        assert (shown["happened"], shown["kinds"], shown["location"]) == ("new", ["fire"], EMERGENCY["location"])
        assert "9876543299" not in json.dumps(shown)
        assert await station.hears_nothing()
        await running.assign(case_id)
        for one in (control, station, district):
            _, shown, _ = await one.next()
            assert (shown["happened"], shown["kinds"], shown["location"]) == (
                "assigned", ["fire"], EMERGENCY["location"],
            )  # fmt: skip
        assert await elsewhere.hears_nothing()


async def test_the_accused_station_hears_nothing_of_a_complaint_against_it(running: Rig) -> None:
    """Neither as it is filed nor as it is given to others, and not that it left."""
    async with reading(running, scope(SHO)) as accused, reading(running, scope(OTHER_SHO)) as other:
        assert [await accused.next(), await other.next()] == [("reload", {}, "")] * 2
        case_id = (await running.filed(AGAINST_POLICE))["case_id"]
        await running.assign(case_id, 1, OTHER_STATION)
        assert (await other.next())[1]["case_id"] == case_id
        assert await accused.hears_nothing()


async def test_a_reader_who_comes_back_hears_what_he_missed(running: Rig) -> None:
    """Behind `Last-Event-ID`, each case once as it is now; with an id that is not known any more he reads anew."""
    async with reading(running, scope(SHO)) as first:
        await first.next()
        before = (await running.filed(COMPLAINT))["case_id"]
        await running.assign(before)
        _, _, number = await first.next()
    missed = (await running.filed({**COMPLAINT, "description": "दूसरी बात"}))["case_id"]
    await running.assign(missed)
    await running.command(missed, "acknowledge")
    await asyncio.sleep(0)
    async with reading(running, scope(SHO), number) as back:
        _, shown, _ = await back.next()
        assert (shown["case_id"], shown["status"]) == (missed, "acknowledged")
        assert await back.hears_nothing()
    for odd in ("0", "-1", "x", "9" * 4_000):
        async with reading(running, scope(SHO), odd) as lost:
            assert (await lost.next())[0] == "reload"
    running.live_desk.missed()
    async with reading(running, scope(SHO), number) as gap:
        assert (await gap.next())[0] == "reload"


async def test_a_slow_reader_reads_anew_and_holds_no_memory() -> None:
    """What waits for one stream is bounded; above it one request to read the list anew stands for all."""
    slow = Watcher(scope(SHO))
    for at in range(live.MOST_WAITING + 1):
        slow.hear(Left(at, "c_1"))
    assert await slow.next(0.01) is live.READ_ANEW
    assert await slow.next(0.01) is None


async def test_a_stream_ends_with_the_officers_token_and_with_the_server(running: Rig) -> None:
    """What a call would refuse now ends a stream within a heartbeat, though events keep coming."""

    async def withdrawn() -> None:
        raise Problem(TOKEN_EXPIRED)

    ended = desk_messages(running.desk_stream, scope(SHO), "en", None, withdrawn)
    assert [text.partition(":")[0] async for text in ended] == ["retry", "event"]
    busy = desk_messages(running.desk_stream, scope(SHO), "en", None, withdrawn)
    await anext(busy)
    running.clock.advance(timedelta(seconds=1))
    assert [text async for text in busy] == []
    open_one = desk_messages(running.desk_stream, scope(SHO), "en", None, valid)
    assert [(await anext(open_one)).partition(":")[0] for _ in range(2)] == ["retry", "event"]
    waiting = asyncio.create_task(anext(open_one, "ended"))
    await asyncio.sleep(0)
    running.live.close()
    assert (await waiting) in ("ended", ": still here\n\n")
    assert await anext(open_one, "ended") == "ended"


async def test_who_may_open_which_stream(intake: Rig) -> None:
    """His own station's, or by his district and lane; as many as a login may have."""
    other = await intake.get("/v1/desk/stations/5140012/stream", by=SHO)
    assert (other.status_code, other.json()["code"]) == (403, "forbidden")
    assert (await intake.get("/v1/desk/stream")).status_code == 401
    viewer = intake.desk_stream.keys.viewer(COUNTER.sub, "desk")
    for _ in range(4):
        intake.desk_stream.slots.acquire(viewer)
    refused = await intake.get("/v1/desk/stations/5140003/stream", by=COUNTER)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")


def test_a_stream_is_found_by_every_key_of_a_case_that_it_shows() -> None:
    """Station roles by their station and post, all others by one key."""
    assert scope(SHO).keys == {"station 5140003", "post SHO:5140003"}
    assert scope(SP).keys == scope(DISPATCHER).keys == {"all"}
    assert scope(SP, "5140012").keys == {"station 5140012"}
    assert isinstance(scope(SP).actor, Actor)
