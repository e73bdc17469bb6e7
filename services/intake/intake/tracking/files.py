"""Files and papers as answers show them: pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from chassis.bilingual import Language
from intake.case.model import Case, EvidenceRecord, Scan
from intake.catalogue.model import Service
from intake.catalogue.papers import papers
from intake.texts import Texts

NOTICES = ("evidence_infected", "evidence_unscanned", "evidence_for_officers")


def file_view(record: EvidenceRecord, texts: Texts, language: Language) -> Mapping[str, Any]:
    """A file of a case: `sha256` and `bytes` are the original's; `shown` says what is handed out and to whom."""
    return {
        "evidence_id": record.evidence_id,
        "at": record.at,
        "media_type": record.media_type,
        "bytes": record.bytes,
        "sha256": record.sha256,
        "document_type": record.document_type,
        "scan": record.scan.value,
        "shown": _shown(record),
        "notices": [
            {"code": code, "text": texts.notices[code].in_(language), "action": texts.notices[code].action}
            for code in _notices(record)
        ],
    }


def papers_view(service: Service | None, case: Case, language: Language) -> list[Mapping[str, Any]]:
    """Each paper that the service asks for, and whether it is there."""
    return [
        {
            "code": document.code,
            "name": document.names.hi if language == "hi" else document.names.en,
            "required": document.required,
            "received": there,
        }
        for document, there in papers(service, case)
    ]


def _shown(record: EvidenceRecord) -> str:
    if record.scan is Scan.INFECTED:
        return "nobody"
    return "officers" if record.for_officers else "copy"


def _notices(record: EvidenceRecord) -> Iterable[str]:
    if record.scan is Scan.INFECTED:
        yield "evidence_infected"
        return
    if record.scan is Scan.UNSCANNED:
        yield "evidence_unscanned"
    if record.for_officers:
        yield "evidence_for_officers"
