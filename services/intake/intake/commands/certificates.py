"""The commands of verifications and certificates."""

from typing import Annotated, Any

from event_schemas import ids
from event_schemas.values import VerificationOutcome
from intake.case import past
from intake.case.command import Code, Context, DeskCommandBody, EventDraft, Id
from intake.case.faults import UnknownCertificate
from intake.case.model import Case
from intake.case.situation import Situation, is_undecided, valid_certificates
from intake.http.one_of import OneOf


class CompleteVerification(DeskCommandBody):
    outcome: Annotated[str, OneOf(VerificationOutcome)]
    remarks_code: Code | None = None


def complete_verification(body: CompleteVerification, _case: Case, _context: Context) -> EventDraft:
    return EventDraft({"outcome": body.outcome, "remarks_code": body.remarks_code})


class ApproveCertificate(DeskCommandBody):
    pass


def approve_certificate(_body: ApproveCertificate, case: Case, context: Context) -> EventDraft:
    kind = certificate_kind(case)
    fields: dict[str, Any] = {"kind": kind, "by_post": context.by_post}
    if case.round > 1:
        # The paper of an earlier round, which may have been revoked, is not issued again.
        fields["certificate_id"] = ids.certificate_id(case.case_id, kind, case.round)
    return EventDraft(fields)


def may_approve(situation: Situation) -> bool:
    """Only what the certificate service will write: a clear verification, and an applicant it can name."""
    case = situation.case
    return is_undecided(situation) and past.verification(case) == "clear" and case.sealed is not None


class RefuseCertificate(DeskCommandBody):
    reason_code: Code


def refuse_certificate(body: RefuseCertificate, case: Case, context: Context) -> EventDraft:
    fields = {"kind": certificate_kind(case), "by_post": context.by_post, "reason_code": body.reason_code}
    return EventDraft(fields)


class OrderCertificateRevocation(DeskCommandBody):
    """The certificate named, else the case's newest."""

    reason_code: Code
    certificate_id: Id | None = None


def order_certificate_revocation(body: OrderCertificateRevocation, case: Case, context: Context) -> EventDraft:
    valid = valid_certificates(case)
    found = [one for one in valid if body.certificate_id in (None, one.certificate_id)]
    if not found:
        raise UnknownCertificate([one.certificate_id for one in valid])
    fields = {
        "kind": found[-1].kind,
        "by_post": context.by_post,
        "reason_code": body.reason_code,
        "certificate_id": found[-1].certificate_id,
    }
    return EventDraft(fields)


def certificate_kind(case: Case) -> str:
    """`character` for the service character-certificate."""
    return case.service_code.removesuffix("-certificate")
