"""The police of a permanent address elsewhere are asked: who answers, who sees it, and what waits for it."""

from datetime import timedelta
from typing import Any

import pytest

from event_schemas import SubRequestAnswered, SubRequestMade, VerificationCompleted
from tests.intake.intake_rig import ASHA, COUNTER, OTHER_SHO, SHO, SP, Rig
from tests.intake.test_intake_identity_holds import later
from tests.intake.test_intake_identity_services import application

THERE = "5140012"


async def at_desk(intake: Rig, service: str = "tenant-verification", **answers: Any) -> str:
    """Of a tenant whose permanent address lies in Katihar; the owner's identity is confirmed."""
    filed = await later(intake, application(service, **answers))
    case_id = str(filed["case_id"])
    await intake.assign(case_id)
    await intake.command(case_id, "review-identity", {"outcome": "confirmed"})
    return case_id


async def seen(intake: Rig, case_id: str, by: Any = SHO) -> dict[str, Any]:
    shown: dict[str, Any] = (await intake.get(f"/v1/desk/cases/{case_id}", by=by)).json()
    return shown


async def verify(intake: Rig, case_id: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = await intake.command(case_id, "complete-verification", {"outcome": "clear", **body})
    return answer.status_code, answer.json()


async def test_the_station_of_the_address_is_asked_and_answers(intake: Rig) -> None:
    """It sees the case as long as it is asked, answers and does nothing else; the deciding desk sees the answer."""
    case_id = await at_desk(intake)
    assert (await intake.get(f"/v1/desk/cases/{case_id}", by=OTHER_SHO)).status_code == 404
    sent = await intake.command(case_id, "send-sub-request", {"to_station": THERE})
    assert sent.status_code == 202, sent.text
    (made,) = [one for one in intake.events(case_id) if isinstance(one, SubRequestMade)]
    assert (made.mode, made.to_station, made.to_state, made.by_post) == ("station", THERE, None, "SHO:5140003")

    asked = await seen(intake, case_id, OTHER_SHO)
    assert set(asked["allowed"]) == {"check-in", "answer-sub-request"}
    assert case_id in [one["case_id"] for one in (await intake.get("/v1/desk/cases", by=OTHER_SHO)).json()["items"]]
    for act, body in (("transfer", {"reason_code": "x"}), ("complete-verification", {"outcome": "clear"})):
        assert (await intake.command(case_id, act, body, by=OTHER_SHO)).status_code == 404

    status, refused = await verify(intake, case_id)
    assert (status, refused["code"], refused["sub_requests"]) == (409, "address_not_verified", [made.sub_request_id])
    assert (await seen(intake, case_id))["sub_requests"][0]["state"] == "open"

    answer = await intake.command(case_id, "answer-sub-request", {"outcome": "clear"}, by=OTHER_SHO)
    assert answer.status_code == 202, answer.text
    (answered,) = [one for one in intake.events(case_id) if isinstance(one, SubRequestAnswered)]
    assert (answered.sub_request_id, answered.by_post) == (made.sub_request_id, "SHO:5140012")
    assert (await intake.get(f"/v1/desk/cases/{case_id}", by=OTHER_SHO)).status_code == 404
    (shown,) = (await seen(intake, case_id))["sub_requests"]
    assert (shown["state"], shown["outcome"], shown["to_station"]) == ("answered", "clear", THERE)
    assert (await verify(intake, case_id))[0] == 202


async def test_another_state_is_asked_by_letter(intake: Rig) -> None:
    """Without a station; the answer on paper is recorded by the desk, under the number of the letter."""
    case_id = await at_desk(intake, permanent_state="jharkhand", permanent_district="दुमका")
    assert (await verify(intake, case_id))[1]["code"] == "address_not_verified"
    assert (await intake.command(case_id, "send-sub-request")).status_code == 202
    (made,) = [one for one in intake.events(case_id) if isinstance(one, SubRequestMade)]
    assert (made.mode, made.to_station, made.to_state) == ("letter", None, "jharkhand")
    body = {"outcome": "unable", "letter_number": "SP/218/26"}
    assert (await intake.command(case_id, "answer-sub-request", body)).status_code == 202
    assert (await seen(intake, case_id))["sub_requests"][0]["letter_number"] == "SP/218/26"
    assert (await verify(intake, case_id))[0] == 202


async def test_a_result_without_an_answer_has_its_reason(intake: Rig) -> None:
    """A clear one only; the reason stands in the event, and the station asked is asked no more."""
    case_id = await at_desk(intake)
    await intake.command(case_id, "send-sub-request", {"to_station": THERE})
    assert (await verify(intake, case_id, address_waiver="no_answer"))[0] == 202
    (completed,) = [one for one in intake.events(case_id) if isinstance(one, VerificationCompleted)]
    assert (completed.address_waiver, completed.by_post) == ("no_answer", "SHO:5140003")
    assert (await intake.get(f"/v1/desk/cases/{case_id}", by=OTHER_SHO)).status_code == 404
    other = await at_desk(intake)
    assert (await verify(intake, other, outcome="unable"))[0] == 202


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"permanent_district": "अररिया"}, 202),
        ({"permanent_district": " araria "}, 202),
        ({}, 409),
        ({"permanent_district": "अररिया", "permanent_state": "nepal"}, 409),
    ],
    ids=["the same district", "in other letters", "another district", "another country"],
)
async def test_only_an_address_elsewhere_is_asked_about(intake: Rig, answers: dict[str, Any], status: int) -> None:
    """In the district of the deciding station its own officers find out."""
    assert (await verify(intake, await at_desk(intake, **answers)))[0] == status


async def test_a_sub_request_that_goes_nowhere_is_refused(intake: Rig) -> None:
    """No station named inside the state, the own one, one that there is not; a second one to the same is the first."""
    intake.offices.lines = {THERE: (), "5140003": ()}
    case_id = await at_desk(intake)
    for body, code in (
        ({}, "missing"),
        ({"to_station": "5140003"}, "own_station"),
        ({"to_station": "9999999"}, "place_unknown"),
        ({"to_station": "x" * 200}, "string_too_long"),
    ):
        answer = await intake.command(case_id, "send-sub-request", body)
        assert answer.status_code == 422, answer.text
        problem = answer.json()
        assert code in (problem["code"], *(one["code"] for one in problem.get("errors", ())))
    for _ in range(2):
        assert (await intake.command(case_id, "send-sub-request", {"to_station": THERE})).status_code == 202
    assert len([one for one in intake.events(case_id) if isinstance(one, SubRequestMade)]) == 1
    wrong = await intake.command(case_id, "answer-sub-request", {"outcome": "clear", "sub_request_id": "x"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "sub_request_unknown")
    assert (await intake.command(case_id, "send-sub-request", by=COUNTER)).status_code == 403
    assert (await intake.command(case_id, "send-sub-request", {"to_station": THERE}, by=SP)).status_code == 202


async def test_the_applicant_reads_that_somebody_was_asked_and_no_outcome(intake: Rig) -> None:
    """The landlord is shown verified or not, whatever the other station found."""
    filed = await later(intake, application("tenant-verification"))
    case_id = filed["case_id"]
    await intake.assign(case_id)
    for act, body, by in (
        ("send-sub-request", {"to_station": THERE}, SHO),
        ("answer-sub-request", {"outcome": "adverse"}, OTHER_SHO),
    ):
        intake.clock.advance(timedelta(minutes=1))
        assert (await intake.command(case_id, act, body, by=by)).status_code == 202
    status = await intake.get(f"/v1/complaints/{filed['tracking_number']}", by=ASHA, accept_language="en")
    texts = [one["text"] for one in status.json()["timeline"]]
    assert texts[-2:] == ["Another police station is being asked", "The police of the other place have answered"]
    assert "adverse" not in status.text
    assert "sub_requests" not in status.json()
