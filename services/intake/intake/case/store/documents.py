"""A case as a MongoDB document and back. Data classes are written field by field, by their annotations."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chassis.mongo.client import Document
from event_schemas import Lane, Location, Station
from intake.case.model import (
    Assignment,
    Breach,
    Case,
    CertificateRecord,
    ClockRecord,
    ClockView,
    CommandMark,
    Due,
    EvidenceRecord,
    HearingRecord,
    Idempotency,
    Join,
    Scan,
    TimelineEntry,
    Trace,
)
from intake.case.numbers import CaseId, TrackingNumber
from intake.case.states import Family, State

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")

# Plain values: written as they are, and left out when they are None or empty.
_PLAIN = (
    "tracking_number", "service_code", "filed_at", "channel", "language", "anonymous", "sensitive", "sealed", "version",
    "changes", "case_seq", "assignment_no", "category", "owner", "contact", "repeat_slot", "call_received_at",
    "named_station", "accused", "district", "feedback", "round",
)  # fmt: skip
_NAMED = ("family", "lane", "state", "priority")
_LISTS = ("kinds", "receipts", "flags", "desk_keys", "ended")


def safe_key(key: str) -> str:
    """A name MongoDB takes for a field in a path: ids hold ':', '.', '$'. One to one, so no two keys meet."""
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02x}" for byte in match.group().encode()), key)


def to_document(case: Case) -> Document:
    """The document of a new case, without its outbox."""
    document: Document = {"_id": case.case_id}
    document.update({name: value for name in _PLAIN if (value := getattr(case, name)) is not None})
    document.update({name: str(getattr(case, name)) for name in _NAMED})
    document.update({name: list(values) for name in _LISTS if (values := getattr(case, name))})
    if case.idempotency is not None:
        document["idempotency"] = {"scope": case.idempotency.scope, "body": case.idempotency.body}
    if case.location is not None:
        document["location"] = case.location.model_dump(exclude_none=True)
    if case.attributes:
        document["attributes"] = dict(case.attributes)
    document["due"] = [due_document(due) for due in case.due]
    document["history"] = [entry_document(entry) for entry in case.history]
    if case.hearings:
        document["hearings"] = {safe_key(key): hearing_document(record) for key, record in case.hearings.items()}
    return document


def from_document(document: Mapping[str, Any]) -> Case:
    plain = {name: document.get(name) for name in _PLAIN if name in document}
    return Case(
        **(
            {"sealed": None}
            | plain
            | {
                "case_id": CaseId(document["_id"]),
                "tracking_number": TrackingNumber(document["tracking_number"]),
                "family": Family(document["family"]),
                "lane": Lane(document["lane"]),
                "state": State(document["state"]),
                "priority": document["priority"],
                "kinds": tuple(document.get("kinds", ())),
                "receipts": tuple(document.get("receipts", ())),
                "flags": tuple(document.get("flags", ())),
                "desk_keys": tuple(document.get("desk_keys", ())),
                "joins": tuple(_join(join) for join in document.get("joins", ())),
                "ended": tuple(document.get("ended", ())),
                "idempotency": _optional(Idempotency, document.get("idempotency")),
                "location": _optional(Location, document.get("location")),
                "attributes": document.get("attributes", {}),
                "due": tuple(Due(**due) for due in document.get("due", ())),
                "assignment": _assignment(document.get("assignment")),
                "clocks": _clocks(document.get("clocks", {})),
                "certificates": {
                    record["certificate_id"]: CertificateRecord(**record)
                    for record in document.get("certificates", {}).values()
                },
                "hearings": {
                    record["hearing_id"]: HearingRecord(**record) for record in document.get("hearings", {}).values()
                },
                "evidence": {
                    record["evidence_id"]: EvidenceRecord(**(record | {"scan": Scan(record["scan"])}))
                    for record in document.get("evidence", {}).values()
                },
                "history": tuple(entry_from(entry, document["_id"]) for entry in document.get("history", ())),
                "commands": {
                    scope: CommandMark(**(mark | {"state": State(mark["state"])}))
                    for scope, mark in document.get("commands", {}).items()
                },
            }
        )
    )


def trace_of(document: Mapping[str, Any]) -> Trace:
    return Trace(
        document["_id"],
        document["filed_at"],
        frozenset(document.get("desk_keys", ())),
        _optional(Location, document.get("location")),
    )


def due_document(due: Due) -> Document:
    return {name: value for name, value in asdict(due).items() if value is not None}


def join_document(join: Join) -> Document:
    document: Document = {"at": join.at, "flags": list(join.flags)}
    return document if join.scope is None else {**document, "scope": join.scope, "body": join.body}


def _join(document: Mapping[str, Any]) -> Join:
    return Join(document["at"], tuple(document["flags"]), document.get("scope"), document.get("body"))


def entry_document(entry: TimelineEntry) -> Document:
    """An entry inside its case; the timeline's own collection adds the case's id."""
    document: Document = {"id": entry.event_id, "at": entry.at, "event": entry.event}
    if entry.params:
        document["params"] = dict(entry.params)
    return document


def entry_from(document: Mapping[str, Any], case_id: str) -> TimelineEntry:
    return TimelineEntry(document["id"], case_id, document["at"], document["event"], document.get("params", {}))


def hearing_document(record: HearingRecord) -> Document:
    return {name: value for name, value in asdict(record).items() if value is not None}


def evidence_document(record: EvidenceRecord) -> Document:
    plain = {name: value for name, value in asdict(record).items() if value is not None}
    return plain | {"scan": str(record.scan)}


def assignment_document(assignment: Assignment) -> Document:
    document: Document = {
        "assignment_no": assignment.assignment_no,
        "officer_post": assignment.officer_post,
        "reason": assignment.reason,
        "provisional": assignment.provisional,
    }
    if assignment.station is not None:
        document["station"] = assignment.station.model_dump()
    return document


def _optional(kind: type[Any], document: Mapping[str, Any] | None) -> Any:
    return None if document is None else kind(**document)


def _assignment(document: Mapping[str, Any] | None) -> Assignment | None:
    if document is None:
        return None
    return Assignment(**({**document, "station": _optional(Station, document.get("station"))}))


def _clocks(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, ClockView]:
    return {
        document["clock_id"]: ClockView(
            record=_optional(ClockRecord, document.get("record")),
            breaches={breach["breach_id"]: Breach(**breach) for breach in document.get("breaches", {}).values()},
        )
        for document in documents.values()
    }
