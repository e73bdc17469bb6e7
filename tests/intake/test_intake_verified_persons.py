"""Who reads what of a verification: the person himself where to ask, who asked for it verified or not, the desk all."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chassis.bilingual import Language
from event_schemas import VerificationCompleted, VerificationOutcome
from event_schemas.papers import is_of_another_person
from event_schemas.services import SERVICE_CODES
from intake.case.model import Case
from intake.case.states import State
from intake.commands import certificates, general
from intake.commands.table import Act
from intake.texts import load_texts
from intake.tracking.views import status_view
from notifier.domain import CaseCard
from notifier.rules import facts_for
from tests.intake.desk_walk import CASE_ID, STEP, World, commanded, filed
from tests.intake.intake_rig import START

OF_OTHERS = sorted(code for code in SERVICE_CODES if is_of_another_person(code))
TEXTS = load_texts()


@pytest.fixture(scope="module")
def before() -> World:
    world = filed("character-certificate")
    return replace(world, now=world.now + STEP)


def verified(before: World, service: str, outcome: str) -> Case:
    world = commanded(before, Act.COMPLETE_VERIFICATION, certificates.CompleteVerification(outcome=outcome))
    return replace(world.case, service_code=service)


def read(case: Case, before: World, *, language: Language = "hi", for_officers: bool = False) -> Mapping[str, Any]:
    return status_view(
        case, [], texts=TEXTS, language=language, now=before.now, public_url="http://x", for_officers=for_officers
    )


def test_the_four_services_are_about_another_person() -> None:
    """By their papers alone; an applicant's own verification is not among them."""
    assert OF_OTHERS == ["domestic-help-verification", "driver-verification", "guard-hiring", "tenant-verification"]


@pytest.mark.parametrize("service", OF_OTHERS)
def test_an_adverse_result_reads_as_one_that_could_not_be_had(before: World, service: str) -> None:
    """In the status byte for byte, in the facts of the message; the desk reads which it was."""
    adverse, unable = (verified(before, service, outcome) for outcome in ("adverse", "unable"))
    assert read(adverse, before) == read(unable, before)
    assert read(adverse, before, for_officers=True) != read(unable, before, for_officers=True)
    assert read(adverse, before) != read(verified(before, service, "clear"), before)
    assert facts_of(service, "adverse") == facts_of(service, "unable") != facts_of(service, "clear")


def facts_of(service: str, outcome: str) -> dict[str, str]:
    """The facts that a message of the notifier is made of."""
    event = VerificationCompleted(
        case_id=CASE_ID,
        occurred_at=START,
        case_seq=2,
        outcome=VerificationOutcome(outcome),
    )
    return facts_for(
        event, CaseCard(event.case_id, "JS-26-WNX3-D03V-B", service, "hi", False, False, None), emergency=False
    )


OWN = sorted(SERVICE_CODES - set(OF_OTHERS))
RESULTS = {"clear", "unable", "ask_police", "ask_passport_office", "ask_authority"}


@pytest.mark.parametrize("service", sorted(SERVICE_CODES))
def test_a_result_is_one_of_those_that_a_person_may_read(before: World, service: str) -> None:
    """Status, timeline, stream (which is the status) and message; "adverse" stands in none, of no service."""
    for outcome in VerificationOutcome.known():
        for language in ("hi", "en"):
            view = read(verified(before, service, outcome.value), before, language=language)
            assert view["outcome"]["code"] in RESULTS
            assert not re.search(r"\badverse\b(?! was found)|प्रतिकूल(?! तथ्य नहीं)", repr(view)), view
        assert facts_of(service, outcome.value)["outcome"] in RESULTS - {"ask_passport_office", "ask_authority"}


def test_who_was_verified_himself_is_sent_to_the_police(before: World) -> None:
    """By code and by text; another's adverse result reads as one that could not be had."""
    for service in OWN:
        assert facts_of(service, "adverse")["outcome"] == "ask_police"
    view = read(verified(before, "character-certificate", "adverse"), before)
    assert (view["outcome"]["code"], "परिणाम पुलिस से पूछें" in view["outcome"]["text"]) == ("ask_police", True)
    desk = read(verified(before, "character-certificate", "adverse"), before, for_officers=True)
    assert desk["outcome"]["code"] == "adverse"


@pytest.mark.parametrize(
    ("service", "code"), [("passport-verification", "ask_passport_office"), ("licence-verification", "ask_authority")]
)
def test_the_office_that_decides_alone_gives_its_result(before: World, service: str, code: str) -> None:
    """Whatever was found, the applicant's page is the same."""
    views = [read(verified(before, service, one.value), before) for one in VerificationOutcome.known()]
    assert views[0]["outcome"]["code"] == code
    assert all(view == views[0] for view in views)


def test_a_refusal_and_a_closing_reveal_no_more_than_the_result(before: World) -> None:
    """An officer's reason `adverse` reads as where to ask, his outcome `adverse` as `ask_police`."""
    acts = (
        (Act.REFUSE_CERTIFICATE, certificates.RefuseCertificate(reason_code="adverse")),
        (Act.CLOSE, general.Close(outcome="adverse", reason_code="adverse")),
    )
    for act, body in acts:
        at_work = replace(before, case=replace(before.case, state=State.IN_PROGRESS))
        view = read(commanded(at_work, act, body).case, before, language="en")
        assert view["outcome"]["code"] in ("refused", "ask_police")
        assert "adverse" not in repr(view)
