"""Names of the contract: fields may be added to an event, none is renamed or lost."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from event_schemas import EVENT_CLASSES, ComplaintFiled, Location, PersonalData
from event_schemas.base import DerivedEvent, DeskEvent, IntakeEvent

ENVELOPE = {"intake": "case_id occurred_at case_seq", "derived": "case_id occurred_at cause_id"}
DECISION = "kind by_post reason_code certificate_id"
RESPONDER = "unit kind location source fix_age_s distance_m proved"
HEARING = "hearing_id outcome confirmation"
ENDING = "outcome reason_code"
CLOCK = "clock clock_id rev owner target_s started_at due_at state stopped_at elapsed_s paused_s reason_code"
DOCUMENT = "evidence_id media_type bytes sha256 document_type"
ENQUIRY = "permitted_by_post outcome"
MESSAGE = "notification_id cause_id audience channel template attempts error_code"

CONTRACT = {
    "ComplaintFiled": (
        "intake",
        (
            "tracking_number service_code lane assignment_no category priority location named_station district channel "
            "language anonymous sensitive kinds call_received_at attributes sealed sealed_contact"
        ),
    ),
    "EvidenceAdded": ("intake", DOCUMENT),
    "DocumentsCompleted": ("intake", DOCUMENT),
    "AssignedToStation": (
        "routing",
        (
            "assignment_no station territorial_station officer_post reason provisional confidence distance_to_edge_m "
            "ambiguous_with boundary_version previous_station"
        ),
    ),
    "TransferRequested": ("desk", "assignment_no to_station reason_code by_post"),
    "ComplaintAcknowledged": ("desk", "by_post"),
    "ResponderDispatched": ("desk", RESPONDER),
    "ResponderArrived": ("desk", RESPONDER),
    "ResponderStoodDown": ("desk", "unit kind reason_code"),
    "EmergencyResolved": ("desk", "how duplicate_of called_back_at"),
    "VisitorArrived": ("intake", "place hearing_id presence"),
    "HearingScheduled": ("intake", "hearing_id place officer_post starts_at ends_at mode join_url"),
    "HearingStarted": ("desk", HEARING),
    "HearingHeld": ("desk", HEARING),
    "HearingCancelled": ("desk", HEARING),
    "HearingNoShow": ("desk", f"{HEARING} party"),
    "HearingDisputed": ("desk", HEARING),
    "BeatVisitPromised": ("desk", "visit_no visitor visit_by by_post again"),
    "BeatVisitMade": ("desk", "visit_no visitor outcome by_post"),
    "BeatVisitConfirmed": ("intake", "visit_no"),
    "BeatVisitDisputed": ("intake", "visit_no owed_no"),
    "VerificationCompleted": ("desk", "outcome remarks_code"),
    "SubRequestMade": ("desk", "sub_request_id mode to_station to_state by_post"),
    "SubRequestAnswered": ("desk", "sub_request_id outcome by_post letter_number"),
    "VerificationDisputed": ("intake", "reason_code by_post"),
    "DisputeDecided": ("desk", "decision by_post sealed_person"),
    "CertificateApproved": ("desk", DECISION),
    "CertificateRefused": ("desk", DECISION),
    "CertificateRevocationOrdered": ("desk", DECISION),
    "DocumentsRequested": ("desk", "documents by_post"),
    "IdentityHeld": ("intake", "document_type"),
    "IdentityReviewed": ("desk", "outcome method document_type by_post was_held sealed_holder holder_language"),
    "InquiryCompleted": ("desk", "finding fir_recommended"),
    "PreliminaryEnquiryOrdered": ("desk", ENQUIRY),
    "PreliminaryEnquiryCompleted": ("desk", ENQUIRY),
    "InformationSigned": ("desk", f"{ENQUIRY} method late"),
    "ProgressInformed": ("desk", ENQUIRY),
    "InvestigationCompleted": ("desk", ENQUIRY),
    "FIRRegistered": ("desk", "fir_number station year registered_at sections zero_fir previous_fir own_statement"),
    "FIRPublished": ("desk", "portal reference"),
    "FIRDeclined": ("desk", "reason_code by_post"),
    "ClockPaused": ("desk", "clock_id reason_code until"),
    "ClockResumed": ("desk", "clock_id reason_code until"),
    "ClockEnded": ("desk", "clock_id reason_code ends_as"),
    "ComplaintClosed": ("intake", ENDING),
    "ComplaintReopened": ("intake", ENDING),
    "ComplaintWithdrawn": ("intake", ENDING),
    "WithdrawalRequested": ("intake", "reason_code"),
    "ContactChanged": ("intake", "sealed_contact"),
    "PersonalDataErased": ("intake", ENDING),
    "TipAnswered": ("intake", ENDING),
    "SLAClockStarted": ("sla-monitor", CLOCK),
    "SLAClockAdjusted": ("sla-monitor", CLOCK),
    "SLAClockStopped": ("sla-monitor", CLOCK),
    "SLADueSoon": ("sla-monitor", "clock clock_id rev due_at fraction owner"),
    "SLABreached": (
        "sla-monitor",
        "breach_id clock clock_id rev level due_at target_s overdue_s escalate_to station district owner",
    ),
    "SLABreachRevoked": ("sla-monitor", "breach_id clock_id reason_code"),
    "CertificateIssued": ("certificate", "certificate_id kind verify_url sha256"),
    "CertificateRevoked": ("certificate", "certificate_id kind verify_url sha256"),
    "NotificationDelivered": ("notifier", MESSAGE),
    "NotificationFailed": ("notifier", MESSAGE),
}


def test_the_events_are_those_of_the_contract() -> None:
    """No event is missing, none is undocumented."""
    assert EVENT_CLASSES.keys() == CONTRACT.keys()


@pytest.mark.parametrize("name", CONTRACT)
def test_every_name_of_the_contract_is_a_field(name: str) -> None:
    """Frontends and dashboards rely on these names."""
    producer, fields = CONTRACT[name]
    event = EVENT_CLASSES[name]
    by_person = producer in {"intake", "desk"}
    assert set(f"{fields} {ENVELOPE['intake' if by_person else 'derived']}".split()) <= event.model_fields.keys()
    assert event.producer == ("intake" if by_person else producer)
    assert issubclass(event, IntakeEvent if by_person else DerivedEvent)
    assert issubclass(event, DeskEvent) == (producer == "desk")
    assert (event.__name__, event.dataschema()) == (name, f"{name}.v1")


def test_events_are_frozen() -> None:
    """A handler can't change what another one reads."""
    filed = ComplaintFiled.model_validate(
        {
            "case_id": "c_1",
            "case_seq": 1,
            "occurred_at": datetime(2026, 11, 3, tzinfo=UTC),
            "tracking_number": "JS-26-8M4K-2QX7-V",
            "service_code": "e-complaint",
            "lane": "routine",
            "channel": "web",
            "language": "hi",
            "sealed": "sealed-text",
        }
    )
    with pytest.raises(ValidationError, match="frozen"):
        filed.lane = filed.lane  # type: ignore[misc]
    assert "sealed-text" not in repr(filed)


def test_personal_data_shows_nothing_of_itself() -> None:
    """A log line with the object in it holds no name; the bytes to seal hold all of it."""
    data = PersonalData(
        name="सीता देवी",
        phone="+910000000001",
        address="वार्ड 4, शिवहर",
        location=Location(lat=26.5163, lon=85.2962),
        attributes={"father_name": "x", "age": 41},
    )
    assert repr(data) == "PersonalData()"
    assert str(data) == ""
    assert PersonalData.from_json(data.to_json()) == data
    later = data.to_json().replace(b'{"name"', b'{"blood_group":"B+","name"')
    assert PersonalData.from_json(later) == data
