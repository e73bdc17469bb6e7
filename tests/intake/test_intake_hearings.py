"""Booking hearings: no time twice, none in the past, at offices that exist and are not the accused's."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from event_schemas import HearingCancelled, HearingScheduled
from event_schemas.base import IntakeEvent
from intake.auth import Principal
from intake.hearings.domain import FARTHEST, LONGEST, TOLERANCE
from intake.hearings.handlers import IN_FLIGHT
from tests.intake.intake_rig import COMPLAINT, COUNTER, SHO, SP, START, TOKENS, Rig

HOUR = timedelta(hours=1)
HALF = timedelta(minutes=30)
FAR_COUNTER = Principal("dev-counter-far", "counter", None, "SHO:5117001", "5117001", "PATNA")
HQ = Principal("dev-hq", "hq", None, "HQ:control-room")
TOKENS |= {principal.sub: principal for principal in (FAR_COUNTER, HQ)}


def at(start: timedelta, length: timedelta = HALF, **more: Any) -> dict[str, Any]:
    return {"starts_at": (START + start).isoformat(), "ends_at": (START + start + length).isoformat(), **more}


async def a_case(intake: Rig, **more: Any) -> dict[str, Any]:
    case = await intake.filed(COMPLAINT | more)
    await intake.assign(case["case_id"])
    return case


async def book(intake: Rig, case: dict[str, Any], body: dict[str, Any], by: Principal = SHO) -> Any:
    return await intake.command(case["case_id"], "schedule-hearing", body, by=by)


def hearings_of(intake: Rig, *cases: dict[str, Any]) -> list[HearingScheduled]:
    events = [event for case in cases for event in intake.events(case["case_id"])]
    return [event for event in events if isinstance(event, HearingScheduled)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (at(-HOUR), 422, "hearing_in_the_past"),
        (at(-TOLERANCE - timedelta(seconds=1)), 422, "hearing_in_the_past"),
        (at(-TOLERANCE), 202, None),
        (at(HOUR, LONGEST), 202, None),
        (at(HOUR, LONGEST + timedelta(seconds=1)), 422, "hearing_too_long"),
        (at(FARTHEST), 202, None),
        (at(FARTHEST + timedelta(seconds=1)), 422, "hearing_too_far"),
        (at(HOUR, timedelta(0)), 422, "validation_failed"),
        (at(HOUR, -HALF), 422, "validation_failed"),
        ({"starts_at": "0001-01-01T00:00:00Z", "ends_at": "9999-12-31T00:00:00Z"}, 422, None),
        ({"starts_at": "9999-12-31T10:00:00Z", "ends_at": "9999-12-31T11:00:00Z"}, 422, None),
    ],
)
async def test_a_hearing_has_a_sane_time(intake: Rig, body: dict[str, Any], status: int, code: str | None) -> None:
    """It lies ahead, within a year, and ends on the same day's work; anything else is refused with its own code."""
    case = await a_case(intake)
    answer = await book(intake, case, body)
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["code"] == code
    assert len(hearings_of(intake, case)) == (status == 202)


async def test_fifty_bookings_of_one_time_are_one_hearing(intake: Rig) -> None:
    """Of fifty cases that want the same officer at the same time, one gets him; the others hear slot_taken."""
    cases = [await a_case(intake) for _ in range(50)]
    answers = await asyncio.gather(*(book(intake, case, at(HOUR)) for case in cases))
    assert sorted(answer.status_code for answer in answers) == [202] + [409] * 49
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"slot_taken"}
    assert len(hearings_of(intake, *cases)) == 1


async def test_times_that_only_touch_are_both_free(intake: Rig) -> None:
    """One minute of the same time is too much; the end of one is the start of the next; another officer is free."""
    first, second, third, fourth = [await a_case(intake) for _ in range(4)]
    assert (await book(intake, first, at(HOUR))).status_code == 202
    assert (await book(intake, second, at(HOUR + timedelta(minutes=29)))).json()["code"] == "slot_taken"
    assert (await book(intake, second, at(HOUR - timedelta(minutes=29)))).json()["code"] == "slot_taken"
    assert (await book(intake, second, at(HOUR + HALF))).status_code == 202
    assert (await book(intake, third, at(HOUR - HALF))).status_code == 202
    assert (await book(intake, fourth, at(HOUR, officer_post="sho:5140003"))).json()["code"] == "slot_taken"
    assert (await book(intake, fourth, at(HOUR), by=SP)).status_code == 202


async def test_a_double_click_makes_one_hearing(intake: Rig) -> None:
    """Twice the same without a key, one after the other or at once: one hearing, and the second names it."""
    case, other = await a_case(intake), await a_case(intake)
    assert (await book(intake, case, at(HOUR))).status_code == 202
    again = await book(intake, case, at(HOUR))
    (hearing,) = hearings_of(intake, case)
    assert (again.status_code, again.json()["code"], again.json()["hearing_id"]) == (
        409,
        "slot_taken",
        hearing.hearing_id,
    )
    assert (await book(intake, case, at(HOUR), by=SP)).json()["code"] == "slot_taken"
    answers = await asyncio.gather(*(book(intake, other, at(3 * HOUR)) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409]
    assert len(hearings_of(intake, other)) == 1


async def test_a_keyed_double_click_gets_one_answer(intake: Rig) -> None:
    """With a key, both clicks at once are answered alike."""
    case = await a_case(intake)
    calls = (intake.command(case["case_id"], "schedule-hearing", at(HOUR), idempotency_key="k1") for _ in range(5))
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["event_id"] for answer in answers}) == 1


@pytest.mark.parametrize("ended", ["withdrawn", "closed", "resolved", "held", "moved", "moved to another officer"])
async def test_a_time_that_is_free_again_can_be_booked(intake: Rig, ended: str) -> None:
    """A case that ended, a hearing that was held or moved: its time is another's at once."""
    case, other = await a_case(intake), await a_case(intake)
    await book(intake, case, at(HOUR))
    (hearing,) = hearings_of(intake, case)
    assert (await book(intake, other, at(HOUR))).json()["code"] == "slot_taken"
    finding = {"finding": "partly"}
    courses: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "withdrawn": [],
        "closed": [("complete-inquiry", finding), ("close", {"outcome": "done", "reason_code": "done"})],
        "resolved": [("complete-inquiry", finding)],
        "held": [("start-hearing", {}), ("hold-hearing", {"outcome": "heard"})],
        "moved": [("schedule-hearing", at(2 * HOUR, hearing_id=hearing.hearing_id))],
        "moved to another officer": [
            ("schedule-hearing", at(HOUR, hearing_id=hearing.hearing_id, officer_post="IO:5140003"))
        ],
    }
    for command, body in courses[ended]:
        done = await intake.command(case["case_id"], command, body)
        assert done.status_code == 202, done.text
    if ended == "withdrawn":
        receipt = case["receipt_secret"]
        path = f"/v1/complaints/{case['tracking_number']}/withdraw"
        assert (await intake.post(path, X_Receipt=receipt)).status_code == 202
    off = [event for event in intake.events(case["case_id"]) if isinstance(event, HearingCancelled)]
    expected = [hearing.hearing_id] if ended in {"withdrawn", "closed", "resolved"} else []
    assert [event.hearing_id for event in off] == expected
    assert {event.outcome for event in off} <= {"case_ended"}
    numbers = [event.case_seq for event in intake.events(case["case_id"]) if isinstance(event, IntakeEvent)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert (await book(intake, other, at(HOUR))).status_code == 202


async def test_a_moved_hearing_holds_its_new_time(intake: Rig) -> None:
    """After the move the new time is taken; a move onto another's time is refused and leaves the old one held."""
    case, other, third = [await a_case(intake) for _ in range(3)]
    await book(intake, case, at(HOUR))
    (hearing,) = hearings_of(intake, case)
    overlapping = at(HOUR + timedelta(minutes=10), hearing_id=hearing.hearing_id)
    assert (await book(intake, case, overlapping)).status_code == 202
    assert (await book(intake, other, at(HOUR + timedelta(minutes=35)))).json()["code"] == "slot_taken"
    assert (await book(intake, other, at(3 * HOUR))).status_code == 202
    onto = at(3 * HOUR, hearing_id=hearing.hearing_id)
    assert (await book(intake, case, onto)).json()["code"] == "slot_taken"
    assert (await book(intake, third, at(HOUR + timedelta(minutes=10)))).json()["code"] == "slot_taken"


async def test_an_ended_cases_hearing_is_cancelled_and_stays_so(intake: Rig) -> None:
    """Reopening brings no appointment back whose time may be another's by now."""
    case = await a_case(intake)
    await book(intake, case, at(HOUR))
    await intake.command(case["case_id"], "complete-inquiry", {"finding": "partly"})
    url = f"/v1/complaints/{case['tracking_number']}/reopen"
    reopened = await intake.post(url, {"reason_code": "new_facts"}, X_Receipt=case["receipt_secret"])
    assert reopened.status_code == 202
    assert [hearing.status for hearing in intake.store.cases[case["case_id"]].hearings.values()] == ["cancelled"]


async def test_a_visitor_who_has_come_is_not_moved(intake: Rig) -> None:
    """A hearing that is checked in, begun or over keeps its time."""
    case = await a_case(intake)
    await book(intake, case, at(HOUR))
    (hearing,) = hearings_of(intake, case)
    move = at(5 * HOUR, hearing_id=hearing.hearing_id)
    assert (await intake.post("/v1/desk/visits", {"case_id": case["case_id"]}, by=COUNTER)).status_code == 202
    assert (await book(intake, case, move)).json()["code"] == "hearing_unknown"
    for command, body in (("start-hearing", {}), ("hold-hearing", {"outcome": "heard"})):
        assert (await intake.command(case["case_id"], command, body)).status_code == 202
        assert (await book(intake, case, move)).json()["code"] == "hearing_unknown"


async def test_a_claim_whose_process_died_expires(intake: Rig) -> None:
    """Claimed but never written into its case: the time is held for a minute, then another's."""
    case, other = await a_case(intake), await a_case(intake)

    async def dies(*_: object) -> None:
        raise RuntimeError("the process ended here")

    write, intake.store.update = intake.store.update, dies  # type: ignore[method-assign, assignment]
    assert (await book(intake, case, at(HOUR))).status_code == 500
    intake.store.update = write  # type: ignore[method-assign]
    assert (await book(intake, other, at(HOUR))).json()["code"] == "slot_taken"
    intake.clock.advance(IN_FLIGHT)
    assert (await book(intake, other, at(HOUR))).status_code == 202


async def test_a_place_must_exist(intake: Rig) -> None:
    """A visit and a hearing are at an office of the directory; while it is not known, nobody is turned away."""
    case = await a_case(intake)
    nowhere: dict[str, Any] = {"place": "nowhere"}
    assert (await intake.post("/v1/desk/visits", nowhere, by=SP)).status_code == 202
    intake.offices.lines = {"5140003": ("ARARIA",), "ARARIA": ()}
    for body in (nowhere, nowhere | {"tracking_number": case["tracking_number"]}):
        answer = await intake.post("/v1/desk/visits", body, by=SP)
        assert (answer.status_code, answer.json()["code"]) == (422, "place_unknown")
    assert (await intake.post("/v1/desk/visits", {}, by=FAR_COUNTER)).json()["code"] == "place_unknown"
    assert (await book(intake, case, at(HOUR, **nowhere))).json()["code"] == "place_unknown"
    assert (await book(intake, case, at(HOUR, place="ARARIA"))).status_code == 202
    assert (await intake.post("/v1/desk/visits", {"place": "5140003"}, by=SP)).status_code == 202


@pytest.mark.parametrize(
    ("named", "office", "refused"),
    [
        ("5140003", "5140003", True),
        ("5140003", "5140012", False),
        ("5140003", "sdpo-5140-araria", False),
        ("ARARIA", "ARARIA", True),
        ("araria", "5140012", True),
        ("ARARIA", "sdpo-5140-araria", True),
        ("ARARIA", "5117001", False),
        ("sdpo-5140-araria", "5140003", True),
        ("sdpo-5140-araria", "5140012", False),
        ("sdpo-5140-araria", "ARARIA", False),
        (None, "5140003", False),
    ],
)
async def test_a_complaint_stays_away_from_the_accused(
    intake: Rig, named: str | None, office: str, refused: bool
) -> None:
    """It is neither transferred to the accused office or one under it, nor heard there, nor by its officer."""
    intake.offices.lines = {
        "5140003": ("sdpo-5140-araria", "ARARIA", "bihar"),
        "5140012": ("ARARIA", "bihar"),
        "5117001": ("PATNA", "bihar"),
        "sdpo-5140-araria": ("ARARIA", "bihar"),
        "ARARIA": ("bihar",),
    }
    body = COMPLAINT | {"attributes": {"against_police": True}} | ({} if named is None else {"named_station": named})
    case = await a_case(intake, **body)
    hearing = await book(intake, case, at(HOUR, place=office, officer_post="HQ:control-room"), by=HQ)
    heard_by = await book(intake, case, at(2 * HOUR, place="5117001", officer_post=f"X:{office}"), by=HQ)
    moved = await intake.command(case["case_id"], "transfer", {"to_station": office, "reason_code": "x"}, by=HQ)
    for answer in (hearing, heard_by, moved):
        assert answer.status_code == (409 if refused else 202), answer.text
        assert not refused or answer.json()["code"] == "office_accused"


async def test_a_secret_hearing_opens_its_case_to_nobody_else(intake: Rig) -> None:
    """A station where a sensitive case is to be heard checks its visitor in, and reads nothing; afterwards neither."""
    case = await a_case(intake, attributes={"category": "crime_against_women"})
    body = {"tracking_number": case["tracking_number"]}
    assert (await intake.post("/v1/desk/visits", body, by=FAR_COUNTER)).status_code == 404
    assert (await book(intake, case, at(HOUR, place="5117001"))).status_code == 202
    visit = await intake.post("/v1/desk/visits", body, by=FAR_COUNTER)
    assert visit.status_code == 202, visit.text
    assert (await intake.get(f"/v1/desk/cases/{case['case_id']}", by=FAR_COUNTER)).status_code == 404
    for command, order in (("start-hearing", {}), ("hold-hearing", {"outcome": "heard"})):
        assert (await intake.command(case["case_id"], command, order)).status_code == 202
    assert (await intake.post("/v1/desk/visits", body, by=FAR_COUNTER)).status_code == 404
