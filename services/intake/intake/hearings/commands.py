"""The commands of visits and hearings."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from chassis.http.moments import Instant
from event_schemas.values import Confirmation, HearingMode, HearingParty, Presence
from intake.case.command import Code, Context, DeskCommandBody, EventDraft, Id, Name
from intake.case.faults import PlaceUnknown, SlotBooked, UnknownHearing
from intake.case.model import OPEN_HEARINGS, Case, HearingRecord
from intake.case.scope import keep_from_accused
from intake.case.states import State
from intake.hearings import domain as hearings
from intake.http.one_of import OneOf


class CheckIn(DeskCommandBody):
    place: Name
    hearing_id: Id | None = None
    presence: Annotated[str, OneOf(Presence)] = "counter"


def check_in(body: CheckIn, case: Case, context: Context) -> EventDraft:
    booked = hearings.booked(case, body.hearing_id, body.place)
    record = hearings.checked_in(booked, context.event_id, body.place, context.now)
    appointment = {} if booked is None else {hearings.HEARING: booked.hearing_id}
    fields = {"place": body.place, "presence": body.presence, **appointment}
    return EventDraft(fields, {"hearing": record})


class ScheduleHearing(DeskCommandBody):
    starts_at: Instant
    ends_at: Instant
    mode: Annotated[str, OneOf(HearingMode)] = "in_person"
    officer_post: Id | None = None
    place: Name | None = None
    join_url: Annotated[str, StringConstraints(max_length=300, pattern=r"^https://[\x21-\x7e]+$")] | None = None
    hearing_id: Id | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at must be after starts_at")
        return self


def schedule_hearing(body: ScheduleHearing, case: Case, context: Context) -> EventDraft:
    if body.place is not None and context.offices.lacks(body.place):
        raise PlaceUnknown
    record = _scheduled(body, case, hearing_id=f"h_{context.event_id}", by_post=context.by_post, now=context.now)
    for office in (record.place, (record.officer_post or "").partition(":")[2]):
        keep_from_accused(case, office, context.offices)
    fields = {
        "hearing_id": record.hearing_id,
        "place": record.place,
        "officer_post": record.officer_post,
        "starts_at": record.starts_at,
        "ends_at": record.ends_at,
        "mode": record.mode,
        "join_url": record.join_url,
        "moved": body.hearing_id is not None,
    }
    return EventDraft(fields, {"hearing": record})


def _scheduled(body: ScheduleHearing, case: Case, *, hearing_id: str, by_post: str, now: datetime) -> HearingRecord:
    """A new appointment, or the one named moved to another time; one that begins or is over stays as it is."""
    before = None
    if body.hearing_id is not None:
        before = case.hearings.get(body.hearing_id)
        if before is None or before.status != "booked":
            raise UnknownHearing([*case.hearings])
    hearings.check_times(body.starts_at, body.ends_at, now)
    record = HearingRecord(
        hearing_id=before.hearing_id if before else hearing_id,
        place=body.place or (before.place if before else hearings.own_place(case, by_post)),
        mode=body.mode,
        status="booked",
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        officer_post=body.officer_post or (before.officer_post if before else by_post),
        join_url=body.join_url,
    )
    for other in case.hearings.values():
        # A citizen is in one place at a time; a second click on the same screen ends here too.
        if other.hearing_id != record.hearing_id and other.status in OPEN_HEARINGS and hearings.overlap(other, record):
            raise SlotBooked(other.hearing_id)
    return record


class StartHearing(DeskCommandBody):
    hearing_id: Id | None = None
    confirmation: Annotated[str, OneOf(Confirmation)] = "none"


def start_hearing(body: StartHearing, case: Case, context: Context) -> EventDraft:
    record = hearings.to_start(case, body.hearing_id, context.event_id, context.now)
    fields = {"hearing_id": record.hearing_id, "confirmation": body.confirmation}
    return EventDraft(fields, {"hearing": replace(record, status="started")})


class HoldHearing(StartHearing):
    outcome: Code


def hold_hearing(body: HoldHearing, case: Case, _context: Context) -> EventDraft:
    record = hearings.started(case, body.hearing_id)
    fields = {"hearing_id": record.hearing_id, "confirmation": body.confirmation, "outcome": body.outcome}
    return EventDraft(fields, {"hearing": replace(record, status="held")})


class RecordNoShow(DeskCommandBody):
    hearing_id: Id | None = None
    party: Annotated[str, OneOf(HearingParty)] = "citizen"


def record_no_show(body: RecordNoShow, case: Case, context: Context) -> EventDraft:
    record = hearings.one_of(hearings.missable(case, context.now), body.hearing_id)
    fields = {"hearing_id": record.hearing_id, "party": body.party}
    if body.party == "officer":
        # The citizen waits on: the hearing can still begin, and its clock runs.
        return EventDraft(fields, state=case.state)
    gone = replace(record, status="no_show")
    return EventDraft(fields, {"hearing": gone}, _without(record, case))


class CancelHearing(DeskCommandBody):
    hearing_id: Id | None = None
    reason_code: Code | None = None


def cancel_hearing(body: CancelHearing, case: Case, _context: Context) -> EventDraft:
    record = hearings.one_of(hearings.waiting(case), body.hearing_id)
    fields = {"hearing_id": record.hearing_id, "outcome": body.reason_code}
    gone = replace(record, status="cancelled")
    return EventDraft(fields, {"hearing": gone}, _without(record, case))


def _without(record: HearingRecord, case: Case) -> State | None:
    """A case that waits for another hearing stays scheduled."""
    others = [one for one in hearings.waiting(case) if one.hearing_id != record.hearing_id]
    return case.state if others else None
