"""From an order and a case to events and the case's change: pure, and the same for every command."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chassis.sentences import facts_of
from event_schemas import (
    ClockEnded,
    InvestigationCompleted,
    PreliminaryEnquiryCompleted,
    ProgressInformed,
)
from event_schemas.base import IntakeEvent
from intake.case.command import Context, Outcome
from intake.case.due import dues
from intake.case.faults import ClockRunning, ImplausibleTime, TransitionNotAllowed
from intake.case.model import Case, CaseUpdate, Due, HearingRecord, Numbered, TimelineEntry
from intake.case.states import DONE, Act, next_state
from intake.commands import bodies as orders
from intake.commands import certificates as decide_certificate
from intake.commands import emergencies as decide_emergency
from intake.commands import general as decide_case
from intake.commands.allowed import Situation, facts_allow
from intake.commands.bodies import CommandBody
from intake.commands.endings import clock_ends
from intake.hearings import commands as decide_hearing
from intake.hearings import domain as hearings

# An officer's own time moves no clock: a phone set wrongly must not keep an arrival from the record.
REPORT_SLACK = timedelta(days=1)
LONGEST_BEFORE_FILING = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Decision:
    """The events in their order; none for what no other service needs to hear of."""

    events: tuple[Numbered, ...]
    update: CaseUpdate


def decide(act: Act, order: CommandBody, case: Case, context: Context) -> Decision:
    """The faults of `intake.case.faults` if the case's state or facts do not allow it."""
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


def decider_of(act: Act) -> Callable[[Any, Case, Context], Outcome]:
    return _DECIDERS[act]


def waits_for_the_law(act: Act) -> bool:
    """Whether a time limit of the law that runs forbids the act."""
    return act in _KEPT_FROM_THE_LAW


def _event_of(outcome: Outcome, order: CommandBody, case: Case, context: Context) -> IntakeEvent:
    assert outcome.event is not None
    fields = dict(outcome.fields)
    reported = orders.reported_at(order)
    if reported is not None:
        _plausible_report(reported, case, context.now)
    if reported is not None and "reported_at" in outcome.event.model_fields:
        fields["reported_at"] = reported
    return outcome.event(case_id=case.case_id, occurred_at=context.now, case_seq=case.case_seq + 1, **fields)


def _plausible_report(reported_at: datetime, case: Case, now: datetime) -> None:
    if reported_at > now + REPORT_SLACK:
        raise ImplausibleTime("reported_at", "lies in the future", "अभी आया नहीं है")
    if reported_at < case.filed_at - LONGEST_BEFORE_FILING:
        raise ImplausibleTime("reported_at", "lies long before the filing", "आवेदन से बहुत पहले का समय है")


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


_KEPT_FROM_THE_LAW = frozenset({Act.CLOSE, Act.WITHDRAW})


_NAMING_A_CLOCK = frozenset({Act.PAUSE_CLOCK, Act.RESUME_CLOCK})


_DECIDERS: Mapping[Act, Callable[[Any, Case, Context], Outcome]] = {
    Act.ACKNOWLEDGE: decide_case.acknowledge,
    Act.DISPATCH: decide_emergency.dispatch,
    Act.ARRIVE: decide_emergency.arrive,
    Act.STAND_DOWN: decide_emergency.stand_down,
    Act.RESOLVE_EMERGENCY: decide_emergency.resolve_emergency,
    Act.CHECK_IN: decide_hearing.check_in,
    Act.SCHEDULE_HEARING: decide_hearing.schedule_hearing,
    Act.START_HEARING: decide_hearing.start_hearing,
    Act.HOLD_HEARING: decide_hearing.hold_hearing,
    Act.RECORD_NO_SHOW: decide_hearing.record_no_show,
    Act.CANCEL_HEARING: decide_hearing.cancel_hearing,
    Act.COMPLETE_VERIFICATION: decide_certificate.complete_verification,
    Act.APPROVE_CERTIFICATE: decide_certificate.approve_certificate,
    Act.REFUSE_CERTIFICATE: decide_certificate.refuse_certificate,
    Act.ORDER_CERTIFICATE_REVOCATION: decide_certificate.order_certificate_revocation,
    Act.COMPLETE_INQUIRY: decide_case.complete_inquiry,
    Act.COMPLETE_PRELIMINARY_ENQUIRY: decide_case.completed(PreliminaryEnquiryCompleted),
    Act.INFORM_PROGRESS: decide_case.completed(ProgressInformed),
    Act.COMPLETE_INVESTIGATION: decide_case.completed(InvestigationCompleted),
    Act.TRANSFER: decide_case.transfer,
    Act.PAUSE_CLOCK: decide_case.pause_clock,
    Act.RESUME_CLOCK: decide_case.resume_clock,
    Act.CLOSE: decide_case.close,
    Act.WITHDRAW: decide_case.withdraw,
    Act.REQUEST_WITHDRAWAL: decide_case.request_withdrawal,
    Act.REOPEN: decide_case.reopen,
    Act.FEEDBACK: decide_case.feedback,
}
