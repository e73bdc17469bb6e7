"""Decide the commands of visits and hearings."""

from dataclasses import replace

from event_schemas import (
    HearingCancelled,
    HearingHeld,
    HearingNoShow,
    HearingScheduled,
    HearingStarted,
    VisitorArrived,
)
from intake.case.command import Context, Outcome
from intake.case.faults import PlaceUnknown
from intake.case.model import Case, HearingRecord
from intake.case.states import State
from intake.commands import bodies as orders
from intake.commands.general import keep_from_accused
from intake.hearings import domain as hearings


def check_in(order: orders.CheckIn, case: Case, context: Context) -> Outcome:
    booked = hearings.booked(case, order.hearing_id, order.place)
    record = hearings.checked_in(booked, context.event_id, order.place, context.now)
    appointment = {} if booked is None else {hearings.HEARING: booked.hearing_id}
    fields = {"place": order.place, "presence": order.presence, **appointment}
    return Outcome(VisitorArrived, fields, {"hearing": record})


def schedule_hearing(order: orders.ScheduleHearing, case: Case, context: Context) -> Outcome:
    if order.place is not None and context.offices.lacks(order.place):
        raise PlaceUnknown
    record = hearings.scheduled(
        order, case, hearing_id=f"h_{context.event_id}", by_post=context.by_post, now=context.now
    )
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
        "moved": order.hearing_id is not None,
    }
    return Outcome(HearingScheduled, fields, {"hearing": record})


def start_hearing(order: orders.StartHearing, case: Case, context: Context) -> Outcome:
    record = hearings.to_start(case, order.hearing_id, context.event_id, context.now)
    fields = {"hearing_id": record.hearing_id, "confirmation": order.confirmation}
    return Outcome(HearingStarted, fields, {"hearing": replace(record, status="started")})


def hold_hearing(order: orders.HoldHearing, case: Case, _context: Context) -> Outcome:
    record = hearings.started(case, order.hearing_id)
    fields = {"hearing_id": record.hearing_id, "confirmation": order.confirmation, "outcome": order.outcome}
    return Outcome(HearingHeld, fields, {"hearing": replace(record, status="held")})


def record_no_show(order: orders.RecordNoShow, case: Case, context: Context) -> Outcome:
    record = hearings.one_of(hearings.missable(case, context.now), order.hearing_id)
    fields = {"hearing_id": record.hearing_id, "party": order.party}
    if order.party == "officer":
        # The citizen waits on: the hearing can still begin, and its clock runs.
        return Outcome(HearingNoShow, fields, state=case.state)
    gone = replace(record, status="no_show")
    return Outcome(HearingNoShow, fields, {"hearing": gone}, _without(record, case))


def cancel_hearing(order: orders.CancelHearing, case: Case, _context: Context) -> Outcome:
    record = hearings.one_of(hearings.waiting(case), order.hearing_id)
    fields = {"hearing_id": record.hearing_id, "outcome": order.reason_code}
    gone = replace(record, status="cancelled")
    return Outcome(HearingCancelled, fields, {"hearing": gone}, _without(record, case))


def _without(record: HearingRecord, case: Case) -> State | None:
    """A case that waits for another hearing stays scheduled."""
    others = [one for one in hearings.waiting(case) if one.hearing_id != record.hearing_id]
    return case.state if others else None
