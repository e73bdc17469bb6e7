"""What an officer sees of a case: its work at once, a citizen's data only after a reason is given."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from chassis.bilingual import Language
from chassis.sentences import CodeNames
from event_schemas import PersonalData, SafeContact
from intake.case import past
from intake.case.clock_views import clock_view
from intake.case.clocks import NEVER_DUE, displayed_state
from intake.case.messages import WrittenMessage, WrittenNote
from intake.case.model import Case
from intake.case.past import SubRequest
from intake.catalogue import Catalogue
from intake.catalogue.questions import label
from intake.commands.allowed import papers_to_approve
from intake.commands.certificates import entitled
from intake.commands.table import Act
from intake.desk.likeness import NONE, Likeness


@dataclass(frozen=True, slots=True)
class Labels:
    """What the codes of a case are called, in the officer's language."""

    code_names: CodeNames
    catalogue: Catalogue
    language: Language

    def of(self, case: Case) -> Mapping[str, Any]:
        """A `*_text` or `*_name` beside each code of a line of the list."""
        category = None
        service = self.catalogue.get(case.service_code)
        if service is not None and case.category is not None:
            category = label(service.attributes, "/category", case.category)
        return {
            "service_name": self._name("services", case.service_code),
            "status_text": self._name("case_states", case.state.value),
            "priority_text": self._name("priorities", str(case.priority)),
            "category_text": None if category is None else category.in_(self.language),
            "kinds_text": [self._name("responder_kinds", kind) for kind in case.kinds],
        }

    def acts(self, allowed: Sequence[Act]) -> Mapping[str, str]:
        """What the button of each command says."""
        return {act.value: self._name("acts", act.value) for act in allowed}

    def flags(self, codes: Sequence[str]) -> list[str]:
        """Each flag in words; `joined:<case_id>` is named for what stands before the colon."""
        return [self._name("flags", code.partition(":")[0]) for code in codes]

    def papers(self, case: Case) -> list[Mapping[str, Any]]:
        """The papers that may be approved now: by which posts, and what the desk enters on each."""
        return [
            {
                "kind": rule.kind,
                "kind_text": self._name("certificates", rule.kind),
                "approved_by": [str(post) for post in entitled(case, rule)],
                "approved_by_text": [self._name("posts", str(post)) for post in entitled(case, rule)],
                "facts": [
                    {
                        "name": name,
                        "label": fact.label.hi if self.language == "hi" else fact.label.en,
                        "required": fact.required,
                        "form": fact.form,
                    }
                    for name, fact in rule.facts.items()
                ],
            }
            for rule in papers_to_approve(case)
        ]

    def reason(self, code: str) -> str:
        """Why the office has the case."""
        return self._name("assignment_reasons", code)

    def message(self, written: WrittenMessage, *, masked: bool) -> Mapping[str, Any]:
        message = written.message
        by = message.by.value
        name = self._name("services", "secret-tip") if by == "citizen" else self._name("writers", by)
        return {
            "message_id": message.message_id,
            "at": message.at,
            "by": by,
            "by_text": name,
            "text": None if masked else written.text,
        }

    def note(self, written: WrittenNote, *, masked: bool) -> Mapping[str, Any]:
        note = written.note
        return {
            "note_id": note.note_id,
            "at": note.at,
            "post": note.post,
            "text": None if masked else written.text,
        }

    def sub_request(self, one: SubRequest) -> Mapping[str, Any]:
        state = "open" if one.is_open else "answered"
        outcome = one.outcome
        return {
            **asdict(one),
            "mode_text": self._name("sub_request_modes", one.mode),
            "state": state,
            "state_text": self._name("sub_request_states", state),
            "outcome_text": None if outcome is None else self._name("verification_outcomes", outcome),
        }

    def dispute(self, standing: str | None) -> Mapping[str, str] | None:
        """Of an objection to the newest result; None where there is none."""
        if standing in (None, "found"):
            return None
        return {"state": standing, "state_text": self._name("dispute_states", standing)}

    def _name(self, group: str, code: str) -> str:
        return self.code_names.name(group, code, self.language)


def desk_item(case: Case, now: datetime, labels: Labels, like: Likeness = NONE) -> Mapping[str, Any]:
    """A line of the list; it holds no personal data."""
    station = case.assignment.station if case.assignment else None
    return {
        "case_id": case.case_id,
        "tracking_number": case.tracking_number,
        "service_code": case.service_code,
        "lane": case.lane.value,
        "status": case.state.value,
        "version": case.version,
        "filed_at": case.filed_at,
        "priority": str(case.priority),
        "category": case.category,
        "kinds": list(case.kinds),
        "sensitive": case.sensitive,
        "station": station.code if station else None,
        "officer_post": case.assignment.officer_post if case.assignment else None,
        **labels.of(case),
        **_beside(case, like, labels),
        "next_due": None if case.next_due == NEVER_DUE else case.next_due,
        "remaining_s": None if case.next_due == NEVER_DUE else int((case.next_due - now).total_seconds()),
        "officer": None if case.investigator is None else case.investigator.officer,
        "clocks": [
            clock_view(view.record, displayed_state(view), now, labels.code_names, labels.language)
            for view in case.clocks.values()
            if view.record is not None
        ],
    }


def desk_view(
    case: Case,
    status: Mapping[str, Any],
    personal: PersonalData,
    allowed: Sequence[Act],
    labels: Labels,
    *,
    masked: bool,
    contact: SafeContact | None = None,
    messages: Sequence[WrittenMessage] = (),
    notes: Sequence[WrittenNote] = (),
    like: Likeness = NONE,
    noted: Sequence[str] = (),
) -> Mapping[str, Any]:
    """The status and what an officer needs besides; masked, or with the citizen's data.

    `allowed` are the commands that the officer's role may give now.
    """
    assignment = case.assignment
    return {
        **status,
        **labels.of(case),
        "priority": str(case.priority),
        "category": case.category,
        "kinds": list(case.kinds),
        "channel": case.channel,
        "language": case.language,
        "anonymous": case.anonymous,
        "sensitive": case.sensitive,
        **_beside(case, like, labels, noted),
        "counter": None if case.counter is None else asdict(case.counter),
        "agreed_by": None if case.helper is None else case.helper.confirmation,
        "attributes": dict(case.attributes),
        "assignment": {
            "assignment_no": assignment.assignment_no,
            "reason": assignment.reason,
            "reason_text": labels.reason(str(assignment.reason)),
            "provisional": assignment.provisional,
            "confidence": assignment.confidence,
            "distance_to_edge_m": assignment.distance_to_edge_m,
            "ambiguous_with": list(assignment.ambiguous_with),
            "boundary_version": assignment.boundary_version,
        }
        if assignment
        else None,
        "location": case.location.model_dump(exclude_none=True) if case.location else None,
        "personal": masked_data(personal, hidden=case.sensitive) if masked else revealed_data(personal),
        "safe_contact": _reached(contact),
        "messages": [labels.message(one, masked=masked) for one in messages],
        "notes": [labels.note(one, masked=masked) for one in notes],
        "officer": None if case.investigator is None else asdict(case.investigator),
        "masked": masked,
        "allowed": [str(act) for act in allowed],
        "allowed_text": labels.acts(allowed),
        "papers": labels.papers(case),
        "sub_requests": [labels.sub_request(one) for one in past.sub_requests(case)],
        "dispute": labels.dispute(past.result_standing(case)),
    }


def _beside(case: Case, like: Likeness, labels: Labels, more: Sequence[str] = ()) -> Mapping[str, Any]:
    """What was noted of the case and of its repeats, and what stands beside it."""
    noted = (*more, *case.flags, *(flag for join in case.joins for flag in join.flags), *like.flags)
    flags = list(dict.fromkeys(noted))
    return {
        "flags": flags,
        "flags_text": labels.flags(flags),
        "possible_duplicates": list(like.possible_duplicates),
        "group": like.group,
    }


def _reached(contact: SafeContact | None) -> Mapping[str, Any] | None:
    """None: as usual."""
    if contact is None or not (contact.neutral or contact.hours):
        return None
    return {"neutral": contact.neutral, "opens": contact.opens, "closes": contact.closes}


def masked_data(personal: PersonalData, *, hidden: bool) -> Mapping[str, Any]:
    """Enough to know which case it is: initials and the phone's last digits; what happened, unless it is sensitive."""
    return {
        "name": None if not personal.name else f"{personal.name[0]}***",
        "phone": None if not personal.phone else f"***{personal.phone[-2:]}",
        "address": None if not personal.address else "***",
        "description": "***" if hidden and personal.description else personal.description,
        "attributes": dict.fromkeys(personal.attributes, "***"),
    }


def revealed_data(personal: PersonalData) -> Mapping[str, Any]:
    return {
        "name": personal.name,
        "phone": personal.phone,
        "address": personal.address,
        "description": personal.description,
        "location": personal.location.model_dump(exclude_none=True) if personal.location else None,
        "attributes": dict(personal.attributes),
    }
