"""Who had another person verified learns verified or not, and no more; the station reads what was found."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chassis.sentences import enriched
from event_schemas import VerificationCompleted, VerificationOutcome
from event_schemas.papers import is_of_another_person
from event_schemas.services import SERVICE_CODES
from intake.case.model import Case
from intake.commands import certificates
from intake.commands.table import Act
from intake.texts import load_texts
from intake.tracking.views import status_view
from notifier.domain import CaseCard
from notifier.rules import facts_for
from tests.intake.desk_walk import CASE_ID, STEP, World, filed, take
from tests.intake.intake_rig import START

OF_OTHERS = sorted(code for code in SERVICE_CODES if is_of_another_person(code))
TEXTS = load_texts()


@pytest.fixture(scope="module")
def before() -> World:
    world = filed("character-certificate")
    return replace(world, now=world.now + STEP)


def verified(before: World, service: str, outcome: str) -> Case:
    world = take(before, Act.COMPLETE_VERIFICATION, certificates.CompleteVerification(outcome=outcome))
    return replace(world.case, service_code=service)


def read(case: Case, before: World, *, for_officers: bool = False) -> Mapping[str, Any]:
    return status_view(
        case, [], texts=TEXTS, language="hi", now=before.now, public_url="http://x", for_officers=for_officers
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
    assert told(service, "adverse") == told(service, "unable") != told(service, "clear")


def told(service: str, outcome: str) -> dict[str, str]:
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


def test_an_applicant_reads_of_his_own_verification() -> None:
    """Only another person's result is withheld."""
    event = {"outcome": "adverse"}
    assert enriched(event, {"service_code": "character-certificate"})["outcome"] == "adverse"
    assert enriched(event, {"service_code": "tenant-verification"})["outcome"] == "unable"
