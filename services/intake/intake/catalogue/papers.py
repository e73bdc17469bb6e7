"""The papers that a case's service asks for, and which of them are there: pure."""

from intake.case.model import Case, Scan
from intake.catalogue.model import Document, Service


def papers(service: Service | None, case: Case) -> tuple[tuple[Document, bool], ...]:
    """Each paper that the service asks for, and whether it is there. An infected file is none: nobody can read it."""
    there = {record.document_type for record in case.evidence.values() if record.scan is not Scan.INFECTED}
    return tuple((document, document.code in there) for document in asked_of(service))


def is_complete(service: Service | None, case: Case) -> bool:
    """Every required paper is there; False for a service that requires none."""
    required = [there for document, there in papers(service, case) if document.required]
    return bool(required) and all(required)


def asked_of(service: Service | None) -> tuple[Document, ...]:
    """Required and optional ones; none where the catalogue no longer knows the service."""
    return () if service is None else service.documents
