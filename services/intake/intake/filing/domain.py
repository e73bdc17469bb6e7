"""From a checked submission to a case and its first events: pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from event_schemas import ComplaintFiled, IdentityHeld, Location, PersonalData, SafeContact, VisitorArrived, ids
from event_schemas.policies import PolicySet
from intake.case.clocks import Due, police_due
from intake.case.due import dues
from intake.case.model import (
    Case,
    CaseHelper,
    CaseIdentity,
    CaseLink,
    CounterFiling,
    Idempotency,
    Numbered,
    TimelineEntry,
)
from intake.case.numbers import CaseId, TrackingNumber
from intake.case.scope import accused_office
from intake.case.states import Family, State
from intake.catalogue.model import Service
from intake.filing.duplicates import desk_keys
from intake.filing.notices import notice_flags
from intake.filing.redaction import redact_text, redact_value
from intake.hearings import domain as hearings

Seal = Callable[[str, bytes, datetime], str]
_NOTHING = PersonalData()


@dataclass(frozen=True, slots=True)
class Person:
    """Personal data as given; it leaves this module sealed only."""

    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Helper:
    """Who files for the person; the personal part leaves this module sealed only."""

    on_record: CaseHelper
    name: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Submission:
    """What a citizen sent, checked against the catalogue; `flags` say what was left out or doubted on the way.

    `receipts` (hashes) open the case besides its own; `linked` are ids of the same caller's other emergencies,
    `links` the filing that it came out of, or what is nearly the same. `sensitive`: it is, whatever its category.
    """

    service: Service
    language: str
    channel: str
    person: Person = field(repr=False)
    owner: str | None = None
    contact: str | None = None
    source: str | None = None
    description: str | None = field(default=None, repr=False)
    location: Location | None = None
    place_address: str | None = field(default=None, repr=False)
    named_station: str | None = None
    district: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    kinds: tuple[str, ...] = ()
    call_received_at: datetime | None = None
    flags: tuple[str, ...] = ()
    repeat_slot: str | None = None
    marks: tuple[str, ...] = ()
    receipts: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    links: tuple[CaseLink, ...] = ()
    sensitive: bool = False
    contact_proved: bool = False
    identity: CaseIdentity | None = None
    counter: CounterFiling | None = None
    helper: Helper | None = field(default=None, repr=False)
    safe_contact: SafeContact | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the outer world decides for a filing: time, numbers, receipt, idempotency."""

    now: datetime
    case_id: CaseId
    tracking_number: TrackingNumber
    event_id: str
    receipt_hash: str
    idempotency: Idempotency | None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    case: Case
    events: tuple[Numbered, ...]


def file_complaint(submission: Submission, stamp: Stamp, policies: PolicySet, seal: Seal) -> NewCase:
    """The new case in state `received` and its ComplaintFiled."""
    service = submission.service
    attributes, removed = redact_value(service.without_numbers(submission.attributes))
    clear = service.clear_part(attributes)
    category = clear.get("category")
    sensitive = submission.sensitive or category in service.sensitive_categories
    personal, removed_too = _personal_data(submission, attributes, clear, hidden_point=sensitive)
    sealed = None
    if personal is not None:
        sealed = seal(stamp.case_id, personal.to_json(), stamp.now)
    filed = ComplaintFiled(
        case_id=stamp.case_id,
        occurred_at=stamp.now,
        case_seq=1,
        tracking_number=stamp.tracking_number,
        service_code=service.code,
        lane=service.lane,
        category=category,
        priority=service.priority_of(submission.attributes, sensitive=sensitive),
        location=None if sensitive else submission.location,
        named_station=submission.named_station,
        district=submission.district,
        channel=submission.channel,
        language=submission.language,
        anonymous=submission.person.phone is None and submission.person.name is None,
        sensitive=sensitive,
        kinds=submission.kinds,
        call_received_at=submission.call_received_at,
        attributes=clear,
        sealed=sealed,
        contact_proved=submission.contact_proved,
        source=submission.source,
        received_at=submission.counter.received_at if submission.counter else None,
        helped_by=submission.helper.on_record.kind if submission.helper else None,
        sealed_helper=_sealed_helper(submission, stamp, seal, sensitive=sensitive),
        sealed_contact=_sealed_contact(submission, stamp, seal),
    )
    flags = notice_flags(
        submission.flags,
        submission.description,
        submission.location,
        emergency=service.family is Family.EMERGENCY,
        removed=removed or removed_too,
    )
    case = _case_of(filed, submission, stamp, dues(policies.due_at_filing(filed)), flags)
    return NewCase(case, (Numbered(stamp.event_id, filed),))


def check_in_at_filing(filing: NewCase, place: str, presence: str, event_id: str, policies: PolicySet) -> NewCase:
    """A walk-in: the case opens with the visitor already there, in one write."""
    case = filing.case
    arrived = VisitorArrived(
        case_id=case.case_id, occurred_at=case.filed_at, case_seq=2, place=place, presence=presence
    )
    starts = policies.starts(arrived, event_id, case.service_code)
    record = hearings.checked_in(None, event_id, place, case.filed_at)
    entry = TimelineEntry(event_id, case.case_id, case.filed_at, arrived.type)
    opened = replace(
        case,
        case_seq=2,
        due=case.due + dues(starts),
        hearings={record.hearing_id: record},
        history=(*case.history, entry),
    )
    return NewCase(opened, (*filing.events, Numbered(event_id, arrived)))


def hold_at_filing(filing: NewCase, document: str, event_id: str, policies: PolicySet) -> NewCase:
    """Somebody else gave the document before: the case opens with the review of it, in one write."""
    case = filing.case
    held = IdentityHeld(
        case_id=case.case_id, occurred_at=case.filed_at, case_seq=case.case_seq + 1, document_type=document
    )
    starts = policies.starts(held, event_id, case.service_code)
    entry = TimelineEntry(event_id, case.case_id, case.filed_at, held.type)
    opened = replace(case, case_seq=held.case_seq, due=case.due + dues(starts), history=(*case.history, entry))
    return NewCase(opened, (*filing.events, Numbered(event_id, held)))


def new_ids(now: datetime) -> tuple[CaseId, str]:
    """A case id and the id of its first event."""
    return CaseId(ids.new_case_id(now)), ids.new_event_id(now)


def _personal_data(
    submission: Submission, attributes: Mapping[str, Any], clear: Mapping[str, Any], *, hidden_point: bool
) -> tuple[PersonalData | None, bool]:
    """Everything personal in one value to seal, without Aadhaar numbers; None if there is nothing."""
    person = submission.person
    texts = {
        "name": person.name,
        "address": person.address,
        "description": submission.description,
        "place": submission.place_address,
        "helper": submission.helper.name if submission.helper else None,
    }
    redacted = {key: redact_text(text) for key, text in texts.items() if text}
    kept = {key: text for key, (text, _) in redacted.items()}
    private = {key: value for key, value in attributes.items() if key not in clear}
    if "place" in kept:
        private["place_address"] = kept["place"]
    if submission.helper is not None:
        private |= {"helper_name": kept["helper"], "helper_mobile": submission.helper.phone}
    data = PersonalData(
        name=kept.get("name"),
        phone=person.phone,
        address=kept.get("address"),
        description=kept.get("description"),
        location=submission.location if hidden_point else None,
        attributes=private,
    )
    removed = any(found for _, found in redacted.values())
    return (data if data != _NOTHING else None), removed


def _sealed_helper(submission: Submission, stamp: Stamp, seal: Seal, *, sensitive: bool) -> str | None:
    """The helper's number, if he is to hear of the case: not of a sensitive one, and not twice on one phone."""
    helper = submission.helper
    if helper is None or helper.phone is None or sensitive or helper.phone == submission.person.phone:
        return None
    return seal(stamp.case_id, PersonalData(phone=helper.phone).to_json(), stamp.now)


def _sealed_contact(submission: Submission, stamp: Stamp, seal: Seal) -> str | None:
    """None for who is written to as usual."""
    asked = submission.safe_contact
    if asked is None or (not asked.neutral and asked.hours is None):
        return None
    return seal(stamp.case_id, asked.to_json(), stamp.now)


def _helped(filed: ComplaintFiled) -> Mapping[str, str]:
    return {} if filed.helped_by is None else {"helped_by": str(filed.helped_by)}


def _desk_keys(submission: Submission, stamp: Stamp) -> tuple[str, ...]:
    if submission.service.family is not Family.EMERGENCY:
        return ()
    return desk_keys(
        stamp.now,
        contact=submission.contact,
        location=submission.location,
        source=submission.source,
        linked=submission.linked,
    )


def _case_of(
    filed: ComplaintFiled, submission: Submission, stamp: Stamp, due: tuple[Due, ...], flags: tuple[str, ...]
) -> Case:
    return Case(
        case_id=stamp.case_id,
        tracking_number=stamp.tracking_number,
        service_code=filed.service_code,
        family=submission.service.family,
        lane=submission.service.lane,
        state=State.RECEIVED,
        filed_at=stamp.now,
        channel=submission.channel,
        language=submission.language,
        priority=filed.priority,
        anonymous=filed.anonymous,
        sensitive=filed.sensitive,
        sealed=filed.sealed,
        due=due,
        category=filed.category,
        kinds=submission.kinds,
        owner=submission.owner,
        contact=submission.contact,
        receipts=(stamp.receipt_hash, *submission.receipts),
        idempotency=stamp.idempotency,
        repeat_slot=submission.repeat_slot,
        marks=submission.marks,
        call_received_at=submission.call_received_at,
        location=filed.location,
        named_station=submission.named_station,
        district=submission.district,
        accused=accused_office(filed.attributes, submission.named_station),
        attributes=filed.attributes,
        flags=flags,
        identity=submission.identity,
        counter=submission.counter,
        helper=submission.helper.on_record if submission.helper else None,
        sealed_contact=filed.sealed_contact,
        links=submission.links,
        next_due=police_due(due),
        desk_keys=_desk_keys(submission, stamp),
        history=(TimelineEntry(stamp.event_id, stamp.case_id, stamp.now, filed.type, _helped(filed)),),
    )
