"""What the certificate service stores, and the events it emits of it; both always agree on one certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from event_schemas import CertificateIssued, CertificateRevoked, DerivedEvent, WireRecord, encode, ids

from .domain import CaseFile, Order, Status

SOURCE: Final = "certificate"
# The reason of a revocation that nobody ordered: a newer paper of the same kind took its place.
REPLACED: Final = "replaced"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate without its PDF. `emitted_at` is when it was stored: the time of its event, each time the same."""

    certificate_id: str
    number: str
    case_id: str
    kind: str
    status: Status
    issued_at: datetime
    emitted_at: datetime
    cause_id: str
    traceparent: str | None
    station: str | None
    verify_url: str
    sha256: str
    valid_until: datetime | None = None
    revoked_at: datetime | None = None
    revoked_cause_id: str | None = None
    reason_code: str | None = None

    def is_expired(self, now: datetime) -> bool:
        """What is printed on the paper counts: one without an end does not expire."""
        return self.valid_until is not None and now > self.valid_until


def certificate_of(order: Order, case: CaseFile, *, verify_url: str, sha256: str, emitted_at: datetime) -> Certificate:
    return Certificate(
        certificate_id=order.certificate_id,
        number=order.number,
        case_id=order.case_id,
        kind=order.kind.kind,
        status=Status.VALID,
        issued_at=order.issued_at,
        emitted_at=emitted_at,
        cause_id=order.cause_id,
        traceparent=order.traceparent,
        station=case.station_name,
        verify_url=verify_url,
        sha256=sha256,
        valid_until=order.kind.valid_until(order.issued_at),
    )


def issued_record(certificate: Certificate) -> WireRecord:
    """CertificateIssued, the same bytes whenever it is emitted."""
    assert certificate.emitted_at is not None
    return _record(CertificateIssued, certificate, certificate.emitted_at, certificate.cause_id)


def revoked_record(certificate: Certificate) -> WireRecord:
    """CertificateRevoked; only for a certificate that was revoked."""
    assert certificate.revoked_at is not None
    assert certificate.revoked_cause_id is not None
    return _record(CertificateRevoked, certificate, certificate.revoked_at, certificate.revoked_cause_id)


def _record(
    kind: type[CertificateIssued | CertificateRevoked], certificate: Certificate, at: datetime, cause_id: str
) -> WireRecord:
    event: DerivedEvent = kind.model_validate(
        {
            "case_id": certificate.case_id,
            "occurred_at": at,
            "cause_id": cause_id,
            "certificate_id": certificate.certificate_id,
            "kind": certificate.kind,
            "verify_url": certificate.verify_url,
            "sha256": certificate.sha256,
        }
    )
    event_id = ids.certificate_event_id(certificate.certificate_id, kind.type)
    return encode(event, event_id=event_id, source=SOURCE, traceparent=certificate.traceparent)


def to_document(certificate: Certificate, sealed_pdf: str) -> dict[str, Any]:
    until = {} if certificate.valid_until is None else {"valid_until": certificate.valid_until}
    return {
        **until,
        "_id": certificate.certificate_id,
        "number": certificate.number,
        "case_id": certificate.case_id,
        "kind": certificate.kind,
        "status": certificate.status.value,
        "issued_at": certificate.issued_at,
        "told_at": certificate.emitted_at,
        "cause_id": certificate.cause_id,
        "traceparent": certificate.traceparent,
        "station": certificate.station,
        "verify_url": certificate.verify_url,
        "sha256": certificate.sha256,
        "pdf": sealed_pdf,
    }


def from_document(document: Mapping[str, Any]) -> Certificate:
    return Certificate(
        certificate_id=document["_id"],
        number=document["number"],
        case_id=document["case_id"],
        kind=document["kind"],
        status=Status(document["status"]),
        issued_at=document["issued_at"],
        emitted_at=document["told_at"],
        cause_id=document["cause_id"],
        traceparent=document["traceparent"],
        station=document["station"],
        verify_url=document["verify_url"],
        sha256=document["sha256"],
        valid_until=document.get("valid_until"),
        revoked_at=document.get("revoked_at"),
        revoked_cause_id=document.get("revoked_cause_id"),
        reason_code=document.get("reason_code"),
    )


def case_of(document: Mapping[str, Any]) -> CaseFile:
    return CaseFile(
        case_id=document["_id"],
        tracking_number=document["tracking_number"],
        service_code=document["service_code"],
        filed_at=document["filed_at"],
        district=document["district"],
        attributes=document["attributes"],
        sealed=document.get("sealed"),
        station_name=document.get("station_name"),
        station_district=document.get("station_district"),
        verification=document.get("verification"),
        station_name_hi=document.get("station_name_hi"),
    )
