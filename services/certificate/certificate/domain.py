"""What is issued for which event, under which number, and what anyone may know of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.crockford import ALPHABET
from event_schemas import (
    CertificateApproved,
    Envelope,
    Event,
    InvalidEvent,
    VerificationCompleted,
    VerificationOutcome,
    ids,
)
from event_schemas.base import IntakeEvent

from .kinds import Kind, Papers
from .page import INDIA, clean
from .spelling import written_number


class Status(StrEnum):
    """The first two are stored; the others are what verification finds when no paper is."""

    VALID = "valid"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    MISTYPED = "mistyped"


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What is kept of an application until it ends in a certificate; the person's part stays sealed."""

    case_id: str
    tracking_number: str
    service_code: str
    filed_at: datetime
    district: str | None
    attributes: Mapping[str, str]
    sealed: str | None = field(repr=False)
    station_name: str | None = None
    station_district: str | None = None
    verification: str | None = None
    station_name_hi: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A certificate to be issued. `issued_at` comes from the ordering event, so that a repeated order is the same.

    `facts` are the approving desk's; `event` holds the fields of the ordering event that the paper shows.
    """

    certificate_id: str
    kind: Kind
    case_id: str
    cause_id: str
    issued_at: datetime
    approved_by: str | None
    traceparent: str | None
    facts: Mapping[str, str] = field(default_factory=dict)
    event: Mapping[str, str | datetime] = field(default_factory=dict)
    outcome: VerificationOutcome | None = None

    @property
    def number(self) -> str:
        return certificate_number(self.kind, self.certificate_id, self.issued_at)

    def verification(self, case: CaseFile) -> VerificationOutcome | None:
        """What the paper rests on: the ordering event's own outcome, or the last of its case; None if on neither."""
        if not self.kind.verification:
            return None
        return self.outcome or (VerificationOutcome(case.verification) if case.verification else None)


def orders_of(papers: Papers, envelope: Envelope, case: CaseFile | None) -> list[Order]:
    """The papers that an event orders; empty for most. InvalidEvent: an approval of what no paper is."""
    event = envelope.data
    if isinstance(event, CertificateApproved):
        return [_order(_approved_kind(papers, event), envelope)]
    if case is None:
        return []
    return [
        _order(kind, envelope)
        for kind in papers.kinds.values()
        if case.service_code in kind.services and kind.ordered_by.matches(event)
    ]


def _approved_kind(papers: Papers, approved: CertificateApproved) -> Kind:
    kind = papers.kinds.get(approved.kind)
    if kind is None or not kind.is_approved:
        raise InvalidEvent("certificate_kind_unknown")
    if approved.by_post.partition(":")[0] not in kind.approved_by:
        raise InvalidEvent("approver_not_entitled", "the kind is approved by other posts")
    if approved.certificate_id is not None and not _is_uuid(approved.certificate_id):
        raise InvalidEvent("certificate_id_unknown", "an approval names no id of ours")
    return kind


def _order(kind: Kind, envelope: Envelope) -> Order:
    event = envelope.data
    approved = event if isinstance(event, CertificateApproved) else None
    named = approved.certificate_id if approved else None
    shown = (row.show.removeprefix("event.") for row in kind.rows if row.show.startswith("event."))
    return Order(
        certificate_id=named or _certificate_id(kind, event),
        kind=kind,
        case_id=event.case_id,
        cause_id=envelope.event_id,
        issued_at=event.occurred_at,
        approved_by=approved.by_post if approved else None,
        traceparent=envelope.traceparent,
        facts=approved.facts if approved else {},
        event={name: _shown(value) for name in shown if (value := getattr(event, name)) is not None},
        outcome=event.outcome if isinstance(event, VerificationCompleted) else None,
    )


def _certificate_id(kind: Kind, event: Event) -> str:
    """A case has one paper of a kind; of a kind that repeats, one for each event that orders it."""
    if kind.repeats and isinstance(event, IntakeEvent):
        return ids.certificate_id(event.case_id, f"{kind.kind}:{event.case_seq}")
    return ids.certificate_id(event.case_id, kind.kind)


def _shown(value: object) -> str | datetime:
    return value if isinstance(value, datetime) else str(value)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def check_order(order: Order, case: CaseFile | None) -> CaseFile:
    """The case an order may be carried out for. InvalidEvent: a paper would say what nobody found out."""
    kind = order.kind
    if case is None:
        raise InvalidEvent("case_unknown", "no filing of this case was seen")
    if case.service_code not in kind.services:
        raise InvalidEvent("certificate_kind_unknown", "its service yields no such paper")
    if kind.needs_applicant and case.sealed is None:
        raise InvalidEvent("applicant_unknown", "this paper names its applicant")
    if kind.verification and order.verification(case) not in kind.verification:
        raise InvalidEvent("verification_not_clear", "ordered without or against its verification")
    for name, need in kind.facts.items():
        if need == "required" and not clean(order.facts.get(name, "")):
            raise InvalidEvent("certificate_fact_missing", f"the approval lacks {name}")
    return case


def certificate_number(kind: Kind, certificate_id: str, issued_at: datetime) -> str:
    """`CC-26-7K3MQ-9QXD2-H`: kind, year in India, 50 bits of the id that a person can type, a check character."""
    bits = UUID(certificate_id).int >> 78
    digits = "".join(ALPHABET[bits >> shift & 31] for shift in range(45, -1, -5))
    return written_number(kind.prefix, f"{issued_at.astimezone(INDIA):%y}{digits}")
