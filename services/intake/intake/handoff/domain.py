"""A call for help that comes out of a filing: what the filing knows of its citizen goes with it. Pure."""

from dataclasses import replace
from typing import Final

from event_schemas import PersonalData
from intake.case.model import Case, CaseLink, Relation
from intake.case.scope import is_against_police
from intake.filing.domain import Person, Submission
from intake.filing.reading.urgent import Urgent

HANDED_OFF: Final = "handed_off"
"""Flag of a filing whose citizen called for help out of it."""
HANDED_FROM: Final = "handed_from"
"""Flag of the emergency."""


def with_filing(submission: Submission, case: Case, personal: PersonalData) -> Submission:
    """The call with the filing's place, phone and words where the call does not say them.

    Who reads emergencies may be the office that a complaint against police is about: nothing of it goes along but
    the person and the place.
    """
    person, secret = submission.person, is_against_police(case)
    place = personal.attributes.get("place_address")
    story = None if secret else personal.description
    known_phone = person.phone is None and personal.phone is not None
    return replace(
        submission,
        language=case.language,
        person=Person(person.name or personal.name, person.phone or personal.phone, person.address or personal.address),
        owner=submission.owner or case.owner,
        contact=submission.contact or case.contact,
        contact_proved=submission.contact_proved or (known_phone and case.owner is not None),
        description="\n".join(text for text in (submission.description, story) if text) or None,
        location=submission.location or case.location or personal.location,
        place_address=submission.place_address or (place if isinstance(place, str) else None),
        receipts=tuple(dict.fromkeys((*submission.receipts, *case.receipts))),
        links=(CaseLink(Relation.FILING, case.case_id, case.tracking_number, hidden=secret),),
        sensitive=case.sensitive,
        flags=submission.flags if secret else (*submission.flags, HANDED_FROM),
    )


def is_bare(urgent: Urgent) -> bool:
    """A second tap: the call says nothing but that it is one."""
    content = (urgent.note, urgent.phone, urgent.name, urgent.address, urgent.place_address, urgent.location)
    return all(one is None for one in content)


def emergencies_of(case: Case) -> tuple[CaseLink, ...]:
    """Those that its citizen called for out of it, in their order."""
    return tuple(link for link in case.links if link.relation is Relation.EMERGENCY)
