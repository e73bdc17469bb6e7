"""The papers that a case's service or its officers ask for, and which of them are there: pure."""

from collections.abc import Mapping
from typing import Final

from chassis.sentences import CodeNames
from chassis.sentences.facts import LIST_SEPARATOR
from event_schemas import DocumentsRequested
from intake.case.model import Case, Scan
from intake.catalogue.model import Document, Service
from intake.catalogue.questions import Text

NAMED: Final[Mapping[str, Text]] = {
    code: Text(hi=name.hi, en=name.en)
    for code, name in CodeNames.load().names("documents").items()
    if code != "default"
}
"""What papers an officer may ask for, whatever the service, are called."""
_HANDED_IN: Final = "handed_in_paper"


def papers(service: Service | None, case: Case) -> tuple[tuple[Document, bool], ...]:
    """Each paper that is asked for, and whether it is there. An infected file is none: nobody can read it."""
    there = {record.document_type for record in case.evidence.values() if record.scan is not Scan.INFECTED}
    return tuple((document, document.code in there) for document in asked_of(service, case))


def is_complete(service: Service | None, case: Case) -> bool:
    """Every required paper is there; False for a service that requires none."""
    required = [there for document, there in papers(service, case) if document.required]
    return bool(required) and all(required)


def asked_of(service: Service | None, case: Case) -> tuple[Document, ...]:
    """The service's required and optional ones, what officers asked for besides, and the paper it was entered from."""
    own = () if service is None else service.documents
    known = {document.code for document in own}
    return (*own, *(document for document in (*_requested(case), *_entered_from(case)) if document.code not in known))


def _entered_from(case: Case) -> tuple[Document, ...]:
    """A case that was entered from paper keeps its scan; no limit waits for it."""
    if case.counter is None or case.counter.received_at is None:
        return ()
    return (Document(code=_HANDED_IN, required=False, names=NAMED[_HANDED_IN]),)


def _requested(case: Case) -> tuple[Document, ...]:
    """No limit of the service waits for these: whether the case goes on without them is the officer's to say."""
    asked = (entry.params["documents"] for entry in case.history if entry.event == DocumentsRequested.type)
    codes = dict.fromkeys(code for named in asked for code in named.split(LIST_SEPARATOR))
    return tuple(Document(code=code, required=False, names=NAMED[code]) for code in codes if code in NAMED)
