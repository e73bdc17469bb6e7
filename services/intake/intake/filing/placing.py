"""An open emergency learns its first place: the event that has it routed there, and the case's change."""

from dataclasses import dataclass
from datetime import datetime

from event_schemas import Location, TransferRequested, ids
from intake.case.model import BY_SYSTEM, Case, CaseUpdate, Numbered, TimelineEntry
from intake.filing.duplicates import cell_keys

# Routing answers for the control room here, which had the case for want of a place.
BY_POST = "HQ:control-room"
REASON = "place_told"


@dataclass(frozen=True, slots=True)
class FirstPlace:
    numbered: Numbered
    update: CaseUpdate


def learn_place(case: Case, location: Location, now: datetime) -> FirstPlace:
    """The state stays what it is: whoever is on the way goes on, and the station of the place hears of it besides."""
    event_id = ids.new_event_id(now)
    number = case.assignment_no + 1
    event = TransferRequested(
        case_id=case.case_id,
        occurred_at=now,
        case_seq=case.case_seq + 1,
        assignment_no=number,
        reason_code=REASON,
        by_post=BY_POST,
        location=location,
    )
    update = CaseUpdate(
        state=case.state,
        entry=TimelineEntry(event_id, case.case_id, now, "place-told"),
        by=BY_SYSTEM,
        assignment_no=number,
        location=location,
        desk_keys=(*case.desk_keys, *cell_keys(location, case.filed_at)),
    )
    return FirstPlace(Numbered(event_id, event), update)
