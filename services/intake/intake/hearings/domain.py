"""Which hearing of a case an act is about, how it stands afterwards, and what a booking must keep to: pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from event_schemas import VisitorArrived
from intake.case.clocks import Due
from intake.case.faults import HearingInThePast, HearingTooFar, HearingTooLong, UnknownHearing
from intake.case.model import OPEN_HEARINGS, Case, HearingRecord
from intake.case.states import DONE

# The parameter of an arrival's timeline entry that names its appointment.
HEARING = "hearing_id"
HELD, CANCELLED = "held", "cancelled"
AHEAD = frozenset({"booked", "checked_in"})
# What a visitor has come for.
_COME = frozenset({"checked_in", "started"})

# An officer's screen may be some minutes old, and the clock of his device may be slow.
TOLERANCE = timedelta(minutes=5)
LONGEST = timedelta(hours=8)
FARTHEST = timedelta(days=366)


def waiting(case: Case) -> tuple[HearingRecord, ...]:
    """Hearings still to begin."""
    return tuple(record for record in case.hearings.values() if record.status in AHEAD)


def missable(case: Case, now: datetime) -> tuple[HearingRecord, ...]:
    """Hearings whose hour has come and that have not begun: somebody may have stayed away."""
    return tuple(record for record in waiting(case) if record.starts_at <= now)


def under_way(case: Case) -> tuple[HearingRecord, ...]:
    return tuple(record for record in case.hearings.values() if record.status == "started")


def one_of(records: tuple[HearingRecord, ...], hearing_id: str | None) -> HearingRecord:
    """The one named, else the earliest. UnknownHearing."""
    named = [record for record in records if hearing_id in (None, record.hearing_id)]
    if not named:
        raise UnknownHearing([record.hearing_id for record in records])
    return min(named, key=lambda record: (record.starts_at, record.hearing_id))


def booked(case: Case, hearing_id: str | None, place: str) -> HearingRecord | None:
    """The appointment a visitor comes for: the one named, else the next one at this place; None for a walk-in."""
    if hearing_id is not None:
        record = case.hearings.get(hearing_id)
        if record is None or record.status != "booked":
            raise UnknownHearing([*case.hearings])
        return record
    here = [record for record in case.hearings.values() if record.status == "booked" and record.place == place]
    return min(here, key=lambda record: record.starts_at, default=None)


def visit_under_way(case: Case, hearing_id: str | None, place: str) -> HearingRecord | None:
    """The hearing a visitor has already come for, at this place or by its id: coming again is the same visit."""
    if case.state in DONE:
        return None
    come = [record for record in case.hearings.values() if record.status in _COME]
    if hearing_id is not None:
        return next((record for record in come if record.hearing_id == hearing_id), None)
    here = [record for record in come if record.place == place]
    return max(here, key=lambda record: arrival(case, record), default=None)


def arrival(case: Case, record: HearingRecord) -> str:
    """The id of the event by which the visitor of a hearing came last."""
    came = (
        entry.event_id
        for entry in reversed(case.history)
        if entry.event == VisitorArrived.type and record.hearing_id in (entry.event_id, entry.params.get(HEARING))
    )
    return next(came, record.hearing_id)


def promised(case: Case, record: HearingRecord) -> tuple[Due, ...]:
    """What was promised to a visitor when he came."""
    by_clock = {due.clock_id: due for due in case.due if due.clock_id.endswith(f":{record.hearing_id}")}
    return tuple(by_clock.values())


def checked_in(record: HearingRecord | None, event_id: str, place: str, now: datetime) -> HearingRecord:
    """A walk-in's hearing is known by the id of the visit's event."""
    if record is None:
        return HearingRecord(event_id, place, "in_person", "checked_in", starts_at=now)
    return replace(record, status="checked_in", place=place)


def check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """HearingInThePast, HearingTooFar or HearingTooLong for a time at which nobody is heard."""
    if starts_at < now - TOLERANCE:
        raise HearingInThePast
    if starts_at - now > FARTHEST:
        raise HearingTooFar
    if ends_at - starts_at > LONGEST:
        raise HearingTooLong


def overlap(one: HearingRecord, other: HearingRecord) -> bool:
    """Whether two appointments share time; a walk-in has no end and takes up nobody's."""
    if one.ends_at is None or other.ends_at is None:
        return False
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def lapsed(case: Case) -> tuple[HearingRecord, ...]:
    """How the open hearings of a case stand when it ends: nobody comes to them any more, and their time is free."""
    after = {"booked": CANCELLED, "checked_in": CANCELLED, "started": HELD}
    return tuple(
        replace(record, status=after[record.status])
        for record in case.hearings.values()
        if record.status in OPEN_HEARINGS
    )


def to_start(case: Case, hearing_id: str | None, event_id: str, now: datetime) -> HearingRecord:
    """The hearing named, else who waits longest, else the next booked; without any, one that begins unannounced."""
    if hearing_id is not None:
        record = case.hearings.get(hearing_id)
        if record is None or record.status not in AHEAD:
            raise UnknownHearing([*case.hearings])
        return record
    for status in ("checked_in", "booked"):
        waiting = [record for record in case.hearings.values() if record.status == status]
        if waiting:
            return min(waiting, key=lambda record: record.starts_at)
    return HearingRecord(event_id, own_place(case, "station"), "in_person", "checked_in", starts_at=now)


def started(case: Case, hearing_id: str | None) -> HearingRecord:
    named = [record for record in under_way(case) if hearing_id in (None, record.hearing_id)]
    if not named:
        raise UnknownHearing([*case.hearings])
    return max(named, key=lambda record: record.starts_at)


def own_place(case: Case, otherwise: str) -> str:
    if case.assignment is not None and case.assignment.station is not None:
        return case.assignment.station.code
    return case.named_station or otherwise
