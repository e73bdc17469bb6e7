"""The desk reads which papers may be approved, by whom, and what each needs."""

from dataclasses import replace
from typing import Any

import pytest

from event_schemas import CertificateIssued, ids
from event_schemas.papers import paper_rules, papers_of
from event_schemas.services import SERVICE_CODES
from intake.case.derived import derive
from intake.case.situation import Situation
from intake.commands.allowed import papers_to_approve
from intake.commands.certificates import CompleteVerification, approvers, entitled
from intake.commands.table import Act
from tests.intake.desk_walk import World, commanded, filed
from tests.intake.intake_rig import ASHA, OTHER_SHO, POLICIES, SHO, SP, Rig
from tests.intake.test_intake_desk import CERTIFICATE, at_station

LABELLED = sorted(code for code in SERVICE_CODES if any(rule.is_approved for rule in papers_of(code)))


async def papers(intake: Rig, case_id: str, language: str = "en", by: Any = SHO) -> list[dict[str, Any]]:
    view = (await intake.get(f"/v1/desk/cases/{case_id}", by=by, accept_language=language)).json()
    listed: list[dict[str, Any]] = view["papers"]
    return listed


async def test_a_certificate_is_listed_once_it_is_verified(intake: Rig) -> None:
    """With the posts that approve it, in words; before and after that there is none."""
    case_id = await at_station(intake, CERTIFICATE)
    assert await papers(intake, case_id) == []
    await intake.command(case_id, "complete-verification", {"outcome": "clear"})
    (paper,) = await papers(intake, case_id)
    assert (paper["kind"], paper["facts"]) == ("character", [])
    # Not the SHO, who verified.
    assert paper["approved_by"] == ["SP", "SDPO", "DIG", "HQ"]
    assert paper["approved_by_text"][0] == "the Superintendent of Police"
    assert (await papers(intake, case_id, by=SP))[0] == paper
    await intake.command(case_id, "approve-certificate", by=SP)
    assert await papers(intake, case_id) == []


async def test_what_the_desk_enters_is_named_in_its_language(intake: Rig) -> None:
    """Each fact with its label and its form; what is listed is what the approval then asks for."""
    body = {
        "service_code": "station-diary",
        "channel": "web",
        "description": "बटुआ रास्ते में गिर गया।",
        "location": {"lat": 26.1358, "lon": 87.4659},
        "attributes": {"matter": "loss", "happened_day": "2026-11-20"},
    }
    case_id = await at_station(intake, body)
    (paper,) = await papers(intake, case_id, "hi")
    assert [(fact["name"], fact["label"], fact["form"]) for fact in paper["facts"]] == [
        ("diary_number", "सनहा संख्या", "text"),
        ("entered_at", "सनहा दर्ज होने का समय", "time"),
    ]
    asked = await intake.command(case_id, "approve-certificate", {"facts": {}})
    wanted = [f"/facts/{fact['name']}" for fact in paper["facts"] if fact["required"]]
    assert [fault["pointer"] for fault in asked.json()["errors"]] == wanted


@pytest.mark.parametrize("outcome", ["clear", "adverse", "unable"])
@pytest.mark.parametrize("service", LABELLED)
def test_a_paper_is_listed_if_a_post_may_approve_it(service: str, outcome: str) -> None:
    """For every service that yields one: the list and the check of the command agree on the posts."""
    world: World = filed("character-certificate")
    for step in (world, verified(world, outcome)):
        case = replace(step.case, service_code=service)
        listed = papers_to_approve(case)
        posts = {post for rule in listed for post in entitled(case, rule)}
        assert posts == approvers(Situation(case, step.now, POLICIES))
        assert {rule.kind for rule in listed} <= {kind for kind, rule in paper_rules().items() if rule.is_approved}


def verified(world: World, outcome: str) -> World:
    return commanded(world, Act.COMPLETE_VERIFICATION, CompleteVerification(outcome=outcome))


PASSPORT: dict[str, Any] = {
    "service_code": "passport-verification",
    "complainant": {"name": "आशा देवी"},
    "attributes": {
        "file_number": "PT1234567890123",
        "date_of_birth": "1990-05-02",
        "wish": "status",
        "present_address": "वार्ड 4, अररिया",
        "present_district": "अररिया",
        "present_state": "bihar",
    },
}


async def test_a_letter_to_an_office_is_its_desks_and_never_its_citizens(intake: Rig) -> None:
    """Approved above who verified, listed and read at the desk, each reading recorded; the citizen has no copy."""
    case_id = await at_station(intake, PASSPORT)
    await intake.command(case_id, "complete-verification", {"outcome": "clear"})
    (paper,) = await papers(intake, case_id)
    assert (paper["kind"], paper["approved_by"]) == ("passport-verification-letter", ["SP", "SDPO"])
    assert (await intake.command(case_id, "approve-certificate")).json()["code"] == "approver_not_entitled"
    assert (await intake.command(case_id, "approve-certificate", by=SP)).status_code == 202
    letter_id = ids.certificate_id(case_id, "passport-verification-letter")
    intake.papers.papers[letter_id] = b"%PDF-1.7 the letter"
    number = intake.store.cases[case_id].tracking_number
    url = f"/v1/desk/cases/{case_id}/certificates/{letter_id}.pdf"
    assert (await intake.get(url, by=SHO)).status_code == 404
    event = CertificateIssued(
        case_id=case_id,
        occurred_at=intake.clock.now(),
        cause_id="cause",
        certificate_id=letter_id,
        kind="passport-verification-letter",
        verify_url="https://x.in/v1/verify/1",
        sha256="0" * 64,
    )
    await intake.store.apply_derived([derive(ids.certificate_event_id(letter_id, event.type), event)])
    (listed,) = (await intake.get(f"/v1/desk/cases/{case_id}", by=SP)).json()["certificates"]
    assert listed["url"].endswith(url)
    answer = await intake.get(url, by=SP)
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7 the letter")
    assert [entry.what for entry in await intake.trail.looks(case_id)][-1] == f"paper:{letter_id}"
    assert (await intake.get(url, by=OTHER_SHO)).status_code == 404
    assert (await intake.get(url, by=ASHA)).status_code in (401, 403)
    status = (await intake.get(f"/v1/complaints/{number}", by=ASHA)).json()
    assert (status["certificates"], status["status"]) == ([], "verification_done")
    assert status["outcome"]["code"] == "ask_passport_office"
    own = f"/v1/complaints/{number}/certificates/{letter_id}.pdf"
    assert (await intake.get(own, by=ASHA)).status_code == 404
    assert (await intake.command(case_id, "order-certificate-revocation", {"reason_code": "wrong"})).status_code == 202
