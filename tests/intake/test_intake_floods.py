"""Floods at the door: filings and streams have limits by source, emergencies none."""

import asyncio
import ipaddress
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.http.addresses import Proxies
from chassis.http.problems import Problem
from chassis.http.rates import MOST_KEYS, RateLimit
from event_schemas import ComplaintFiled
from intake.tracking.stream import SlottedStream, StreamSlots
from tests.intake.intake_rig import ASHA, COMPLAINT, COUNTER, DISPATCHER, RAVI, Rig, rig
from tests.manual_clock import ManualClock

URGENT = {"kind": "police", "phone": "+919876500000"}
PROXIES = Proxies((ipaddress.IPv4Network("127.0.0.0/8"),), 1)


async def filed_of(intake: Rig, answer: Any) -> ComplaintFiled:
    [event] = [one for one in intake.events(answer.json()["case_id"]) if isinstance(one, ComplaintFiled)]
    return event


async def test_too_many_filings_of_one_login_are_429() -> None:
    """They learn when to come back; another login and emergencies go on, and after the window all."""
    async with rig(filings_per_source=3) as intake:
        codes = [(await intake.file(COMPLAINT, by=ASHA)).status_code for _ in range(5)]
        assert codes == [202, 202, 202, 429, 429]
        refused = await intake.file(COMPLAINT, by=ASHA)
        assert (refused.json()["code"], int(refused.headers["retry-after"]) > 0) == ("too_many_requests", True)
        assert refused.json()["call"] == "tel:112"
        assert (await intake.file(COMPLAINT, by=RAVI)).status_code == 202
        for by in (None, ASHA) * 5:
            key = str(uuid.uuid4())
            assert (await intake.post("/v1/emergencies", URGENT, by=by, idempotency_key=key)).status_code == 202
            filing = {"service_code": "emergency-112", "attributes": {}}
            assert (await intake.file(filing, by=by)).status_code == 202
        intake.clock.advance(timedelta(minutes=10))
        assert (await intake.file(COMPLAINT, by=ASHA)).status_code == 202


async def test_who_knocks_without_a_login_is_limited_by_network() -> None:
    """Refused at first for want of a login, then for the number of tries; a forged header helps nobody."""
    async with rig(filings_per_source=3) as intake:
        intake.app.state.proxies = PROXIES

        async def code(addresses: str) -> int:
            return (await intake.file(COMPLAINT, by=None, x_forwarded_for=addresses)).status_code

        assert [await code("203.0.113.9") for _ in range(4)] == [401, 401, 401, 429]
        assert await code("198.51.100.1, 203.0.113.9") == 429
        assert await code("203.0.113.10") == 401


async def test_an_event_names_where_it_was_filed_by_a_hash_of_the_day(intake: Rig) -> None:
    """The same network has the same source all day, another the next; a login has its own; no address stands in it."""
    intake.app.state.proxies = PROXIES

    async def source(address: str) -> str:
        headers: dict[str, Any] = {"idempotency_key": str(uuid.uuid4()), "x_forwarded_for": address}
        event = await filed_of(intake, await intake.post("/v1/emergencies", {"kind": "fire"}, **headers))
        assert event.source is not None
        return event.source

    here = "203.0.113.9"
    first, second = [await source(here) for _ in range(2)]
    others = [await source("203.0.113.10")]
    for by in (ASHA, RAVI):
        complaint = await filed_of(intake, await intake.file(COMPLAINT, by=by, x_forwarded_for=here))
        assert complaint.contact_proved
        others.append(complaint.source or "")
    intake.clock.advance(timedelta(days=1))
    later = await source(here)
    assert first == second
    assert len({first, *others, later}) == 5


async def test_who_called_proves_the_number_and_who_typed_it_does_not(intake: Rig) -> None:
    """A token's phone is proved, and officers vouch for whom they call for; a number in a body is anybody's."""

    async def proved(by: Any, body: dict[str, Any]) -> tuple[bool, bool]:
        answer = await intake.post("/v1/emergencies", body, by=by, idempotency_key=str(uuid.uuid4()))
        event = await filed_of(intake, answer)
        return event.contact_proved, event.source is not None

    assert await proved(None, URGENT) == (False, True)
    assert await proved(ASHA, {"kind": "fire"}) == (True, True)
    assert await proved(DISPATCHER, URGENT | {"phone": "+919876500001"}) == (True, False)
    assert await proved(COUNTER, URGENT | {"phone": "+919876500002"}) == (True, False)


def test_streams_are_limited_by_viewer_and_in_all() -> None:
    """A slot that is given back can be taken again."""
    slots = StreamSlots(each=2, at_most=3)
    for viewer in ("a", "a", "b"):
        slots.acquire(viewer)
    for viewer in ("a", "b", "c"):
        with pytest.raises(Problem) as refused:
            slots.acquire(viewer)
        assert (refused.value.type.status, refused.value.type.code) == (429, "too_many_streams")
    slots.give_back("a")
    slots.acquire("a")


async def test_a_stream_that_ends_before_it_began_gives_its_slot_back() -> None:
    """Also one whose client is gone at once."""
    slots = StreamSlots(each=1, at_most=1)
    slots.acquire("a")

    async def never() -> Any:
        yield "x"

    async def gone() -> Any:
        return {"type": "http.disconnect"}

    async def broken(_: Any) -> None:
        raise OSError

    with pytest.raises(BaseException):  # noqa: B017, PT011  whatever it is, the slot is free
        await SlottedStream(never(), slots, "a")({"type": "http", "asgi": {"spec_version": "2.4"}}, gone, broken)
    slots.acquire("a")


async def test_the_fifth_stream_of_a_receipt_is_refused() -> None:
    """Four at a time for one receipt, whoever holds it."""
    async with rig(streams_per_viewer=2) as intake:
        case = await intake.filed(COMPLAINT)
        url, receipt = f"/v1/complaints/{case['tracking_number']}/stream", {"x_receipt": case["receipt_secret"]}
        for _ in range(2):
            intake.stream.slots.acquire(intake.stream.keys.viewer(case["receipt_secret"], case["case_id"]))
        async with asyncio.timeout(60):
            refused = await intake.get(url, **receipt)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
        assert "retry-after" in refused.headers


def test_a_rate_limit_forgets_and_is_bounded() -> None:
    """A window later everything is new, and strangers without number fill no memory."""
    clock = ManualClock(datetime(2026, 11, 29, tzinfo=UTC))
    limit = RateLimit(2, timedelta(minutes=1), clock)
    assert [limit.hit("a") for _ in range(2)] == [None, None]
    assert limit.hit("a") == timedelta(minutes=1)
    clock.advance(timedelta(seconds=40))
    assert limit.hit("a") == timedelta(seconds=20)
    for number in range(MOST_KEYS + 10):
        limit.hit(str(number))
    assert len(limit._hits) == MOST_KEYS  # noqa: SLF001
    clock.advance(timedelta(seconds=20))
    assert limit.hit("a") is None
