"""A citizen's page says exactly what its events prove: each sentence under its facts, and not under the next ones."""

import itertools
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.http.problems import Language
from chassis.sentences import facts_of
from event_schemas import EVENT_CLASSES, Lane, Location
from intake.case.model import Assignment, Case, CertificateRecord, HearingRecord, TimelineEntry
from intake.case.numbers import CaseId, TrackingNumber
from intake.case.states import Family, Role, State
from intake.commands.table import TABLE, Act, acts_by_table
from intake.texts import load_texts
from intake.tracking.views import status_view
from tests.intake.intake_rig import START, STATION

TEXTS = load_texts()
Fields = dict[str, Any]
CASE = "c_01M820KRWBZXF69DE1D4FEXZX0"
HEARING = {"hearing_id": "h_1", "place": "5140003", "officer_post": "SHO:5140003", "starts_at": START, "ends_at": START}
LINK = {"mode": "video", "join_url": "https://meet.example.in/abc"}
UNIT = {"unit": "PCR-7", "kind": "ambulance"}
ASSIGNED = {
    "assignment_no": 1, "station": STATION, "officer_post": "SHO:5140003", "reason": "nearest", "confidence": 1,
    "boundary_version": "v1",
}  # fmt: skip
CLOCK = {
    "clock": "inquiry", "clock_id": "inquiry:1", "rev": 2, "owner": "police", "target_s": 60, "started_at": START,
    "due_at": START, "state": "paused", "reason_code": "court_stay",
}  # fmt: skip
BREACH = {
    "clock": "inquiry", "clock_id": "inquiry:1", "rev": 2, "breach_id": "b", "due_at": START, "target_s": 60,
    "overdue_s": 1, "escalate_to": "SHO:5140003", "level": 0,
}  # fmt: skip
CONTROL_ROOM = {
    "officer_post": "HQ:control-room-51", "reason": "control_room",
    "station": STATION.model_copy(update={"name": "District Control Room, Araria", "code": "control-room-51"}),
}  # fmt: skip
PAPER = {"certificate_id": "x", "kind": "character", "verify_url": "http://x/v/x", "sha256": "0" * 64}

# (event, facts, the text, a neighbour of those facts, under which it is not shown)
SENTENCES: list[tuple[str, Fields, str, Fields]] = [
    ("AssignedToStation", ASSIGNED, "Sent to ARARIA police station", CONTROL_ROOM),
    ("AssignedToStation", ASSIGNED | CONTROL_ROOM, "could not be settled", ASSIGNED),
    ("AssignedToStation", ASSIGNED | {"provisional": True}, "for the time being", {"provisional": False}),
    ("ComplaintAcknowledged", {"by_post": "SHO:5140003"}, "ARARIA police station", {"by_post": "SP:ARARIA"}),
    ("ComplaintAcknowledged", {"by_post": "DISPATCHER:x"}, "the 112 control room", {"by_post": "SHO:5140003"}),
    ("ResponderArrived", UNIT | {"proved": True}, "the unit has arrived", {"proved": False}),
    ("ResponderArrived", UNIT, "reports that it has arrived", {"proved": True}),
    ("EmergencyResolved", {"how": "duplicate_of", "duplicate_of": "c_2"}, "was joined", {"how": "attended"}),
    ("EmergencyResolved", {"how": "resolved_by_phone"}, "by phone", {"how": "attended"}),
    ("HearingScheduled", HEARING, "scheduled: Sun 22.11.2026, 12:00, ARARIA police station", {"moved": True}),
    ("HearingScheduled", HEARING | {"moved": True}, "moved", {"moved": False}),
    ("HearingScheduled", HEARING | LINK, "https://meet.example.in/abc", {"mode": "in_person"}),
    ("HearingScheduled", HEARING | {"mode": "video"}, "ask for the link", LINK),
    ("HearingNoShow", {"hearing_id": "h", "party": "officer"}, "the officer was absent", {"party": "citizen"}),
    ("HearingNoShow", {"hearing_id": "h", "party": "citizen"}, "you were recorded as absent", {"party": "officer"}),
    ("VerificationCompleted", {"outcome": "clear"}, "nothing adverse", {"outcome": "adverse"}),
    ("VerificationCompleted", {"outcome": "adverse"}, "ask the police", {"outcome": "clear"}),
    ("InquiryCompleted", {"finding": "substantiated"}, "found true", {"finding": "unsubstantiated"}),
    ("InquiryCompleted", {"finding": "partly", "fir_recommended": True}, "FIR was", {"fir_recommended": False}),
    ("FIRRegistered", {"fir_number": "1", "station": "5", "year": 2026, "registered_at": START, "zero_fir": True},
     "Zero FIR", {"zero_fir": False}),
    ("FIRDeclined", {"reason_code": "non_cognizable"}, "not a cognizable", {"reason_code": "other"}),
    ("SLAClockAdjusted", CLOCK, "is paused. Reason: a court's stay order", {"state": "running"}),
    ("SLAClockAdjusted", CLOCK | {"state": "running"}, "now ends on", {"state": "paused"}),
    ("SLABreached", BREACH, "responsible: the officer in charge", {"level": 1, "escalate_to": "SDPO:5140003"}),
    ("SLABreached", BREACH | {"level": 1, "escalate_to": "SDPO:5140003"}, "a senior officer: the SDPO", {"level": 0}),
    ("SLABreached", BREACH | {"level": 1, "escalate_to": "SDPO:5140003"}, "senior", {"escalate_to": "SHO:5140003"}),
    ("SLABreached", BREACH | {"owner": "citizen"}, "The time you had", {"owner": "police"}),
    ("SLABreachRevoked", {"breach_id": "b", "clock_id": "inquiry:1", "reason_code": "stopped_in_time"}, "was kept",
     {"reason_code": "due_adjusted"}),
    ("ComplaintClosed", {"outcome": "x", "reason_code": "settled"}, "settled", {"reason_code": "not_in_the_list"}),
    ("CertificateRefused", {"kind": "character", "by_post": "SP:A", "reason_code": "adverse"}, "ask the police",
     {"reason_code": "incomplete"}),
    ("CertificateRevoked", PAPER, "was revoked", {}),
]  # fmt: skip


def entry(event: str, number: int = 1, **fields: Any) -> TimelineEntry:
    kind = EVENT_CLASSES[event]
    base: Fields = {"case_id": CASE, "occurred_at": START}
    base |= {"cause_id": "e-0"} if "cause_id" in kind.model_fields else {"case_seq": 2}
    at = START + timedelta(minutes=number)
    return TimelineEntry(f"e-{number}", CASE, at, event, facts_of(kind.model_validate(base | fields)))


def case(*history: TimelineEntry, **changes: Any) -> Case:
    whole = Case(
        case_id=CaseId(CASE), tracking_number=TrackingNumber("JS-26-7K3M-9QXD-4"), service_code="e-complaint",
        family=Family.COMPLAINT, lane=Lane.ROUTINE, state=State.ASSIGNED, filed_at=START, channel="web", language="hi",
        priority="normal", anonymous=False, sensitive=False, sealed=None, due=(), history=history,
        location=Location(lat=26, lon=87),
        assignment=Assignment(1, STATION, "SHO:5140003", "nearest", provisional=False),
    )  # fmt: skip
    return replace(whole, **changes)


def page(of: Case, language: Language = "en", *derived: TimelineEntry) -> Any:
    assigned = entry("AssignedToStation", 0, **ASSIGNED)
    return status_view(of, (assigned, *derived), texts=TEXTS, language=language, now=START, public_url="http://c")


def sentence_of(event: str, fields: Fields, language: Language = "en") -> str:
    return " | ".join(one["text"] for one in page(case(entry(event, **fields)), language)["timeline"][-1:])


@pytest.mark.parametrize(("event", "facts", "text", "neighbour"), SENTENCES)
def test_a_sentence_stands_under_its_facts_alone(event: str, facts: Fields, text: str, neighbour: Fields) -> None:
    """It is shown with the facts it states, and not with the neighbouring ones."""
    assert text in sentence_of(event, facts)
    if neighbour:
        assert text not in sentence_of(event, facts | neighbour)


@pytest.mark.parametrize(("event", "facts", "_text", "neighbour"), SENTENCES)
def test_no_code_reaches_the_reader(event: str, facts: Fields, _text: str, neighbour: Fields) -> None:
    """No raw code, no placeholder; in Hindi nothing but names, numbers and addresses is Latin."""
    for fields, language in itertools.product((facts, facts | neighbour), ("en", "hi")):
        text = sentence_of(event, fields, language)  # type: ignore[arg-type]
        prose = re.sub(r"https?://\S+|PCR-7|ARARIA|Araria", "", text)
        assert text
        assert not re.search(r"[a-z]+_[a-z]+|[{}…]|None|SHO|5140003|control-room", prose), text
        if language == "hi":
            assert not re.search(r"[A-Za-z]", prose), text


STATES = [(state, family) for state in State for family in Family]


@pytest.mark.parametrize(("state", "family"), STATES)
def test_the_next_step_promises_only_what_is_allowed(state: State, family: Family) -> None:
    """Every state of every family has a next step; it offers a reopening or a paper only where there is one."""
    for language in ("en", "hi"):
        text = page(case(state=state, family=family, kinds=("police",)), language)["next_step"]
        assert text
        can_reopen = Act.REOPEN in acts_by_table(state, family, Role.CITIZEN)
        assert not re.search(r"reopen it|reopen the|खोल सकते", text) or can_reopen
        assert not re.search(r"ownload|डाउनलोड", text)
    assert TABLE


def test_a_paper_is_offered_only_while_it_is_valid() -> None:
    """Download is offered with a certificate there, and not once it is revoked."""
    issued = CertificateRecord("x", "character", "http://v", issued_at=START)
    certified = case(state=State.CERTIFICATE_ISSUED, family=Family.CERTIFICATE, certificates={"x": issued})
    assert "Download" in page(certified)["next_step"]
    revoked = replace(certified, certificates={"x": replace(issued, revoked=True)})
    assert "No valid certificate" in page(revoked)["next_step"]


def test_help_has_arrived_only_when_all_of_it_is_proved() -> None:
    """One of two kinds there: the rest is still awaited; a pressed button is a report, a fix proves."""
    urgent: Fields = {"state": State.ARRIVED, "family": Family.EMERGENCY, "kinds": ("police", "ambulance")}
    first = entry("ResponderArrived", 1, unit="A", kind="police", proved=True)
    second = entry("ResponderArrived", 2, unit="B", kind="ambulance", proved=True)
    reported = entry("ResponderArrived", 2, unit="B", kind="ambulance")
    assert "the rest has not" in page(case(first, **urgent))["next_step"]
    assert page(case(first, second, **urgent))["next_step"].startswith("Help has arrived")
    assert "reports that it has arrived" in page(case(first, reported, **urgent))["next_step"]


def test_the_outcome_is_shown_with_its_reason_and_where_to_ask() -> None:
    """Finding, then the reason of closing; a refusal with the office to ask; a reopened case has none."""
    assert page(case())["outcome"] is None
    inquiry = entry("InquiryCompleted", 1, finding="partly", fir_recommended=True)
    closed = entry("ComplaintClosed", 2, outcome="settled", reason_code="settled")
    shown = page(case(inquiry, closed, state=State.CLOSED))["outcome"]
    assert shown["code"] == "partly"
    assert shown["at"] == inquiry.at
    assert shown["text"] == (
        "The inquiry is complete: the complaint was found partly true; an FIR was recommended. "
        "The case was closed. Reason: settled."
    )
    refused = entry("CertificateRefused", 1, kind="character", by_post="SP:ARARIA", reason_code="adverse")
    shown = page(case(refused, state=State.RESOLVED, family=Family.CERTIFICATE), "hi")["outcome"]
    assert shown["code"] == "refused"
    assert "सत्यापन का परिणाम; पुलिस से पूछें" in shown["text"]
    assert "ARARIA थाना से पूछें" in shown["text"]
    reopened = entry("ComplaintReopened", 3, round=2)
    assert page(case(inquiry, closed, reopened, state=State.REOPENED))["outcome"] is None
    joined = entry("EmergencyResolved", 1, how="duplicate_of", duplicate_of="c_2")
    shown = page(case(joined, state=State.RESOLVED, family=Family.EMERGENCY))["outcome"]
    assert (shown["code"], "c_2" in shown["text"]) == ("duplicate_of", False)


def test_an_adverse_verification_reveals_no_remark() -> None:
    """The applicant is sent to the police; what was found stands nowhere on the page."""
    adverse = entry("VerificationCompleted", 1, outcome="adverse", remarks_code="named_in_fir_12")
    view = page(case(adverse, state=State.VERIFICATION_DONE, service_code="character-certificate"))
    assert "ask the police" in view["outcome"]["text"]
    assert "named_in_fir_12" not in str(view)


def test_a_hearing_has_names_and_its_link() -> None:
    """The codes stay; beside them stand place, day, mode and status in words, and the address of a video hearing."""
    record = HearingRecord("h_1", "5140003", "video", "booked", START, join_url="https://meet.example.in/abc")
    [hearing] = page(case(hearings={"h_1": record}), "hi")["hearings"]
    assert (hearing["place"], hearing["mode"], hearing["status"]) == ("5140003", "video", "booked")
    assert hearing["place_name"] == "ARARIA थाना"
    assert hearing["when_text"] == "रविवार 22.11.2026, 12:00 बजे"
    assert (hearing["mode_text"], hearing["status_text"]) == ("वीडियो से", "समय तय है")
    assert hearing["join_url"] == "https://meet.example.in/abc"


def test_an_entry_of_an_older_version_is_still_shown() -> None:
    """Entries that carry fewer facts get the sentence that needs none, never a gap."""
    for event in ("SLABreached", "HearingScheduled", "FIRRegistered", "ResponderArrived", "ComplaintAcknowledged"):
        old = TimelineEntry("e-1", CASE, START + timedelta(minutes=1), event, {})
        [*_, last] = page(case(old))["timeline"]
        assert last["event"] == event
        assert not re.search(r"[{}…]|None", last["text"])
