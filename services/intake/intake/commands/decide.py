"""From a command's body and a case to events and the case's change: pure, and the same for every command."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chassis.sentences import facts_of
from event_schemas import ClockEnded, HearingCancelled, ids
from event_schemas.base import IntakeEvent
from intake.case.clocks import Due
from intake.case.command import CommandBody, Context, EventDraft, reported_at
from intake.case.due import dues
from intake.case.faults import ClockRunning, IdentityNotConfirmed, ImplausibleTime, TransitionNotAllowed
from intake.case.identity import is_not_held
from intake.case.model import ActedBy, Case, CaseChange, CaseUpdate, HearingRecord, Numbered, TimelineEntry
from intake.case.situation import Situation
from intake.case.states import DONE, State
from intake.commands.allowed import facts_allow
from intake.commands.endings import clock_ends
from intake.commands.table import TABLE, Act
from intake.hearings import domain as hearings

# An officer's own time moves no clock: a phone set wrongly must not keep an arrival from the record.
REPORT_SLACK = timedelta(days=1)
LONGEST_BEFORE_FILING = timedelta(days=366)


def decide(act: Act, body: CommandBody, case: Case, context: Context) -> CaseChange:
    """The faults of `intake.case.faults` if the case's state or facts do not allow it."""
    situation = Situation(case, context.now, context.policies)
    command = TABLE[act]
    state = command.next_state(case.state, case.family)
    if state is None:
        raise TransitionNotAllowed(act, case.state)
    if command.waits_for_the_law and situation.statutory:
        raise ClockRunning(situation.statutory)
    if not command.build_explains and not facts_allow(act, situation):
        if command.identity is not None and command.condition is not None and command.condition(situation):
            raise IdentityNotConfirmed("open" if is_not_held(case) else "held")
        raise TransitionNotAllowed(act, case.state)
    draft = command.build(body, case, context)
    lapsed = hearings.lapsed(case) if state in DONE and case.state not in DONE else ()
    numbered: list[Numbered] = []
    further: list[Numbered] = []
    ended: tuple[str, ...] = ()
    name = str(act)
    if command.event is not None and draft.fields is not None:
        name = command.event.type
        event = _event_of(command.event, draft.fields, body, case, context)
        ends = clock_ends(command.ends, body, event, situation.rounds, context.event_id)
        numbered = [Numbered(context.event_id, event), *ends]
        further = _further(draft, numbered[-1].event, context)
        numbered += further
        numbered += _hearings_off(lapsed, draft.update.get("hearing"), numbered[-1].event, context.event_id)
        named = {end.event.clock_id for end in ends if isinstance(end.event, ClockEnded)}
        ended = tuple(one.clock_id for one in situation.rounds if one.clock_id in named or one.ended_by(event))
    facts = facts_of(numbered[0].event) if numbered else {}
    update = CaseUpdate(
        state=draft.state or state,
        entry=TimelineEntry(context.event_id, case.case_id, context.now, name, facts),
        by=ActedBy(context.by_post, context.sub),
        further=tuple(
            TimelineEntry(one.event_id, case.case_id, context.now, one.event.type, facts_of(one.event))
            for one in further
        ),
        emits=len(numbered),
        ended=ended,
        command=context.command,
        due=_promised(numbered[0].event if numbered else None, case, context, draft.update.get("hearing")),
        lapsed=lapsed,
        **{**_unasked(case, state), **draft.update},
    )
    return CaseChange(tuple(numbered), update)


def _unasked(case: Case, state: State) -> Mapping[str, Any]:
    """Of a case that is over nobody is asked any more."""
    return {"asked": ()} if case.asked and state in DONE else {}


def _further(draft: EventDraft, before: IntakeEvent, context: Context) -> list[Numbered]:
    return [
        Numbered(
            ids.follow_up_id(context.event_id, kind.type),
            kind(case_id=before.case_id, occurred_at=context.now, case_seq=before.case_seq + number, **fields),
        )
        for number, (kind, fields) in enumerate(draft.further, start=1)
    ]


def _hearings_off(
    lapsed: tuple[HearingRecord, ...], changed: HearingRecord | None, before: IntakeEvent, event_id: str
) -> list[Numbered]:
    """A case's end cancels the appointments that it still has: who would come to one in vain is notified."""
    off = [
        record
        for record in lapsed
        if record.status == hearings.CANCELLED
        and record.ends_at is not None
        and (changed is None or changed.hearing_id != record.hearing_id)
    ]
    return [
        Numbered(
            ids.hearing_cancelled_id(event_id, record.hearing_id),
            HearingCancelled(
                case_id=before.case_id,
                occurred_at=before.occurred_at,
                case_seq=before.case_seq + number,
                hearing_id=record.hearing_id,
                outcome="case_ended",
            ),
        )
        for number, record in enumerate(off, start=1)
    ]


def _event_of(
    kind: type[IntakeEvent], drafted: Mapping[str, Any], body: CommandBody, case: Case, context: Context
) -> IntakeEvent:
    fields = dict(drafted)
    reported = reported_at(body)
    if reported is not None:
        _plausible_report(reported, case, context.now)
    if reported is not None and "reported_at" in kind.model_fields:
        fields["reported_at"] = reported
    return kind(case_id=case.case_id, occurred_at=context.now, case_seq=case.case_seq + 1, **fields)


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
