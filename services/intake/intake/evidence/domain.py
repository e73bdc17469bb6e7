"""What a file does to its case: limits, and its events. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.sentences import facts_of
from event_schemas import DocumentsCompleted, EvidenceAdded
from event_schemas.policies import PolicySet
from intake.case.due import dues
from intake.case.model import (
    BY_OWNER,
    BY_SYSTEM,
    Case,
    CaseChange,
    CaseUpdate,
    EvidenceRecord,
    Numbered,
    Scan,
    TimelineEntry,
)
from intake.case.states import FINAL
from intake.catalogue.model import Service
from intake.catalogue.papers import asked_of, is_complete
from intake.evidence.faults import CaseEnded, Empty, TooLarge, TooMany, UnknownDocument

SCANNED = "evidence-scanned"


@dataclass(frozen=True, slots=True)
class EvidenceLimits:
    """Bytes of a file; files and bytes of a case."""

    file_bytes: int
    case_files: int
    case_bytes: int


def check_room(case: Case, arriving: Sequence[int], length: int, limits: EvidenceLimits) -> None:
    """`arriving` are the lengths of the case's other files under way. CaseEnded, Empty, TooLarge or TooMany."""
    if case.state in FINAL:
        raise CaseEnded
    if length == 0:
        raise Empty
    if length > limits.file_bytes:
        raise TooLarge(bytes=limits.file_bytes)
    sizes = [*(record.bytes for record in case.evidence.values()), *arriving, length]
    if len(sizes) > limits.case_files or sum(sizes) > limits.case_bytes:
        raise TooMany(files=limits.case_files, bytes=limits.case_bytes)


def check_document_type(service: Service | None, case: Case, document_type: str | None) -> None:
    """UnknownDocument for a paper that neither the case's service nor an officer asked for."""
    if document_type is not None and document_type not in {document.code for document in asked_of(service, case)}:
        raise UnknownDocument


def add_evidence(
    case: Case,
    record: EvidenceRecord,
    service: Service | None,
    event_ids: tuple[str, str],
    *,
    policies: PolicySet,
    limits: EvidenceLimits,
) -> CaseChange:
    """EvidenceAdded and, if the last required document came with it, DocumentsCompleted behind it. As check_room."""
    check_room(case, (), record.bytes, limits)
    fields = {
        "case_id": case.case_id,
        "occurred_at": record.at,
        "evidence_id": record.evidence_id,
        "media_type": record.media_type,
        "bytes": record.bytes,
        "sha256": record.sha256,
        "document_type": record.document_type,
    }
    events: list[EvidenceAdded | DocumentsCompleted] = [EvidenceAdded(case_seq=case.case_seq + 1, **fields)]
    after = replace(case, evidence={**case.evidence, record.evidence_id: record})
    if not is_complete(service, case) and is_complete(service, after) and not _was_complete(case):
        events.append(DocumentsCompleted(case_seq=case.case_seq + 2, **fields))
    numbered = tuple(Numbered(event_id, event) for event_id, event in zip(event_ids, events, strict=False))
    entries = tuple(
        TimelineEntry(one.event_id, case.case_id, record.at, one.event.type, facts_of(one.event)) for one in numbered
    )
    starts = [policies.starts(one.event, one.event_id, case.service_code) for one in numbered]
    update = CaseUpdate(
        state=case.state,
        entry=entries[0],
        further=entries[1:],
        by=BY_OWNER,
        emits=len(numbered),
        evidence=record,
        due=tuple(due for started in starts for due in dues(started)),
    )
    return CaseChange(numbered, update)


def scanned(case: Case, record: EvidenceRecord, scan: Scan, event_id: str, now: datetime) -> CaseUpdate:
    """A file that was kept unscanned has been scanned; nobody else needs to hear of it."""
    entry = TimelineEntry(event_id, case.case_id, now, SCANNED)
    return CaseUpdate(state=case.state, entry=entry, by=BY_SYSTEM, emits=0, evidence=replace(record, scan=scan))


def same_file(case: Case, sha256: str, document_type: str | None) -> EvidenceRecord | None:
    """The file of the case with this content and purpose: who sends it again gets the first answer."""
    found = (one for one in case.evidence.values() if (one.sha256, one.document_type) == (sha256, document_type))
    return next(found, None)


def _was_complete(case: Case) -> bool:
    """Emitted once: a case is not complete a second time because a paper was found infected and sent anew."""
    return any(entry.event == DocumentsCompleted.type for entry in case.history)
