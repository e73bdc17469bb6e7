"""Build the SLA events of a clock, under ids derived from their content: the same content, the same event id."""

from dataclasses import dataclass
from typing import Final

from event_schemas import (
    CaseId,
    ClockId,
    ClockOwner,
    ClockState,
    Event,
    EventId,
    SLABreached,
    SLABreachRevoked,
    SLAClockAdjusted,
    SLAClockStarted,
    SLAClockStopped,
    SLADueSoon,
    StationCode,
    ids,
)
from event_schemas.times import time_of
from sla_monitor.domain.derivation import DerivedClock
from sla_monitor.domain.escalation import ALL_HELD, Posts, addressee
from sla_monitor.domain.model import Breach, CaseRecord, EmittedClock, Transition

EVENT_OF: Final = {
    Transition.STARTED: SLAClockStarted,
    Transition.ADJUSTED: SLAClockAdjusted,
    Transition.STOPPED: SLAClockStopped,
}


@dataclass(frozen=True, slots=True)
class Emission:
    """An event to publish; emitted again it has the same id."""

    event_id: str
    data: Event


@dataclass(frozen=True, slots=True)
class Cause:
    """The input event that leads to an emission: its id, and its time in epoch ms."""

    event_id: str
    at: int


def clock_event(record: CaseRecord, clock: EmittedClock, index: int, owner: ClockOwner) -> Emission:
    """The SLAClock* event of ``clock.states[index]``; emitted again it is the same to the byte."""
    state, rev = clock.states[index], clock.rev_at(index)
    event_class = EVENT_OF[state.transition]
    stopped = state.stopped
    data = event_class(
        case_id=_case(record),
        occurred_at=time_of(state.at),
        cause_id=EventId(state.cause),
        clock=clock.name,
        clock_id=ClockId(clock.clock_id),
        rev=rev,
        owner=owner,
        target_s=clock.target // 1000,
        started_at=time_of(state.started),
        due_at=time_of(state.due),
        state=ClockState(state.state),
        stopped_at=None if stopped is None else time_of(stopped),
        elapsed_s=None if stopped is None else max(0, stopped - state.started - state.paused) / 1000,
        paused_s=state.paused / 1000 if state.paused else None,
        reason_code=state.reason or None,
    )
    return Emission(ids.sla_event_id(record.case_id, clock.clock_id, data.type, rev, state.due), data)


def due_soon(record: CaseRecord, clock: EmittedClock, derived: DerivedClock, fraction: float) -> Emission:
    data = SLADueSoon(
        case_id=_case(record),
        occurred_at=time_of(derived.warning_at(fraction)),
        cause_id=EventId(clock.last.cause),
        clock=clock.name,
        clock_id=ClockId(clock.clock_id),
        rev=clock.rev,
        due_at=time_of(derived.due),
        fraction=fraction,
        owner=derived.policy.owner,
    )
    return Emission(ids.sla_event_id(record.case_id, clock.clock_id, data.type, str(fraction), derived.due), data)


def breached(
    record: CaseRecord, clock: EmittedClock, derived: DerivedClock, breach: Breach, now: int, posts: Posts = ALL_HELD
) -> Emission:
    """SLABreached for a level that was reached. ``overdue_s``: seconds from the due time to ``now``. The addressee
    depends on ``posts``, the id does not: emitted again to another post it is the same breach.
    """
    event_id = breach_id(record, clock, breach)
    assignment = record.assignment
    data = SLABreached(
        case_id=_case(record),
        occurred_at=time_of(derived.threshold(breach.level)),
        cause_id=EventId(clock.last.cause),
        clock=clock.name,
        clock_id=ClockId(clock.clock_id),
        rev=clock.rev,
        breach_id=EventId(event_id),
        level=breach.level,
        due_at=time_of(breach.due),
        target_s=clock.target // 1000,
        overdue_s=max(0, now - breach.due) / 1000,
        escalate_to=addressee(assignment, derived.policy.escalation[breach.level :], posts),
        station=None if assignment is None else StationCode(assignment.station),
        district=record.current_district or None,
        owner=derived.policy.owner,
    )
    return Emission(event_id, data)


def revoked(record: CaseRecord, clock: EmittedClock, breach: Breach, reason: str, cause: Cause) -> Emission:
    data = SLABreachRevoked(
        case_id=_case(record),
        occurred_at=time_of(cause.at),
        cause_id=EventId(cause.event_id),
        breach_id=EventId(breach_id(record, clock, breach)),
        clock_id=ClockId(clock.clock_id),
        reason_code=reason,
    )
    return Emission(ids.sla_event_id(record.case_id, clock.clock_id, data.type, _qualifier(breach), breach.due), data)


def breach_id(record: CaseRecord, clock: EmittedClock, breach: Breach) -> str:
    return ids.sla_event_id(record.case_id, clock.clock_id, SLABreached.type, _qualifier(breach), breach.due)


def _qualifier(breach: Breach) -> str:
    """A breach that was revoked and reached again at the same due time is another event with another id."""
    return str(breach.level) if breach.times == 1 else f"{breach.level}.{breach.times}"


def _case(record: CaseRecord) -> CaseId:
    return CaseId(record.case_id)
