"""Each text is sent under the facts it states, and not under the neighbouring ones."""

from __future__ import annotations

import re
from typing import Any, Literal

import pytest

from chassis.sentences import CodeNames
from event_schemas import EVENT_CLASSES
from notifier.lint import lint
from notifier.rules import DISPATCHER, RULES, plan
from notifier.templates import DEFAULT_PATH
from tests.in_memory_broker import received

from .notifier_fakes import CASE, START, card
from .test_notifier_plan import ASSIGNED, BREACH, DUE_SOON, STATION

BOOK, CODE_NAMES = lint(DEFAULT_PATH), CodeNames.load()
Fields = dict[str, Any]
HEARING = {"hearing_id": "h_1", "place": "5140003", "officer_post": "SHO:5140003", "starts_at": START, "ends_at": START}
LINK = {"mode": "video", "join_url": "https://meet.example.in/abc"}
UNIT = {"unit": "PCR-7", "kind": "police"}
CLOCK = {
    "clock": "inquiry", "clock_id": "inquiry:1", "rev": 2, "owner": "police", "target_s": 60, "started_at": START,
    "due_at": START, "state": "paused", "reason_code": "court_stay",
}  # fmt: skip
PAPER = {"certificate_id": "x", "kind": "character", "verify_url": "http://x/v/x", "sha256": "0" * 64}
FILED = {
    "tracking_number": "JS-26-7K3M-9QXD-4", "service_code": "e-complaint", "lane": "routine", "channel": "web",
    "language": "hi",
}  # fmt: skip
ORDER = {"kind": "character", "by_post": "SHO:5140003"}
FIR = {"fir_number": "12/26", "station": "5140003", "year": 2026, "registered_at": START}
MOVED = {"assignment_no": 2, "officer_post": "SHO:5140009", "reason": "transfer"}
BEFORE: Fields = {"posts": {"1": "SHO:5140003"}}
PASSPORT: Fields = {"service_code": "passport-verification"}
LICENCE: Fields = {"service_code": "licence-verification"}
TENANT: Fields = {"service_code": "tenant-verification", "sealed_person": "s1.2026-11.x"}
DECIDED: Fields = {"decision": "upheld", "by_post": "SP:SHEOHAR", "sealed_person": "s1.2026-11.x"}
ASKED: Fields = {"sub_request_id": "sr_1", "mode": "station", "to_station": "5140005", "by_post": "SHO:5140003"}
URGENT: Fields = {"emergency": True}

# (template, event, the facts under which it is sent, a neighbour under which it is not: fields of event and card)
REVIEWED: Fields = {
    "outcome": "confirmed",
    "method": "original_seen",
    "was_held": True,
    "sealed_holder": "s1.2026-11.x",
}
BOUND: list[tuple[str, str, Fields, Fields]] = [
    ("filed", "ComplaintFiled", FILED, {"anonymous": True}),
    ("filed_for_you", "ComplaintFiled", FILED | {"helped_by": "csc"}, {"helped_by": None}),
    ("helped", "ComplaintFiled", FILED | {"helped_by": "csc", "sealed_helper": "s1.x"}, {"sealed_helper": None}),
    ("assigned", "AssignedToStation", ASSIGNED, {"anonymous": True}),
    ("new_case", "AssignedToStation", ASSIGNED, {"desk_online": False}),
    ("new_case_offline", "AssignedToStation", ASSIGNED | {"desk_online": False}, {"desk_online": True}),
    ("transferred_here", "AssignedToStation", ASSIGNED | MOVED | BEFORE, {"posts": {}}),
    ("transferred_away", "AssignedToStation", ASSIGNED | MOVED | BEFORE, {"reason": "against_police"}),
    ("transferred_away", "AssignedToStation", ASSIGNED | MOVED | BEFORE, {"officer_post": "SHO:5140003"}),
    ("nearby_emergency", "AssignedToStation", ASSIGNED | {"nearest_stations": ["5140005"]}, {"nearest_stations": []}),
    ("acknowledged", "ComplaintAcknowledged", {"by_post": "SHO:5140003"}, {"anonymous": True}),
    ("dispatched", "ResponderDispatched", UNIT, {"anonymous": True}),
    ("arrival_reported", "ResponderArrived", UNIT, {"proved": True}),
    ("stood_down", "ResponderStoodDown", {"kind": "fire", "reason_code": "x"}, {"anonymous": True}),
    ("emergency_joined", "EmergencyResolved", {"how": "duplicate_of", "duplicate_of": "c_2"}, {"how": "attended"}),
    ("emergency_closed", "EmergencyResolved", {"how": "attended"}, {"how": "duplicate_of", "duplicate_of": "c_2"}),
    ("hearing_set", "HearingScheduled", HEARING, {"moved": True}),
    ("hearing_set", "HearingScheduled", HEARING, {"mode": "video"}),
    ("hearing_moved", "HearingScheduled", HEARING | {"moved": True}, {"moved": False}),
    ("hearing_online", "HearingScheduled", HEARING | LINK, {"moved": True}),
    ("hearing_online", "HearingScheduled", HEARING | LINK, {"mode": "in_person"}),
    ("hearing_online_moved", "HearingScheduled", HEARING | LINK | {"moved": True}, {"moved": False}),
    ("hearing_online_ask", "HearingScheduled", HEARING | {"mode": "facebook_live"}, LINK),
    ("hearing_online_ask", "HearingScheduled", HEARING | LINK | {"join_url": "https://x.in/" + "a" * 120}, LINK),
    ("hearing_held", "HearingHeld", {"hearing_id": "h"}, {"anonymous": True}),
    ("hearing_cancelled", "HearingCancelled", {"hearing_id": "h"}, {"anonymous": True}),
    ("hearing_officer_absent", "HearingNoShow", {"hearing_id": "h", "party": "officer"}, {"party": "citizen"}),
    ("hearing_citizen_absent", "HearingNoShow", {"hearing_id": "h", "party": "citizen"}, {"party": "officer"}),
    ("verification_completed", "VerificationCompleted", {"outcome": "clear"}, PASSPORT),
    ("verification_passport", "VerificationCompleted", {"outcome": "clear"} | PASSPORT, {"service_code": "x"}),
    ("verification_licence", "VerificationCompleted", {"outcome": "clear"} | LICENCE, {"service_code": "x"}),
    ("verification_person", "VerificationCompleted", {"outcome": "clear"} | TENANT, {"sealed_person": None}),
    ("dispute_decided", "DisputeDecided", DECIDED, {"anonymous": True}),
    ("dispute_decided_person", "DisputeDecided", DECIDED, {"sealed_person": None}),
    ("sub_request_here", "SubRequestMade", ASKED, {"mode": "letter", "to_station": None, "to_state": "jharkhand"}),
    ("certificate_refused", "CertificateRefused", ORDER, {"anonymous": True}),
    ("certificate_issued", "CertificateIssued", PAPER, {"anonymous": True}),
    ("certificate_revoked", "CertificateRevoked", PAPER, {"anonymous": True}),
    ("inquiry_completed", "InquiryCompleted", {"finding": "partly"}, {"fir_recommended": True}),
    ("inquiry_completed_fir", "InquiryCompleted", {"finding": "partly", "fir_recommended": True},
     {"fir_recommended": False}),
    ("enquiry_ordered", "PreliminaryEnquiryOrdered", {}, {"anonymous": True}),
    ("enquiry_completed", "PreliminaryEnquiryCompleted", {}, {"anonymous": True}),
    ("progress_recorded", "ProgressInformed", {}, {"anonymous": True}),
    ("investigation_completed", "InvestigationCompleted", {}, {"anonymous": True}),
    ("documents_requested", "DocumentsRequested", {"documents": ["identity", "photo"], "by_post": "SHO:5140003"},
     {"anonymous": True}),
    ("visit_promised", "BeatVisitPromised",
     {"visit_no": 1, "visitor": "beat_officer", "visit_by": "2026-12-02T06:30:00Z", "by_post": "SHO:5140003"},
     {"anonymous": True}),
    ("visit_recorded", "BeatVisitMade",
     {"visit_no": 1, "visitor": "beat_officer", "outcome": "met", "by_post": "SHO:5140003"}, {"anonymous": True}),
    ("information_signed", "InformationSigned", {}, {"late": True}),
    ("signed_late", "InformationSigned", {"late": True}, {"late": False}),
    ("fir_registered", "FIRRegistered", FIR, {"zero_fir": True}),
    ("zero_fir_registered", "FIRRegistered", FIR | {"zero_fir": True}, {"zero_fir": False}),
    ("fir_declined", "FIRDeclined", {"reason_code": "non_cognizable"}, {"anonymous": True}),
    ("closed", "ComplaintClosed", {}, {"anonymous": True}),
    ("withdrawn", "ComplaintWithdrawn", {}, {"anonymous": True}),
    ("reopened", "ComplaintReopened", {}, {"anonymous": True}),
    ("renewal_asked", "ComplaintReopened", {"reason_code": "renewal"}, {"reason_code": "other"}),
    ("renewal_office", "ComplaintReopened", {"reason_code": "renewal"}, {"reason_code": "other"}),
    ("withdrawal_asked", "WithdrawalRequested", URGENT, {"emergency": False}),
    ("withdrawal_asked_routine", "WithdrawalRequested", {}, URGENT),
    ("clock_paused", "SLAClockAdjusted", CLOCK, {"state": "running"}),
    ("clock_paused", "SLAClockAdjusted", CLOCK, {"owner": "citizen"}),
    ("apology_delay", "SLABreached", BREACH | {"level": 0}, {"level": 1}),
    ("apology_delay", "SLABreached", BREACH | {"level": 0}, {"owner": "citizen"}),
    ("escalated", "SLABreached", BREACH | {"level": 1}, {"level": 0}),
    ("escalated", "SLABreached", BREACH | {"level": 1}, {"escalate_to": "SHO:5140003"}),
    ("escalated", "SLABreached", BREACH | {"level": 1}, {"card_post": "SP:SHEOHAR"}),
    ("reminder_overdue", "SLABreached", BREACH | {"level": 0, "owner": "citizen"}, {"owner": "police"}),
    ("reminder_due_soon", "SLADueSoon", DUE_SOON | {"owner": "citizen"}, {"owner": "police"}),
    ("reminder_due_soon", "SLADueSoon", DUE_SOON | {"owner": "citizen"}, {"fraction": 0.5}),
    ("due_soon", "SLADueSoon", DUE_SOON, {"fraction": 0.5}),
    ("identity_confirmed", "IdentityReviewed", REVIEWED, {"was_held": False}),
    ("identity_confirmed", "IdentityReviewed", REVIEWED, {"method": "register"}),
    ("identity_confirmed", "IdentityReviewed", REVIEWED, {"outcome": "rejected"}),
    ("identity_rejected", "IdentityReviewed", REVIEWED | {"outcome": "rejected"}, {"outcome": "confirmed"}),
    ("identity_shared", "IdentityReviewed", REVIEWED, {"was_held": False}),
    ("identity_shared", "IdentityReviewed", REVIEWED, {"sealed_holder": None}),
    ("breach", "SLABreached", BREACH | {"level": 0}, {"owner": "citizen"}),
    ("citizen_overdue", "SLABreached", BREACH | {"level": 0, "owner": "citizen"}, {"owner": "police"}),
]  # fmt: skip
# Sent whenever their event is: the office is notified whatever else holds.
ALWAYS = {
    "identity_held",
    "hearing_cancelled_office",
    "withdrawn_office",
    "reopened_office",
    "withdrawal_requested",
    "visit_disputed_office",
    "sub_request_answered",
    "disputed_office",
}


def sent(event: str, fields: Fields, language: Literal["hi", "en"] = "en") -> dict[str, str]:
    """The texts by template."""
    kind = EVENT_CLASSES[event]
    own = {name: value for name, value in fields.items() if name in kind.model_fields}
    base: Fields = {"case_id": CASE, "occurred_at": START}
    base |= {"cause_id": "e-0"} if "cause_id" in kind.model_fields else {"case_seq": 2}
    changes: Fields = {name: fields[name] for name in ("anonymous", "posts") if name in fields}
    if "service_code" in fields and event != "ComplaintFiled":
        changes["service_code"] = fields["service_code"]
    if "card_post" in fields:
        changes["officer_post"] = fields["card_post"]
    envelope = received(kind.model_validate(base | own), event_id="e-1").envelope
    notices = plan(
        envelope,
        card(language=language, **changes),
        emergency=bool(fields.get("emergency")),
        code_names=CODE_NAMES,
        office_language=language,
        book=BOOK,
    )
    assert len({notice.notification_id for notice in notices}) == len(notices)
    return {one.template: BOOK.render(one.template, one.language, one.variables).text for one in notices}


@pytest.mark.parametrize(("template", "event", "facts", "neighbour"), BOUND)
def test_a_text_is_sent_under_its_facts_alone(template: str, event: str, facts: Fields, neighbour: Fields) -> None:
    """With the facts it states it is sent, with the neighbouring ones it is not."""
    assert template in sent(event, facts)
    assert template not in sent(event, facts | neighbour)


def test_every_text_is_bound() -> None:
    """No rule's text lacks its line in the table."""
    assert {template for template, *_ in BOUND} | ALWAYS == {rule.template for rule in RULES.messages}


@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize(("template", "event", "facts", "_neighbour"), BOUND)
def test_no_code_and_no_gap_reaches_a_reader(
    template: str, event: str, facts: Fields, _neighbour: Fields, language: Literal["hi", "en"]
) -> None:
    """Every code is shown by its name, and in a Hindi text nothing but names, numbers and addresses is Latin."""
    text = sent(event, facts, language)[template]
    prose = re.sub(r"https?://\S+|JS-26-7K3M-9QXD-4|PCR-7|Sheohar", "", text)
    assert not re.search(r"[a-z]+_[a-z]+|[{}]|None|SHO|5140003", prose), text
    if language == "hi":
        assert not re.search(r"[A-Za-z]", prose), text


def test_who_has_seen_a_case_is_who_acknowledged_it() -> None:
    """The station by name if it was the station, the control room or another office if it was they."""
    assert "Sheohar police station" in sent("ComplaintAcknowledged", {"by_post": "SHO:5140003"})["acknowledged"]
    assert "112 control room" in sent("ComplaintAcknowledged", {"by_post": "DISPATCHER:control-room"})["acknowledged"]
    assert "Superintendent" in sent("ComplaintAcknowledged", {"by_post": "SP:SHEOHAR"})["acknowledged"]


@pytest.mark.parametrize(
    ("post", "name", "expected"),
    [
        ("SHO:5140003", "Sheohar", "Sheohar थाना"),
        ("SP:RLY MUJAFFARPUR", "SP Office, Rly Mujaffarpur", "पुलिस अधीक्षक कार्यालय, Rly Mujaffarpur"),
        ("HQ:control-room-51", "District Control Room, Mujaffarpur", "112 नियंत्रण कक्ष, Mujaffarpur"),
        ("HQ:control-room", "State Control Room (Dial 112)", "112 नियंत्रण कक्ष, Sheohar"),
    ],
)
def test_an_office_is_never_called_a_station(post: str, name: str, expected: str) -> None:
    """थाना stands with a station's name alone, and the longest office's name is not cut."""
    office = {"officer_post": post, "station": STATION | {"name": name}}
    text = sent("AssignedToStation", ASSIGNED | office, "hi")["assigned"]
    assert expected in text
    assert ("थाना" in text) == post.startswith("SHO")


def test_a_withdrawn_emergency_is_sent_to_the_dispatcher_at_once() -> None:
    """The 112 control room and the post in charge hear of it, the control room once."""
    event = EVENT_CLASSES["WithdrawalRequested"].model_validate({"case_id": CASE, "occurred_at": START, "case_seq": 2})
    envelope = received(event, event_id="e-1").envelope

    def posts(**changes: Any) -> list[str | None]:
        notices = plan(
            envelope, card(**changes), emergency=True, code_names=CODE_NAMES, office_language="hi", book=BOOK
        )
        return [one.post for one in notices if one.audience == "office"]

    assert posts() == ["SHO:5140003", DISPATCHER]
    assert posts(officer_post=DISPATCHER) == [DISPATCHER]


def test_a_hearing_is_dated_by_indias_day_and_hour() -> None:
    """30 minutes past three in India, by the weekday in the reader's language, at the station by name."""
    assert "Sun 22.11.2026, 15:00 at Sheohar police station" in sent("HearingScheduled", HEARING)["hearing_set"]
    assert "रविवार 22.11.2026, 15:00 बजे, स्थान Sheohar थाना" in sent("HearingScheduled", HEARING, "hi")["hearing_set"]
    elsewhere = sent("HearingScheduled", HEARING | {"place": "5140777"})["hearing_set"]
    assert "5140777" not in elsewhere


def test_a_level_that_reaches_nobody_higher_states_only_that_time_has_passed() -> None:
    """A senior officer is spoken of only where the breach names one."""
    text = sent("SLABreached", BREACH | {"level": 0, "escalate_to": "SHO:5140003"})["apology_delay"]
    assert "senior" not in text
    assert "officer in charge" in text
    assert "senior" in sent("SLABreached", BREACH | {"level": 1})["escalated"]
