"""Visits at a person's home: promised by the station, recorded by who went, confirmed or disputed by the person."""

from datetime import timedelta
from typing import Any

import pytest

from event_schemas import BeatVisitConfirmed, BeatVisitDisputed, BeatVisitMade, BeatVisitPromised
from intake.auth import Principal
from tests.intake.intake_rig import ASHA, COUNTER, DISPATCHER, OTHER_SHO, RAVI, SHO, TOKENS, Rig

IO = Principal("dev-io", "io", None, "SHO:5140003", "5140003", "ARARIA")
TOKENS |= {IO.sub: IO}
HELP: dict[str, Any] = {
    "service_code": "help-request",
    "description": "माँ अकेली हैं, दवा लाने में मदद चाहिए।",
    "location": {"lat": 26.1358, "lon": 87.4659},
    "attributes": {"kind": "elder", "needed_now": True},
}


async def in_work(intake: Rig) -> dict[str, Any]:
    filed = await intake.filed(HELP)
    await intake.assign(filed["case_id"])
    assert (await intake.command(filed["case_id"], "acknowledge")).status_code == 202
    return filed


async def promised(intake: Rig, case_id: str, hours: float = 4, **more: Any) -> Any:
    by = (intake.clock.now() + timedelta(hours=hours)).isoformat()
    return await intake.command(case_id, "promise-visit", {"visitor": "woman_officer", "visit_by": by} | more)


async def recorded(intake: Rig, case_id: str, outcome: str, by: Principal = IO) -> Any:
    return await intake.command(case_id, "record-visit", {"visitor": "woman_officer", "outcome": outcome}, by=by)


async def shown(intake: Rig, filed: dict[str, Any], language: str = "en") -> dict[str, Any]:
    status: dict[str, Any] = (
        await intake.get(f"/v1/complaints/{filed['tracking_number']}", by=ASHA, accept_language=language)
    ).json()
    return status


async def answered(intake: Rig, filed: dict[str, Any], act: str, by: Principal | None = ASHA) -> Any:
    return await intake.post(f"/v1/complaints/{filed['tracking_number']}/{act}", {}, by=by)


@pytest.mark.parametrize(("language", "who"), [("en", "a woman officer"), ("hi", "महिला पदाधिकारी")])
async def test_who_comes_and_by_when_is_promised_made_and_confirmed(intake: Rig, language: str, who: str) -> None:
    """The person reads who comes and by when, and says that somebody came; each is an event."""
    filed = await in_work(intake)
    assert (await promised(intake, filed["case_id"])).status_code == 202
    (visit,) = (await shown(intake, filed, language))["visits"]
    assert (visit["state"], visit["visitor_text"], visit["may_answer"]) == ("promised", who, False)
    assert (await answered(intake, filed, "confirm-visit")).json()["code"] == "transition_not_allowed"
    assert (await recorded(intake, filed["case_id"], "met")).status_code == 202
    (visit,) = (await shown(intake, filed, language))["visits"]
    assert (visit["state"], visit["may_answer"]) == ("made", True)
    assert (await answered(intake, filed, "confirm-visit")).status_code == 202
    assert (await shown(intake, filed))["visits"][0]["state"] == "confirmed"
    assert (await answered(intake, filed, "dispute-visit")).json()["code"] == "transition_not_allowed"
    kinds = [type(event) for event in intake.events(filed["case_id"])][2:]
    assert kinds == [BeatVisitPromised, BeatVisitMade, BeatVisitConfirmed]


async def test_a_disputed_visit_is_owed_again(intake: Rig) -> None:
    """Under a number and a clock of its own; who comes may be promised, which moves no time."""
    filed = await in_work(intake)
    await promised(intake, filed["case_id"])
    await recorded(intake, filed["case_id"], "met")
    assert (await answered(intake, filed, "dispute-visit")).status_code == 202
    disputed = intake.events(filed["case_id"])[-1]
    assert isinstance(disputed, BeatVisitDisputed)
    assert (disputed.visit_no, disputed.owed_no) == (1, 2)
    assert [one["state"] for one in (await shown(intake, filed))["visits"]] == ["disputed", "owed"]
    assert (await promised(intake, filed["case_id"], 6)).status_code == 202
    again = intake.events(filed["case_id"])[-1]
    assert isinstance(again, BeatVisitPromised)
    assert (again.visit_no, again.again) == (2, True)
    assert (await promised(intake, filed["case_id"], 8)).json()["code"] == "transition_not_allowed"
    await recorded(intake, filed["case_id"], "met")
    assert [one["state"] for one in (await shown(intake, filed))["visits"]] == ["disputed", "made"]


async def test_who_was_not_at_home_is_called_on_again(intake: Rig) -> None:
    """The promise stands, under its number; no second one covers it."""
    filed = await in_work(intake)
    await promised(intake, filed["case_id"])
    await recorded(intake, filed["case_id"], "not_at_home")
    assert (await promised(intake, filed["case_id"], 9)).json()["code"] == "transition_not_allowed"
    await recorded(intake, filed["case_id"], "met")
    assert [(one["visit_no"], one["state"]) for one in (await shown(intake, filed))["visits"]] == [(1, "made")]


async def test_a_visit_needs_no_promise(intake: Rig) -> None:
    """The beat passes on its round."""
    filed = await in_work(intake)
    assert (await recorded(intake, filed["case_id"], "met")).status_code == 202
    assert [one["state"] for one in (await shown(intake, filed))["visits"]] == ["made"]


@pytest.mark.parametrize(("hours", "fault"), [(-1, "/visit_by"), (24 * 31, "/visit_by")])
async def test_a_promise_is_for_a_time_to_come(intake: Rig, hours: float, fault: str) -> None:
    """Neither for yesterday nor for a day that nobody will remember."""
    filed = await in_work(intake)
    refused = await promised(intake, filed["case_id"], hours)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, fault)
    assert (await promised(intake, filed["case_id"], 1, visitor="a friend")).status_code == 422


async def test_who_may_promise_record_and_answer(intake: Rig) -> None:
    """Those who go out: neither the counter nor another station; a stranger answers nothing."""
    filed = await in_work(intake)
    body = {"outcome": "met"}
    for officer, status in ((COUNTER, 403), (DISPATCHER, 403), (OTHER_SHO, 404), (SHO, 202)):
        assert (await intake.command(filed["case_id"], "record-visit", body, by=officer)).status_code == status
    for stranger in (RAVI, None):
        assert (await answered(intake, filed, "dispute-visit", stranger)).status_code == 404


async def test_a_visit_is_answered_within_thirty_days(intake: Rig) -> None:
    """Not years later, when nobody knows."""
    filed = await in_work(intake)
    await recorded(intake, filed["case_id"], "met")
    intake.clock.advance(timedelta(days=31))
    assert (await answered(intake, filed, "dispute-visit")).json()["code"] == "transition_not_allowed"
