"""Decide the commands of verifications and certificates."""

from typing import Any

from event_schemas import (
    CertificateApproved,
    CertificateRefused,
    CertificateRevocationOrdered,
    VerificationCompleted,
    ids,
)
from intake.case.command import Context, Outcome, outcome_of
from intake.case.faults import UnknownCertificate
from intake.case.model import Case
from intake.commands import bodies as orders
from intake.commands.allowed import valid_certificates


def complete_verification(order: orders.CompleteVerification, _case: Case, _context: Context) -> Outcome:
    return outcome_of(VerificationCompleted, outcome=order.outcome, remarks_code=order.remarks_code)


def approve_certificate(_order: orders.ApproveCertificate, case: Case, context: Context) -> Outcome:
    kind = certificate_kind(case)
    fields: dict[str, Any] = {"kind": kind, "by_post": context.by_post}
    if case.round > 1:
        # The paper of an earlier round, which may have been revoked, is not issued again.
        fields["certificate_id"] = ids.certificate_id(case.case_id, kind, case.round)
    return outcome_of(CertificateApproved, **fields)


def refuse_certificate(order: orders.RefuseCertificate, case: Case, context: Context) -> Outcome:
    fields = {"kind": certificate_kind(case), "by_post": context.by_post, "reason_code": order.reason_code}
    return outcome_of(CertificateRefused, **fields)


def order_certificate_revocation(order: orders.OrderCertificateRevocation, case: Case, context: Context) -> Outcome:
    valid = valid_certificates(case)
    found = [one for one in valid if order.certificate_id in (None, one.certificate_id)]
    if not found:
        raise UnknownCertificate([one.certificate_id for one in valid])
    return outcome_of(
        CertificateRevocationOrdered,
        kind=found[-1].kind,
        by_post=context.by_post,
        reason_code=order.reason_code,
        certificate_id=found[-1].certificate_id,
    )


def certificate_kind(case: Case) -> str:
    """`character` for the service character-certificate."""
    return case.service_code.removesuffix("-certificate")
