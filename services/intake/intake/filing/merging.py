"""Whether a proven repeat of a call for help joins an open case, and what it adds to what is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from event_schemas import Location, PersonalData
from intake.case.model import Case
from intake.case.states import DONE
from intake.filing.domain import Person, Submission
from intake.filing.geo import distance_m
from intake.filing.reading.place_finder import SAME_PLACE_M
from intake.filing.redaction import redact_text

MAX_DESCRIPTION = 20_000
MAX_POINTS = 50
# A case that was joined so often takes no more: its document would grow without bound.
MAX_JOINS = 50


@dataclass(frozen=True, slots=True)
class Joining:
    """The repeat adds to this case."""

    case: Case


@dataclass(frozen=True, slots=True)
class SeparateCase:
    """The repeat is a case of its own, linked to `base`; the cases of `placed` learn their first place from it."""

    submission: Submission
    base: Case | None = None
    placed: tuple[Case, ...] = ()


def judge_repeat(known: Sequence[Case], submission: Submission, *, kinds_given: bool) -> Joining | SeparateCase:
    """`known` are the emergencies of the same caller (by token or receipt) within the window, the newest first."""
    open_cases = [case for case in known if case.state not in DONE]
    here = [case for case in open_cases if _same_place(case.location, submission.location)]
    if not here:
        base = open_cases[0] if open_cases else None
        return SeparateCase(submission, base, tuple(case for case in open_cases if case.location is None))
    brought = {kind for case in here for kind in case.kinds}
    new = tuple(kind for kind in submission.kinds if kinds_given and kind not in brought)
    joined = next((case for case in here if set(submission.kinds) & set(case.kinds)), here[0])
    if not new:
        return SeparateCase(submission, joined) if len(joined.joins) >= MAX_JOINS else Joining(joined)
    return SeparateCase(replace(submission, kinds=new, location=submission.location or joined.location), joined)


def _same_place(known: Location | None, given: Location | None) -> bool:
    """No place is added. A first place is new: its station must hear of it."""
    return given is None or (known is not None and distance_m(known, given) <= SAME_PLACE_M)


def with_known_person(submission: Submission, opened: bytes | None) -> Submission:
    """What the linked case knows of the caller, where the repeat does not say it: responders need it as well."""
    if opened is None:
        return submission
    known = PersonalData.from_json(opened)
    person = submission.person
    place = known.attributes.get("place_address")
    return replace(
        submission,
        person=Person(
            name=person.name or known.name,
            phone=person.phone or known.phone,
            address=person.address or known.address,
        ),
        place_address=submission.place_address or (place if isinstance(place, str) else None),
    )


@dataclass(frozen=True, slots=True)
class Merged:
    """`aadhaar_removed` says whether a number was taken out; `whole` whether all that was given found room."""

    data: PersonalData
    aadhaar_removed: bool
    whole: bool


def merged_personal_data(opened: bytes | None, submission: Submission, known: Location | None, now: datetime) -> Merged:
    """Known values stay, missing ones are filled, others are added in words; so are notes and points."""
    before = PersonalData() if opened is None else PersonalData.from_json(opened)
    person, removed = submission.person, False
    given: dict[str, str | None] = {}
    for name, text in (
        ("note", submission.description),
        ("name", person.name),
        ("address", person.address),
        ("place_address", submission.place_address),
    ):
        plain, found = redact_text(text or "")
        given[name], removed = plain or None, removed or found
    attributes: dict[str, Any] = dict(before.attributes)
    if submission.location is not None and submission.location != known:
        point = {"at": now.isoformat(), **submission.location.model_dump(exclude_none=True)}
        attributes["later_locations"] = [*attributes.get("later_locations", []), point][-MAX_POINTS:]
    if given["place_address"]:
        attributes.setdefault("place_address", given["place_address"])
    known_values: Mapping[str, Any] = {
        "name": before.name,
        "phone": before.phone,
        "address": before.address,
        "place_address": attributes.get("place_address"),
    }
    given = {**given, "phone": person.phone}
    others = [
        f"{name}: {given[name]}"
        for name, value in known_values.items()
        if value and given[name] and value != given[name]
    ]
    notes = [text for text in (before.description, given["note"], *others) if text]
    description = "\n".join(notes)
    data = PersonalData(
        name=before.name or given["name"],
        phone=before.phone or person.phone,
        email=before.email,
        address=before.address or given["address"],
        description=description[:MAX_DESCRIPTION] or None,
        location=before.location,
        attributes=attributes,
    )
    return Merged(data, removed, len(description) <= MAX_DESCRIPTION)
