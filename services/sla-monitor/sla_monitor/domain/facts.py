"""Read from an event, by the matchers of the policies, the facts that start, stop, cancel, pause or move a clock."""

from collections.abc import Iterator, Mapping

from event_schemas import (
    AssignedToStation,
    ClockEnded,
    ClockEnding,
    ClockEndReason,
    ClockPaused,
    ClockResumed,
    ComplaintWithdrawn,
    EmergencyResolved,
    Envelope,
    Event,
    FIRDeclined,
    HearingCancelled,
    HearingNoShow,
)
from event_schemas.policies import Matchers, PolicySet
from sla_monitor.domain.model import ENDS, Assignment, Fact, FactRole
from sla_monitor.domain.times import epoch_ms

ALWAYS_RELEVANT = frozenset(
    {"ComplaintFiled", "AssignedToStation", "ClockPaused", "ClockResumed", "ClockEnded", "SLABreached"}
)


_ROLES = {"start": FactRole.START, "appoint": FactRole.APPOINT, "stop": FactRole.STOP, "cancel": FactRole.CANCEL}
_REASONS: Mapping[type[Event], ClockEndReason] = {
    ComplaintWithdrawn: ClockEndReason.WITHDRAWN,
    HearingNoShow: ClockEndReason.NO_SHOW,
    HearingCancelled: ClockEndReason.HEARING_CANCELLED,
    FIRDeclined: ClockEndReason.FIR_DECLINED,
}


def relevant_types(policies: PolicySet) -> frozenset[str]:
    """The event types worth parsing; all others are skipped by their header. Our own SLABreached checks itself."""
    return ALWAYS_RELEVANT | policies.event_types


def facts_of(envelope: Envelope, policies: PolicySet, service_code: str = "") -> tuple[Fact, ...]:
    """Every fact the event states for the clocks of the service; for all clocks as long as the service isn't known."""
    event = envelope.data
    match event:
        case ClockPaused():
            until = None if event.until is None else epoch_ms(event.until)
            return (_of_round(envelope, FactRole.PAUSE, event.clock_id, event.reason_code, until),)
        case ClockResumed():
            return (_of_round(envelope, FactRole.RESUME, event.clock_id, event.reason_code or "", None),)
        case ClockEnded():
            role = FactRole.STOP if event.ends_as is ClockEnding.MET else FactRole.CANCEL
            return (_of_round(envelope, role, event.clock_id, event.reason_code, None),)
    facts: list[Fact] = []
    for matchers in policies.matchers_of(event.type, service_code):
        facts += _of_clock(matchers, event, envelope.event_id)
    return tuple(facts)


def assignment_of(event: Event) -> Assignment | None:
    if not isinstance(event, AssignedToStation):
        return None
    station = event.station
    return Assignment(
        number=event.assignment_no,
        at=epoch_ms(event.occurred_at),
        station=station.code,
        district=station.district,
        police_district=station.police_district,
    )


def _of_clock(matchers: Matchers, event: Event, event_id: str) -> Iterator[Fact]:
    """At most one match of each role counts: the alternatives of a policy exclude each other."""
    for name, matches in matchers.by_role.items():
        for match in matches:
            if match.matches(event):
                break
        else:
            continue
        role = _ROLES[name]
        at, seen = epoch_ms(match.time(event)), epoch_ms(event.occurred_at)
        reason = reason_of(event) if role in ENDS else ""
        keys = matchers.start_keys(match, event, event_id) if role is FactRole.START else match.keys(event) or ("",)
        for key in keys:
            yield Fact(role, matchers.clock, key, at, seen, event_id, reason, None, matchers.wording)


def reason_of(event: Event) -> str:
    """Why a clock ended: a value of ClockEndReason, for which the report has a column, or the name of the event."""
    if isinstance(event, EmergencyResolved):
        return str(event.how)
    return str(_REASONS.get(type(event), event.type))


def _of_round(envelope: Envelope, role: FactRole, clock_id: str, reason: str, until: int | None) -> Fact:
    at = epoch_ms(envelope.data.occurred_at)
    return Fact(role, "", clock_id, at, at, envelope.event_id, reason, until)
