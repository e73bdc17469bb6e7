"""From an order and a case to events and the case's change: pure, and the same for every command."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chassis.sentences import facts_of
from event_schemas import (
    CertificateApproved,
    CertificateRefused,
    CertificateRevocationOrdered,
    ClockEnded,
    ClockPaused,
    ClockResumed,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintReopened,
    ComplaintWithdrawn,
    EmergencyResolved,
    HearingCancelled,
    HearingHeld,
    HearingNoShow,
    HearingScheduled,
    HearingStarted,
    InquiryCompleted,
    InvestigationCompleted,
    PreliminaryEnquiryCompleted,
    ProgressInformed,
    ResponderArrived,
    ResponderDispatched,
    ResponderStoodDown,
    TransferRequested,
    VerificationCompleted,
    VisitorArrived,
    WithdrawalRequested,
    ids,
)
from event_schemas.base import IntakeEvent
from event_schemas.policies import PolicySet
from event_schemas.times import epoch_ms, time_of
from intake.domain import hearings, orders, past
from intake.domain.allowed import Situation, facts_allow, needs_confirmation, valid_certificates
from intake.domain.case import Case, CaseUpdate, Due, HearingRecord, Idempotency, TimelineEntry
from intake.domain.due import dues
from intake.domain.endings import clock_ends
from intake.domain.faults import (
    ClockNotPausable,
    ClockNotPaused,
    ClockRunning,
    ImplausibleTime,
    KindNotOut,
    KindsMissing,
    OfficeAccused,
    PlaceUnknown,
    TransitionNotAllowed,
    UnknownCertificate,
    UnknownClock,
)
from intake.domain.filing import Numbered
from intake.domain.offices import NoOffices, Offices
from intake.domain.orders import Order
from intake.domain.rounds import OpenRound
from intake.domain.states import DONE, Act, State, next_state

WITHDRAWAL_REQUESTED = "withdrawal_requested"
CLOCK_SLACK = timedelta(seconds=10)
# An officer's own time moves no clock: a phone set wrongly must not keep an arrival from the record.
REPORT_SLACK = timedelta(days=1)
LONGEST_BEFORE_FILING = timedelta(days=366)
"""How far the clock of a dispatcher's screen may be off."""


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
    """The events in their order; none for what no other service needs to hear of."""

    events: tuple[Numbered, ...]
    update: CaseUpdate


@dataclass(frozen=True, slots=True)
class _Outcome:
    """`state` overrules the table's where the facts of the case do."""

    event: type[IntakeEvent] | None
    fields: Mapping[str, Any]
    update: Mapping[str, Any] = field(default_factory=dict)
    state: State | None = None


def decide(act: Act, order: Order, case: Case, context: Context) -> Decision:
    """The faults of `intake.domain.faults` if the case's state or facts do not allow it."""
    situation = Situation(case, context.now, context.policies)
    state = next_state(act, case.state, case.family)
    if state is None:
        raise TransitionNotAllowed(act, case.state)
    if act in _KEPT_FROM_THE_LAW and situation.statutory:
        raise ClockRunning(situation.statutory)
    # Which clock is meant stands in the body: its own fault says more than that none could be.
    if act not in _NAMING_A_CLOCK and not facts_allow(act, situation):
        raise TransitionNotAllowed(act, case.state)
    outcome = _DECIDERS[act](order, case, context)
    numbered: list[Numbered] = []
    ended: tuple[str, ...] = ()
    if outcome.event is not None:
        event = _event_of(outcome, order, case, context)
        ends = clock_ends(act, order, event, situation.rounds, context.event_id)
        numbered = [Numbered(context.event_id, event), *ends]
        named = {end.event.clock_id for end in ends if isinstance(end.event, ClockEnded)}
        ended = tuple(one.clock_id for one in situation.rounds if one.clock_id in named or one.ended_by(event))
    name = outcome.event.type if outcome.event is not None else str(act)
    facts = facts_of(numbered[0].event) if numbered else {}
    update = CaseUpdate(
        state=outcome.state or state,
        entry=TimelineEntry(context.event_id, case.case_id, context.now, name, facts),
        emits=len(numbered),
        ended=ended,
        command=context.command,
        due=_promised(numbered[0].event if numbered else None, case, context, outcome.update.get("hearing")),
        lapsed=hearings.lapsed(case) if state in DONE and case.state not in DONE else (),
        **dict(outcome.update),
    )
    return Decision(tuple(numbered), update)


def _event_of(outcome: _Outcome, order: Order, case: Case, context: Context) -> IntakeEvent:
    assert outcome.event is not None
    fields = dict(outcome.fields)
    reported = orders.reported_at(order)
    if reported is not None:
        _plausible_report(reported, case, context.now)
    if reported is not None and "reported_at" in outcome.event.model_fields:
        fields["reported_at"] = reported
    return outcome.event(case_id=case.case_id, occurred_at=context.now, case_seq=case.case_seq + 1, **fields)


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
    return _Outcome(kind, fields)


def _acknowledge(_order: orders.Acknowledge, _case: Case, context: Context) -> _Outcome:
    return _event(ComplaintAcknowledged, by_post=context.by_post)


def _dispatch(order: orders.Dispatch, _case: Case, _context: Context) -> _Outcome:
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    return _Outcome(ResponderDispatched, fields, {})


def _arrive(order: orders.Arrive, _case: Case, _context: Context) -> _Outcome:
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    return _Outcome(ResponderArrived, fields, {})


def _stand_down(order: orders.StandDown, case: Case, _context: Context) -> _Outcome:
    out = past.kinds_out(case)
    if order.kind not in out:
        raise KindNotOut(out)
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    state = case.state
    if state is State.RESPONDING and set(past.kinds_on_the_way(case)) <= {order.kind}:
        # Nobody is on the way any more, and the caller must not read that somebody is.
        state = State.ASSIGNED if case.assignment is not None else State.RECEIVED
    return _Outcome(ResponderStoodDown, fields, state=state)


def _resolve_emergency(order: orders.ResolveEmergency, case: Case, context: Context) -> _Outcome:
    missing = past.kinds_out(case)
    if order.how == "attended" and missing:
        raise KindsMissing(missing)
    if order.called_back_at is not None:
        _plausible_call(order.called_back_at, case, context.now)
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    return _Outcome(EmergencyResolved, fields)


def _plausible_report(reported_at: datetime, case: Case, now: datetime) -> None:
    if reported_at > now + REPORT_SLACK:
        raise ImplausibleTime("reported_at", "lies in the future", "अभी आया नहीं है")
    if reported_at < case.filed_at - LONGEST_BEFORE_FILING:
        raise ImplausibleTime("reported_at", "lies long before the filing", "आवेदन से बहुत पहले का समय है")


def _plausible_call(called_back_at: datetime, case: Case, now: datetime) -> None:
    if called_back_at > now + CLOCK_SLACK:
        raise ImplausibleTime("called_back_at", "lies in the future", "अभी आया नहीं है")
    if called_back_at < case.filed_at - CLOCK_SLACK:
        raise ImplausibleTime("called_back_at", "lies before the emergency was reported", "सूचना मिलने से पहले का समय है")


def _check_in(order: orders.CheckIn, case: Case, context: Context) -> _Outcome:
    booked = hearings.booked(case, order.hearing_id, order.place)
    record = hearings.checked_in(booked, context.event_id, order.place, context.now)
    appointment = {} if booked is None else {hearings.HEARING: booked.hearing_id}
    fields = {"place": order.place, "presence": order.presence, **appointment}
    return _Outcome(VisitorArrived, fields, {"hearing": record})


def _schedule_hearing(order: orders.ScheduleHearing, case: Case, context: Context) -> _Outcome:
    if order.place is not None and context.offices.lacks(order.place):
        raise PlaceUnknown
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


def _record_no_show(order: orders.RecordNoShow, case: Case, context: Context) -> _Outcome:
    record = hearings.one_of(hearings.missable(case, context.now), order.hearing_id)
    fields = {"hearing_id": record.hearing_id, "party": order.party}
    if order.party == "officer":
        # The citizen waits on: the hearing can still begin, and its clock runs.
        return _Outcome(HearingNoShow, fields, state=case.state)
    gone = replace(record, status="no_show")
    return _Outcome(HearingNoShow, fields, {"hearing": gone}, _without(record, case))


def _cancel_hearing(order: orders.CancelHearing, case: Case, _context: Context) -> _Outcome:
    record = hearings.one_of(hearings.waiting(case), order.hearing_id)
    fields = {"hearing_id": record.hearing_id, "outcome": order.reason_code}
    gone = replace(record, status="cancelled")
    return _Outcome(HearingCancelled, fields, {"hearing": gone}, _without(record, case))


def _without(record: HearingRecord, case: Case) -> State | None:
    """A case that waits for another hearing stays scheduled."""
    others = [one for one in hearings.waiting(case) if one.hearing_id != record.hearing_id]
    return case.state if others else None


def _complete_verification(order: orders.CompleteVerification, _case: Case, _context: Context) -> _Outcome:
    return _event(VerificationCompleted, outcome=order.outcome, remarks_code=order.remarks_code)


def _approve_certificate(_order: orders.ApproveCertificate, case: Case, context: Context) -> _Outcome:
    kind = certificate_kind(case)
    fields: dict[str, Any] = {"kind": kind, "by_post": context.by_post}
    if case.round > 1:
        # The paper of an earlier round, which may have been revoked, is not issued again.
        fields["certificate_id"] = ids.certificate_id(case.case_id, kind, case.round)
    return _event(CertificateApproved, **fields)


def _refuse_certificate(order: orders.RefuseCertificate, case: Case, context: Context) -> _Outcome:
    fields = {"kind": certificate_kind(case), "by_post": context.by_post, "reason_code": order.reason_code}
    return _event(CertificateRefused, **fields)


def _order_certificate_revocation(order: orders.OrderCertificateRevocation, case: Case, context: Context) -> _Outcome:
    valid = valid_certificates(case)
    found = [one for one in valid if order.certificate_id in (None, one.certificate_id)]
    if not found:
        raise UnknownCertificate([one.certificate_id for one in valid])
    return _event(
        CertificateRevocationOrdered,
        kind=found[-1].kind,
        by_post=context.by_post,
        reason_code=order.reason_code,
        certificate_id=found[-1].certificate_id,
    )


def certificate_kind(case: Case) -> str:
    """`character` for the service character-certificate."""
    return case.service_code.removesuffix("-certificate")


def _complete_inquiry(order: orders.CompleteInquiry, _case: Case, _context: Context) -> _Outcome:
    fields = {"finding": order.finding, "fir_recommended": order.fir_recommended}
    return _Outcome(InquiryCompleted, fields)


def _completed(kind: type[IntakeEvent]) -> Callable[[orders.CompleteEnquiry, Case, Context], _Outcome]:
    return lambda order, _case, _context: _event(kind, outcome=order.outcome)


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
        raise OfficeAccused


def _pause_clock(order: orders.PauseClock, case: Case, context: Context) -> _Outcome:
    situation = Situation(case, context.now, context.policies)
    one = _round(order.clock_id, situation)
    if one not in situation.pausable or one.policy is None:
        raise ClockNotPausable("this clock cannot be paused now", ())
    if order.reason_code not in one.policy.pause_reasons:
        raise ClockNotPausable("this reason does not pause the clock", one.policy.pause_reasons)
    if order.until is not None:
        _paused, left = past.pause_left(case, order.clock_id, one.policy, context.now)
        if order.until <= context.now:
            raise ImplausibleTime("until", "lies in the past", "बीत चुका समय है")
        latest = time_of(one.policy.counting.after(epoch_ms(context.now), left))
        if order.until > latest:
            raise ImplausibleTime("until", f"is later than pauses may last: {latest.isoformat()}", "अनुमत सीमा से आगे है")
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    return _Outcome(ClockPaused, fields)


def _resume_clock(order: orders.ResumeClock, case: Case, context: Context) -> _Outcome:
    situation = Situation(case, context.now, context.policies)
    if not situation.is_paused(_round(order.clock_id, situation)):
        raise ClockNotPaused
    return _event(ClockResumed, clock_id=order.clock_id)


def _round(clock_id: str, situation: Situation) -> OpenRound:
    found = next((one for one in situation.rounds if one.clock_id == clock_id), None)
    if found is None:
        raise UnknownClock([one.clock_id for one in situation.rounds])
    return found


def _close(order: orders.Close, _case: Case, _context: Context) -> _Outcome:
    return _event(ComplaintClosed, outcome=order.outcome, reason_code=order.reason_code)


def _withdraw(order: orders.Withdraw, _case: Case, _context: Context) -> _Outcome:
    return _event(ComplaintWithdrawn, reason_code=order.reason_code)


def _request_withdrawal(order: orders.Withdraw, case: Case, _context: Context) -> _Outcome:
    """Asked for again, it is the same request: the office is told once."""
    if WITHDRAWAL_REQUESTED in case.flags:
        return _Outcome(None, {})
    flags = {"flags": (*case.flags, WITHDRAWAL_REQUESTED)}
    return _Outcome(WithdrawalRequested, {"reason_code": order.reason_code}, flags)


def withdrawal_of(case: Case) -> Act:
    """What a citizen's wish to withdraw does to this case."""
    return Act.REQUEST_WITHDRAWAL if needs_confirmation(case) else Act.WITHDRAW


def _reopen(order: orders.Reopen, case: Case, _context: Context) -> _Outcome:
    following = case.round + 1
    fields = {"round": following, "reason_code": order.reason_code}
    flags = tuple(flag for flag in case.flags if flag != WITHDRAWAL_REQUESTED)
    return _Outcome(ComplaintReopened, fields, {"round": following, "flags": flags})


def _feedback(order: orders.Feedback, _case: Case, _context: Context) -> _Outcome:
    return _Outcome(None, {}, {"feedback": order.rating})


_KEPT_FROM_THE_LAW = frozenset({Act.CLOSE, Act.WITHDRAW})
_NAMING_A_CLOCK = frozenset({Act.PAUSE_CLOCK, Act.RESUME_CLOCK})


_DECIDERS: Mapping[Act, Callable[[Any, Case, Context], _Outcome]] = {
    Act.ACKNOWLEDGE: _acknowledge,
    Act.DISPATCH: _dispatch,
    Act.ARRIVE: _arrive,
    Act.STAND_DOWN: _stand_down,
    Act.RESOLVE_EMERGENCY: _resolve_emergency,
    Act.CHECK_IN: _check_in,
    Act.SCHEDULE_HEARING: _schedule_hearing,
    Act.START_HEARING: _start_hearing,
    Act.HOLD_HEARING: _hold_hearing,
    Act.RECORD_NO_SHOW: _record_no_show,
    Act.CANCEL_HEARING: _cancel_hearing,
    Act.COMPLETE_VERIFICATION: _complete_verification,
    Act.APPROVE_CERTIFICATE: _approve_certificate,
    Act.REFUSE_CERTIFICATE: _refuse_certificate,
    Act.ORDER_CERTIFICATE_REVOCATION: _order_certificate_revocation,
    Act.COMPLETE_INQUIRY: _complete_inquiry,
    Act.COMPLETE_PRELIMINARY_ENQUIRY: _completed(PreliminaryEnquiryCompleted),
    Act.INFORM_PROGRESS: _completed(ProgressInformed),
    Act.COMPLETE_INVESTIGATION: _completed(InvestigationCompleted),
    Act.TRANSFER: _transfer,
    Act.PAUSE_CLOCK: _pause_clock,
    Act.RESUME_CLOCK: _resume_clock,
    Act.CLOSE: _close,
    Act.WITHDRAW: _withdraw,
    Act.REQUEST_WITHDRAWAL: _request_withdrawal,
    Act.REOPEN: _reopen,
    Act.FEEDBACK: _feedback,
}
