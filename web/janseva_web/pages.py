"""Every page is made here: a template, its visit, and the texts of one language; errors too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.clock import Clock
from chassis.http.app import RequestRoute
from chassis.http.known_query import ANY_QUERY
from janseva_web.cookies import Sealer
from janseva_web.languages import Languages
from janseva_web.static_files import StaticFiles
from janseva_web.suite.client import Refused
from janseva_web.visit import Visit

TEMPLATES: Final = Path(__file__).with_name("templates")
# Statuses with a text of their own; any other has that of its hundred.
ERROR_TEXTS: Final = frozenset({400, 401, 403, 404, 405, 408, 410, 413, 422, 429, 500, 502, 503})

PageMaker = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A wrong answer: the field's id on the page, and what is wrong with it, for the visitor."""

    field: str
    text: str


class Pages:
    """Makes pages of templates, and routes of functions that answer a visit.

    `shown`: what templates know of settings.
    """

    def __init__(
        self,
        languages: Languages,
        sealer: Sealer,
        static: StaticFiles,
        clock: Clock,
        *,
        secure: bool,
        shown: Mapping[str, object],
    ) -> None:
        self.languages = languages
        self._sealer = sealer
        self._clock = clock
        self._secure = secure
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(shown, static=static.address)

    def visit(self, request: Request) -> Visit:
        return Visit(request, self.languages, self._sealer, self._clock, secure=self._secure)

    def page(self, visit: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
        """A whole page."""
        language = visit.language
        faults: tuple[FieldFault, ...] = tuple(values.pop("faults", ()))
        html = self._environment.get_template(template).render(
            visit=visit,
            language=language,
            t=language.text,
            plural=language.plural,
            faults=faults,
            fault_of={fault.field: fault.text for fault in reversed(faults)},
            **values,
        )
        headers = {"content-language": language.code, "vary": "accept-language, cookie"}
        return visit.finish(HTMLResponse(html, status, headers))

    def script(self, template: str, **values: object) -> str:
        """What is no page: a script with addresses in it."""
        return self._environment.get_template(template).render(**values)

    def redirect(self, visit: Visit, place: str) -> Response:
        """To another page of ours, by GET."""
        return visit.finish(RedirectResponse(place, 303))

    def error(self, visit: Visit, status: int, *, title: str = "", detail: str = "") -> Response:
        """A page that says what went wrong and what to do; a service's own words where it gave some."""
        known = status if status in ERROR_TEXTS else (500 if status >= 500 else 400)
        return self.page(
            visit,
            "error.html",
            status=status,
            title=title or visit.language.text(f"error.{known}.title"),
            detail=detail or visit.language.text(f"error.{known}.detail"),
        )

    def refused(self, visit: Visit, refused: Refused) -> Response:
        return self.error(visit, refused.status, title=refused.title, detail=refused.detail)

    def get(self, router: APIRouter, path: str) -> Callable[[PageMaker], PageMaker]:
        return self._route(router, path, "GET")

    def post(self, router: APIRouter, path: str) -> Callable[[PageMaker], PageMaker]:
        return self._route(router, path, "POST")

    def _route(self, router: APIRouter, path: str, method: str) -> Callable[[PageMaker], PageMaker]:
        def add(make: PageMaker) -> PageMaker:
            async def endpoint(request: Request) -> Response:
                visit = self.visit(request)
                try:
                    return await make(visit)
                finally:
                    # Files that were sent lie in the system's temporary folder for as long as this takes.
                    await visit.form.close()

            # A link with a stranger's parameter in it (?utm_source=...) still leads to its page.
            router.add_api_route(
                path, endpoint, methods=[method], include_in_schema=False, name=make.__name__, openapi_extra=ANY_QUERY
            )
            return make

        return add


def new_router() -> APIRouter:
    return APIRouter(route_class=RequestRoute)


def own_path(place: str, otherwise: str = "/") -> str:
    """A path of this site, to go on to: never another host, however it is spelled."""
    fine = place.startswith("/") and not place.startswith(("//", "/\\")) and len(place) <= 400
    return place if fine and place.isascii() and place.isprintable() and "\\" not in place else otherwise
