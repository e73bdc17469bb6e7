"""The words of the monitor: builds the SLA events of a clock, with ids derived from what they say."""

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
from sla_monitor.domain.derivation import ClockTruth
from sla_monitor.domain.escalation import ALL_HELD, Posts, addressee
from sla_monitor.domain.model import Breach, CaseRecord, Clock, Word
from sla_monitor.domain.times import time_of

EVENT_OF: Final = {Word.STARTED: SLAClockStarted, Word.ADJUSTED: SLAClockAdjusted, Word.STOPPED: SLAClockStopped}


@dataclass(frozen=True, slots=True)
class Emission:
    """An event to publish under an id that is the same whenever the same is said again."""

    event_id: str
    data: Event


@dataclass(frozen=True, slots=True)
class Cause:
    """The input that makes us speak: its id and its time in epoch ms."""

    event_id: str
    at: int


def clock_event(record: CaseRecord, clock: Clock, index: int, owner: ClockOwner) -> Emission:
    """The SLAClock* event behind ``clock.said[index]``; said again it is the same to the byte."""
    said, rev = clock.said[index], clock.rev_at(index)
    event_class = EVENT_OF[said.word]
    stopped = said.stopped
    data = event_class(
        case_id=_case(record),
        occurred_at=time_of(said.at),
        cause_id=EventId(said.cause),
        clock=clock.name,
        clock_id=ClockId(clock.clock_id),
        rev=rev,
        owner=owner,
        target_s=clock.target // 1000,
        started_at=time_of(said.started),
        due_at=time_of(said.due),
        state=ClockState(said.state),
        stopped_at=None if stopped is None else time_of(stopped),
        elapsed_s=None if stopped is None else max(0, stopped - said.started - said.paused) / 1000,
        paused_s=said.paused / 1000 if said.paused else None,
        reason_code=said.reason or None,
    )
    return Emission(ids.sla_event_id(record.case_id, clock.clock_id, data.type, rev, said.due), data)


def due_soon(record: CaseRecord, clock: Clock, truth: ClockTruth, fraction: float) -> Emission:
    data = SLADueSoon(
        case_id=_case(record),
        occurred_at=time_of(truth.warning_at(fraction)),
        cause_id=EventId(clock.last.cause),
        clock=clock.name,
        clock_id=ClockId(clock.clock_id),
        rev=clock.rev,
        due_at=time_of(truth.due),
        fraction=fraction,
        owner=truth.policy.owner,
    )
    return Emission(ids.sla_event_id(record.case_id, clock.clock_id, data.type, str(fraction), truth.due), data)


def breached(
    record: CaseRecord, clock: Clock, truth: ClockTruth, breach: Breach, now: int, posts: Posts = ALL_HELD
) -> Emission:
    """A level was reached. ``overdue_s`` is how late it was when we found it; who is told depends on ``posts``, the id
    does not: told again to another post it is the same breach.
    """
    event_id = breach_id(record, clock, breach)
    assignment = record.assignment
    data = SLABreached(
        case_id=_case(record),
        occurred_at=time_of(truth.threshold(breach.level)),
        cause_id=EventId(clock.last.cause),
        clock=clock.name,
        clock_id=ClockId(clock.clock_id),
        rev=clock.rev,
        breach_id=EventId(event_id),
        level=breach.level,
        due_at=time_of(breach.due),
        target_s=clock.target // 1000,
        overdue_s=max(0, now - breach.due) / 1000,
        escalate_to=addressee(assignment, truth.policy.escalation[breach.level :], posts),
        station=None if assignment is None else StationCode(assignment.station),
        district=record.place or None,
        owner=truth.policy.owner,
    )
    return Emission(event_id, data)


def revoked(record: CaseRecord, clock: Clock, breach: Breach, reason: str, cause: Cause) -> Emission:
    data = SLABreachRevoked(
        case_id=_case(record),
        occurred_at=time_of(cause.at),
        cause_id=EventId(cause.event_id),
        breach_id=EventId(breach_id(record, clock, breach)),
        clock_id=ClockId(clock.clock_id),
        reason_code=reason,
    )
    return Emission(ids.sla_event_id(record.case_id, clock.clock_id, data.type, _qualifier(breach), breach.due), data)


def breach_id(record: CaseRecord, clock: Clock, breach: Breach) -> str:
    return ids.sla_event_id(record.case_id, clock.clock_id, SLABreached.type, _qualifier(breach), breach.due)


def _qualifier(breach: Breach) -> str:
    """A breach that was revoked and became true again at the same due time is another fact with another id."""
    return str(breach.level) if breach.times == 1 else f"{breach.level}.{breach.times}"


def _case(record: CaseRecord) -> CaseId:
    return CaseId(record.case_id)
