"""What a citizen should know about what was accepted: the codes, kept with the case as flags."""

from event_schemas import Location
from intake.filing.danger import in_danger

AADHAAR_REMOVED = "aadhaar_removed"
LOCATION_DROPPED = "location_dropped"
LOCATION_SWAPPED = "location_swapped"
LOCATION_ROUGH = "location_rough"
PHONE_UNREADABLE = "phone_unreadable"
BODY_UNREADABLE = "body_unreadable"
FIELD_UNREADABLE = "field_unreadable"
NOTE_SHORTENED = "note_shortened"
IN_DANGER = "in_danger"
UPDATED_OPEN_CASE = "updated_open_case"
TIP_KEY = "tip_key"
TIP_NETWORK = "tip_network"
TIP_COST = "tip_cost"
FORMAT_DOUBTFUL = "format_doubtful"
IDENTITY_NEEDED = "identity_needed"
IDENTITY_REVIEW = "identity_review"
RECEIVED_ON_PAPER = "received_on_paper"
ENTERED_LATE = "entered_late"
HELPER_UNREACHED = "helper_unreached"
PERSON_TO_ASK = "person_to_ask"
DOUBTFUL = "doubtful:"

NOTICES = (
    AADHAAR_REMOVED,
    LOCATION_DROPPED,
    LOCATION_SWAPPED,
    LOCATION_ROUGH,
    PHONE_UNREADABLE,
    BODY_UNREADABLE,
    FIELD_UNREADABLE,
    NOTE_SHORTENED,
    IN_DANGER,
    UPDATED_OPEN_CASE,
    TIP_KEY,
    TIP_NETWORK,
    TIP_COST,
    FORMAT_DOUBTFUL,
    IDENTITY_NEEDED,
    IDENTITY_REVIEW,
    RECEIVED_ON_PAPER,
)
"""Each has its texts in texts.yaml, a single service's in the catalogue. Any other flag is for officers only."""

ROUGH_FIX_M = 2_000.0


def notice_flags(
    flags: tuple[str, ...], description: str | None, location: Location | None, *, emergency: bool, removed: bool
) -> tuple[str, ...]:
    """The flags of a new case: those of the way in, and what its content adds."""
    found = list(flags)
    if not emergency and description is not None and in_danger(description):
        found.append(IN_DANGER)
    if removed:
        found.append(AADHAAR_REMOVED)
    if location is not None and (location.accuracy_m or 0) > ROUGH_FIX_M:
        found.append(LOCATION_ROUGH)
    return tuple(dict.fromkeys(found))
