"""The commands of verifications and certificates."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from chassis.visible import is_blank
from event_schemas import CertificateApproved, Post, ids
from event_schemas.calendars import india_date
from event_schemas.papers import PaperRule, is_of_another_person, papers_of
from event_schemas.times import read_time
from event_schemas.values import VerificationOutcome
from intake.case import past
from intake.case.command import Code, Context, DeskCommandBody, EventDraft, Id
from intake.case.faults import AddressNotVerified, ApproverNotEntitled, FactsRefused, UnknownCertificate, UnknownPaper
from intake.case.identity import is_not_held, is_settled
from intake.case.model import Case
from intake.case.situation import Situation, is_undecided, valid_certificates
from intake.case.states import State
from intake.http.one_of import OneOf
from intake.verifying.domain import lacking, open_requests, sealed_person

MOST_FACTS: Final = 20
# As long as the event takes: it travels unsealed.
Fact = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]


class CompleteVerification(DeskCommandBody):
    """`address_waiver`: the reason for a clear result without an answer of the police of the permanent address."""

    outcome: Annotated[str, OneOf(VerificationOutcome)]
    remarks_code: Code | None = None
    address_waiver: Code | None = None


def complete_verification(body: CompleteVerification, case: Case, context: Context) -> EventDraft:
    if body.outcome == VerificationOutcome.CLEAR.value and body.address_waiver is None:
        why = lacking(case, context.person)
        if why is not None:
            raise AddressNotVerified(why, [one.sub_request_id for one in open_requests(case)])
    fields = {
        "outcome": body.outcome,
        "remarks_code": body.remarks_code,
        "by_post": context.by_post,
        "address_waiver": body.address_waiver,
        "sealed_person": sealed_person(case, context),
    }
    return EventDraft(fields, {"asked": ()} if case.asked else {})


class ApproveCertificate(DeskCommandBody):
    """`kind`: the paper, where the service yields several. `facts`: what it shows of the desk's own registers."""

    kind: Code | None = None
    facts: Annotated[Mapping[Code, Fact], Field(max_length=MOST_FACTS)] = {}


def approve_certificate(body: ApproveCertificate, case: Case, context: Context) -> EventDraft:
    rule = _chosen(body.kind, case)
    posts = entitled(case, rule)
    if context.by_post.partition(":")[0] not in posts:
        raise ApproverNotEntitled(posts)
    faults = [*_fact_faults(rule, body.facts, context.now)]
    if faults:
        raise FactsRefused(faults)
    fields: dict[str, Any] = {"kind": rule.kind, "by_post": context.by_post, "facts": dict(body.facts)}
    number = case.round if rule.audience == "citizen" else _approvals(case, rule.kind) + 1
    if number > 1:
        # An earlier paper of that kind, which may have been revoked, is not issued again.
        fields["certificate_id"] = ids.certificate_id(case.case_id, rule.kind, number)
    return EventDraft(fields)


def may_approve(situation: Situation) -> bool:
    """Only what the certificate service will write."""
    return bool(approvable(situation.case))


def may_refuse(situation: Situation) -> bool:
    return is_undecided(situation) and bool(_granted_by_approval(situation.case))


def applicant_is_known(case: Case) -> bool:
    """Who had another person verified is known before the result, which nothing else holds back."""
    return is_settled(case) if is_of_another_person(case.service_code) else is_not_held(case)


def approvers(situation: Situation) -> frozenset[Post]:
    """The posts that may approve one of the papers now."""
    return frozenset(post for rule in approvable(situation.case) for post in entitled(situation.case, rule))


def entitled(case: Case, rule: PaperRule) -> tuple[Post, ...]:
    """The posts that approve the paper of this case: of one that rests on a verification, never who verified."""
    if not rule.verification:
        return rule.approved_by
    verifier = (past.verified_by(case) or Post.SHO).partition(":")[0]
    return tuple(post for post in rule.approved_by if post.value != verifier)


def approvable(case: Case) -> tuple[PaperRule, ...]:
    """The papers whose conditions the case fulfils: its verification where one is needed, an applicant to be named.

    One paper for the citizen decides the case; a letter to an office goes out before it or after.
    """
    undecided = past.decision(case) is None
    return tuple(
        rule
        for rule in _by_approval(case)
        if (undecided if rule.audience == "citizen" else _is_unwritten(case, rule.kind))
        and (case.sealed is not None or not rule.needs_applicant)
        and (not rule.verification or _is_verified(case, rule))
    )


def _by_approval(case: Case) -> tuple[PaperRule, ...]:
    return tuple(rule for rule in papers_of(case.service_code) if rule.is_approved)


def _granted_by_approval(case: Case) -> tuple[PaperRule, ...]:
    return tuple(rule for rule in _by_approval(case) if rule.audience == "citizen")


def _is_unwritten(case: Case, kind: str) -> bool:
    """No letter of that kind holds, and none is on its way; one that was revoked is written anew."""
    issued = [one for one in case.certificates.values() if one.kind == kind and one.issued_at is not None]
    return len(issued) >= _approvals(case, kind) and all(one.revoked for one in issued)


def _approvals(case: Case, kind: str) -> int:
    return sum(entry.event == CertificateApproved.type and entry.params.get("kind") == kind for entry in case.history)


def _is_verified(case: Case, rule: PaperRule) -> bool:
    """By the station that has the case: after a transfer the next one verifies for itself."""
    states = {State.VERIFICATION_DONE} | ({State.CERTIFICATE_ISSUED} if rule.audience == "office" else set())
    return case.state in states and past.verification(case) in rule.verification


def _chosen(kind: str | None, case: Case) -> PaperRule:
    """Not named it is the citizen's paper, or else the only letter."""
    possible = approvable(case)
    granted = [rule for rule in possible if rule.audience == "citizen"]
    named = [rule for rule in possible if kind == rule.kind] if kind is not None else granted or list(possible)
    if len(named) != 1:
        raise UnknownPaper([rule.kind for rule in possible])
    return named[0]


def _fact_faults(rule: PaperRule, facts: Mapping[str, str], now: datetime) -> Iterator[tuple[str, str]]:
    """(name, the field error's code) of each fault."""
    yield from ((name, "extra_forbidden") for name in facts if name not in rule.facts)
    for name, fact in rule.facts.items():
        value = facts.get(name)
        if value is None:
            if fact.required:
                yield name, "missing"
        elif is_blank(value):
            yield name, "blank"
        elif fact.form != "text" and (code := _time_fault(fact.form, value, now)):
            yield name, code


def _time_fault(form: str, value: str, now: datetime) -> str | None:
    """What a desk enters has happened."""
    try:
        to_come = date.fromisoformat(value) > india_date(now) if form == "date" else read_time(value) > now
    except ValueError:
        return "date_parsing" if form == "date" else "instant"
    return "datetime_past" if to_come else None


class RefuseCertificate(DeskCommandBody):
    reason_code: Code


def refuse_certificate(body: RefuseCertificate, case: Case, context: Context) -> EventDraft:
    kind = _granted_by_approval(case)[0].kind
    return EventDraft({"kind": kind, "by_post": context.by_post, "reason_code": body.reason_code})


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
