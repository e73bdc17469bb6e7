"""From an order and a case to an event and the case's change: pure, and the same for every command."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chassis.sentences import facts_of
from event_schemas import (
    CertificateApproved,
    CertificateRefused,
    ClockPaused,
    ClockResumed,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintReopened,
    ComplaintWithdrawn,
    EmergencyResolved,
    HearingHeld,
    HearingScheduled,
    HearingStarted,
    InquiryCompleted,
    ResponderArrived,
    ResponderDispatched,
    TransferRequested,
    VerificationCompleted,
    VisitorArrived,
)
from event_schemas.base import IntakeEvent
from event_schemas.policies import PolicySet
from event_schemas.times import epoch_ms
from intake.domain import hearings, orders
from intake.domain.case import Case, CaseUpdate, Due, HearingRecord, Idempotency, TimelineEntry, displayed_state
from intake.domain.due import dues
from intake.domain.faults import ClockNotPausable, OfficeAccused, PlaceUnknown, UnknownClock
from intake.domain.offices import NoOffices, Offices
from intake.domain.orders import Order
from intake.domain.states import DONE, Act, TransitionNotAllowed, allowed_acts, next_state


@dataclass(frozen=True, slots=True)
class Context:
    """Who acts and when: `now` is the server's time, the only one that moves a clock."""

    now: datetime
    event_id: str
    by_post: str
    policies: PolicySet
    command: Idempotency | None = None
    offices: Offices = field(default_factory=NoOffices)


@dataclass(frozen=True, slots=True)
class Decision:
    """`event` is None for what no other service needs to hear of."""

    event: IntakeEvent | None
    update: CaseUpdate


@dataclass(frozen=True, slots=True)
class _Outcome:
    event: type[IntakeEvent] | None
    fields: Mapping[str, Any]
    update: Mapping[str, Any]


def decide(act: Act, order: Order, case: Case, context: Context) -> Decision:
    """One of domain/faults.py, or TransitionNotAllowed, if the case does not allow it."""
    state = next_state(act, case.state, case.family)
    outcome = _DECIDERS[act](order, case, context)
    event = None
    if outcome.event is not None:
        fields = dict(outcome.fields)
        reported = orders.reported_at(order)
        if reported is not None and "reported_at" in outcome.event.model_fields:
            fields["reported_at"] = reported
        event = outcome.event(case_id=case.case_id, occurred_at=context.now, case_seq=case.case_seq + 1, **fields)
    name = outcome.event.type if outcome.event is not None else str(act)
    facts = facts_of(event) if event is not None else {}
    entry = TimelineEntry(context.event_id, case.case_id, context.now, name, facts)
    update = CaseUpdate(
        state=state,
        entry=entry,
        emits=event is not None,
        command=context.command,
        due=_promised(event, case, context, outcome.update.get("hearing")),
        lapsed=hearings.lapsed(case) if state in DONE and case.state not in DONE else (),
        **dict(outcome.update),
    )
    return Decision(event, update)


def _promised(
    event: IntakeEvent | None, case: Case, context: Context, hearing: HearingRecord | None
) -> tuple[Due, ...]:
    """The promises this event makes; who comes before the appointed hour is promised from that hour on."""
    if event is None:
        return ()
    starts = context.policies.starts(event, context.event_id, case.service_code)
    if hearing is not None and hearing.starts_at > context.now:
        starts = tuple(replace(start, due_at=start.policy.due_at(hearing.starts_at)) for start in starts)
    return dues(starts)


def _event(kind: type[IntakeEvent], /, **fields: Any) -> _Outcome:
    return _Outcome(kind, fields, {})


def _acknowledge(_order: orders.Acknowledge, _case: Case, context: Context) -> _Outcome:
    return _event(ComplaintAcknowledged, by_post=context.by_post)


def _dispatch(order: orders.Dispatch, _case: Case, _context: Context) -> _Outcome:
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    return _Outcome(ResponderDispatched, fields, {})


def _arrive(order: orders.Arrive, _case: Case, _context: Context) -> _Outcome:
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    return _Outcome(ResponderArrived, fields, {})


def _resolve_emergency(order: orders.ResolveEmergency, _case: Case, _context: Context) -> _Outcome:
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    return _Outcome(EmergencyResolved, fields, {})


def _check_in(order: orders.CheckIn, case: Case, context: Context) -> _Outcome:
    booked = hearings.booked(case, order.hearing_id, order.place)
    record = hearings.checked_in(booked, context.event_id, order.place, context.now)
    appointment = {} if booked is None else {hearings.HEARING: booked.hearing_id}
    fields = {"place": order.place, "presence": order.presence, **appointment}
    return _Outcome(VisitorArrived, fields, {"hearing": record})


def _schedule_hearing(order: orders.ScheduleHearing, case: Case, context: Context) -> _Outcome:
    if order.place is not None and context.offices.lacks(order.place):
        raise PlaceUnknown(order.place)
    record = hearings.scheduled(
        order, case, hearing_id=f"h_{context.event_id}", by_post=context.by_post, now=context.now
    )
    for office in (record.place, (record.officer_post or "").partition(":")[2]):
        _keep_from_accused(case, office, context.offices)
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
    return _Outcome(HearingScheduled, fields, {"hearing": record})


def _start_hearing(order: orders.StartHearing, case: Case, context: Context) -> _Outcome:
    record = hearings.to_start(case, order.hearing_id, context.event_id, context.now)
    fields = {"hearing_id": record.hearing_id, "confirmation": order.confirmation}
    return _Outcome(HearingStarted, fields, {"hearing": replace(record, status="started")})


def _hold_hearing(order: orders.HoldHearing, case: Case, _context: Context) -> _Outcome:
    record = hearings.started(case, order.hearing_id)
    fields = {"hearing_id": record.hearing_id, "confirmation": order.confirmation, "outcome": order.outcome}
    return _Outcome(HearingHeld, fields, {"hearing": replace(record, status="held")})


def _complete_verification(order: orders.CompleteVerification, _case: Case, _context: Context) -> _Outcome:
    return _event(VerificationCompleted, outcome=order.outcome, remarks_code=order.remarks_code)


def _approve_certificate(_order: orders.ApproveCertificate, case: Case, context: Context) -> _Outcome:
    if case.decision is not None:
        others = tuple(act for act in allowed_acts(case.state, case.family) if act not in _DECISIONS)
        raise TransitionNotAllowed(Act.APPROVE_CERTIFICATE, case.state, others)
    kind = certificate_kind(case)
    return _Outcome(CertificateApproved, {"kind": kind, "by_post": context.by_post}, {"decision": "approved"})


def _refuse_certificate(order: orders.RefuseCertificate, case: Case, context: Context) -> _Outcome:
    if case.decision is not None:
        others = tuple(act for act in allowed_acts(case.state, case.family) if act not in _DECISIONS)
        raise TransitionNotAllowed(Act.REFUSE_CERTIFICATE, case.state, others)
    fields = {"kind": certificate_kind(case), "by_post": context.by_post, "reason_code": order.reason_code}
    return _Outcome(CertificateRefused, fields, {"decision": "refused"})


def certificate_kind(case: Case) -> str:
    """`character` for the service character-certificate."""
    return case.service_code.removesuffix("-certificate")


def _complete_inquiry(order: orders.CompleteInquiry, _case: Case, _context: Context) -> _Outcome:
    fields = {"finding": order.finding, "fir_recommended": order.fir_recommended}
    return _Outcome(InquiryCompleted, fields, {})


def _transfer(order: orders.Transfer, case: Case, context: Context) -> _Outcome:
    if order.to_station is not None:
        _keep_from_accused(case, order.to_station, context.offices)
    number = case.assignment_no + 1
    fields = {
        "assignment_no": number,
        "to_station": order.to_station,
        "reason_code": order.reason_code,
        "by_post": context.by_post,
    }
    return _Outcome(TransferRequested, fields, {"assignment_no": number})


def _keep_from_accused(case: Case, office: str, offices: Offices) -> None:
    """A complaint against police neither goes to the accused office nor to one under it, nor is it heard there."""
    if case.accused and case.accused in offices.line_of(office):
        raise OfficeAccused(office)


def _pause_clock(order: orders.PauseClock, case: Case, context: Context) -> _Outcome:
    view = case.clocks.get(order.clock_id)
    if view is None or view.record is None:
        raise UnknownClock(order.clock_id)
    rule = context.policies.judged_by(view.record.clock, epoch_ms(view.record.started_at or case.filed_at))
    if rule is None or not rule.policy.pausable or displayed_state(view) != "running":
        raise ClockNotPausable("this clock cannot be paused now", ())
    if order.reason_code not in rule.policy.pause_reasons:
        raise ClockNotPausable("this reason does not pause the clock", rule.policy.pause_reasons)
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    return _Outcome(ClockPaused, fields, {})


def _resume_clock(order: orders.ResumeClock, case: Case, _context: Context) -> _Outcome:
    view = case.clocks.get(order.clock_id)
    if view is None or view.record is None:
        raise UnknownClock(order.clock_id)
    return _event(ClockResumed, clock_id=order.clock_id)


def _close(order: orders.Close, _case: Case, _context: Context) -> _Outcome:
    return _event(ComplaintClosed, outcome=order.outcome, reason_code=order.reason_code)


def _withdraw(order: orders.Withdraw, _case: Case, _context: Context) -> _Outcome:
    return _event(ComplaintWithdrawn, reason_code=order.reason_code)


def _reopen(order: orders.Reopen, case: Case, _context: Context) -> _Outcome:
    following = case.round + 1
    return _Outcome(ComplaintReopened, {"round": following, "reason_code": order.reason_code}, {"round": following})


def _feedback(order: orders.Feedback, _case: Case, _context: Context) -> _Outcome:
    return _Outcome(None, {}, {"feedback": order.rating})


_DECISIONS = frozenset({Act.APPROVE_CERTIFICATE, Act.REFUSE_CERTIFICATE})

_DECIDERS: Mapping[Act, Callable[[Any, Case, Context], _Outcome]] = {
    Act.ACKNOWLEDGE: _acknowledge,
    Act.DISPATCH: _dispatch,
    Act.ARRIVE: _arrive,
    Act.RESOLVE_EMERGENCY: _resolve_emergency,
    Act.CHECK_IN: _check_in,
    Act.SCHEDULE_HEARING: _schedule_hearing,
    Act.START_HEARING: _start_hearing,
    Act.HOLD_HEARING: _hold_hearing,
    Act.COMPLETE_VERIFICATION: _complete_verification,
    Act.APPROVE_CERTIFICATE: _approve_certificate,
    Act.REFUSE_CERTIFICATE: _refuse_certificate,
    Act.COMPLETE_INQUIRY: _complete_inquiry,
    Act.TRANSFER: _transfer,
    Act.PAUSE_CLOCK: _pause_clock,
    Act.RESUME_CLOCK: _resume_clock,
    Act.CLOSE: _close,
    Act.WITHDRAW: _withdraw,
    Act.REOPEN: _reopen,
    Act.FEEDBACK: _feedback,
}
