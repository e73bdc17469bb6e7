"""Which hearing of a case an act is about, and how it stands afterwards."""

from dataclasses import replace
from datetime import datetime

from intake.domain.case import Case, HearingRecord
from intake.domain.faults import UnknownHearing
from intake.domain.orders import ScheduleHearing

HELD = "held"
# What is still to come or under way.
OPEN = frozenset({"booked", "checked_in", "started"})


def booked(case: Case, hearing_id: str | None, place: str) -> HearingRecord | None:
    """The appointment a visitor comes for: the one named, else the next one at this place; None for a walk-in."""
    if hearing_id is not None:
        record = case.hearings.get(hearing_id)
        if record is None or record.status == HELD:
            raise UnknownHearing(hearing_id)
        return record
    here = [record for record in case.hearings.values() if record.status == "booked" and record.place == place]
    return min(here, key=lambda record: record.starts_at, default=None)


def checked_in(record: HearingRecord | None, event_id: str, place: str, now: datetime) -> HearingRecord:
    """A walk-in's hearing is known by the id of the visit's event."""
    if record is None:
        return HearingRecord(event_id, place, "in_person", "checked_in", starts_at=now)
    return replace(record, status="checked_in")


def scheduled(order: ScheduleHearing, case: Case, *, hearing_id: str, by_post: str) -> HearingRecord:
    """A new appointment, or the one named moved to another time."""
    before = None
    if order.hearing_id is not None:
        before = case.hearings.get(order.hearing_id)
        if before is None or before.status != "booked":
            raise UnknownHearing(order.hearing_id)
    return HearingRecord(
        hearing_id=before.hearing_id if before else hearing_id,
        place=order.place or (before.place if before else _own_place(case, by_post)),
        mode=order.mode,
        status="booked",
        starts_at=order.starts_at,
        ends_at=order.ends_at,
        officer_post=order.officer_post or (before.officer_post if before else by_post),
        join_url=order.join_url,
    )


def to_start(case: Case, hearing_id: str | None, event_id: str, now: datetime) -> HearingRecord:
    """The hearing named, else who waits longest, else the next booked; without any, one that begins unannounced."""
    if hearing_id is not None:
        record = case.hearings.get(hearing_id)
        if record is None or record.status in ("started", HELD):
            raise UnknownHearing(hearing_id)
        return record
    for status in ("checked_in", "booked"):
        waiting = [record for record in case.hearings.values() if record.status == status]
        if waiting:
            return min(waiting, key=lambda record: record.starts_at)
    return HearingRecord(event_id, _own_place(case, "station"), "in_person", "checked_in", starts_at=now)


def started(case: Case, hearing_id: str | None) -> HearingRecord:
    under_way = [record for record in case.hearings.values() if record.status == "started"]
    named = [record for record in under_way if hearing_id in (None, record.hearing_id)]
    if not named:
        raise UnknownHearing(hearing_id or "")
    return max(named, key=lambda record: record.starts_at)


def _own_place(case: Case, otherwise: str) -> str:
    if case.assignment is not None and case.assignment.station is not None:
        return case.assignment.station.code
    return case.named_station or otherwise
