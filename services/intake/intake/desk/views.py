"""What an officer sees of a case: its work at once, a citizen's data only after a reason is given."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from event_schemas import PersonalData
from intake.case.model import Case, displayed_state
from intake.commands.table import Act
from intake.desk.likeness import NONE, Likeness


def desk_item(case: Case, now: datetime, like: Likeness = NONE) -> Mapping[str, Any]:
    """A line of the list; it holds no personal data."""
    station = case.assignment.station if case.assignment else None
    return {
        "case_id": case.case_id,
        "tracking_number": case.tracking_number,
        "service_code": case.service_code,
        "lane": case.lane.value,
        "status": case.state.value,
        "version": case.version,
        "filed_at": case.filed_at,
        "priority": str(case.priority),
        "category": case.category,
        "kinds": list(case.kinds),
        "sensitive": case.sensitive,
        "station": station.code if station else None,
        "officer_post": case.assignment.officer_post if case.assignment else None,
        **_beside(case, like),
        "clocks": [
            {
                "clock": view.record.clock,
                "clock_id": view.record.clock_id,
                "state": displayed_state(view),
                "due_at": view.record.due_at,
                "remaining_s": int((view.record.due_at - now).total_seconds()),
            }
            for view in case.clocks.values()
            if view.record is not None
        ],
    }


def desk_view(
    case: Case,
    status: Mapping[str, Any],
    personal: PersonalData,
    allowed: Sequence[Act],
    *,
    masked: bool,
    like: Likeness = NONE,
) -> Mapping[str, Any]:
    """The status and what an officer needs besides; masked, or with the citizen's data.

    `allowed` are the commands that the officer's role may give now.
    """
    assignment = case.assignment
    return {
        **status,
        "priority": str(case.priority),
        "category": case.category,
        "kinds": list(case.kinds),
        "channel": case.channel,
        "language": case.language,
        "anonymous": case.anonymous,
        "sensitive": case.sensitive,
        **_beside(case, like),
        "attributes": dict(case.attributes),
        "assignment": {
            "assignment_no": assignment.assignment_no,
            "reason": assignment.reason,
            "provisional": assignment.provisional,
        }
        if assignment
        else None,
        "location": case.location.model_dump(exclude_none=True) if case.location else None,
        "personal": masked_data(personal, hidden=case.sensitive) if masked else revealed_data(personal),
        "masked": masked,
        "allowed": [str(act) for act in allowed],
    }


def _beside(case: Case, like: Likeness) -> Mapping[str, Any]:
    """What was noted of the case and of its repeats, and what stands beside it."""
    flags = (*case.flags, *(flag for join in case.joins for flag in join.flags), *like.flags)
    return {
        "flags": list(dict.fromkeys(flags)),
        "possible_duplicates": list(like.possible_duplicates),
        "group": like.group,
    }


def masked_data(personal: PersonalData, *, hidden: bool) -> Mapping[str, Any]:
    """Enough to know which case it is: initials and the phone's last digits; what happened, unless it is sensitive."""
    return {
        "name": None if not personal.name else f"{personal.name[0]}***",
        "phone": None if not personal.phone else f"***{personal.phone[-2:]}",
        "address": None if not personal.address else "***",
        "description": "***" if hidden and personal.description else personal.description,
        "attributes": dict.fromkeys(personal.attributes, "***"),
    }


def revealed_data(personal: PersonalData) -> Mapping[str, Any]:
    return {
        "name": personal.name,
        "phone": personal.phone,
        "address": personal.address,
        "description": personal.description,
        "location": personal.location.model_dump(exclude_none=True) if personal.location else None,
        "attributes": dict(personal.attributes),
    }
