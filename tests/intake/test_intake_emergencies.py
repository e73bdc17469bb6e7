"""POST /v1/emergencies: nothing in what is sent is a reason to refuse."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.faults import StoreUnavailable
from event_schemas import ComplaintFiled
from intake.auth import Principal
from intake.filing.reading.urgent import KINDS, read_urgent
from tests.intake.intake_rig import ASHA, DISPATCHER, START, Rig

URL = "/v1/emergencies"
PHONE = "9876543211"


async def called(intake: Rig, body: Any, by: Principal | None = None, **headers: str) -> dict[str, Any]:
    answer = await intake.post(URL, body, by=by, **headers)
    assert answer.status_code == 202, answer.text
    parsed: dict[str, Any] = answer.json()
    return parsed


def filed(intake: Rig, answer: dict[str, Any]) -> ComplaintFiled:
    event = intake.events(answer["case_id"])[0]
    assert isinstance(event, ComplaintFiled)
    return event


async def test_help_is_called_with_one_field(intake: Rig) -> None:
    """A kind is enough: a case in the emergency lane, due in twenty minutes, without login or key."""
    answer = await called(intake, {"kind": "ambulance"})
    assert (answer["service_code"], answer["lane"]) == ("emergency-112", "emergency")
    assert answer["due"] == [
        {"clock": "dial112_response", "clock_id": "dial112_response:ambulance", "due_at": "2026-11-22T06:50:00Z"}
    ]
    assert filed(intake, answer).kinds == ("ambulance",)


@pytest.mark.parametrize(
    ("body", "kinds", "flags"),
    [
        (b"", ("police",), ()),
        (b"null", ("police",), ("body_unreadable",)),
        (b'"help"', ("police",), ("body_unreadable",)),
        (b"\x00\xff\xfe", ("police",), ("body_unreadable",)),
        (b'{"kind": "fire", "location": {"lat": 26.1, "lon": 87.4}', ("fire",), ("body_unreadable",)),
        (b'{"kinds": ["fire", "ambulance"], "note": "\\ud800', ("ambulance", "fire"), ("body_unreadable",)),
        (b"kind=fire&lat=26.1&lon=87.4", ("fire",), ()),
        ({"kinds": ["police", "helicopter"]}, ("police",), ("field_unreadable",)),
        ({"kind": {"a": 1}}, ("police",), ("field_unreadable",)),
        ({"kind": "FIRE ", "colour": "red"}, ("fire",), ()),
        ({"location": {"lat": 91, "lon": 400}}, ("police",), ("location_dropped",)),
        ({"location": {"lat": 51.5, "lon": -0.1}}, ("police",), ("location_dropped",)),
        ({"location": "near the temple"}, ("police",), ("location_dropped",)),
        ({"location": {"lat": 87.4, "lon": 26.1}}, ("police",), ("location_swapped",)),
        ({"phone": "12"}, ("police",), ("phone_unreadable",)),
        ({"phone": ["x"]}, ("police",), ("phone_unreadable",)),
        ({"language": 7, "channel": ["web"], "named_station": {}, "note": {"deep": [1]}}, ("police",), ()),
    ],
)
async def test_no_content_is_refused(intake: Rig, body: Any, kinds: tuple[str, ...], flags: tuple[str, ...]) -> None:
    """Broken, half or nonsensical: it is filed with what can be read, and what was left out is flagged."""
    answer = await called(intake, body)
    assert filed(intake, answer).kinds == kinds
    assert intake.store.cases[answer["case_id"]].flags == flags


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["kind", "kinds", "location", "lat", "lon", "phone", "note", "attributes"]),
                inner,
                max_size=5,
            )
        ),
        max_leaves=10,
    )
)
def test_any_bytes_are_an_emergency(body: Any) -> None:
    """Whatever arrives reads as a call for at least one kind of help, at a place in India or none."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    urgent = read_urgent(raw)
    assert urgent.kinds
    assert set(urgent.kinds) <= set(KINDS)
    assert urgent.location is None or 6 <= urgent.location.lat <= 38


async def test_swapped_coordinates_are_put_right(intake: Rig) -> None:
    """Latitude and longitude the wrong way round still lead to the caller."""
    location = filed(intake, await called(intake, {"location": {"lat": 87.4659, "lon": 26.1358}})).location
    assert location is not None
    assert (location.lat, location.lon) == (26.1358, 87.4659)


async def test_a_broken_body_keeps_what_was_written(intake: Rig) -> None:
    """The text of a body that is no JSON reaches the officer, and its phone and place are read."""
    answer = await called(
        intake, b'{"kind": "fire", "phone": "9876543211", "lat": 26.1, "lon": 87.4, "note": "aag lagi'
    )
    personal = intake.personal(answer["case_id"])
    assert personal.phone == "+919876543211"
    assert "aag lagi" in (personal.description or "")
    assert filed(intake, answer).location is not None


async def test_the_emergency_service_is_an_emergency_by_any_door(intake: Rig) -> None:
    """/v1/complaints with service_code emergency-112 needs no login, no key and no well-formed body either."""
    good = await intake.post(
        "/v1/complaints", {"service_code": "emergency-112", "attributes": {"kinds": ["fire"]}, "x": 1}
    )
    broken = await intake.post("/v1/complaints", b'{"service_code": "emergency-112", "kind": "fire"')
    for answer in (good, broken):
        assert answer.status_code == 202, answer.text
        assert filed(intake, answer.json()).kinds == ("fire",)


async def test_a_token_that_cannot_be_read_does_not_stop_help(intake: Rig) -> None:
    """An expired or forged token is left aside; a good one makes the case the citizen's own."""
    await called(intake, {}, authorization="Bearer forged")
    answer = await intake.post("/v1/complaints", {"service_code": "emergency-112"}, authorization="Bearer forged")
    assert answer.status_code == 202
    own = await called(intake, {"phone": "1"}, by=ASHA)
    assert intake.store.cases[own["case_id"]].owner == ASHA.sub
    assert intake.personal(own["case_id"]).phone == ASHA.phone


async def test_callers_without_a_phone_are_never_merged(intake: Rig) -> None:
    """Two strangers are two cases."""
    assert (await called(intake, {}))["case_id"] != (await called(intake, {}))["case_id"]


async def test_a_key_makes_a_retry_harmless(intake: Rig) -> None:
    """Same key and body: the same answer, also at once; another body or a poor key is filed all the same."""
    key = "6f1c2f0e-8a57-4f7e-9b55-3f6d1c9b8a11"
    first = await called(intake, {"kind": "fire"}, idempotency_key=key)
    again = await asyncio.gather(*(called(intake, {"kind": "fire"}, idempotency_key=key) for _ in range(5)))
    assert all(answer == first for answer in again)
    assert (await called(intake, {"kind": "police"}, idempotency_key=key))["case_id"] != first["case_id"]
    await called(intake, {"kind": "fire"}, idempotency_key="1")
    assert len(intake.store.cases) == 3


async def test_the_112_centre_states_when_the_call_came(intake: Rig) -> None:
    """The clock runs from the centre's time of the call; nobody else can set it."""
    body = {"kind": "police", "call_received_at": "2026-11-22T06:25:00+00:00", "channel": "phone112"}
    centre = await called(intake, body, by=DISPATCHER)
    assert centre["due"][0]["due_at"] == "2026-11-22T06:45:00Z"
    stranger = await called(intake, body)
    assert filed(intake, stranger).call_received_at is None
    assert filed(intake, stranger).occurred_at == START


async def test_even_an_emergency_needs_a_store(intake: Rig) -> None:
    """With the database away the answer is 503, to be repeated, and it says whom to call."""
    intake.store.refuses = StoreUnavailable("down")
    answer = await intake.post(URL, {"kind": "police"})
    assert (answer.status_code, answer.json()["call"]) == (503, "tel:112")
    assert "retry-after" in answer.headers
