"""GET /v1/registers and below: what everybody, or every citizen with a login, looks up."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from chassis.http import cursor as cursors
from chassis.http.moments import Since, Until
from chassis.http.openapi import described
from chassis.http.problems import VALIDATION_FAILED, FieldError, Problem, language_of
from chassis.http.rates import RateLimit
from event_schemas.calendars import india_date
from intake.auth import Authenticator
from intake.evidence.media import EXTENSIONS
from intake.http.answers import json_response
from intake.problems import CURSOR_INVALID
from intake.registers import docs
from intake.registers.handlers import Asked, RegisterDesk, check_width
from intake.registers.keys import LONGEST_QUERY
from intake.registers.model import Kind
from intake.registers.photos import Photo
from intake.registers.views import entry_view, info_view

DEFAULT_LIMIT, MAX_LIMIT = 20, 100
STATION_CODE: Final = r"^[0-9A-Za-z][0-9A-Za-z_-]{0,39}$"
LONGEST_ORDER: Final = 120
_MOMENT: Final = timedelta(microseconds=1)
# What is read with a login is kept by nobody on the way; neither is who looked for whom.
PRIVATE: Final = {"Cache-Control": "private, no-store", "Vary": "Accept-Language, Authorization"}


@dataclass(frozen=True, slots=True)
class RegisterParts:
    desk: RegisterDesk
    authenticator: Authenticator
    public_url: str
    searches: RateLimit

    def guard(self, kind: Kind) -> list[Any]:
        """The login that a register asks for, and the limit of look-ups, as a route's dependencies."""
        limit = Depends(self.searches.by_address())
        return [limit] if kind.login == "none" else [limit, Depends(self.authenticator.citizen)]


def registers_router(parts: RegisterParts) -> APIRouter:
    router = APIRouter(prefix="/v1/registers", tags=["registers"])
    registers = parts.desk.registers

    @router.get("")
    @described(docs.REGISTERS)
    async def all_registers(accept_language: Annotated[str | None, Header()] = None) -> Response:
        language = language_of(accept_language)
        items = [info_view(kind, registers.questions[kind.kind].form(language), language) for kind in registers]
        return _answer({"items": items, "next_cursor": None}, language)

    for kind in registers:
        _add_kind(router, parts, kind)
    return router


def _add_kind(router: APIRouter, parts: RegisterParts, kind: Kind) -> None:
    @router.get(
        f"/{kind.kind}",
        name=kind.kind,
        dependencies=parts.guard(kind),
        openapi_extra={"parameters": docs.filters_of(kind)},
    )
    @described(docs.search(kind))
    async def search(
        request: Request,
        q: Annotated[str | None, Query(max_length=LONGEST_QUERY)] = None,
        district: Annotated[str | None, Query(max_length=100)] = None,
        station: Annotated[str | None, Query(pattern=STATION_CODE)] = None,
        since: Annotated[Since | None, Query(alias="from")] = None,
        until: Annotated[Until | None, Query()] = None,
        cursor: Annotated[str | None, Query(max_length=400)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        asked = Asked(
            q=(q or "").strip() or None,
            district=(district or "").strip() or None,
            station=station,
            first=None if since is None else india_date(since),
            last=None if until is None else india_date(until - _MOMENT),
            filters=chosen(kind, request),
            after=read_order(cursor),
            limit=limit,
        )
        check_width(kind, asked)
        found = await parts.desk.search(kind, asked)
        language = language_of(accept_language)
        page = {
            "kind": kind.kind,
            "name": kind.names.in_(language),
            "note": kind.note and kind.note.in_(language),
            "items": [entry_view(kind, entry, language, parts.public_url) for entry in found.entries],
            "next_cursor": write_order(found.next_order),
        }
        return _answer(page, language)

    @router.get(f"/{kind.kind}/{{entry_id}}", name=f"{kind.kind} entry", dependencies=parts.guard(kind))
    @described(docs.entry(kind))
    async def entry(entry_id: str, accept_language: Annotated[str | None, Header()] = None) -> Response:
        found = await parts.desk.public_entry(kind, entry_id)
        language = language_of(accept_language)
        return _answer(entry_view(kind, found, language, parts.public_url), language)

    if kind.photo is None or kind.photo.shown == "desk":
        return

    @router.get(
        f"/{kind.kind}/{{entry_id}}/photo",
        name=f"{kind.kind} photo",
        dependencies=parts.guard(kind),
        response_class=Response,
    )
    @described(docs.photo(kind))
    async def photo(entry_id: str) -> Response:
        found = await parts.desk.public_entry(kind, entry_id)
        return shown(await parts.desk.photo_of(kind, found, to_desk=False))


def shown(photo: Photo) -> Response:
    """A picture to look at, which no browser runs, keeps or lets another site show as its own."""
    headers = {
        "Content-Disposition": f'inline; filename="photo.{EXTENSIONS[photo.media_type]}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-site",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-store",
    }
    return Response(photo.content, 200, headers, photo.media_type)


def chosen(kind: Kind, request: Request) -> dict[str, str]:
    """The values of fields by which the query narrows the search. Problem 422 for one that is not in its list."""
    given = {name: request.query_params[name] for name in kind.filters if name in request.query_params}
    wrong = [name for name, value in given.items() if value not in kind.fields[name]["enum"]]
    if wrong:
        faults = [
            FieldError("enum", "is not one of the values", "सूची में नहीं है", parameter=f"query.{name}") for name in wrong
        ]
        raise Problem(VALIDATION_FAILED, errors=faults)
    return given


def read_order(cursor: str | None) -> str | None:
    if not cursor:
        return None
    try:
        (order,) = cursors.read_cursor(cursor, 1)
    except ValueError:
        raise Problem(CURSOR_INVALID) from None
    if len(order) > LONGEST_ORDER or not order.isprintable():
        raise Problem(CURSOR_INVALID)
    return order


def write_order(order: str | None) -> str | None:
    return None if order is None else cursors.write_cursor(order)


def _answer(body: Any, language: str) -> Response:
    return json_response(body, headers={**PRIVATE, "Content-Language": language})
