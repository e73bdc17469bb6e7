"""The commands around a verification: another police is asked and answers, an objection is recorded and decided."""

from typing import Annotated, Any, Self

from pydantic import StringConstraints, model_validator

from event_schemas import VerificationCompleted
from event_schemas.values import DisputeDecision, SubRequestMode, VerificationOutcome
from intake.case.command import Code, CommandBody, Context, DeskCommandBody, EventDraft, Id
from intake.case.faults import AnotherOfficerDecides, PlaceUnknown, StationNotNamed, UnknownSubRequest
from intake.case.model import Case
from intake.case.situation import Situation
from intake.http.one_of import OneOf
from intake.verifying.domain import DISPUTED, answerable, deciders, open_requests, sealed_person

LetterNumber = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]


class SendSubRequest(DeskCommandBody):
    """`to_station`: its code. Without one it is a letter, to the state of the permanent address."""

    to_station: Id | None = None


def send_sub_request(body: SendSubRequest, case: Case, context: Context) -> EventDraft:
    """Sent again while the first is open it is the same request: one event is written."""
    if body.to_station is None:
        if context.person is None or not context.person.is_of_another_state:
            raise StationNotNamed("missing")
    elif body.to_station == case.station_code:
        raise StationNotNamed("own_station")
    elif context.offices.lacks(body.to_station):
        raise PlaceUnknown
    if any(one.to_station == body.to_station for one in open_requests(case)):
        return EventDraft(None)
    by_letter = body.to_station is None
    fields = {
        "sub_request_id": context.event_id,
        "mode": SubRequestMode.LETTER if by_letter else SubRequestMode.STATION,
        "to_station": body.to_station,
        "to_state": context.person.state if by_letter and context.person is not None else None,
        "by_post": context.by_post,
    }
    asked = case.asked if body.to_station is None else (*case.asked, body.to_station)
    return EventDraft(fields, {"asked": asked})


class AnswerSubRequest(DeskCommandBody):
    """`sub_request_id`: needed where several are open. `letter_number`: of the paper that brought the answer."""

    outcome: Annotated[str, OneOf(VerificationOutcome)]
    sub_request_id: Id | None = None
    letter_number: LetterNumber | None = None


def answer_sub_request(body: AnswerSubRequest, case: Case, context: Context) -> EventDraft:
    possible = answerable(case, context.station)
    named = [one for one in possible if body.sub_request_id in (None, one.sub_request_id)]
    if len(named) != 1:
        raise UnknownSubRequest([one.sub_request_id for one in possible])
    fields = {
        "sub_request_id": named[0].sub_request_id,
        "outcome": body.outcome,
        "by_post": context.by_post,
        "letter_number": body.letter_number,
    }
    return EventDraft(fields, {"asked": tuple(one for one in case.asked if one != named[0].to_station)})


class DisputeVerification(CommandBody):
    """Of the person verified: by his own phone, or before an officer who has seen who he is."""

    reason_code: Code | None = None


def dispute_verification(body: DisputeVerification, case: Case, context: Context) -> EventDraft:
    by_post = context.by_post if ":" in context.by_post else None
    return EventDraft({"reason_code": body.reason_code, "by_post": by_post}, {"flags": (*case.flags, DISPUTED)})


class DecideDispute(DeskCommandBody):
    """`outcome`: the new result of a dispute that is upheld."""

    decision: Annotated[str, OneOf(DisputeDecision)]
    outcome: Annotated[str, OneOf(VerificationOutcome)] | None = None

    @model_validator(mode="after")
    def _a_new_result_where_it_is_upheld(self) -> Self:
        if (self.decision == DisputeDecision.UPHELD.value) != (self.outcome is not None):
            raise ValueError("an outcome belongs to what is upheld, and to nothing else")
        return self


def decide_dispute(body: DecideDispute, case: Case, context: Context) -> EventDraft:
    """What is upheld ends in a new result, whose paper replaces the one before."""
    title = context.by_post.partition(":")[0]
    if title not in {post.value for post in deciders(Situation(case, context.now, context.policies))}:
        raise AnotherOfficerDecides
    fields: dict[str, Any] = {
        "decision": body.decision,
        "by_post": context.by_post,
        "sealed_person": sealed_person(case, context),
    }
    flags = {"flags": tuple(flag for flag in case.flags if flag != DISPUTED)}
    if body.outcome is None:
        return EventDraft(fields, flags)
    result = {"outcome": body.outcome, "by_post": context.by_post}
    return EventDraft(fields, flags, further=((VerificationCompleted, result),))
