"""How a command and a derived event change the document: the operators of one guarded write each."""

from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from typing import Any, get_type_hints

from chassis.mongo.client import Document, UpdateOne
from intake.case.clocks import NEVER_DUE, POLICE, RUNNING, police_due
from intake.case.derived import (
    ASSIGNED,
    CERTIFICATE_ISSUED,
    AssignmentMade,
    BreachRecorded,
    BreachRevoked,
    CertificateRecorded,
    CertificateWithdrawn,
    ClockRecorded,
    Derived,
    Effect,
    is_granted,
)
from intake.case.model import Case, CaseUpdate, TimelineEntry
from intake.case.states import Transition
from intake.case.store.documents import codec_of, document_of, safe_key, to_document

Pipeline = list[Mapping[str, Any]]

_RUNNING: Document = {
    "$filter": {
        "input": {"$objectToArray": {"$ifNull": ["$clocks", {}]}},
        "cond": {"$and": [{"$eq": ["$$this.v.record.state", RUNNING]}, {"$eq": ["$$this.v.record.owner", POLICE]}]},
    }
}
NEXT_DUE: Document = {
    "$min": {"$concatArrays": [[NEVER_DUE], {"$map": {"input": _RUNNING, "in": "$$this.v.record.due_at"}}]}
}
"""`next_due` of case/model.py over the stored clocks; the property test of derived events holds them together."""


_CASE = get_type_hints(Case)
# What an update names as the case does is set; the rounds that end and new promises are added to those before.
_SET = {
    one.name: codec_of(_CASE[one.name])
    for one in dataclass_fields(CaseUpdate)
    if one.name in _CASE and one.name not in ("ended", "due", "evidence")
}


def command_update(case: Case, update: CaseUpdate) -> Document:
    """$set, $inc and $push of an accepted command, the outbox left aside."""
    set_to = {name: getattr(update, name) for name in _SET}
    fields: Document = {name: _SET[name].write(value) for name, value in set_to.items() if value is not None}
    for hearing in (update.hearing, *update.lapsed):
        if hearing is not None:
            fields[f"hearings.{safe_key(hearing.hearing_id)}"] = document_of(hearing)
    if update.evidence is not None:
        fields[f"evidence.{safe_key(update.evidence.evidence_id)}"] = document_of(update.evidence)
    if update.command is not None:
        fields[f"commands.{update.command.scope}"] = {
            "body": update.command.body,
            "event_id": update.entry.event_id,
            "version": case.version + 1,
            "state": str(update.state),
        }
    counts = {"version": 1, "changes": 1, "case_seq": update.emits}
    operators: Document = {"$set": fields, "$inc": counts, "$push": _pushes(update)}
    added = {"receipts": [update.receipt] if update.receipt else [], "ended": list(update.ended)}
    promised = police_due(update.due)
    operators["$min"] = {"next_due": promised} if promised < NEVER_DUE else {}
    operators["$addToSet"] = {name: {"$each": values} for name, values in added.items() if values}
    return {name: changes for name, changes in operators.items() if changes}


def _pushes(update: CaseUpdate) -> Document:
    pushes: Document = {"history": {"$each": [document_of(entry) for entry in (update.entry, *update.further)]}}
    if update.due:
        pushes["due"] = {"$each": [document_of(due) for due in update.due]}
    if update.join is not None:
        pushes["joins"] = document_of(update.join)
    if update.link is not None:
        pushes["links"] = document_of(update.link)
    if update.message is not None:
        pushes["messages"] = document_of(update.message)
    if update.note is not None:
        pushes["notes"] = document_of(update.note)
    return pushes


def erasing_update(case: Case, after: Case, entry: TimelineEntry, emits: int) -> Document:
    """$set, $unset, $inc and $push that make the document what `after` says, and leave what both have alone."""
    old, new = to_document(case), to_document(after)
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    gone = dict.fromkeys(sorted(old.keys() - new.keys()), "")
    counts = {"version": 1, "changes": 1, "case_seq": emits}
    operators: Document = {"$set": changed, "$unset": gone, "$inc": counts}
    return {name: one for name, one in operators.items() if one} | {"$push": {"history": document_of(entry)}}


def derived_updates(derived: Derived) -> list[UpdateOne]:
    """The guarded writes of a derived event on its case; none if it only has a place in the timeline."""
    if derived.effect is None:
        return []
    match, update = _guarded(derived.effect)
    return [UpdateOne({"_id": derived.case_id, **match}, update)]


def _guarded(effect: Effect) -> tuple[Document, Document | Pipeline]:
    match effect:
        case AssignmentMade(assignment):
            number = assignment.assignment_no
            return (
                {"$or": [{"assignment": None}, {"assignment.assignment_no": {"$lt": number}}]},
                [
                    {
                        "$set": {
                            "assignment": {"$literal": document_of(assignment)},
                            "state": {"$cond": [{"$eq": ["$assignment_no", number]}, state_after(ASSIGNED), "$state"]},
                            "version": {"$add": ["$version", 1]},
                            "changes": {"$add": ["$changes", 1]},
                        }
                    }
                ],
            )
        case ClockRecorded(record):
            path = f"clocks.{safe_key(record.clock_id)}"
            recorded = {f"{path}.clock_id": record.clock_id, f"{path}.record": asdict(record)}
            return (
                {"$or": [{f"{path}.record": None}, {f"{path}.record.rev": {"$lt": record.rev}}]},
                [
                    {
                        "$set": {
                            **{name: {"$literal": value} for name, value in recorded.items()},
                            "changes": {"$add": ["$changes", 1]},
                        }
                    },
                    {"$set": {"next_due": NEXT_DUE}},
                ],
            )
        case BreachRecorded(clock_id, breach_id, level):
            return {}, _set(_breach_fields(clock_id, breach_id, {"level": level}))
        case BreachRevoked(clock_id, breach_id):
            return {}, _set(_breach_fields(clock_id, breach_id, {"revoked": True}))
        case CertificateRecorded(certificate):
            key = f"certificates.{safe_key(certificate.certificate_id)}"
            recorded = {name: value for name, value in asdict(certificate).items() if name != "revoked"}
            # Repeated, it moves nothing: by then the case may be in a later round.
            known = {"$gt": [f"${key}.issued_at", None]}
            after = state_after(CERTIFICATE_ISSUED) if is_granted(certificate.kind) else "$state"
            moved = {"$cond": [known, "$state", after]}
            return (
                {},
                [
                    {
                        "$set": {
                            **{f"{key}.{name}": {"$literal": value} for name, value in recorded.items()},
                            "version": {"$add": ["$version", {"$cond": [{"$eq": [moved, "$state"]}, 0, 1]}]},
                            "changes": {"$add": ["$changes", 1]},
                            "state": moved,
                        }
                    }
                ],
            )
        case CertificateWithdrawn(certificate_id):
            key = f"certificates.{safe_key(certificate_id)}"
            return {}, _set({f"{key}.certificate_id": certificate_id, f"{key}.revoked": True})


def state_after(transition: Transition) -> Document:
    """A derived event's transition as an expression: the server applies it to the state it finds."""
    families = [str(family) for family in sorted(transition.families)]
    branches = [
        {
            "case": {"$and": [{"$eq": ["$state", str(before)]}, {"$in": ["$family", families]}]},
            "then": str(after),
        }
        for before, after in transition.moves.items()
    ]
    return {"$switch": {"branches": branches, "default": "$state"}}


def _breach_fields(clock_id: str, breach_id: str, fields: Mapping[str, Any]) -> Document:
    clock = f"clocks.{safe_key(clock_id)}"
    breach = f"{clock}.breaches.{safe_key(breach_id)}"
    recorded = {f"{breach}.{name}": value for name, value in fields.items()}
    return {f"{clock}.clock_id": clock_id, f"{breach}.breach_id": breach_id, **recorded}


def _set(fields: Document) -> Document:
    return {"$set": fields, "$inc": {"changes": 1}}
