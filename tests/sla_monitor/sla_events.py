"""Events of a case for tests of the SLA monitor, timed in seconds after one fixed moment."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from chassis.settings import load_yaml
from event_schemas import (
    AssignedToStation,
    AssignmentReason,
    ClockEnded,
    ClockPaused,
    ClockResumed,
    ComplaintFiled,
    ComplaintReopened,
    ComplaintWithdrawn,
    EmergencyResolved,
    Envelope,
    Event,
    FilingChannel,
    HearingCancelled,
    HearingNoShow,
    HearingParty,
    HearingScheduled,
    HearingStarted,
    InquiryCompleted,
    Lane,
    Language,
    ResponderArrived,
    SLABreached,
    SLABreachRevoked,
    Station,
    VisitorArrived,
)
from event_schemas.policies import DEFAULT_PATH, PolicySet
from sla_monitor.domain import engine
from sla_monitor.domain.emissions import Emission
from sla_monitor.domain.model import CaseRecord
from sla_monitor.domain.times import epoch_ms
from sla_monitor.ledger.judge import EmittedBreach

T0 = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
CASE = "c_01JBZC0000000000000000TEST"
MINUTE, HOUR, DAY = 60, 3600, 86400


@cache
def policies() -> PolicySet:
    return PolicySet.model_validate(load_yaml(DEFAULT_PATH))


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def ms(seconds: float) -> int:
    return round(at(seconds).timestamp() * 1000)


def build(event: type[Event], seconds: float, /, **fields: Any) -> Envelope:
    """An envelope whose id names type, time and fields, so that equal calls give equal events."""
    source = event.producer
    base: dict[str, Any] = {"case_id": CASE, "occurred_at": at(seconds)}
    base |= {"case_seq": 1} if source == "intake" else {"cause_id": "cause"}
    data = event.model_validate(base | fields)
    named = "-".join(str(value) for value in fields.values() if isinstance(value, str | int | datetime))
    event_id = f"{event.type}-{seconds}-{named}"
    return Envelope(event_id, event.type, source, data.occurred_at, data.case_id, None, data)


def filed(seconds: float = 0, service: str = "e-complaint", **fields: Any) -> Envelope:
    emergency = service == "emergency-112"
    base: dict[str, Any] = {
        "tracking_number": "JS-26-0000-0000-0",
        "service_code": service,
        "lane": Lane.EMERGENCY if emergency else Lane.ROUTINE,
        "channel": FilingChannel.WEB,
        "language": Language.HI,
    }
    return build(ComplaintFiled, seconds, **(base | fields))


def assigned(seconds: float, number: int = 1, code: str = "5140003") -> Envelope:
    station = Station.model_validate(
        {"code": code, "name": "Araria", "district": "Araria", "police_district": "ARARIA"}
    )
    return build(
        AssignedToStation,
        seconds,
        assignment_no=number,
        station=station,
        officer_post=f"SHO:{code}",
        reason=AssignmentReason.NEAREST,
        confidence=1.0,
        boundary_version="v1",
    )


def completed(seconds: float) -> Envelope:
    return build(InquiryCompleted, seconds, finding="substantiated")


def withdrawn(seconds: float) -> Envelope:
    return build(ComplaintWithdrawn, seconds)


def reopened(seconds: float, number: int = 2) -> Envelope:
    return build(ComplaintReopened, seconds, round=number)


def paused(seconds: float, clock_id: str = "inquiry:1", reason: str = "court_stay", **fields: Any) -> Envelope:
    return build(ClockPaused, seconds, clock_id=clock_id, reason_code=reason, **fields)


def resumed(seconds: float, clock_id: str = "inquiry:1") -> Envelope:
    return build(ClockResumed, seconds, clock_id=clock_id)


def ended(seconds: float, clock_id: str, reason: str = "case_closed", **fields: Any) -> Envelope:
    return build(ClockEnded, seconds, clock_id=clock_id, reason_code=reason, **fields)


def responder(seconds: float, kind: str = "police") -> Envelope:
    return build(ResponderArrived, seconds, unit="PCR-7", kind=kind)


def resolved(seconds: float, how: str) -> Envelope:
    return build(EmergencyResolved, seconds, how=how)


def visitor(seconds: float, hearing_id: str | None = None) -> Envelope:
    return build(VisitorArrived, seconds, place="5140003", hearing_id=hearing_id)


def scheduled(seconds: float, hearing_id: str, starts: float) -> Envelope:
    return build(
        HearingScheduled,
        seconds,
        hearing_id=hearing_id,
        place="5140003",
        officer_post="SHO:5140003",
        starts_at=at(starts),
        ends_at=at(starts + HOUR),
    )


def heard(seconds: float, hearing_id: str) -> Envelope:
    return build(HearingStarted, seconds, hearing_id=hearing_id)


def hearing_cancelled(seconds: float, hearing_id: str) -> Envelope:
    return build(HearingCancelled, seconds, hearing_id=hearing_id)


def no_show(seconds: float, hearing_id: str, party: HearingParty = HearingParty.CITIZEN) -> Envelope:
    return build(HearingNoShow, seconds, hearing_id=hearing_id, party=party)


class Monitor:
    """Runs the pure engine over inputs: events, or a number of seconds at which a tick fires."""

    def __init__(self, given: PolicySet | None = None) -> None:
        self.policies = given or policies()
        self.record: CaseRecord | None = None
        self.emitted: list[Emission] = []
        self._numbers = count()

    def consume(self, *inputs: Envelope | float) -> list[Emission]:
        """Handle the inputs in this order; returns what they made the monitor emit."""
        before = len(self.emitted)
        for one in inputs:
            if isinstance(one, Envelope):
                self.record, emitted = engine.apply(self.record, one, self.policies)
            elif self.record is not None:
                self.record, emitted = engine.fire(self.record, ms(one), self.policies)
            else:
                emitted = ()
            self.emitted += emitted
        return self.emitted[before:]

    def states(self) -> dict[str, tuple[str, float]]:
        """clock id -> (state, due in seconds after T0)."""
        clocks = self.record.clocks if self.record is not None else ()
        return {clock.clock_id: (clock.last.state, (clock.last.due - ms(0)) / 1000) for clock in clocks}

    def standing(self) -> set[tuple[str, int, float]]:
        """The breaches that a reader of all emissions takes for standing: (clock id, level, due in seconds)."""
        return standing(self.emitted)


def standing(emitted: Iterable[Emission]) -> set[tuple[str, int, float]]:
    events = [one.data for one in {one.event_id: one for one in emitted}.values()]
    revoked = {event.breach_id for event in events if isinstance(event, SLABreachRevoked)}
    return {
        (event.clock_id, event.level, (event.due_at - T0).total_seconds())
        for event in events
        if isinstance(event, SLABreached) and event.breach_id not in revoked
    }


def emitted_breaches(emitted: Iterable[Emission]) -> list[EmittedBreach]:
    """The breaches of a worker's emissions, as the ledger reads them from the log."""
    unique = [one.data for one in {one.event_id: one for one in emitted}.values()]
    revoked = {event.breach_id for event in unique if isinstance(event, SLABreachRevoked)}
    return [
        EmittedBreach(event.breach_id, event.clock_id, event.level, epoch_ms(event.due_at), event.breach_id in revoked)
        for event in unique
        if isinstance(event, SLABreached)
    ]


def types_of(emitted: Iterable[Emission]) -> list[str]:
    return [one.data.type for one in emitted]
