"""/v1/desk/registers: officers add, correct and end entries, each in the name of a post and within its charge."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from chassis.bilingual import Language
from chassis.http.moments import Since, Until
from chassis.http.openapi import described
from chassis.http.problems import FORBIDDEN, VALIDATION_FAILED, FieldError, Problem, language_of
from event_schemas.calendars import india_date
from intake.auth import Authenticator, Principal, actor_of
from intake.case.scope import DISTRICT_ROLES, OFFICER_ROLES, STATION_ROLES, Actor
from intake.case.states import Role
from intake.desk.api import version_of
from intake.http.answers import json_response
from intake.http.reading import read_model
from intake.registers import docs
from intake.registers.api import DEFAULT_LIMIT, MAX_LIMIT, STATION_CODE, read_order, shown, write_order
from intake.registers.bodies import AddEntry, CorrectEntry, EndEntry, SourceBody
from intake.registers.domain import Draft, spelled
from intake.registers.handlers import Asked, RegisterDesk
from intake.registers.keys import LONGEST_QUERY
from intake.registers.model import Entry, Kind, Source
from intake.registers.problems import REGISTER_UNKNOWN
from intake.registers.views import desk_view

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class DeskRegisterParts:
    desk: RegisterDesk
    authenticator: Authenticator
    public_url: str

    def kind(self, register: str) -> Kind:
        kind = self.desk.registers.get(register)
        if kind is None:
            raise Problem(REGISTER_UNKNOWN)
        return kind

    def answer(
        self, kind: Kind, entry: Entry, language: Language, status: int = 200, location: str | None = None
    ) -> Response:
        view = desk_view(kind, entry, language, self.public_url, self.desk.clock.now())
        headers = {"ETag": f'"{entry.version}"', "Cache-Control": "no-store", "Content-Language": language}
        return json_response(view, status, headers | ({"Location": location} if location else {}))


def desk_registers_router(parts: DeskRegisterParts) -> APIRouter:
    router = APIRouter(prefix="/v1/desk/registers", tags=["registers"])
    Officer = Annotated[Principal, Depends(parts.authenticator.officer(*OFFICER_ROLES))]  # noqa: N806  a type
    Tongue = Annotated[str | None, Header(alias="accept-language")]  # noqa: N806  a type
    desk = parts.desk

    @router.get("/{register}")
    @described(docs.DESK_LIST)
    async def entries(
        register: str,
        principal: Officer,
        state: Annotated[Literal["current", "all"], Query()] = "current",
        q: Annotated[str | None, Query(max_length=LONGEST_QUERY)] = None,
        district: Annotated[str | None, Query(max_length=100)] = None,
        station: Annotated[str | None, Query(pattern=STATION_CODE)] = None,
        since: Annotated[Since | None, Query(alias="from")] = None,
        until: Annotated[Until | None, Query()] = None,
        cursor: Annotated[str | None, Query(max_length=400)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
        accept_language: Tongue = None,
    ) -> Response:
        kind = parts.kind(register)
        own_district, own_station = own_charge(actor_of(principal), district, station)
        asked = Asked(
            q=(q or "").strip() or None,
            district=own_district,
            station=own_station,
            first=None if since is None else india_date(since),
            last=None if until is None else india_date(until - _MOMENT),
            after=read_order(cursor),
            limit=limit,
        )
        found = await desk.search(kind, asked, current=state == "current")
        language, now = language_of(accept_language), desk.clock.now()
        items = [desk_view(kind, entry, language, parts.public_url, now) for entry in found.entries]
        headers = {"Cache-Control": "no-store", "Content-Language": language}
        return json_response({"items": items, "next_cursor": write_order(found.next_order)}, headers=headers)

    @router.get("/{register}/{entry_id}")
    @described(docs.DESK_READ)
    async def entry(register: str, entry_id: str, principal: Officer, accept_language: Tongue = None) -> Response:
        kind = parts.kind(register)
        found = await desk.kept_entry(kind, entry_id, actor_of(principal))
        return parts.answer(kind, found, language_of(accept_language))

    @router.post("/{register}", status_code=201)
    @described(docs.add(next(iter(desk.registers))))
    async def add(register: str, principal: Officer, request: Request, accept_language: Tongue = None) -> Response:
        kind, actor = parts.kind(register), actor_of(principal)
        body = await read_model(request, AddEntry)
        added = await desk.add(kind, _draft(kind, body, actor), actor)
        location = f"{parts.public_url.rstrip('/')}/v1/desk/registers/{kind.kind}/{added.entry_id}"
        return parts.answer(kind, added, language_of(accept_language), 201, location)

    @router.post("/{register}/{entry_id}/correct")
    @described(docs.CORRECT)
    async def correct(
        register: str,
        entry_id: str,
        principal: Officer,
        request: Request,
        if_match: Annotated[str | None, Header()] = None,
        accept_language: Tongue = None,
    ) -> Response:
        kind = parts.kind(register)
        body = await read_model(request, CorrectEntry)
        changed = await desk.correct(
            kind,
            entry_id,
            actor_of(principal),
            lambda before: _edited(kind, before, body),
            body.reason,
            version_of(if_match),
        )
        return parts.answer(kind, changed, language_of(accept_language))

    @router.post("/{register}/{entry_id}/end")
    @described(docs.END)
    async def end(
        register: str,
        entry_id: str,
        principal: Officer,
        request: Request,
        if_match: Annotated[str | None, Header()] = None,
        accept_language: Tongue = None,
    ) -> Response:
        kind = parts.kind(register)
        body = await read_model(request, EndEntry)
        done = await desk.end(kind, entry_id, actor_of(principal), body.reason_code, version_of(if_match))
        return parts.answer(kind, done, language_of(accept_language))

    @router.get("/{register}/{entry_id}/matches")
    @described(docs.MATCHES)
    async def matches(register: str, entry_id: str, principal: Officer, accept_language: Tongue = None) -> Response:
        kind = parts.kind(register)
        entry = await desk.kept_entry(kind, entry_id, actor_of(principal))
        language, now = language_of(accept_language), desk.clock.now()
        items = [
            {
                "entry": desk_view(parts.kind(one.entry.kind), one.entry, language, parts.public_url, now),
                "by": one.by,
                "score": one.score,
            }
            for one in await desk.matches(entry)
        ]
        headers = {"Cache-Control": "no-store", "Content-Language": language}
        return json_response({"items": items, "next_cursor": None}, headers=headers)

    @router.put("/{register}/{entry_id}/photo", openapi_extra=docs.PICTURE_BODY)
    @described(docs.SET_PHOTO)
    async def set_photo(
        register: str, entry_id: str, principal: Officer, request: Request, accept_language: Tongue = None
    ) -> Response:
        kind = parts.kind(register)
        changed = await desk.set_photo(kind, entry_id, actor_of(principal), await request.body())
        return parts.answer(kind, changed, language_of(accept_language))

    @router.get("/{register}/{entry_id}/photo", response_class=Response)
    @described(docs.DESK_PHOTO)
    async def photo(register: str, entry_id: str, principal: Officer) -> Response:
        kind = parts.kind(register)
        entry = await desk.kept_entry(kind, entry_id, actor_of(principal))
        return shown(await desk.photo_of(kind, entry, to_desk=True))

    return router


def own_charge(actor: Actor, district: str | None, station: str | None) -> tuple[str | None, str | None]:
    """The district and station whose entries an officer lists: his own, whatever he asks. Problem 403 without one."""
    if actor.role is Role.HQ:
        return district, station
    if actor.role in DISTRICT_ROLES and actor.district is not None:
        return actor.district, station
    if actor.role not in STATION_ROLES:
        raise Problem(FORBIDDEN)
    if actor.station is None or station not in (None, actor.station):
        raise Problem(FORBIDDEN, "own_station")
    return None, actor.station


def _draft(kind: Kind, body: AddEntry, actor: Actor) -> Draft:
    district = body.district or actor.district
    if district is None:
        raise Problem(VALIDATION_FAILED, errors=[FieldError("missing", "is required", "आवश्यक है", "/district")])
    return Draft(
        station=body.station or actor.station,
        district=district,
        since=body.since,
        source=_source(body.source),
        attributes=spelled(kind, body.attributes),
        ends_on=body.ends_on,
    )


def _edited(kind: Kind, before: Entry, body: CorrectEntry) -> Draft:
    attributes: dict[str, Any] = {**before.attributes, **body.attributes}
    return Draft(
        station=before.station,
        district=before.district,
        since=body.since or before.since,
        source=before.source if body.source is None else _source(body.source),
        attributes=spelled(kind, attributes),
        ends_on=body.ends_on or before.ends_on,
    )


def _source(body: SourceBody) -> Source:
    return Source(body.kind, body.dated, body.number or None)
