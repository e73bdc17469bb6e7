"""Every event there is, by its type."""

from types import MappingProxyType
from typing import Final

from event_schemas.base import Event
from event_schemas.events import assignment, certificates, emergency, filing, hearings, inquiry, notifications, sla

_ALL: tuple[type[Event], ...] = (
    filing.ComplaintFiled,
    filing.EvidenceAdded,
    filing.DocumentsCompleted,
    assignment.AssignedToStation,
    assignment.TransferRequested,
    assignment.ComplaintAcknowledged,
    emergency.ResponderDispatched,
    emergency.ResponderArrived,
    emergency.ResponderStoodDown,
    emergency.EmergencyResolved,
    hearings.VisitorArrived,
    hearings.HearingScheduled,
    hearings.HearingStarted,
    hearings.HearingHeld,
    hearings.HearingCancelled,
    hearings.HearingNoShow,
    hearings.HearingDisputed,
    inquiry.VerificationCompleted,
    certificates.CertificateApproved,
    certificates.CertificateRefused,
    certificates.CertificateRevocationOrdered,
    inquiry.InquiryCompleted,
    inquiry.PreliminaryEnquiryOrdered,
    inquiry.PreliminaryEnquiryCompleted,
    inquiry.InformationSigned,
    inquiry.ProgressInformed,
    inquiry.InvestigationCompleted,
    inquiry.FIRRegistered,
    inquiry.FIRDeclined,
    inquiry.ClockPaused,
    inquiry.ClockResumed,
    inquiry.ClockEnded,
    filing.ComplaintClosed,
    filing.ComplaintReopened,
    filing.ComplaintWithdrawn,
    filing.WithdrawalRequested,
    filing.PersonalDataErased,
    filing.TipAnswered,
    sla.SLAClockStarted,
    sla.SLAClockAdjusted,
    sla.SLAClockStopped,
    sla.SLADueSoon,
    sla.SLABreached,
    sla.SLABreachRevoked,
    certificates.CertificateIssued,
    certificates.CertificateRevoked,
    notifications.NotificationDelivered,
    notifications.NotificationFailed,
)

EVENT_CLASSES: Final = MappingProxyType({event.type: event for event in _ALL})
