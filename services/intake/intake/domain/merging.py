"""Adds what a repeated call for help says to what is known of the open emergency."""

from datetime import datetime

from event_schemas import Location, PersonalData
from intake.domain.filing import Submission
from intake.domain.redaction import redact_text

MAX_DESCRIPTION = 20_000
MAX_POINTS = 50


def merged_personal_data(
    opened: bytes | None, submission: Submission, known: Location | None, now: datetime
) -> tuple[PersonalData, bool]:
    """Known values stay, missing ones are filled, notes and points are added.

    The second value says whether an Aadhaar number was removed.
    """
    before = PersonalData() if opened is None else PersonalData.from_json(opened)
    note, removed = redact_text(submission.description or "")
    notes = [text for text in (before.description, note) if text]
    attributes = dict(before.attributes)
    if submission.location is not None and submission.location != known:
        point = {"at": now.isoformat(), **submission.location.model_dump(exclude_none=True)}
        attributes["later_locations"] = [*attributes.get("later_locations", []), point][-MAX_POINTS:]
    if submission.place_address and "place_address" not in attributes:
        attributes["place_address"], found = redact_text(submission.place_address)
        removed = removed or found
    name, name_removed = redact_text(submission.person.name or "")
    address, address_removed = redact_text(submission.person.address or "")
    merged = PersonalData(
        name=before.name or name or None,
        phone=before.phone or submission.person.phone,
        email=before.email,
        address=before.address or address or None,
        description="\n".join(notes)[:MAX_DESCRIPTION] or None,
        location=before.location,
        attributes=attributes,
    )
    return merged, removed or name_removed or address_removed
