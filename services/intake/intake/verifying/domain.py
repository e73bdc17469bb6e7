"""Which open sub-request is meant, when a result needs an answer from elsewhere, and who may object to it. Pure."""

from typing import Final, Literal

from event_schemas import PersonalData, Post
from event_schemas.papers import is_of_another_person
from intake.case import past
from intake.case.command import Context
from intake.case.model import Case
from intake.case.past import SubRequest
from intake.case.person import VerifiedPerson
from intake.case.situation import Situation

DISPUTED: Final = "verification_disputed"
"""Flag of a case as long as an objection is to be decided."""
MOST: Final = 20
"""Sub-requests of one case."""


def open_requests(case: Case) -> tuple[SubRequest, ...]:
    return tuple(one for one in past.sub_requests(case) if one.is_open)


def answerable(case: Case, station: str | None) -> tuple[SubRequest, ...]:
    """A station that was asked answers what it was asked; the desk of the case records any answer that reached it."""
    found = open_requests(case)
    if station in case.asked and station != case.station_code:
        return tuple(one for one in found if one.to_station == station)
    return found


def lacking(case: Case, person: VerifiedPerson | None) -> Literal["open", "unasked"] | None:
    """What a clear result lacks; None where an answer is there, or the permanent address is of the same district."""
    if open_requests(case):
        return "open"
    if person is None or past.sub_requests(case) or case.assignment is None or case.assignment.station is None:
        return None
    return "unasked" if person.lives_outside(case.assignment.station.district) else None


def sealed_person(case: Case, context: Context) -> str | None:
    """How another person who was verified is reached, sealed for the case; None where no number was given."""
    phone = None if context.person is None else context.person.phone
    if phone is None or case.sensitive or not is_of_another_person(case.service_code):
        return None
    return context.seal(case.case_id, PersonalData(phone=phone).to_json(), context.now)


def may_send(situation: Situation) -> bool:
    return past.decision(situation.case) is None and len(past.sub_requests(situation.case)) < MOST


def may_answer(situation: Situation) -> bool:
    return bool(open_requests(situation.case))


def may_verify(situation: Situation) -> bool:
    """Not while an objection is open: its decision is another's."""
    return past.decision(situation.case) is None and not is_disputed(situation)


def may_dispute(situation: Situation) -> bool:
    """Once for each result, whatever has become of the case since."""
    return is_of_another_person(situation.case.service_code) and past.result_standing(situation.case) == "found"


def is_disputed(situation: Situation) -> bool:
    return past.result_standing(situation.case) == "open"


def deciders(situation: Situation) -> frozenset[Post]:
    """Every post but that of who verified; where that is not known, those above the station."""
    verifier = (past.verified_by(situation.case) or Post.SHO).partition(":")[0]
    return frozenset(post for post in Post.known() if post.value != verifier)
