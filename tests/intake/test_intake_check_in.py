"""Checking in: one visit has one clock, however often the visitor comes to the counter."""

import asyncio
from datetime import timedelta
from typing import Any

from event_schemas import VisitorArrived
from tests.intake.intake_rig import COUNTER, Rig
from tests.intake.test_intake_hearings import a_case, at, book, hearings_of

HOUR = timedelta(hours=1)


async def test_thirty_check_ins_are_one_visit(intake: Rig) -> None:
    """At once or one after the other, before and after the hearing begins: one VisitorArrived, one answer."""
    case = await a_case(intake)
    body = {"tracking_number": case["tracking_number"]}

    async def come() -> Any:
        answer = await intake.post("/v1/desk/visits", body, by=COUNTER)
        assert answer.status_code == 202, answer.text
        return answer.json()

    answers = await asyncio.gather(*(come() for _ in range(30)))
    answers.append(await come())
    assert all(answer == answers[0] for answer in answers)
    assert len(answers[0]["due"]) == 1
    await intake.command(case["case_id"], "start-hearing")
    assert (await come())["event_id"] == answers[0]["event_id"]
    assert arrivals(intake, case) == 1
    await intake.command(case["case_id"], "hold-hearing", {"outcome": "heard"})
    assert (await come())["event_id"] != answers[0]["event_id"]
    assert arrivals(intake, case) == 2


async def test_a_booked_visit_counts_once(intake: Rig) -> None:
    """Two appointments on one day: checking in twice for the first does not use up the second."""
    case = await a_case(intake)
    for start in (HOUR, 3 * HOUR):
        assert (await book(intake, case, at(start))).status_code == 202
    first, second = hearings_of(intake, case)
    body = {"tracking_number": case["tracking_number"]}
    answers = [(await intake.post("/v1/desk/visits", body, by=COUNTER)).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["hearing_id"] == first.hearing_id
    assert answers[0]["due"][0]["due_at"] == "2026-11-22T08:00:00Z"
    named = (await intake.post("/v1/desk/visits", body | {"hearing_id": second.hearing_id}, by=COUNTER)).json()
    assert named["hearing_id"] == second.hearing_id
    assert arrivals(intake, case) == 2


async def test_a_keyed_check_in_is_answered_alike(intake: Rig) -> None:
    """The same key gives the same answer, its promise included."""
    case = await a_case(intake)
    body = {"tracking_number": case["tracking_number"]}
    first = await intake.post("/v1/desk/visits", body, by=COUNTER, idempotency_key="v1")
    again = await intake.post("/v1/desk/visits", body, by=COUNTER, idempotency_key="v1")
    assert first.json() == again.json()
    assert first.json()["due"]


def arrivals(intake: Rig, case: dict[str, Any]) -> int:
    return sum(isinstance(event, VisitorArrived) for event in intake.events(case["case_id"]))
