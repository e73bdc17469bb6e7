"""The reconciliation knows what each service owes: its acts, documents, papers, clocks and messages."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from chassis.policy_file import read_policies
from event_schemas import EVENT_CLASSES, Envelope
from event_schemas.policies import PolicySet
from intake.phones import parse_phone
from janseva_local.demo import owed
from janseva_local.demo.check_acts import ACTED, check_acts, check_certificates, check_documents
from janseva_local.demo.check_digests import COUNTED
from janseva_local.demo.day import FILE as DAY_FILE
from janseva_local.demo.evidence import Seen
from janseva_local.demo.findings import Case, Finding
from janseva_local.demo.journal import Accepted, Intent
from janseva_local.demo.owed import citizen_template, further_offices, office_template, owed_by, person_phone
from janseva_local.demo.papers import check_papers
from janseva_local.demo.promises import promises_of
from janseva_local.demo.steps import mobile_of
from janseva_local.demo.target import DEMO_POLICIES
from notifier.rules import RULES
from notifier.templates import DEFAULT_PATH, TemplateBook
from tests.local.test_demo_reconcile import CASE, FILED, NUMBER, PHONE

POLICIES: PolicySet = read_policies(DEMO_POLICIES)
FILE = {"evidence_id": "e", "media_type": "image/png", "bytes": 1, "sha256": "0" * 64}
PAPER = {"certificate_id": "p", "verify_url": "http://x/v1/verify/p", "sha256": "0" * 64}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "ComplaintFiled": {"tracking_number": NUMBER, "lane": "routine", "channel": "web", "language": "hi"},
    "EvidenceAdded": FILE,
    "DocumentsCompleted": FILE,
    "CertificateIssued": PAPER,
    "CertificateRevoked": PAPER,
    "CertificateApproved": {"certificate_id": "p", "by_post": "SHO:5140003"},
    "CertificateRevocationOrdered": {"certificate_id": "p", "by_post": "SHO:5140003"},
    "VerificationCompleted": {"outcome": "clear"},
    "CertificateRefused": {"certificate_id": "p", "by_post": "SHO:5140003", "reason_code": "adverse"},
    "FIRRegistered": {"fir_number": "1/2026", "registered_at": FILED, "station": "5140003", "year": 2026},
}


class Story:
    """A case, event by event; a second passes between two."""

    def __init__(self, service: str, *acts: str, lane: str = "routine") -> None:
        self._numbers, self._own = count(), count(1)
        self._lane = lane
        accepted = Accepted(0, CASE, NUMBER, "secret", FILED.isoformat(), 1.0)
        self.case = Case(Intent(0, service, "key", PHONE, "hi"), accepted, acts=acts)
        self.then("ComplaintFiled", service_code=service, lane=lane)

    def then(self, event_type: str, **fields: Any) -> "Story":
        number = next(self._numbers)
        event = EVENT_CLASSES[event_type]
        at = FILED + timedelta(seconds=number)
        own = {"case_seq": next(self._own)} if event.producer == "intake" else {"cause_id": "cause"}
        given = {"case_id": CASE, "occurred_at": at, **own, **ANSWERS.get(event_type, {}), **fields}
        data = event.model_validate({name: value for name, value in given.items() if name in event.model_fields})
        envelope = Envelope(f"event-{number}", event_type, event.producer, at, CASE, None, data)
        self.case.events.append(Seen(f"cases.{self._lane}", 0, number, 0, envelope))
        return self


def faults(findings: Iterable[Finding]) -> list[str]:
    return [finding.kind for finding in findings]


def promised(story: Story, now: datetime = FILED + timedelta(hours=1)) -> dict[str, str]:
    return {promise.clock_id: promise.outcome(now) for promise in promises_of(story.case, POLICIES)}


ASKED = {"documents": ["residence"], "by_post": "SHO:5140003"}
TENANT = ("tenant_photo", "tenant_identity")
REQUIRED = {"tenant-verification": TENANT}


def with_documents(*documents: str) -> Story:
    story = Story("tenant-verification")
    for document in documents:
        story.then("EvidenceAdded", document_type=document)
    return story


def test_documents_are_complete_once_with_the_last_of_them() -> None:
    """Too early, twice, never, and for a service that requires none: each is found."""
    assert check_documents(with_documents(*TENANT).then("DocumentsCompleted").case, REQUIRED) == []
    assert check_documents(with_documents(TENANT[0]).case, REQUIRED) == []
    early = with_documents(TENANT[0]).then("DocumentsCompleted")
    assert faults(check_documents(early.case, REQUIRED)) == ["untrue"]
    twice = with_documents(*TENANT).then("DocumentsCompleted").then("DocumentsCompleted")
    assert faults(check_documents(twice.case, REQUIRED)) == ["doubled"]
    assert faults(check_documents(with_documents(*TENANT).case, REQUIRED)) == ["missing"]
    assert faults(check_documents(Story("e-fir").then("DocumentsCompleted").case, REQUIRED)) == ["unexpected"]


@pytest.mark.parametrize(
    ("service", "events", "found"),
    [
        ("e-fir", ["CertificateIssued e-fir-entry"], []),
        ("e-fir", [], ["missing"]),
        ("e-fir", ["CertificateIssued lost-report"], ["missing", "unexpected"]),
        ("e-fir", ["CertificateIssued e-fir-entry", "CertificateIssued e-fir-entry"], ["doubled"]),
        ("e-fir", ["CertificateIssued e-fir-entry", "FIRRegistered"], ["missing"]),
        ("e-fir", ["CertificateIssued e-fir-entry", "FIRRegistered", "CertificateIssued fir-registration"], []),
        ("character-certificate", ["VerificationCompleted"], []),
        ("character-certificate", ["CertificateApproved character", "CertificateIssued character"], []),
        ("character-certificate", ["CertificateApproved character"], ["missing"]),
        ("character-certificate", ["CertificateRefused character", "CertificateIssued character"], ["unexpected"]),
        ("tenant-verification", ["CertificateIssued tenant-acknowledgement", "VerificationCompleted"], ["missing"]),
        ("e-complaint", ["FIRRegistered"], []),
        ("e-complaint", ["CertificateIssued character"], ["unexpected"]),
    ],
)
def test_the_papers_of_a_service_are_those_its_events_order(service: str, events: list[str], found: list[str]) -> None:
    """Of the right kind, one each: a wrong kind is one missing and one that nobody ordered."""
    story = Story(service)
    for event, _, kind in (one.partition(" ") for one in events):
        story.then(event, kind=kind)
    assert sorted(faults(check_certificates(story.case))) == found


def test_a_revoked_paper_is_owed_no_more() -> None:
    """One revocation for one order; the citizen then downloads it no more."""
    story = Story("lost-property").then("CertificateIssued", kind="lost-report")
    assert faults(check_papers(story.case, {})) == ["missing"]
    story.then("CertificateRevocationOrdered", kind="lost-report", reason_code="false_information")
    assert faults(check_certificates(story.case)) == ["missing"]
    story.then("CertificateRevoked", kind="lost-report")
    assert check_certificates(story.case) == []
    assert check_papers(story.case, {}) == []
    assert faults(check_certificates(story.then("CertificateRevoked", kind="lost-report").case)) == ["unexpected"]


def test_an_act_is_one_event() -> None:
    """Lost, doubled, and by nobody; a request to withdraw is a withdrawal that an officer has to confirm."""
    assert check_acts(Story("e-complaint", "withdraw").then("ComplaintWithdrawn").case) == []
    assert check_acts(Story("emergency-112", "withdraw").then("WithdrawalRequested").case) == []
    assert check_acts(Story("emergency-112", "withdraw", "withdraw").then("WithdrawalRequested").case) == []
    confirmed = Story("e-complaint", "withdraw", "confirm-withdrawal").then("WithdrawalRequested")
    assert faults(check_acts(confirmed.case)) == ["missing"]
    assert check_acts(confirmed.then("ComplaintWithdrawn").case) == []
    assert check_acts(Story("e-fir", "e-sign").then("InformationSigned").case) == []
    assert faults(check_acts(Story("e-complaint", "withdraw").case)) == ["missing"]
    assert faults(check_acts(Story("e-complaint").then("ComplaintWithdrawn").case)) == ["doubled"]
    twice = Story("e-fir", "add-document").then("EvidenceAdded").then("EvidenceAdded")
    assert faults(check_acts(twice.case)) == ["doubled"]
    assert {"FIRRegistered", "EvidenceAdded", "VerificationCompleted", "DocumentsRequested"} <= ACTED


@pytest.mark.parametrize(
    ("story", "clocks"),
    [
        (Story("tenant-verification"), {}),
        (Story("tenant-verification").then("DocumentsCompleted"), {"verification:1": "breached"}),
        (
            Story("tenant-verification").then("DocumentsCompleted").then("VerificationCompleted"),
            {"verification:1": "met"},
        ),
        (
            Story("character-certificate").then("DocumentsCompleted").then("CertificateRefused", kind="character"),
            {"verification:1": "breached", "certificate:1": "met"},
        ),
        (Story("e-fir").then("InformationSigned"), {"efir_signature:1": "met"}),
        (
            Story("e-fir").then("FIRRegistered"),
            {"efir_signature:1": "cancelled", "investigation:1": "breached", "progress_to_victim:1": "breached"},
        ),
        (Story("e-fir"), {"efir_signature:1": "breached"}),
        (
            Story("e-complaint").then("ClockEnded", clock_id="inquiry:1", reason_code="decided", ends_as="met"),
            {"inquiry:1": "met"},
        ),
        (
            Story("e-complaint").then("ClockEnded", clock_id="inquiry:1", reason_code="case_closed"),
            {"inquiry:1": "cancelled"},
        ),
        (
            Story("e-complaint")
            .then("InquiryCompleted", finding="partly", fir_recommended=False)
            .then("ComplaintReopened", round=2),
            {"inquiry:1": "met", "inquiry:2": "breached"},
        ),
    ],
)
def test_the_promises_of_a_service_follow_from_the_policies(story: Story, clocks: dict[str, str]) -> None:
    """Started, kept, broken and ended by what the policies name; a round of its own for what is reopened."""
    assert promised(story) == clocks


def test_every_level_that_was_reached_is_due() -> None:
    """Each post above the station that should have been informed while the clock ran, and none after its end."""
    story = Story("e-fir").then("FIRRegistered").then("InvestigationCompleted")
    now = FILED + timedelta(hours=1)
    levels = {one.clock_id: one.breached_levels(now) for one in promises_of(story.case, POLICIES)}
    assert levels == {"efir_signature:1": (), "investigation:1": (), "progress_to_victim:1": ()}
    running = {one.clock_id: one for one in promises_of(Story("e-complaint").case, POLICIES)}["inquiry:1"]
    assert running.breached_levels(FILED + timedelta(seconds=18)) == (0, 1)
    assert running.breached_levels(now) == (0, 1, 2, 3)


def test_what_an_act_brings_with_it_is_no_double() -> None:
    """An objection that is upheld gives a new result; the card ends with the registration, where there is one."""
    acts = ("complete-verification", "dispute", "decide-dispute")
    story = Story("driver-verification", *acts).then("VerificationCompleted").then("VerificationDisputed")
    decided = {"by_post": "SDPO:ARARIA"}
    refused = check_acts(story.then("DisputeDecided", decision="refused", **decided).case)
    assert refused == []
    story = Story("driver-verification", *acts).then("VerificationCompleted").then("VerificationDisputed")
    story.then("DisputeDecided", decision="upheld", **decided)
    assert faults(check_acts(story.case)) == ["missing"]
    assert check_acts(story.then("VerificationCompleted").case) == []
    registered = Story("senior-citizen-registration", "close").then("CertificateIssued", kind="senior-card")
    registered.then("ComplaintClosed", outcome="ended", reason_code="moved")
    assert faults(check_acts(registered.case)) == ["missing"]
    assert (
        check_acts(registered.then("CertificateRevocationOrdered", kind="senior-card", reason_code="moved").case) == []
    )
    without_card = Story("senior-citizen-registration", "close").then(
        "ComplaintClosed", outcome="ended", reason_code="moved"
    )
    assert check_acts(without_card.case) == []


def test_the_person_verified_hears_by_the_number_that_the_form_gave() -> None:
    """The journey's, or else the example's; nobody hears where there is none."""
    own, examples, none = (
        Intent(7, service, "key", PHONE, "hi", name)
        for service, name in (("tenant-verification", ""), ("tenant-verification", "adverse"), ("e-complaint", ""))
    )
    assert person_phone(own) == mobile_of(7)
    assert [number for number in range(2_000) if parse_phone(mobile_of(number)) != mobile_of(number)] == []
    assert person_phone(examples) == "+919876543212"
    assert person_phone(none) == ""
    story = Story("tenant-verification").then("VerificationCompleted", sealed_person="sealed")
    assert [one.template for _, one in owed_by(story.case, {}) if one.to != PHONE] == ["verification_person"]


def test_every_message_of_the_notifier_is_one_that_the_demo_knows() -> None:
    """Or one that no journey of it causes: a new message is missed here, not as one that nobody owed."""
    known = "".join(path.read_text(encoding="utf8") for path in (Path(owed.__file__), DAY_FILE))
    missing = {rule.template for rule in RULES.messages if not re.search(rf"\b{rule.template}\b", known)}
    assert missing == {
        *("filed_for_you", "helped"),  # who is helped at a counter, and by another citizen
        *("identity_held", "identity_confirmed", "identity_rejected", "identity_shared"),  # two with one document
    }


@pytest.mark.parametrize(
    ("service", "event", "fields", "template"),
    [
        ("driver-verification", "DisputeDecided", {"decision": "refused", "by_post": "SP:A"}, "dispute_decided"),
        ("licence-verification", "VerificationCompleted", {}, "verification_licence"),
        ("passport-verification", "VerificationCompleted", {}, "verification_passport"),
        ("tenant-verification", "VerificationCompleted", {}, "verification_completed"),
        ("e-fir", "InformationSigned", {"late": True}, "signed_late"),
        ("e-fir", "InformationSigned", {}, "information_signed"),
        ("e-fir", "FIRRegistered", {"zero_fir": True}, "zero_fir_registered"),
        (
            "job-verification",
            "DocumentsRequested",
            {"documents": ["residence"], "by_post": "SHO:1"},
            "documents_requested",
        ),
        ("job-verification", "DocumentsCompleted", {}, None),
        ("e-complaint", "WithdrawalRequested", {}, "withdrawal_asked_routine"),
    ],
)
def test_what_a_citizen_hears_of_each_event(
    service: str, event: str, fields: dict[str, Any], template: str | None
) -> None:
    """Worked out without the notifier's rules."""
    story = Story(service).then(event, **fields)
    assert citizen_template(story.case.events[-1], story.case) == template


def test_every_message_that_a_digest_may_hold_is_counted() -> None:
    """The notifier's templates and the reconciliation agree on which are counted together."""
    kinds: dict[str, set[str]] = {}
    for template, kind in TemplateBook.load(DEFAULT_PATH).digest_kinds().items():
        kinds.setdefault(kind, set()).add(template)
    assert sorted(map(sorted, kinds.values())) == sorted(map(sorted, COUNTED))


def test_a_caller_who_asks_to_withdraw_is_heard_by_dispatcher_and_station() -> None:
    """Both must know, and he hears that he asked."""
    story = Story("emergency-112", lane="emergency").then("WithdrawalRequested")
    last = story.case.events[-1]
    assert citizen_template(last, story.case) == "withdrawal_asked"
    assert office_template(last, story.case) is None
    assert further_offices(last) == [("HQ:control-room", "withdrawal_requested")]
    assert further_offices(last, in_charge="HQ:control-room") == []
