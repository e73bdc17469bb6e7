"""What is issued for which event, under which number, and what may be said of it to anyone. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from chassis.crockford import ALPHABET
from event_schemas import (
    CertificateApproved,
    CertificateRevocationOrdered,
    ComplaintFiled,
    Envelope,
    InvalidEvent,
    PersonalData,
    VerificationOutcome,
    ids,
)

from .page import INDIA, Page
from .spelling import written_number
from .wording import Applicant, Application, Printed, character_page, lost_report_page

CHARACTER: Final = "character"
LOST_REPORT: Final = "lost-report"
SERVICES: Final = frozenset({"character-certificate", "lost-property"})
# Longer than an IMEI; Python writes no number of thousands of digits.
_LONGEST_NUMBER: Final = 10**20


class Status(StrEnum):
    """The first two are stored; the others are what verification finds when no paper is."""

    VALID = "valid"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    MISTYPED = "mistyped"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of certificate: the prefix of its numbers and the page it prints."""

    code: str
    prefix: str
    page: Callable[[Applicant, Application, Printed], Page]
    # The station is settled when an officer approves; a report issued at filing is older than any assignment.
    names_station: bool


KINDS: Final[Mapping[str, Kind]] = {
    kind.code: kind
    for kind in (
        Kind(CHARACTER, "CC", character_page, names_station=True),
        Kind(LOST_REPORT, "LR", lost_report_page, names_station=False),
    )
}


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


@dataclass(frozen=True, slots=True)
class Order:
    """A certificate to be issued. `issued_at` comes from the ordering event, so that a repeated order is the same."""

    certificate_id: str
    kind: Kind
    case_id: str
    cause_id: str
    issued_at: datetime
    approved_by: str | None
    traceparent: str | None

    @property
    def number(self) -> str:
        return certificate_number(self.kind, self.certificate_id, self.issued_at)


def order_of(envelope: Envelope) -> Order | None:
    """The certificate an event orders: an approved application's, or a lost report's at once; None for any other."""
    approved_by: str | None = None
    named: str | None = None
    match envelope.data:
        case CertificateApproved() as approved:
            if approved.kind not in KINDS or approved.kind == LOST_REPORT:
                raise InvalidEvent("certificate_kind_unknown")
            kind, approved_by, named = KINDS[approved.kind], approved.by_post, approved.certificate_id
            if named is not None and not _is_uuid(named):
                raise InvalidEvent("certificate_id_unknown", "an approval names no id of ours")
        case ComplaintFiled(service_code="lost-property"):
            kind = KINDS[LOST_REPORT]
        case _:
            return None
    return Order(
        certificate_id=named or ids.certificate_id(envelope.data.case_id, kind.code),
        kind=kind,
        case_id=envelope.data.case_id,
        cause_id=envelope.event_id,
        issued_at=envelope.data.occurred_at,
        approved_by=approved_by,
        traceparent=envelope.traceparent,
    )


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def check_order(order: Order, case: CaseFile | None) -> CaseFile:
    """The case an order may be carried out for. InvalidEvent: a paper would say what nobody found out."""
    if case is None:
        raise InvalidEvent("case_unknown", "no filing of this case was seen")
    if order.kind.code == CHARACTER:
        if case.sealed is None:
            raise InvalidEvent("applicant_unknown", "a character certificate names its applicant")
        if case.verification != VerificationOutcome.CLEAR:
            raise InvalidEvent("verification_not_clear", "approved without or against its verification")
    return case


def page_of(order: Order, case: CaseFile, person: PersonalData, *, verify_url: str, qr: str) -> Page:
    """The page of a certificate, from stored facts alone."""
    station = case.station_name if order.kind.names_station else None
    district = (case.station_district if order.kind.names_station else None) or case.district
    sealed = {key: said for key, value in person.attributes.items() if (said := _said(value)) is not None}
    applicant = Applicant(
        name=person.name,
        address=person.address,
        description=person.description,
        attributes={**case.attributes, **sealed},
    )
    application = Application(
        tracking_number=case.tracking_number,
        filed_at=case.filed_at,
        station=station,
        district=district,
        approved_by=order.approved_by,
        approved_at=order.issued_at if order.approved_by else None,
    )
    printed = Printed(number=order.number, issued_at=order.issued_at, verify_url=verify_url, qr=qr)
    return order.kind.page(applicant, application, printed)


def _said(value: object) -> str | None:
    """An answer of the application as text; None for what no page can show, such as a number without end."""
    if isinstance(value, int | float) and abs(value) > _LONGEST_NUMBER:
        return None
    return str(value) if isinstance(value, str | int | float) else None


def certificate_number(kind: Kind, certificate_id: str, issued_at: datetime) -> str:
    """`CC-26-7K3MQ-9QXD2-H`: kind, year in India, 50 bits of the id that a person can type, a check character."""
    bits = UUID(certificate_id).int >> 78
    digits = "".join(ALPHABET[bits >> shift & 31] for shift in range(45, -1, -5))
    return written_number(kind.prefix, f"{issued_at.astimezone(INDIA):%y}{digits}")


def revoked_id(event: CertificateRevocationOrdered) -> str:
    """The certificate a revocation means: the one it names, or the case's of that kind."""
    return event.certificate_id or ids.certificate_id(event.case_id, event.kind)
