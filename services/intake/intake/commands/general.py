"""The commands that any case may get: from its acknowledgement to its end and back."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from chassis.http.moments import Instant
from event_schemas import CertificateRevocationOrdered
from event_schemas.times import epoch_ms, time_of
from event_schemas.values import Confirmation, Finding
from intake.case import past
from intake.case.command import Code, CommandBody, Context, DeskCommandBody, EventDraft, Id
from intake.case.faults import AnotherOfficeConfirms, ClockNotPausable, ClockNotPaused, ImplausibleTime, UnknownClock
from intake.case.model import Case
from intake.case.rounds import OpenRound
from intake.case.scope import keep_from_accused
from intake.case.situation import (
    WITHDRAWAL_REQUESTED,
    Situation,
    needs_confirmation,
    no_paper_under_way,
    valid_certificates,
)
from intake.case.states import Family
from intake.http.one_of import OneOf

WITHDRAWN: Final = "withdrawn"


class Acknowledge(DeskCommandBody):
    pass


def acknowledge(_body: Acknowledge, _case: Case, context: Context) -> EventDraft:
    return EventDraft({"by_post": context.by_post})


class CompleteInquiry(DeskCommandBody):
    finding: Annotated[str, OneOf(Finding)]
    fir_recommended: bool = False


def complete_inquiry(body: CompleteInquiry, _case: Case, _context: Context) -> EventDraft:
    fields = {"finding": body.finding, "fir_recommended": body.fir_recommended}
    return EventDraft(fields)


class CompleteEnquiry(DeskCommandBody):
    """Of a preliminary enquiry, an investigation, the news of its progress, or a signature."""

    outcome: Code | None = None


def completed(body: CompleteEnquiry, _case: Case, _context: Context) -> EventDraft:
    return EventDraft({"outcome": body.outcome})


class Transfer(DeskCommandBody):
    to_station: Id | None = None
    reason_code: Code


def transfer(body: Transfer, case: Case, context: Context) -> EventDraft:
    if body.to_station is not None:
        keep_from_accused(case, body.to_station, context.offices)
    number = case.assignment_no + 1
    fields = {
        "assignment_no": number,
        "to_station": body.to_station,
        "reason_code": body.reason_code,
        "by_post": context.by_post,
    }
    return EventDraft(fields, {"assignment_no": number})


class PauseClock(DeskCommandBody):
    clock_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    reason_code: Code
    until: Instant | None = None


def pause_clock(body: PauseClock, case: Case, context: Context) -> EventDraft:
    situation = Situation(case, context.now, context.policies)
    one = _round(body.clock_id, situation)
    if one not in situation.pausable or one.policy is None:
        raise ClockNotPausable("clock", ())
    if body.reason_code not in one.policy.pause_reasons:
        raise ClockNotPausable("reason", one.policy.pause_reasons)
    if body.until is not None:
        _paused, left = past.pause_left(case, body.clock_id, one.policy, context.now)
        if body.until <= context.now:
            raise ImplausibleTime("until", "lies in the past", "बीत चुका समय है")
        latest = time_of(one.policy.counting.after(epoch_ms(context.now), left))
        if body.until > latest:
            raise ImplausibleTime("until", f"is later than pauses may last: {latest.isoformat()}", "अनुमत सीमा से आगे है")
    fields = body.fields()
    return EventDraft(fields)


class ResumeClock(DeskCommandBody):
    clock_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]


def resume_clock(body: ResumeClock, case: Case, context: Context) -> EventDraft:
    situation = Situation(case, context.now, context.policies)
    if not situation.is_paused(_round(body.clock_id, situation)):
        raise ClockNotPaused
    return EventDraft({"clock_id": body.clock_id})


def _round(clock_id: str, situation: Situation) -> OpenRound:
    found = next((one for one in situation.rounds if one.clock_id == clock_id), None)
    if found is None:
        raise UnknownClock([one.clock_id for one in situation.rounds])
    return found


class Close(DeskCommandBody):
    outcome: Code
    reason_code: Code


def close(body: Close, case: Case, context: Context) -> EventDraft:
    fields = {"outcome": body.outcome, "reason_code": body.reason_code}
    return EventDraft(fields, further=_papers_end(case, body.reason_code, context))


def _papers_end(
    case: Case, reason: str, context: Context
) -> tuple[tuple[type[CertificateRevocationOrdered], Mapping[str, Any]], ...]:
    """A card says that somebody is registered: it ends with the registration. Other papers outlast their case."""
    if case.family is not Family.REGISTRATION:
        return ()
    return tuple(
        (
            CertificateRevocationOrdered,
            {
                "kind": one.kind,
                "by_post": context.by_post,
                "reason_code": reason,
                "certificate_id": one.certificate_id,
            },
        )
        for one in valid_certificates(case)[-1:]
    )


class Withdraw(CommandBody):
    reason_code: Code | None = None


def withdraw(body: Withdraw, case: Case, context: Context) -> EventDraft:
    return EventDraft({"reason_code": body.reason_code}, further=_papers_end(case, WITHDRAWN, context))


def request_withdrawal(body: Withdraw, case: Case, _context: Context) -> EventDraft:
    """Asked for again, it is the same request: one event is written."""
    if WITHDRAWAL_REQUESTED in case.flags:
        return EventDraft(None)
    flags = {"flags": (*case.flags, WITHDRAWAL_REQUESTED)}
    return EventDraft({"reason_code": body.reason_code}, flags)


class ConfirmWithdrawal(DeskCommandBody):
    """Another office than the one that has the case has spoken with the citizen, who wants it withdrawn."""

    confirmation: Annotated[str, OneOf(Confirmation, but=(Confirmation.NONE,))]
    reason_code: Code | None = None


def confirm_withdrawal(body: ConfirmWithdrawal, case: Case, context: Context) -> EventDraft:
    _from_another_office(case, context)
    return EventDraft({"outcome": body.confirmation, "reason_code": body.reason_code}, _without_request(case))


class DismissWithdrawal(DeskCommandBody):
    """The citizen wants the case to go on, or was made to ask for its end."""


def dismiss_withdrawal(_body: DismissWithdrawal, case: Case, context: Context) -> EventDraft:
    _from_another_office(case, context)
    return EventDraft(None, _without_request(case))


def may_confirm_withdrawal(situation: Situation) -> bool:
    return WITHDRAWAL_REQUESTED in situation.case.flags


def _from_another_office(case: Case, context: Context) -> None:
    """A station's officers are kept out by their role; who has the case himself does not confirm either."""
    post = case.assignment.officer_post if case.assignment else ""
    if post == context.by_post and not post.startswith("SHO:"):
        raise AnotherOfficeConfirms


def _without_request(case: Case) -> dict[str, Any]:
    return {"flags": tuple(flag for flag in case.flags if flag != WITHDRAWAL_REQUESTED)}


def may_withdraw(situation: Situation) -> bool:
    return not needs_confirmation(situation.case) and no_paper_under_way(situation)


class Feedback(CommandBody):
    rating: Annotated[int, Field(ge=1, le=5)]


def feedback(body: Feedback, _case: Case, _context: Context) -> EventDraft:
    return EventDraft(None, {"feedback": body.rating})
