"""Officers at once: one write of a version wins; who has an older screen reads so and changes nothing."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from event_schemas import ComplaintAcknowledged, EmergencyResolved, InquiryCompleted, IntakeEvent, TransferRequested
from tests.intake.intake_rig import COUNTER, DISPATCHER, HQ, SHO, SP, Rig
from tests.intake.test_intake_desk import at_station

INQUIRED = {"finding": "substantiated", "fir_recommended": False}


def outcomes(answers: Sequence[Any]) -> Counter[tuple[int, str | None]]:
    """How many were answered how."""
    return Counter((answer.status_code, answer.json().get("code")) for answer in answers)


def numbers(intake: Rig, case_id: str) -> list[int]:
    return [event.case_seq for event in intake.events(case_id) if isinstance(event, IntakeEvent)]


async def test_fifty_commands_on_one_screen_have_one_winner(intake: Rig) -> None:
    """Each names the version that its screen shows: one is accepted, 49 read that it is old."""
    case_id = await at_station(intake)
    etag = (await intake.get(f"/v1/desk/cases/{case_id}", by=SHO)).headers["etag"]
    officers = (SHO, SP, HQ, COUNTER, SHO)
    answers = await asyncio.gather(
        *(intake.command(case_id, "acknowledge", by=officers[n % 5], if_match=etag) for n in range(50))
    )
    assert outcomes(answers) == {(202, None): 1, (412, "version_mismatch"): 49}
    assert len([one for one in intake.events(case_id) if isinstance(one, ComplaintAcknowledged)]) == 1
    assert {answer.json()["version"] for answer in answers} == {intake.store.cases[case_id].version}


async def test_fifty_commands_without_a_screen_have_one_winner(intake: Rig) -> None:
    """A state is left once: the others read that it was, and which acts are open now."""
    case_id = await at_station(intake)
    answers = await asyncio.gather(*(intake.command(case_id, "complete-inquiry", INQUIRED) for _ in range(50)))
    assert outcomes(answers) == {(202, None): 1, (409, "transition_not_allowed"): 49}
    assert len([one for one in intake.events(case_id) if isinstance(one, InquiryCompleted)]) == 1
    assert numbers(intake, case_id) == list(range(1, len(numbers(intake, case_id)) + 1))


async def test_fifty_repeats_of_one_command_are_one(intake: Rig) -> None:
    """A nervous finger on one key: fifty times the first answer."""
    case_id = await at_station(intake)
    answers = await asyncio.gather(
        *(intake.command(case_id, "acknowledge", idempotency_key="one-press") for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["event_id"] for answer in answers}) == 1
    assert len([one for one in intake.events(case_id) if isinstance(one, ComplaintAcknowledged)]) == 1


async def test_two_officers_with_one_stale_screen(intake: Rig) -> None:
    """One transfers while the other ends the inquiry: whoever comes second changes nothing, whichever it is."""
    case_id = await at_station(intake)
    etag = (await intake.get(f"/v1/desk/cases/{case_id}", by=SHO)).headers["etag"]
    moved = {"to_station": "5140012", "reason_code": "other_jurisdiction"}
    answers = await asyncio.gather(
        intake.command(case_id, "transfer", moved, by=SHO, if_match=etag),
        intake.command(case_id, "complete-inquiry", INQUIRED, by=SP, if_match=etag),
    )
    assert outcomes(answers) == {(202, None): 1, (412, "version_mismatch"): 1}
    written = [one for one in intake.events(case_id) if isinstance(one, TransferRequested | InquiryCompleted)]
    assert len(written) == 1


async def test_two_dispatchers_on_one_emergency(intake: Rig) -> None:
    """Both send a unit: both units are known. Both end it with one screen: it ends once, as the first has it."""
    case_id = (await intake.post("/v1/emergencies", {})).json()["case_id"]
    sent = await asyncio.gather(
        *(intake.command(case_id, "dispatch", {"unit": unit, "kind": "police"}, by=DISPATCHER) for unit in ("A", "B"))
    )
    assert outcomes(sent) == {(202, None): 2}
    assert numbers(intake, case_id) == [1, 2, 3]
    etag = (await intake.get(f"/v1/desk/cases/{case_id}", by=DISPATCHER)).headers["etag"]
    hows = ("hoax", "resolved_by_phone")
    ended = await asyncio.gather(
        *(intake.command(case_id, "resolve-emergency", {"how": how}, by=DISPATCHER, if_match=etag) for how in hows)
    )
    assert outcomes(ended) == {(202, None): 1, (412, "version_mismatch"): 1}
    (event,) = [one for one in intake.events(case_id) if isinstance(one, EmergencyResolved)]
    assert event.how == hows[[answer.status_code for answer in ended].index(202)]
