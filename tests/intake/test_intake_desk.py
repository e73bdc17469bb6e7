"""The desk: commands by the transition table, scope, versions, idempotency, masking."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from event_schemas import (
    CertificateApproved,
    ClockPaused,
    HearingScheduled,
    HearingStarted,
    InquiryCompleted,
    IntakeEvent,
    ResponderArrived,
    TransferRequested,
)
from intake.case.states import Role
from intake.commands.table import DESK_COMMANDS, TABLE, Act
from tests.intake.intake_rig import (
    ASHA,
    COMPLAINT,
    COUNTER,
    DISPATCHER,
    OTHER_SHO,
    OTHER_STATION,
    SHO,
    SP,
    STATION,
    Rig,
)
from tests.intake.test_intake_status import apply_derived, clock_started

CERTIFICATE = {"service_code": "character-certificate", "attributes": {"purpose": "employment"}}


async def at_station(intake: Rig, body: dict[str, Any] = COMPLAINT) -> str:
    """Where the service asks who the applicant is, the officer has seen it."""
    case_id = str((await intake.filed(body))["case_id"])
    await intake.assign(case_id)
    if intake.store.cases[case_id].identity is not None:
        await intake.command(case_id, "review-identity", {"outcome": "confirmed"})
    return case_id


async def test_a_complaint_is_worked_to_its_end(intake: Rig) -> None:
    """Each command is 202 with the new status, and its event has the next case_seq."""
    case_id = await at_station(intake)
    course = [
        ("acknowledge", {}, "acknowledged"),
        (
            "schedule-hearing",
            {"starts_at": "2026-11-23T10:00:00+05:30", "ends_at": "2026-11-23T10:30:00+05:30", "mode": "video"},
            "hearing_scheduled",
        ),
        ("start-hearing", {"confirmation": "otp"}, "in_progress"),
        ("hold-hearing", {"outcome": "heard"}, "heard"),
        ("complete-inquiry", {"finding": "substantiated", "fir_recommended": True}, "resolved"),
        ("close", {"outcome": "settled", "reason_code": "done"}, "closed"),
    ]
    for command, body, status in course:
        answer = await intake.command(case_id, command, body)
        assert (answer.status_code, answer.json().get("status")) == (202, status), answer.text
    events = intake.events(case_id)
    assert [event.case_seq for event in events if isinstance(event, IntakeEvent)] == list(range(1, 8))
    scheduled = next(event for event in events if isinstance(event, HearingScheduled))
    started = next(event for event in events if isinstance(event, HearingStarted))
    assert (started.hearing_id, scheduled.place) == (scheduled.hearing_id, STATION.code)
    assert next(event for event in events if isinstance(event, InquiryCompleted)).fir_recommended


async def test_an_emergency_is_answered_for_each_kind(intake: Rig) -> None:
    """Dispatch and arrival name their kind; a dispatcher works every emergency, assigned or not, and nothing else."""
    case_id = (await intake.post("/v1/emergencies", {"kinds": ["police", "fire"]})).json()["case_id"]
    for kind in ("police", "fire"):
        sent = await intake.command(case_id, "dispatch", {"unit": "A1", "kind": kind}, by=DISPATCHER)
        assert sent.json()["status"] == "responding"
    for kind in ("police", "fire"):
        there = await intake.command(case_id, "arrive", {"unit": "A1", "kind": kind, "source": "button"}, by=DISPATCHER)
        assert there.json()["status"] == "arrived"
    assert [event.kind for event in intake.events(case_id) if isinstance(event, ResponderArrived)] == ["police", "fire"]
    done = await intake.command(case_id, "resolve-emergency", {"how": "attended"}, by=DISPATCHER)
    assert done.json()["status"] == "resolved"
    assert (
        await intake.command(await at_station(intake), "close", {"outcome": "a", "reason_code": "b"}, by=DISPATCHER)
    ).status_code == 404


async def test_a_certificate_is_verified_and_approved_once(intake: Rig) -> None:
    """Approval comes after verification and once; its event names the kind."""
    case_id = await at_station(intake, CERTIFICATE)
    early = await intake.command(case_id, "approve-certificate", by=SP)
    assert (early.status_code, early.json()["code"]) == (409, "transition_not_allowed")
    assert "complete-verification" in early.json()["allowed"]
    await intake.command(case_id, "complete-verification", {"outcome": "clear"})
    assert (await intake.command(case_id, "approve-certificate", by=SP)).status_code == 202
    assert (await intake.command(case_id, "approve-certificate", by=SP)).status_code == 409
    approved = [event for event in intake.events(case_id) if isinstance(event, CertificateApproved)]
    assert [(event.kind, event.by_post) for event in approved] == [("character", "SP:ARARIA")]


async def test_what_the_state_does_not_allow_is_refused(intake: Rig) -> None:
    """409 transition_not_allowed names the state and what is allowed instead; nothing is written."""
    case_id = await at_station(intake)
    answer = await intake.command(case_id, "arrive", {"unit": "A1", "kind": "police"})
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["case_status"]) == (409, "transition_not_allowed", "assigned")
    assert {"acknowledge", "transfer"} <= set(problem["allowed"])
    assert len(intake.events(case_id)) == 1


async def test_only_the_roles_of_the_table_may_command(intake: Rig) -> None:
    """A counter clerk does not transfer, a citizen does not command, a stranger is asked for a token."""
    case_id = await at_station(intake)
    body = {"reason_code": "jurisdiction"}
    assert (await intake.command(case_id, "transfer", body, by=COUNTER)).json()["code"] == "forbidden"
    assert (await intake.command(case_id, "transfer", body, by=ASHA)).status_code == 403
    assert (await intake.post(f"/v1/desk/cases/{case_id}/transfer", body)).status_code == 401


async def test_another_stations_case_does_not_exist(intake: Rig) -> None:
    """404 for reading, revealing and commanding; the superintendent of the district sees both stations."""
    case_id = await at_station(intake)
    url = f"/v1/desk/cases/{case_id}"
    assert (await intake.get(url, by=OTHER_SHO)).status_code == 404
    assert (await intake.post(f"{url}/reveal", {"reason": "curious"}, by=OTHER_SHO)).status_code == 404
    assert (await intake.command(case_id, "acknowledge", by=OTHER_SHO)).status_code == 404
    assert (await intake.get(url, by=SP)).status_code == 200
    assert (await intake.get("/v1/desk/cases?station=5140003", by=OTHER_SHO)).status_code == 403


async def test_a_transfer_moves_the_case_and_keeps_the_clock(intake: Rig) -> None:
    """It asks for the next assignment; the late answer to the first request no longer moves the case."""
    case_id = str((await intake.filed(COMPLAINT))["case_id"])
    await intake.assign(case_id)
    assert (
        await intake.command(case_id, "transfer", {"to_station": "5140012", "reason_code": "jurisdiction"})
    ).status_code == 202
    (asked,) = [event for event in intake.events(case_id) if isinstance(event, TransferRequested)]
    assert (asked.assignment_no, asked.to_station) == (2, "5140012")
    await intake.assign(case_id, 1)
    assert intake.store.cases[case_id].state == "transferred"
    await intake.assign(case_id, 2, OTHER_STATION)
    assert (await intake.get(f"/v1/desk/cases/{case_id}", by=OTHER_SHO)).json()["status"] == "assigned"
    assert (await intake.get(f"/v1/desk/cases/{case_id}", by=SHO)).status_code == 404


async def test_a_stale_screen_is_refused(intake: Rig) -> None:
    """If-Match with another version is 412 and names the version; with the right one the command runs."""
    case_id = await at_station(intake)
    etag = (await intake.get(f"/v1/desk/cases/{case_id}", by=SHO)).headers["etag"]
    stale = await intake.command(case_id, "acknowledge", if_match='"1"')
    assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (412, "version_mismatch", 2)
    assert (await intake.command(case_id, "acknowledge", if_match='"x"')).status_code == 412
    assert (await intake.command(case_id, "acknowledge", if_match=etag)).status_code == 202


async def test_a_commands_key_makes_a_repeat_harmless(intake: Rig) -> None:
    """The same key gets the same answer even after the state has moved on; with another body it is refused."""
    case_id = await at_station(intake)
    first = await intake.command(case_id, "acknowledge", idempotency_key="a-1")
    await intake.command(case_id, "complete-inquiry", {"finding": "partly"}, idempotency_key="i-1")
    again = await intake.command(case_id, "acknowledge", idempotency_key="a-1")
    assert (again.status_code, again.json()) == (202, first.json())
    other = await intake.command(case_id, "complete-inquiry", {"finding": "unsubstantiated"}, idempotency_key="i-1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert len(intake.events(case_id)) == 3


async def test_officers_at_once_are_put_in_order(intake: Rig) -> None:
    """Ten arrivals at the same moment are ten events without a gap in case_seq."""
    case_id = (await intake.post("/v1/emergencies", {})).json()["case_id"]
    bodies = [{"unit": f"U{number}", "kind": "police"} for number in range(10)]
    answers = await asyncio.gather(*(intake.command(case_id, "arrive", body, by=DISPATCHER) for body in bodies))
    assert {answer.status_code for answer in answers} == {202}
    assert [event.case_seq for event in intake.events(case_id) if isinstance(event, IntakeEvent)] == list(range(1, 12))


async def test_an_officers_own_time_moves_no_clock(intake: Rig) -> None:
    """reported_at is kept beside the server's time."""
    case_id = (await intake.post("/v1/emergencies", {})).json()["case_id"]
    body = {"unit": "A1", "kind": "police", "reported_at": "2026-11-22T05:00:00Z"}
    await intake.command(case_id, "arrive", body, by=DISPATCHER)
    arrived = intake.events(case_id)[-1]
    assert isinstance(arrived, ResponderArrived)
    assert arrived.reported_at is not None
    assert arrived.occurred_at == intake.clock.now() > arrived.reported_at


async def test_a_clock_is_paused_by_policy_alone(intake: Rig) -> None:
    """A reason of the policy pauses a pausable clock of the case; anything else has its own code."""
    case_id = await at_station(intake)
    body = {"clock_id": "inquiry:1", "reason_code": "court_stay"}
    unknown = await intake.command(case_id, "pause-clock", body | {"clock_id": "inquiry:9"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "clock_unknown")
    await apply_derived(intake, clock_started(case_id, intake.clock.now()))
    refused = await intake.command(case_id, "pause-clock", body | {"reason_code": "busy"})
    assert (refused.status_code, refused.json()["code"]) == (409, "clock_not_pausable")
    assert "court_stay" in refused.json()["reasons"]
    assert (await intake.command(case_id, "pause-clock", body)).status_code == 202
    assert (await intake.command(case_id, "resume-clock", {"clock_id": "inquiry:1"})).status_code == 202
    assert any(isinstance(event, ClockPaused) for event in intake.events(case_id))


async def test_personal_data_are_masked_until_a_reason_is_given(intake: Rig) -> None:
    """The case shows no name, phone or address; reveal shows them and keeps who looked and why."""
    case_id = await at_station(intake)
    masked = await intake.get(f"/v1/desk/cases/{case_id}", by=SHO)
    for secret in ("आशा देवी", "9876543210", "वार्ड 4", "अज्ञात"):
        assert secret not in masked.text
    assert masked.json()["masked"] is True
    assert (await intake.post(f"/v1/desk/cases/{case_id}/reveal", {}, by=SHO)).status_code == 422
    revealed = (await intake.post(f"/v1/desk/cases/{case_id}/reveal", {"reason": "call back"}, by=SHO)).json()
    assert revealed["personal"]["phone"] == ASHA.phone
    assert [(look.actor, look.what) for look in await intake.trail.looks(case_id)] == [
        ("dev-sho", "opened"),
        ("dev-sho", "call back"),
    ]


async def test_lists_page_by_cursor(intake: Rig) -> None:
    """Newest first, each case once, by status; a cursor nobody gave is refused."""
    for _ in range(5):
        await at_station(intake)
        intake.clock.advance(timedelta(milliseconds=1))
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await intake.get(f"/v1/desk/cases?status=assigned&limit=2&cursor={cursor}", by=SHO)).json()
        seen += [case["case_id"] for case in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(intake.store.cases, reverse=True)
    assert (await intake.get("/v1/desk/cases?status=closed", by=SHO)).json()["items"] == []
    assert (await intake.get("/v1/desk/cases?cursor=$ne", by=SHO)).json()["code"] == "cursor_invalid"


async def test_bad_commands_have_their_codes(intake: Rig) -> None:
    """An unknown command, an unknown field and a wrong value are distinguished."""
    case_id = await at_station(intake)
    assert (await intake.command(case_id, "promote")).json()["code"] == "unknown_command"
    assert (await intake.command(case_id, "withdraw")).json()["code"] == "unknown_command"
    assert (await intake.command(case_id, "acknowledge", {"note": "x"})).json()["code"] == "unknown_field"
    assert (await intake.command(case_id, "acknowledge", b"{")).json()["code"] == "malformed_json"
    assert (await intake.command(case_id, "complete-inquiry", {"finding": "guilty"})).json()[
        "code"
    ] == "validation_failed"
    assert (await intake.command("c_nowhere", "acknowledge")).status_code == 404


@pytest.mark.parametrize("act", sorted(DESK_COMMANDS))
def test_every_desk_command_stands_in_the_table(act: Act) -> None:
    """A command without a row, or one that no officer may give, cannot exist."""
    assert TABLE[act].moves
    assert TABLE[act].roles - {Role.CITIZEN, Role.SYSTEM}
