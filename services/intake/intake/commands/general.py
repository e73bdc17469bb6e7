"""Decide the commands that any case may get: from its acknowledgement to its end and back."""

from collections.abc import Callable

from event_schemas import (
    ClockPaused,
    ClockResumed,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintReopened,
    ComplaintWithdrawn,
    InquiryCompleted,
    TransferRequested,
    WithdrawalRequested,
)
from event_schemas.base import IntakeEvent
from event_schemas.times import epoch_ms, time_of
from intake.case import past
from intake.case.command import Context, Outcome, outcome_of
from intake.case.faults import ClockNotPausable, ClockNotPaused, ImplausibleTime, OfficeAccused, UnknownClock
from intake.case.model import Case
from intake.case.rounds import OpenRound
from intake.case.states import Act
from intake.commands import bodies as orders
from intake.commands.allowed import Situation, needs_confirmation
from intake.offices.domain import Offices

WITHDRAWAL_REQUESTED = "withdrawal_requested"


def acknowledge(_order: orders.Acknowledge, _case: Case, context: Context) -> Outcome:
    return outcome_of(ComplaintAcknowledged, by_post=context.by_post)


def complete_inquiry(order: orders.CompleteInquiry, _case: Case, _context: Context) -> Outcome:
    fields = {"finding": order.finding, "fir_recommended": order.fir_recommended}
    return Outcome(InquiryCompleted, fields)


def completed(kind: type[IntakeEvent]) -> Callable[[orders.CompleteEnquiry, Case, Context], Outcome]:
    return lambda order, _case, _context: outcome_of(kind, outcome=order.outcome)


def transfer(order: orders.Transfer, case: Case, context: Context) -> Outcome:
    if order.to_station is not None:
        keep_from_accused(case, order.to_station, context.offices)
    number = case.assignment_no + 1
    fields = {
        "assignment_no": number,
        "to_station": order.to_station,
        "reason_code": order.reason_code,
        "by_post": context.by_post,
    }
    return Outcome(TransferRequested, fields, {"assignment_no": number})


def keep_from_accused(case: Case, office: str, offices: Offices) -> None:
    """A complaint against police neither goes to the accused office nor to one under it, nor is it heard there."""
    if case.accused and case.accused in offices.line_of(office):
        raise OfficeAccused


def pause_clock(order: orders.PauseClock, case: Case, context: Context) -> Outcome:
    situation = Situation(case, context.now, context.policies)
    one = _round(order.clock_id, situation)
    if one not in situation.pausable or one.policy is None:
        raise ClockNotPausable("clock", ())
    if order.reason_code not in one.policy.pause_reasons:
        raise ClockNotPausable("reason", one.policy.pause_reasons)
    if order.until is not None:
        _paused, left = past.pause_left(case, order.clock_id, one.policy, context.now)
        if order.until <= context.now:
            raise ImplausibleTime("until", "lies in the past", "बीत चुका समय है")
        latest = time_of(one.policy.counting.after(epoch_ms(context.now), left))
        if order.until > latest:
            raise ImplausibleTime("until", f"is later than pauses may last: {latest.isoformat()}", "अनुमत सीमा से आगे है")
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    return Outcome(ClockPaused, fields)


def resume_clock(order: orders.ResumeClock, case: Case, context: Context) -> Outcome:
    situation = Situation(case, context.now, context.policies)
    if not situation.is_paused(_round(order.clock_id, situation)):
        raise ClockNotPaused
    return outcome_of(ClockResumed, clock_id=order.clock_id)


def _round(clock_id: str, situation: Situation) -> OpenRound:
    found = next((one for one in situation.rounds if one.clock_id == clock_id), None)
    if found is None:
        raise UnknownClock([one.clock_id for one in situation.rounds])
    return found


def close(order: orders.Close, _case: Case, _context: Context) -> Outcome:
    return outcome_of(ComplaintClosed, outcome=order.outcome, reason_code=order.reason_code)


def withdraw(order: orders.Withdraw, _case: Case, _context: Context) -> Outcome:
    return outcome_of(ComplaintWithdrawn, reason_code=order.reason_code)


def request_withdrawal(order: orders.Withdraw, case: Case, _context: Context) -> Outcome:
    """Asked for again, it is the same request: the office is told once."""
    if WITHDRAWAL_REQUESTED in case.flags:
        return Outcome(None, {})
    flags = {"flags": (*case.flags, WITHDRAWAL_REQUESTED)}
    return Outcome(WithdrawalRequested, {"reason_code": order.reason_code}, flags)


def withdrawal_of(case: Case) -> Act:
    """What a citizen's wish to withdraw does to this case."""
    return Act.REQUEST_WITHDRAWAL if needs_confirmation(case) else Act.WITHDRAW


def reopen(order: orders.Reopen, case: Case, _context: Context) -> Outcome:
    following = case.round + 1
    fields = {"round": following, "reason_code": order.reason_code}
    flags = tuple(flag for flag in case.flags if flag != WITHDRAWAL_REQUESTED)
    return Outcome(ComplaintReopened, fields, {"round": following, "flags": flags})


def feedback(order: orders.Feedback, _case: Case, _context: Context) -> Outcome:
    return Outcome(None, {}, {"feedback": order.rating})
