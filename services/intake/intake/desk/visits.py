"""POST /v1/desk/visits: a citizen checks in at the counter, with a case or without."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import Field, StringConstraints

from chassis.http.json_body import parse_json
from chassis.http.openapi import described
from chassis.http.problems import FORBIDDEN, NOT_FOUND, VALIDATION_FAILED, FieldError, Problem, language_of
from event_schemas.values import Language, Presence
from intake.auth import Principal, actor_of
from intake.case.due import due_json
from intake.case.keys import Keys
from intake.case.model import Case
from intake.case.numbers import LONGEST_TYPED, MistypedTrackingNumber, parse_tracking_number
from intake.case.scope import STATION_ROLES, Actor
from intake.catalogue import Catalogue, Service
from intake.commands.handlers import CommandRequest
from intake.commands.table import TABLE, Act
from intake.desk import docs
from intake.desk.api import DeskParts
from intake.filing.answers import Answers
from intake.filing.bodies import Body, Complainant, ShortText, checked_attributes, content_flags
from intake.filing.domain import Person, Submission
from intake.filing.handlers import FilingDesk, Walkin
from intake.hearings.commands import CheckIn
from intake.hearings.domain import arrival, promised
from intake.http.answers import json_response
from intake.http.one_of import OneOf
from intake.http.reading import as_model, as_object, read_phone
from intake.offices.domain import Offices
from intake.problems import PLACE_UNKNOWN, TRACKING_NUMBER_MISTYPED

ROUTE = "POST /v1/desk/visits"
WALK_IN_SERVICE = "hearing"


class VisitBody(Body):
    """With `tracking_number` or `case_id` the visit belongs to that case; without, it opens one."""

    place: Annotated[ShortText, StringConstraints(min_length=1, max_length=120)] | None = None
    tracking_number: Annotated[str, StringConstraints(max_length=LONGEST_TYPED)] | None = None
    case_id: Annotated[str, StringConstraints(max_length=64)] | None = None
    hearing_id: Annotated[str, StringConstraints(max_length=120)] | None = None
    presence: Annotated[str, OneOf(Presence)] = "counter"
    complainant: Complainant | None = None
    description: ShortText | None = Field(default=None, repr=False)
    language: Annotated[str, OneOf(Language)] = "hi"
    attributes: dict[str, Any] = Field(default_factory=dict, repr=False)


class VisitParts:
    def __init__(
        self,
        *,
        desk: DeskParts,
        filing: FilingDesk,
        catalogue: Catalogue,
        answers: Answers,
        keys: Keys,
        service: Service,
        contact_of: Callable[[str], str],
        offices: Offices,
    ) -> None:
        self.desk = desk
        self.offices = offices
        self.filing = filing
        self.catalogue = catalogue
        self.answers = answers
        self.keys = keys
        self.service = service
        self.contact_of = contact_of


def visits_router(parts: VisitParts) -> APIRouter:
    router = APIRouter(prefix="/v1/desk", tags=["desk"])
    Officer = Annotated[Principal, Depends(parts.desk.officer)]  # noqa: N806  a type

    @router.post("/visits", status_code=202)
    @described(docs.check_in(VisitBody))
    async def check_in(
        principal: Officer,
        request: Request,
        idempotency_key: Annotated[str | None, Header()] = None,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        actor = actor_of(principal)
        if actor.role not in TABLE[Act.CHECK_IN].roles:
            raise Problem(FORBIDDEN)
        raw = as_object(parse_json(await request.body()))
        body = as_model(VisitBody, raw)
        place = _place(body, actor)
        if parts.offices.lacks(place):
            fault = FieldError("unknown", "is no police office", "पुलिस कार्यालय नहीं है", "/place")
            raise Problem(PLACE_UNKNOWN, errors=[fault])
        case = await _case(parts, body, actor)
        if case is not None:
            return await _of_case(parts, case, body, place, actor, idempotency_key)
        submission = _walk_in(parts, body, place)
        idempotency = None
        if idempotency_key is not None:
            idempotency = parts.keys.idempotency(idempotency_key, principal=actor.sub, route=ROUTE, body=raw)
        filed = await parts.filing.file(
            submission, key=idempotency_key, idempotency=idempotency, walkin=Walkin(place, body.presence)
        )
        hearing_id = next(iter(filed.case.hearings), None)
        return parts.answers.filed(filed, language_of(accept_language), {"hearing_id": hearing_id})

    return router


def _place(body: VisitBody, actor: Actor) -> str:
    """Who serves a counter checks in there and nowhere else: the clock would run at another station."""
    if actor.role in STATION_ROLES:
        if body.place not in (None, actor.station) or actor.station is None:
            raise Problem(FORBIDDEN, "own_counter")
        return actor.station
    if body.place is None:
        raise Problem(VALIDATION_FAILED, errors=[FieldError("missing", "is required", "आवश्यक है", "/place")])
    return body.place


async def _case(parts: VisitParts, body: VisitBody, actor: Actor) -> Case | None:
    """Who holds the number may be heard at any station; a bare case id works only at the case's own."""
    if body.tracking_number is not None:
        try:
            number = parse_tracking_number(body.tracking_number)
        except MistypedTrackingNumber as error:
            raise Problem(TRACKING_NUMBER_MISTYPED, error.why) from error
        case = await parts.desk.store.by_tracking_number(number)
        if case is None:
            raise Problem(NOT_FOUND)
        return case
    return None if body.case_id is None else await parts.desk.case(body.case_id, actor)


async def _of_case(
    parts: VisitParts, case: Case, body: VisitBody, place: str, actor: Actor, key: str | None
) -> Response:
    check_in = CheckIn(place=place, hearing_id=body.hearing_id, presence=body.presence)
    done = await parts.desk.commands.run(case.case_id, CommandRequest(Act.CHECK_IN, check_in, key), actor)
    came = (one for one in done.case.hearings.values() if arrival(done.case, one) == done.event_id)
    hearing = next(came, None)
    answer = {
        **done.body(),
        "hearing_id": hearing.hearing_id if hearing else None,
        "due": [due_json(due) for due in promised(done.case, hearing)] if hearing else [],
    }
    return json_response(answer, 202)


def _walk_in(parts: VisitParts, body: VisitBody, place: str) -> Submission:
    attributes, faults = checked_attributes(parts.catalogue, parts.service, body.attributes, parts.desk.clock.now())
    if faults:
        raise Problem(VALIDATION_FAILED, errors=faults)
    person = body.complainant or Complainant()
    phone = read_phone(person.phone) if person.phone else None
    return Submission(
        service=parts.service,
        language=body.language,
        channel="counter",
        person=Person(
            name=person.name or None,
            phone=phone,
            address=person.address or None,
        ),
        contact=parts.contact_of(phone) if phone else None,
        description=body.description or None,
        named_station=place,
        attributes=attributes,
        flags=content_flags(parts.catalogue, parts.service, attributes, parts.desk.clock.now()),
        # An officer has the visitor before him.
        contact_proved=True,
    )
