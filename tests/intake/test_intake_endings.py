"""How cases, clocks and kinds of help come to their end at the desk, over HTTP."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from event_schemas import (
    CertificateApproved,
    CertificateIssued,
    CertificateRevocationOrdered,
    ClockEnded,
    ComplaintWithdrawn,
    Event,
    HearingCancelled,
    HearingNoShow,
    IntakeEvent,
    ResponderStoodDown,
    SLAClockStarted,
    WithdrawalRequested,
    ids,
)
from tests.intake.intake_rig import ASHA, COMPLAINT, DISPATCHER, SHO, SP, Rig
from tests.intake.test_intake_desk import CERTIFICATE, at_station
from tests.intake.test_intake_status import apply_derived, clock_started

SENSITIVE = COMPLAINT | {"attributes": {"category": "crime_against_women", "accused": "x"}}
EMERGENCY = {"kinds": ["police", "ambulance"], "phone": "+919876500001"}


def ended(intake: Rig, case_id: str) -> list[tuple[str, str]]:
    return [(one.clock_id, one.reason_code) for one in intake.events(case_id) if isinstance(one, ClockEnded)]


async def urgent(intake: Rig, body: Mapping[str, Any] = EMERGENCY) -> dict[str, Any]:
    answer = await intake.post("/v1/emergencies", dict(body))
    assert answer.status_code == 202
    parsed: dict[str, Any] = answer.json()
    intake.clock.advance(timedelta(seconds=1))
    return parsed


async def resolve(intake: Rig, case_id: str, how: str, **more: Any) -> Any:
    return await intake.command(case_id, "resolve-emergency", {"how": how, **more}, by=DISPATCHER)


async def test_closing_after_a_hearing_ends_the_inquirys_clock(intake: Rig) -> None:
    """In the same write, with the next case_seq, though the clock's start has not come back yet."""
    case_id = await at_station(intake)
    for command, body in (("start-hearing", {}), ("hold-hearing", {"outcome": "settled"})):
        await intake.command(case_id, command, body)
    closed = await intake.command(case_id, "close", {"outcome": "settled", "reason_code": "settled"})
    assert (closed.status_code, closed.json()["status"]) == (202, "closed")
    assert ended(intake, case_id) == [("inquiry:1", "case_closed")]
    numbers = [event.case_seq for event in intake.events(case_id) if isinstance(event, IntakeEvent)]
    assert numbers == [*range(1, len(numbers) + 1)]


async def test_a_clock_of_the_law_keeps_a_case_open(intake: Rig) -> None:
    """409 clock_running names it; the investigation's end, which is a command now, frees the case."""
    case_id = await at_station(intake)
    await intake.command(case_id, "start-hearing")
    now = intake.clock.now()
    started = clock_started(case_id, now).model_dump() | {"clock": "investigation", "clock_id": "investigation:1"}
    await apply_derived(intake, SLAClockStarted(**started))
    refused = await intake.command(case_id, "close", {"outcome": "a", "reason_code": "b"})
    assert (refused.status_code, refused.json()["code"]) == (409, "clock_running")
    assert refused.json()["clocks"] == ["investigation:1"]
    assert "close" not in refused.json()["allowed"]
    assert "complete-investigation" in refused.json()["allowed"]
    withdrawn = await intake.post(f"/v1/complaints/{intake.store.cases[case_id].tracking_number}/withdraw", by=ASHA)
    assert withdrawn.json()["code"] == "clock_running"
    assert (await intake.command(case_id, "complete-investigation", {"outcome": "chargesheet"})).status_code == 202
    assert (await intake.command(case_id, "close", {"outcome": "a", "reason_code": "b"})).status_code == 202


async def test_approval_needs_a_clear_verification(intake: Rig) -> None:
    """After an adverse one it is 409 and not listed; the refusal is, and the case ends."""
    for found in ("adverse", "unable"):
        case_id = await at_station(intake, CERTIFICATE)
        await intake.command(case_id, "complete-verification", {"outcome": found})
        view = (await intake.get(f"/v1/desk/cases/{case_id}", by=SHO)).json()
        assert "approve-certificate" not in view["allowed"]
        refused = await intake.command(case_id, "approve-certificate", by=SP)
        assert (refused.status_code, refused.json()["allowed"]) == (409, view["allowed"])
        assert (await intake.command(case_id, "refuse-certificate", {"reason_code": "adverse"})).status_code == 202
        assert (await intake.command(case_id, "close", {"outcome": "refused", "reason_code": "a"})).status_code == 202
        assert not any(isinstance(event, CertificateApproved) for event in intake.events(case_id))


async def test_a_refusal_before_the_verification_ends_both_clocks_and_can_be_decided_anew(intake: Rig) -> None:
    """Reopened, it is verified and approved; the second paper has an id of its own."""
    case_id = await at_station(intake, CERTIFICATE)
    await intake.command(case_id, "refuse-certificate", {"reason_code": "incomplete"})
    assert ended(intake, case_id) == [("verification:1", "decided")]
    await intake.command(case_id, "close", {"outcome": "refused", "reason_code": "incomplete"})
    number = intake.store.cases[case_id].tracking_number
    assert (await intake.post(f"/v1/complaints/{number}/reopen", {"reason_code": "other"}, by=ASHA)).status_code == 202
    await intake.command(case_id, "complete-verification", {"outcome": "clear"})
    assert (await intake.command(case_id, "approve-certificate", by=SP)).status_code == 202
    (approved,) = [event for event in intake.events(case_id) if isinstance(event, CertificateApproved)]
    assert approved.certificate_id == ids.certificate_id(case_id, "character", 2)
    assert ended(intake, case_id) == [("verification:1", "decided")]


async def test_a_certificate_is_revoked_by_order(intake: Rig) -> None:
    """Only one that was issued and stands; also in a closed case."""
    case_id = await at_station(intake, CERTIFICATE)
    body = {"reason_code": "fraud"}
    assert (await intake.command(case_id, "order-certificate-revocation", body)).status_code == 409
    await intake.command(case_id, "complete-verification", {"outcome": "clear"})
    await intake.command(case_id, "approve-certificate", by=SP)
    issued = CertificateIssued(
        case_id=case_id, occurred_at=intake.clock.now(), cause_id="x", certificate_id="p1", kind="character",
        verify_url="http://v", sha256="0" * 64,
    )  # fmt: skip
    await apply_derived(intake, issued)
    await intake.command(case_id, "close", {"outcome": "issued", "reason_code": "issued"})
    unknown = await intake.command(case_id, "order-certificate-revocation", body | {"certificate_id": "p2"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "certificate_unknown")
    assert (await intake.command(case_id, "order-certificate-revocation", body)).json()["status"] == "closed"
    (ordered,) = [event for event in intake.events(case_id) if isinstance(event, CertificateRevocationOrdered)]
    assert (ordered.certificate_id, ordered.kind) == ("p1", "character")


async def test_who_calls_for_help_cannot_call_it_off_alone(intake: Rig) -> None:
    """A withdrawal goes to the dispatcher, once, and shown at the desk; state and clocks stay."""
    filed = await urgent(intake)
    url, case_id = f"/v1/complaints/{filed['tracking_number']}/withdraw", filed["case_id"]
    for _ in range(3):
        answer = await intake.post(url, {}, X_Receipt=filed["receipt_secret"])
        assert (answer.status_code, answer.json()["status"]) == (202, "received")
    emitted = [event.type for event in intake.events(case_id)]
    assert emitted == ["ComplaintFiled", "WithdrawalRequested"]
    view = (await intake.get(f"/v1/desk/cases/{case_id}", by=DISPATCHER)).json()
    assert "withdrawal_requested" in view["flags"]
    assert {clock["state"] for clock in view["clocks"]} == {"running"}


async def test_a_withdrawal_of_a_sensitive_complaint_is_a_request(intake: Rig) -> None:
    """Crimes against women, children, SC and ST: somebody may have made her ask; any other complaint is withdrawn."""
    sensitive, plain = await intake.filed(SENSITIVE), await intake.filed(COMPLAINT)
    for filed, event, status in (
        (sensitive, WithdrawalRequested, "received"),
        (plain, ComplaintWithdrawn, "withdrawn"),
    ):
        url = f"/v1/complaints/{filed['tracking_number']}/withdraw"
        answer = await intake.post(url, by=ASHA, X_Receipt=filed["receipt_secret"])
        assert (answer.status_code, answer.json()["status"]) == (202, status)
        assert [type(one) for one in intake.events(filed["case_id"])][1:] == [event]


@pytest.mark.parametrize("offset", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=-4000)])
async def test_a_cancelling_caller_was_rung_back(intake: Rig, offset: timedelta) -> None:
    """Without the time of that call, or with one that cannot be, the emergency goes on."""
    case_id = (await urgent(intake))["case_id"]
    assert (await resolve(intake, case_id, "caller_cancelled")).status_code == 422
    called = (intake.clock.now() + offset).isoformat()
    refused = await resolve(intake, case_id, "caller_cancelled", called_back_at=called)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/called_back_at")
    assert (await resolve(intake, case_id, "hoax", called_back_at=intake.clock.now().isoformat())).status_code == 422
    now = intake.clock.now().isoformat()
    assert (await resolve(intake, case_id, "caller_cancelled", called_back_at=now)).json()["status"] == "resolved"


async def test_attended_means_that_all_help_came_or_was_stood_down(intake: Rig) -> None:
    """409 names the kinds that are out; a kind that is stood down has its clock ended under that reason."""
    case_id = (await urgent(intake))["case_id"]
    refused = await resolve(intake, case_id, "attended")
    assert (refused.status_code, refused.json()["code"]) == (409, "kinds_missing")
    assert refused.json()["missing_kinds"] == ["police", "ambulance"]
    for kind in ("police", "ambulance"):
        await intake.command(case_id, "dispatch", {"unit": "A1", "kind": kind}, by=DISPATCHER)
    await intake.command(case_id, "arrive", {"unit": "A1", "kind": "police"}, by=DISPATCHER)
    assert (await resolve(intake, case_id, "attended")).json()["missing_kinds"] == ["ambulance"]
    body = {"unit": "A1", "kind": "ambulance", "reason_code": "not_needed"}
    assert (await intake.command(case_id, "stand-down", body, by=DISPATCHER)).json()["status"] == "arrived"
    again = await intake.command(case_id, "stand-down", body, by=DISPATCHER)
    assert (again.status_code, "stand-down" in again.json()["allowed"]) == (409, False)
    assert ended(intake, case_id) == [("dial112_response:ambulance", "stood_down")]
    assert sum(isinstance(event, ResponderStoodDown) for event in intake.events(case_id)) == 1
    assert (await resolve(intake, case_id, "attended")).status_code == 202
    assert ended(intake, case_id) == [("dial112_response:ambulance", "stood_down")]


async def test_with_the_last_unit_sent_back_nobody_is_on_the_way(intake: Rig) -> None:
    """The caller's status must not say that help comes; a kind that was not asked for has its own answer."""
    case_id = (await urgent(intake))["case_id"]
    await intake.command(case_id, "dispatch", {"unit": "A1", "kind": "police"}, by=DISPATCHER)
    wrong = await intake.command(case_id, "stand-down", {"kind": "fire", "reason_code": "x"}, by=DISPATCHER)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "kind_not_out")
    down = await intake.command(case_id, "stand-down", {"kind": "police", "reason_code": "x"}, by=DISPATCHER)
    assert down.json()["status"] == "received"


async def test_a_pause_and_its_end_are_what_they_state(intake: Rig) -> None:
    """No pause until the past or beyond its cap; what is paused is not paused again, what runs is not resumed."""
    case_id = await at_station(intake)
    now = intake.clock.now()
    body = {"clock_id": "inquiry:1", "reason_code": "court_stay"}
    for until in (now - timedelta(days=1), now, now + timedelta(days=16)):
        refused = await intake.command(case_id, "pause-clock", body | {"until": until.isoformat()})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/until")
    running = await intake.command(case_id, "resume-clock", {"clock_id": "inquiry:1"})
    assert (running.status_code, running.json()["code"]) == (409, "clock_not_paused")
    assert "resume-clock" not in running.json()["allowed"]
    ten_days = (now + timedelta(days=10)).isoformat()
    assert (await intake.command(case_id, "pause-clock", body | {"until": ten_days})).status_code == 202
    assert (await intake.command(case_id, "pause-clock", body)).json()["code"] == "clock_not_pausable"
    intake.clock.advance(timedelta(days=11))
    assert (await intake.command(case_id, "resume-clock", {"clock_id": "inquiry:1"})).json()[
        "code"
    ] == "clock_not_paused"
    beyond = (intake.clock.now() + timedelta(days=6)).isoformat()
    assert (await intake.command(case_id, "pause-clock", body | {"until": beyond})).status_code == 422
    assert (await intake.command(case_id, "pause-clock", body)).status_code == 202
    intake.clock.advance(timedelta(days=5))
    assert (await intake.command(case_id, "pause-clock", body)).json()["code"] == "clock_not_pausable"


async def test_a_hearing_that_does_not_happen_is_announced(intake: Rig) -> None:
    """The citizen stayed away, or it was called off: each has its event, and the case is at the desk again."""
    case_id = await at_station(intake)
    soon = intake.clock.now() + timedelta(minutes=10)
    times = {"starts_at": soon.isoformat(), "ends_at": (soon + timedelta(hours=1)).isoformat()}
    assert (await intake.command(case_id, "schedule-hearing", times)).json()["status"] == "hearing_scheduled"
    assert (await intake.command(case_id, "record-no-show")).status_code == 409
    intake.clock.advance(timedelta(minutes=20))
    assert (await intake.command(case_id, "record-no-show", {"party": "officer"})).json()[
        "status"
    ] == "hearing_scheduled"
    assert (await intake.command(case_id, "record-no-show")).json()["status"] == "assigned"
    assert (await intake.command(case_id, "cancel-hearing")).status_code == 409
    later = {name: (soon + timedelta(days=1)).isoformat() for name in times}
    later["ends_at"] = (soon + timedelta(days=1, hours=1)).isoformat()
    await intake.command(case_id, "schedule-hearing", later)
    assert (await intake.command(case_id, "cancel-hearing", {"reason_code": "officer_ill"})).json()[
        "status"
    ] == "assigned"
    emitted: list[Event] = [one for one in intake.events(case_id) if isinstance(one, HearingNoShow | HearingCancelled)]
    assert [one.type for one in emitted] == ["HearingNoShow", "HearingNoShow", "HearingCancelled"]


@pytest.mark.parametrize(("days", "status"), [(-400, 422), (-300, 202), (0.5, 202), (2, 422)])
async def test_an_officers_own_time_lies_near_the_case(intake: Rig, days: float, status: int) -> None:
    """A `reported_at` of another year or still to come is a typing error, not a fact of this case."""
    case_id = (await urgent(intake))["case_id"]
    body = {"unit": "P1", "kind": "police", "reported_at": (intake.clock.now() + timedelta(days=days)).isoformat()}
    answer = await intake.command(case_id, "dispatch", body, by=DISPATCHER)
    assert answer.status_code == status, answer.text
