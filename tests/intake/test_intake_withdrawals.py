"""A sensitive withdrawal is confirmed by another office; what strangers are answered by the new calls."""

from typing import Any

import pytest

from event_schemas import ClockEnded, ComplaintWithdrawn
from intake.case.situation import WITHDRAWAL_REQUESTED
from tests.intake.intake_rig import ASHA, COMPLAINT, RAVI, SHO, SP, Rig

SENSITIVE = COMPLAINT | {"attributes": {"category": "crime_against_women"}}
CONFIRMED = {"confirmation": "witness", "reason_code": "settled"}


async def asked(intake: Rig) -> dict[str, Any]:
    case = await intake.filed(SENSITIVE)
    await intake.assign(case["case_id"])
    url = f"/v1/complaints/{case['tracking_number']}/withdraw"
    answer = await intake.post(url, X_Receipt=case["receipt_secret"])
    assert (answer.status_code, answer.json()["status"]) == (202, "assigned")
    return case


async def test_another_office_confirms_and_the_case_ends(intake: Rig) -> None:
    """Not the station that has it; the superintendent, with how he was satisfied; no clock ends before."""
    case = await asked(intake)
    case_id = case["case_id"]
    assert not [one for one in intake.events(case_id) if isinstance(one, ClockEnded | ComplaintWithdrawn)]
    assert (await intake.command(case_id, "confirm-withdrawal", CONFIRMED)).status_code == 403
    for body in ({}, {"confirmation": "none"}, {"confirmation": "guess"}):
        assert (await intake.command(case_id, "confirm-withdrawal", body, by=SP)).status_code == 422
    done = await intake.command(case_id, "confirm-withdrawal", CONFIRMED, by=SP)
    assert (done.status_code, done.json()["status"]) == (202, "withdrawn")
    (event,) = [one for one in intake.events(case_id) if isinstance(one, ComplaintWithdrawn)]
    assert (event.outcome, event.reason_code) == ("witness", "settled")
    assert WITHDRAWAL_REQUESTED not in intake.store.cases[case_id].flags
    assert (await intake.command(case_id, "confirm-withdrawal", CONFIRMED, by=SP)).status_code == 409


async def test_who_does_not_want_it_keeps_the_case(intake: Rig) -> None:
    """The request is set aside and may be made again; state and clocks are what they were."""
    case = await asked(intake)
    case_id = case["case_id"]
    done = await intake.command(case_id, "dismiss-withdrawal", by=SP)
    assert (done.status_code, done.json()["status"]) == (202, "assigned")
    assert WITHDRAWAL_REQUESTED not in intake.store.cases[case_id].flags
    assert (await intake.command(case_id, "confirm-withdrawal", CONFIRMED, by=SP)).status_code == 409
    again = await intake.post(f"/v1/complaints/{case['tracking_number']}/withdraw", X_Receipt=case["receipt_secret"])
    assert again.status_code == 202
    assert WITHDRAWAL_REQUESTED in intake.store.cases[case_id].flags


async def test_what_nobody_asked_for_is_not_confirmed(intake: Rig) -> None:
    """An office cannot end a sensitive case by itself, nor an ordinary one this way."""
    for body in (SENSITIVE, COMPLAINT):
        case = await intake.filed(body)
        await intake.assign(case["case_id"])
        answer = await intake.command(case["case_id"], "confirm-withdrawal", CONFIRMED, by=SP)
        assert (answer.status_code, answer.json()["code"]) == (409, "transition_not_allowed")


async def test_an_fir_is_not_withdrawn(intake: Rig) -> None:
    """Once it is registered the law has the case."""
    case = await asked(intake)
    fir = {"fir_number": "9/2026", "sections": ["BNS 74"]}
    assert (await intake.command(case["case_id"], "register-fir", fir, by=SHO)).status_code == 202
    answer = await intake.command(case["case_id"], "confirm-withdrawal", CONFIRMED, by=SP)
    assert answer.json()["code"] == "transition_not_allowed"


NEW_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("appeal", {"description": "x"}),
    ("reopen", {"reason_code": "other"}),
    ("feedback", {"rating": 1}),
    ("e-sign", {}),
    ("e-sign/c_01M820Q2V06XBQ4ZBBRKKXQX1V.1.x.y", {}),
]


@pytest.mark.parametrize(
    ("path", "body"), NEW_CALLS, ids=[path.partition("/")[0] + str(len(path)) for path, _ in NEW_CALLS]
)
async def test_a_strangers_answer_is_that_of_a_number_that_there_is_not(
    intake: Rig, path: str, body: dict[str, Any]
) -> None:
    """Byte for byte, with his login, without one, and with a wrong receipt."""
    case = await intake.filed(SENSITIVE)
    unknown = "JS-26-32B6-TBMS-T"
    key = "0123456789abcdefghijkl"
    proofs: list[dict[str, Any]] = [{"by": RAVI}, {}, {"X_Receipt": "wrong"}, {"by": ASHA}]
    for proof in proofs:
        answers = [
            await intake.post(f"/v1/complaints/{number}/{path}", body, idempotency_key=key, **proof)
            for number in (case["tracking_number"], unknown)
        ]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].content == answers[1].content
        assert len(answers[0].headers.raw) == len(answers[1].headers.raw)
