"""POST /v1/verifications/{tracking_number}/dispute: the person verified objects, by a login with his own phone."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request, Response

from chassis.http.openapi import Answer, Body, Description, described
from chassis.http.problems import NOT_FOUND, UNAUTHENTICATED, Problem
from intake.auth import Authenticator, Principal, actor_of
from intake.case.model import Case
from intake.case.numbers import MistypedTrackingNumber, parse_tracking_number
from intake.case.person import Persons
from intake.case.scope import Actor
from intake.case.states import Role
from intake.case.store import CaseStore
from intake.commands.docs import DONE, problems_of
from intake.commands.handlers import CommandDesk, CommandRequest
from intake.commands.shapes import Done
from intake.commands.table import Act
from intake.http.answers import json_response
from intake.http.reading import read_model
from intake.problems import TRACKING_NUMBER_MISTYPED
from intake.verifying.commands import DisputeVerification


@dataclass(frozen=True, slots=True)
class DisputeParts:
    store: CaseStore
    commands: CommandDesk
    persons: Persons
    authenticator: Authenticator

    def is_person(self, case: Case, citizen: Principal) -> bool:
        """By the number that the form gave for whom the case verifies."""
        person = self.persons.of(case)
        return person is not None and person.phone is not None and person.phone == citizen.phone


_DISPUTE: Final = Description(
    "dispute_verification",
    "Object to the result of a verification",
    "For the person who was verified: a login with the number that the form gave for him, and the number of the case "
    "from the message he got. Every other citizen, the applicant among them, gets 404, as for a number that there is "
    "not. Without a phone any police station records it for him, by an officer's token and that number. "
    "An officer of another post than the one that verified decides it, and both get a message. Once for each result. "
    "A repeat with the same `Idempotency-Key` gets the first answer.",
    (Answer(202, "Recorded", Done, examples={"done": {**DONE, "status": "verification_done"}}),),
    body=Body(DisputeVerification, {"example": {"reason_code": "wrong_person"}}, required=False),
    problems=(NOT_FOUND, TRACKING_NUMBER_MISTYPED, *problems_of(Act.DISPUTE_VERIFICATION)),
    parameters={"tracking_number": "As the message to the person verified names it."},
)


def disputes_router(parts: DisputeParts) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["status"])

    @router.post("/verifications/{tracking_number}/dispute", status_code=202)
    @described(_DISPUTE)
    async def dispute(
        tracking_number: str,
        principal: Annotated[Principal | None, Depends(parts.authenticator.anyone)],
        request: Request,
        idempotency_key: Annotated[str | None, Header()] = None,
    ) -> Response:
        if principal is None:
            raise Problem(UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
        body = await read_model(request, DisputeVerification)
        try:
            number = parse_tracking_number(tracking_number)
        except MistypedTrackingNumber as error:
            raise Problem(TRACKING_NUMBER_MISTYPED, error.why) from error
        case = await parts.store.by_tracking_number(number)
        if case is None or (principal.role == Role.CITIZEN and not parts.is_person(case, principal)):
            raise Problem(NOT_FOUND)
        own = Actor(Role.CITIZEN, f"person {case.case_id}", "citizen")
        actor = own if principal.role == Role.CITIZEN else actor_of(principal)
        wanted = CommandRequest(Act.DISPUTE_VERIFICATION, body, idempotency_key)
        done = await parts.commands.run(case.case_id, wanted, actor)
        return json_response(done.body(), 202)

    return router
