"""What citizens and officers did by the journal, against the events of it: each once, and no other."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from event_schemas import (
    CertificateApproved,
    CertificateIssued,
    CertificateRevocationOrdered,
    CertificateRevoked,
    ComplaintClosed,
    ComplaintWithdrawn,
    DisputeDecided,
    DocumentsCompleted,
    EvidenceAdded,
    InformationSigned,
    VerificationCompleted,
    VerificationDisputed,
    WithdrawalRequested,
)
from event_schemas.papers import papers_of
from event_schemas.values import DisputeDecision
from intake.case.states import Family
from intake.catalogue import load_catalogue
from intake.commands.table import TABLE, Act
from janseva_local.demo.findings import Case, Finding, exactly_one
from janseva_local.demo.steps import ADD_DOCUMENT, DISPUTE, E_SIGN

Documents = Mapping[str, Sequence[str]]
"""By service, the documents that it requires."""


def check_acts(case: Case) -> list[Finding]:
    """An act that was answered with a success is one event; and each event of an act was one."""
    done = Counter(event_of(act) for act in case.acts)
    written = Counter(seen.envelope.type for seen in case.events)
    # Where an officer has to confirm it a withdrawal asks, and asked again it is the same request.
    if written[WithdrawalRequested.type] and (asked := case.acts.count(Act.WITHDRAW)):
        done[ComplaintWithdrawn.type] -= asked
        done[WithdrawalRequested.type] = 1
    done.update(_further(case))
    return [
        Finding(
            "missing" if written[event] < done[event] else "doubled",
            case.accepted.case_id,
            f"{event}: {written[event]} instead of {done[event]}",
        )
        for event in sorted(filter(None, ACTED))
        if written[event] != done[event]
    ]


def _further(case: Case) -> Iterator[str]:
    """What an act brings with it: an upheld objection a new result, the end of a registration that of its card."""
    for seen in case.events:
        event = seen.envelope.data
        if isinstance(event, DisputeDecided) and event.decision == DisputeDecision.UPHELD:
            yield VerificationCompleted.type
    service = load_catalogue().get(case.intent.service_code)
    ended = case.of(ComplaintClosed) or case.of(ComplaintWithdrawn)
    if service is not None and service.family is Family.REGISTRATION and ended and case.of(CertificateIssued):
        yield CertificateRevocationOrdered.type


def event_of(act: str) -> str | None:
    """The type of the act's event; None for an act that has none, such as an appeal: a filing of its own."""
    if act == ADD_DOCUMENT:
        return EvidenceAdded.type
    if act == DISPUTE:
        return VerificationDisputed.type
    if act == E_SIGN:
        return InformationSigned.type
    event = TABLE[Act(act)].event if act in ACTS else None
    return None if event is None else event.type


ACTS = frozenset(act.value for act in Act)
# An arrival may be the filing itself, and a hearing ends with its case.
ACTED = {event_of(act) for act in (*TABLE, ADD_DOCUMENT) if act not in (Act.CHECK_IN, Act.CANCEL_HEARING, Act.FEEDBACK)}


def check_documents(case: Case, required: Documents) -> list[Finding]:
    """The papers are complete once, with the last of those that are required; and never before."""
    wanted = set(required.get(case.intent.service_code, ()))
    completed = case.of(DocumentsCompleted)
    had: set[str | None] = set()
    for seen in case.events:
        event = seen.envelope.data
        if isinstance(event, EvidenceAdded):
            had.add(event.document_type)
        elif isinstance(event, DocumentsCompleted) and not wanted <= had:
            return [Finding("untrue", case.accepted.case_id, "documents were completed before the last one came")]
    if wanted and wanted <= had:
        return exactly_one(case.accepted.case_id, "DocumentsCompleted", completed)
    return [Finding("unexpected", case.accepted.case_id, "documents completed that nobody added")] if completed else []


def check_certificates(case: Case) -> list[Finding]:
    """Each event that orders a paper gives one, of its kind; each order to revoke one revokes it; there is no other."""
    owed, given = Counter(_owed(case)), Counter(_issued(case))
    case_id = case.accepted.case_id
    findings = []
    for kind in sorted(owed.keys() | given.keys()):
        if given[kind] < owed[kind]:
            findings.append(Finding("missing", case_id, f"paper {kind}: {given[kind]} instead of {owed[kind]}"))
        elif given[kind] > owed[kind]:
            fault = "doubled" if owed[kind] else "unexpected"
            findings.append(Finding(fault, case_id, f"paper {kind}: {given[kind]} instead of {owed[kind]}"))
    # A paper that is ordered again takes the place of the one before.
    revocations = len(case.of(CertificateRevocationOrdered)) + sum(count - 1 for count in owed.values())
    revoked = len(case.of(CertificateRevoked))
    if revoked != revocations:
        fault = "missing" if revoked < revocations else "unexpected"
        findings.append(Finding(fault, case_id, f"{revoked} papers revoked instead of {revocations}"))
    return findings


def _owed(case: Case) -> Iterator[str]:
    rules = papers_of(case.intent.service_code)
    for seen in case.events:
        event = seen.envelope.data
        for rule in rules:
            if event.type != rule.ordered_by:
                continue
            if not isinstance(event, CertificateApproved) or event.kind == rule.kind:
                yield rule.kind


def _issued(case: Case) -> Iterator[str]:
    for seen in case.of(CertificateIssued):
        if isinstance(event := seen.envelope.data, CertificateIssued):
            yield event.kind
