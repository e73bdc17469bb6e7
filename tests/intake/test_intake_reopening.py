"""A citizen who is not content: reopening within its window and with a reason, and the appeal after a bad rating."""

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from event_schemas import ComplaintFiled, ComplaintReopened, TransferRequested
from intake.case import past
from intake.case.model import Case
from intake.case.states import State
from intake.commands.table import TABLE, Act, Command
from intake.reopening.rules import APPEAL_OF, RULES
from tests.intake.intake_rig import ASHA, COMPLAINT, RAVI, SHO, SP, STATION, Rig

REASON = {"reason_code": "not_settled"}
WHY = {"description": "किसी ने मुझसे पूछा ही नहीं।"}


async def resolved(intake: Rig, **over: Any) -> dict[str, Any]:
    case = await intake.filed(COMPLAINT | over)
    await intake.assign(case["case_id"])
    await end(intake, case)
    return case


async def end(intake: Rig, case: dict[str, Any], by: Any = SHO) -> None:
    done = await intake.command(case["case_id"], "complete-inquiry", {"finding": "unsubstantiated"}, by=by)
    assert done.status_code == 202, done.text


def url(case: dict[str, Any], act: str = "") -> str:
    return f"/v1/complaints/{case['tracking_number']}{act}"


def stored(intake: Rig, case: dict[str, Any]) -> Case:
    return intake.store.cases[case["case_id"]]


async def test_a_reason_is_asked_for(intake: Rig) -> None:
    """One of those that there are; the office and the timeline read it."""
    case = await resolved(intake)
    for body in ({}, {"reason_code": "because"}):
        assert (await intake.post(url(case, "/reopen"), body, by=ASHA)).json()["code"] == "validation_failed"
    assert (await intake.post(url(case, "/reopen"), REASON, by=ASHA)).status_code == 202
    texts = [one["text"] for one in (await intake.get(url(case), by=ASHA)).json()["timeline"]]
    assert "The case was reopened. Reason: the matter is not settled" in texts
    assert [one.reason_code for one in intake.events(case["case_id"]) if isinstance(one, ComplaintReopened)] == [
        "not_settled"
    ]


async def test_the_window_is_shown_and_kept(intake: Rig) -> None:
    """To its last moment; then the answer says what is left to do, and the status offers nothing."""
    case = await resolved(intake)
    step = (await intake.get(url(case), by=ASHA)).json()["next_step"]
    assert step.endswith("until 22.12.2026")
    intake.clock.advance(RULES.window + timedelta(milliseconds=1))
    late = await intake.post(url(case, "/reopen"), REASON, by=ASHA, accept_language="hi")
    assert (late.status_code, late.json()["code"]) == (409, "reopening_too_late")
    assert "नई शिकायत" in late.json()["detail"]
    assert late.json()["reopened_until"] == "2026-12-22T06:30:00+00:00"
    assert "reopen" not in (await intake.get(url(case), by=ASHA)).json()["next_step"]


async def test_the_last_moment_counts(intake: Rig) -> None:
    """At the end of the window itself it is opened again."""
    case = await resolved(intake)
    intake.clock.advance(RULES.window)
    assert (await intake.post(url(case, "/reopen"), REASON, by=ASHA)).status_code == 202


async def test_the_third_reopening_goes_to_the_superintendent(intake: Rig) -> None:
    """Twice it stays with its office; the third time both events stand in one write, and the SP's office is asked."""
    case = await resolved(intake)
    for round_no in (2, 3):
        await intake.post(url(case, "/reopen"), REASON, by=ASHA)
        assert stored(intake, case).round == round_no
        assert not [one for one in intake.events(case["case_id"]) if isinstance(one, TransferRequested)]
        await end(intake, case)
    writes = len(intake.store.published)
    await intake.post(url(case, "/reopen"), REASON, by=ASHA)
    reopened, transfer = intake.events(case["case_id"])[-2:]
    assert isinstance(reopened, ComplaintReopened)
    assert isinstance(transfer, TransferRequested)
    assert len(intake.store.published) == writes + 2
    assert (transfer.case_seq, transfer.assignment_no) == (reopened.case_seq + 1, 2)
    assert (transfer.to_station, transfer.reason_code) == (STATION.police_district, "reopened_again")
    assert stored(intake, case).case_seq == transfer.case_seq
    texts = [one["text"] for one in (await intake.get(url(case), by=ASHA)).json()["timeline"]]
    assert any("Superintendent of Police" in text for text in texts)


async def test_what_the_superintendent_has_already_stays_with_him(intake: Rig) -> None:
    """A fourth reopening asks for no further office."""
    case = await resolved(intake)
    for _ in range(3):
        await intake.post(url(case, "/reopen"), REASON, by=ASHA)
        if stored(intake, case).assignment_no == 1:
            await end(intake, case)
    office = STATION.model_copy(update={"code": "ARARIA", "name": "SP Office, Araria"})
    await intake.assign(case["case_id"], 2, office)
    held = stored(intake, case)
    assert held.assignment is not None
    assert held.state is State.REOPENED
    intake.store.cases[case["case_id"]] = replace_post(held, "SP:ARARIA")
    await end(intake, case, by=SP)
    await intake.post(url(case, "/reopen"), REASON, by=ASHA)
    assert len([one for one in intake.events(case["case_id"]) if isinstance(one, TransferRequested)]) == 1


def replace_post(case: Case, post: str) -> Case:
    assert case.assignment is not None
    return replace(case, assignment=replace(case.assignment, officer_post=post))


def test_the_window_counts_from_each_end_that_the_table_has() -> None:
    """Whatever resolves or closes a case that can be opened again starts the window."""
    row = TABLE[Act.REOPEN]
    ends = {
        command.event.type
        for command in TABLE.values()
        if command.event is not None and command.families & row.families and _moves_to(command, row.moves.keys())
    }
    assert ends == past.ENDS


def _moves_to(command: Command, states: Collection[State]) -> bool:
    moves = [*command.moves.items(), *(one for also in command.also.values() for one in also.items())]
    return any(after in states and before is not after for before, after in moves)


async def rated(intake: Rig, stars: int, **over: Any) -> tuple[dict[str, Any], Any]:
    case = await resolved(intake, **over)
    answer = await intake.post(url(case, "/feedback"), {"rating": stars}, X_Receipt=case["receipt_secret"])
    assert answer.status_code == 202, answer.text
    return case, answer.json()["appeal"]


async def appeal(intake: Rig, case: dict[str, Any], body: Any = WHY, **headers: str) -> httpx.Response:
    sent = {"idempotency_key": str(uuid.uuid4()), "X_Receipt": case["receipt_secret"]} | headers
    return await intake.post(url(case, "/appeal"), body, **sent)


@pytest.mark.parametrize("stars", [1, 2, 3, 4, 5])
async def test_an_appeal_is_offered_from_two_stars_down(intake: Rig, stars: int) -> None:
    """In the answer to the rating and in the status; a better rating offers none, and none is taken then."""
    case, offered = await rated(intake, stars)
    status = (await intake.get(url(case), by=ASHA)).json()
    assert status["appeal"] == offered
    assert (offered is not None) == (stars <= 2)
    answer = await appeal(intake, case)
    assert answer.status_code == (202 if stars <= 2 else 409)
    if stars > 2:
        assert answer.json()["code"] == "appeal_not_offered"
    else:
        assert offered["url"].endswith(url(case, "/appeal"))
        assert (await intake.get(url(case), by=ASHA)).json()["appeal"] is None


async def test_an_appeal_is_a_complaint_above_the_office(intake: Rig) -> None:
    """Linked to its case, of the same person and place, kept from the office that handled it."""
    case, _ = await rated(intake, 1)
    filed = (await appeal(intake, case)).json()
    (event,) = intake.events(filed["case_id"])
    assert isinstance(event, ComplaintFiled)
    assert (event.service_code, event.named_station) == ("e-complaint", STATION.code)
    assert event.attributes == {"category": "theft", "against_police": True}
    linked = intake.store.cases[filed["case_id"]]
    assert (linked.accused, linked.owner) == (STATION.code, ASHA.sub)
    assert f"{APPEAL_OF}{case['case_id']}" in linked.flags
    assert intake.personal(filed["case_id"]).name == "आशा देवी"
    assert intake.personal(filed["case_id"]).description == WHY["description"]
    for receipt in (filed["receipt_secret"], case["receipt_secret"]):
        assert (await intake.get(url(filed), X_Receipt=receipt)).status_code == 200
    await intake.assign(filed["case_id"])
    read = await intake.get(f"/v1/desk/cases/{filed['case_id']}", by=SHO)
    assert read.status_code == 404


async def test_a_sensitive_case_is_appealed_as_one(intake: Rig) -> None:
    """By its receipt alone, and the appeal is sensitive too."""
    case, offered = await rated(intake, 2, attributes={"category": "crime_against_women"})
    assert offered is not None
    assert (await appeal(intake, case, X_Receipt="wrong")).status_code == 404
    filed = (await appeal(intake, case)).json()
    assert intake.store.cases[filed["case_id"]].sensitive


async def test_one_appeal_a_round(intake: Rig) -> None:
    """The same key gives the first answer, another key is refused; a new round may be appealed anew."""
    case, _ = await rated(intake, 1)
    first = await appeal(intake, case, idempotency_key="0123456789abcdefghijkl")
    again = await appeal(intake, case, idempotency_key="0123456789abcdefghijkl")
    assert (first.status_code, again.json()) == (202, first.json())
    reused = await appeal(intake, case, {"description": "और"}, idempotency_key="0123456789abcdefghijkl")
    assert reused.json()["code"] == "idempotency_key_reused"
    assert (await appeal(intake, case)).json()["code"] == "appeal_already_filed"
    unmarked = stored(intake, case)
    intake.store.cases[case["case_id"]] = without_flags(unmarked)
    assert (await appeal(intake, case)).json()["code"] == "appeal_already_filed"
    await intake.post(url(case, "/reopen"), REASON, by=ASHA)
    assert (await appeal(intake, case)).json()["code"] == "appeal_not_offered"
    await end(intake, case)
    assert (await appeal(intake, case)).status_code == 202


def without_flags(case: Case) -> Case:
    return replace(case, flags=())


async def test_what_is_no_appeal_is_refused(intake: Rig) -> None:
    """A stranger, no words, no key, unknown fields, 2 MB of text, a number that there is not."""
    case, _ = await rated(intake, 1)
    assert (await intake.post(url(case, "/appeal"), WHY, by=RAVI, idempotency_key="k")).status_code == 404
    bodies: list[Any] = [{}, {"description": ""}, {"description": "x" * 2_000_000}, WHY | {"to": "SP"}, []]
    for body in bodies:
        assert (await appeal(intake, case, body)).status_code in (413, 422)
    keyless = await intake.post(url(case, "/appeal"), WHY, X_Receipt=case["receipt_secret"])
    assert keyless.json()["code"] == "idempotency_key_missing"
    unrated = await resolved(intake)
    assert (await appeal(intake, unrated)).json()["code"] == "appeal_not_offered"
    assert len(intake.store.cases) == 2
