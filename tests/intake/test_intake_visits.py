"""POST /v1/desk/visits: a citizen at the counter, with a case or without, and the promise to be heard."""

from event_schemas import HearingStarted, VisitorArrived
from tests.intake.intake_rig import COMPLAINT, COUNTER, DISPATCHER, SP, Rig


async def test_a_walk_in_opens_a_case_and_is_heard(intake: Rig) -> None:
    """At the counter a visitor without a case gets one, its hearing clock due in 30 minutes, in one write."""
    body = {"complainant": {"name": "Ravi", "phone": "9876543211"}, "attributes": {"subject": "complaint"}}
    key = {"idempotency_key": "visit-1"}
    answer = await intake.post("/v1/desk/visits", body, by=COUNTER, **key)
    assert answer.status_code == 202, answer.text
    visit = answer.json()
    assert [(due["clock"], due["due_at"]) for due in visit["due"]] == [("hearing", "2026-11-22T07:00:00Z")]
    assert (await intake.post("/v1/desk/visits", body, by=COUNTER, **key)).json() == visit
    filed, arrived = intake.events(visit["case_id"])
    assert isinstance(arrived, VisitorArrived)
    assert (arrived.case_seq, arrived.hearing_id, str(arrived.presence)) == (2, None, "counter")
    assert filed.occurred_at == arrived.occurred_at
    started = await intake.command(visit["case_id"], "start-hearing", {"confirmation": "kiosk"})
    assert started.status_code == 202, started.text
    last = intake.events(visit["case_id"])[-1]
    assert isinstance(last, HearingStarted)
    assert last.hearing_id == visit["hearing_id"]


async def test_a_visit_to_a_booked_hearing_names_it(intake: Rig) -> None:
    """Who comes early is promised to be heard from the appointed hour on, not from the arrival."""
    case = await intake.filed(COMPLAINT)
    await intake.assign(case["case_id"])
    booking = {"starts_at": "2026-11-22T08:00:00Z", "ends_at": "2026-11-22T08:30:00Z", "mode": "in_person"}
    await intake.command(case["case_id"], "schedule-hearing", booking)
    body = {"tracking_number": case["tracking_number"]}
    visit = (await intake.post("/v1/desk/visits", body, by=COUNTER)).json()
    arrived = intake.events(case["case_id"])[-1]
    assert isinstance(arrived, VisitorArrived)
    assert arrived.hearing_id == visit["hearing_id"]
    assert visit["due"][0]["due_at"] == "2026-11-22T08:30:00Z"


async def test_the_counter_checks_in_at_its_own_station(intake: Rig) -> None:
    """Another place, a mistyped number, an unknown hearing and a dispatcher are refused, each with its code."""
    case = await intake.filed(COMPLAINT)
    mistyped = case["tracking_number"][:-1] + ("0" if case["tracking_number"][-1] != "0" else "1")
    for body, by, code in (
        ({"place": "5140012"}, COUNTER, "forbidden"),
        ({}, SP, "validation_failed"),
        ({}, DISPATCHER, "forbidden"),
        ({"tracking_number": mistyped}, COUNTER, "tracking_number_mistyped"),
        ({"tracking_number": case["tracking_number"], "hearing_id": "h_x"}, COUNTER, "hearing_unknown"),
        ({"complainant": {"phone": "12"}}, COUNTER, "phone_invalid"),
        ({"visitor": {}}, COUNTER, "unknown_field"),
    ):
        assert (await intake.post("/v1/desk/visits", body, by=by)).json()["code"] == code, body
