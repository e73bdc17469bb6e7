"""The desk's inbox: which cases wait, in which order, how many, and many acknowledged in one call."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.http.moments import Since, Until
from chassis.http.openapi import described
from chassis.http.problems import FORBIDDEN, Language, Problem, language_of
from event_schemas import ComplaintAcknowledged
from intake.auth import Principal, actor_of
from intake.case.numbers import LONGEST_TYPED, MistypedTrackingNumber, parse_tracking_number
from intake.case.scope import DISTRICT_ROLES, STATION_ROLES, Actor
from intake.case.states import DONE, State
from intake.case.store import CaseFilter, Sort
from intake.commands.handlers import CommandRequest
from intake.commands.table import DESK_COMMANDS
from intake.desk import docs
from intake.desk.api import DeskParts
from intake.desk.likeness import NONE, likeness_of
from intake.desk.views import desk_item
from intake.http.answers import json_response
from intake.http.paging import read_cursor, read_due_cursor
from intake.http.reading import read_model
from intake.problems import TRACKING_NUMBER_MISTYPED

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
MOST_AT_ONCE: Final = 100
_ACKNOWLEDGE: Final = next(act for act, row in DESK_COMMANDS.items() if row.event is ComplaintAcknowledged)


class AcknowledgeMany(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    case_ids: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1, max_length=64)], ...],
        Field(min_length=1, max_length=MOST_AT_ONCE),
    ]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an officer looks for; each None leaves that choice open."""

    station: str | None
    status: State | None
    service: str | None
    group: str | None
    q: str | None
    filed_since: datetime | None
    filed_until: datetime | None
    open: bool
    overdue: bool
    mine: bool

    def filter(self, actor: Actor, now: datetime) -> CaseFilter:
        """Problem 403 for another's station, 400 for a mistyped number."""
        return replace(
            _own_cases(actor, self.station, self.status),
            service=self.service,
            group=self.group,
            tracking_number=None if self.q is None else _number(self.q),
            filed_since=self.filed_since,
            filed_before=self.filed_until,
            states=_OPEN if self.open or self.overdue else None,
            due_before=now if self.overdue else None,
            officer=actor.sub if self.mine else None,
        )


def _wanted(
    station: Annotated[str | None, Query(max_length=40)] = None,
    status: Annotated[State | None, Query()] = None,
    service: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,60}$")] = None,
    group: Annotated[str | None, Query(pattern=r"^(source|number):[0-9A-Za-z_-]{1,40}$")] = None,
    q: Annotated[str | None, Query(max_length=LONGEST_TYPED)] = None,
    since: Annotated[Since | None, Query(alias="from")] = None,
    until: Annotated[Until | None, Query()] = None,
    open_only: Annotated[bool, Query(alias="open")] = False,
    overdue: Annotated[bool, Query()] = False,
    mine: Annotated[bool, Query()] = False,
) -> Wanted:
    return Wanted(station, status, service, group, q, since, until, open_only, overdue, mine)


_OPEN: Final = frozenset(State) - DONE


def inbox_router(parts: DeskParts) -> APIRouter:
    """Before the calls of one case: `counts` and `acknowledge` are no case's id."""
    router = APIRouter(prefix="/v1/desk/cases", tags=["desk"])
    Officer = Annotated[Principal, Depends(parts.officer)]  # noqa: N806  a type

    @router.get("")
    @described(docs.LIST)
    async def cases(
        principal: Officer,
        wanted: Annotated[Wanted, Depends(_wanted)],
        sort: Annotated[Sort, Query()] = Sort.NEWEST,
        cursor: Annotated[str | None, Query(max_length=300)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        now = parts.clock.now()
        after = read_cursor(cursor) if sort is Sort.NEWEST else read_due_cursor(cursor)
        page = await parts.store.page(wanted.filter(actor_of(principal), now), after, limit, sort)
        like = await likeness_of(parts.store, page.cases)
        labels = parts.labels(language_of(accept_language))
        items = [desk_item(case, now, labels, like.get(case.case_id, NONE)) for case in page.cases]
        return json_response({"items": items, "next_cursor": page.cursor})

    @router.get("/counts")
    @described(docs.COUNTS)
    async def counts(principal: Officer, station: Annotated[str | None, Query(max_length=40)] = None) -> Response:
        actor = actor_of(principal)
        found = await parts.store.counts(_own_cases(actor, station, None), parts.clock.now(), actor.sub)
        return json_response(
            {
                "open": sum(found.states.values()),
                "overdue": found.overdue,
                "mine": found.mine,
                "by_status": {state.value: found.states.get(state, 0) for state in State if state in _OPEN},
            }
        )

    @router.post("/acknowledge")
    @described(docs.acknowledge_many(AcknowledgeMany))
    async def acknowledge(
        principal: Officer, request: Request, accept_language: Annotated[str | None, Header()] = None
    ) -> Response:
        body, actor = await read_model(request, AcknowledgeMany), actor_of(principal)
        language = language_of(accept_language)
        items = [await _acknowledged(parts, case_id, actor, language) for case_id in dict.fromkeys(body.case_ids)]
        return json_response({"items": items, "next_cursor": None})

    return router


async def _acknowledged(parts: DeskParts, case_id: str, actor: Actor, language: Language) -> dict[str, Any]:
    """A command of its own, with its own event and entry in the trail; one that is refused keeps no other back."""
    try:
        done = await parts.commands.run(
            case_id, CommandRequest(_ACKNOWLEDGE, DESK_COMMANDS[_ACKNOWLEDGE].body()), actor
        )
    except Problem as problem:
        return {
            "case_id": case_id,
            "status": None,
            "version": None,
            "code": problem.type.code,
            "detail": problem.detail(language),
        }
    return {"case_id": case_id, "status": done.state.value, "version": done.version, "code": None, "detail": None}


def _number(typed: str) -> str:
    try:
        return parse_tracking_number(typed)
    except MistypedTrackingNumber as error:
        raise Problem(TRACKING_NUMBER_MISTYPED, error.why) from error


def _own_cases(actor: Actor, station: str | None, status: State | None) -> CaseFilter:
    check_station(actor, station)
    return CaseFilter(seen_by=actor, station=station, status=None if status is None else status.value)


def check_station(actor: Actor, station: str | None) -> None:
    """Problem 403 for another's station, and for an officer whose token names no place of his own."""
    if actor.role in STATION_ROLES and (actor.station is None or station not in (None, actor.station)):
        raise Problem(FORBIDDEN, "own_station")
    if actor.role in DISTRICT_ROLES and actor.district is None:
        raise Problem(FORBIDDEN, "no_district")
