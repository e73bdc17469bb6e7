"""GET /services/{code} and its form: each page is sent, looked at and answered by the next; nothing is kept here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http.problems import NOT_FOUND, Problem
from janseva_web.account.session import citizen_token
from janseva_web.filing.draft import Draft
from janseva_web.filing.faults import faults_of_step, located
from janseva_web.filing.review import rows_of
from janseva_web.filing.steps import Kind, Step, needed_questions, step_named, steps_of
from janseva_web.languages import INDIA
from janseva_web.pages import FieldFault, Pages, new_router
from janseva_web.suite.client import Refused
from janseva_web.suite.services import Catalogue, Citizens, Geography
from janseva_web.suite.shapes import Filed, Office, Service
from janseva_web.tracking.qr import Receipts
from janseva_web.visit import CITIZEN, Receipt, Visit

EMERGENCY: Final = "emergency"
# What makes no case.
LOOKUP: Final = "lookup"
# Services that are asked for by a call of their own have pages of their own.
OWN_PAGES: Final = {"secret-tip": "/tips", "senior-away-notice": "/away"}
# Sent again later, the same form files nothing twice.
SEND_AGAIN: Final = frozenset({409, 429, 502, 503})


@dataclass(frozen=True, slots=True)
class Filing:
    """One visitor at one service's form."""

    pages: Pages
    citizens: Citizens
    geography: Geography
    receipts: Receipts
    visit: Visit
    service: Service
    draft: Draft
    token: str | None

    base: ClassVar[str] = "/file"
    check_template: ClassVar[str] = "filing_check.html"

    @property
    def steps(self) -> tuple[Step, ...]:
        return steps_of(self.service, self.draft.answers)

    async def show(
        self, step: Step, faults: Sequence[FieldFault] = (), *, stations: Sequence[Office] = (), notice: str = ""
    ) -> Response:
        """A step's page, with the draft sealed in its form."""
        steps = self.steps
        route = await self._foretold() if step.kind is Kind.CHECK else None
        return self.pages.page(
            self.visit,
            self.check_template if step.kind is Kind.CHECK else "filing_step.html",
            status=422 if faults else 200,
            faults=faults,
            service=self.service,
            step=step,
            number=next(number for number, one in enumerate(steps, 1) if one.name == step.name),
            of=len(steps),
            draft=self.draft,
            sealed=self.draft.sealed(self.service, self.visit),
            needed=needed_questions(self.service, self.draft.answers),
            today=self.visit.now.astimezone(INDIA).date().isoformat(),
            stations=stations,
            station_choices=[(office.code, self._office_name(office)) for office in stations],
            notice=notice,
            logged_in=self.token is not None,
            rows=rows_of(self.service, self.draft, steps, self.visit.language) if step.kind is Kind.CHECK else (),
            route=route,
            place=f"{self.base}/{self.service.code}",
            **self.own_values(step),
        )

    def own_values(self, _step: Step) -> dict[str, Any]:
        """What a page shows besides."""
        return {}

    async def answer(self, step: Step, go: str) -> Response:
        """The page that follows the one that was sent."""
        steps = self.steps
        place = next(number for number, one in enumerate(steps) if one.name == step.name)
        if go.startswith("change:"):
            return await self.show(step_named(steps, go.partition(":")[2]))
        if go == "back":
            return await self.show(steps[max(place - 1, 0)])
        if step.kind is Kind.PLACE and (go == "find" or (self._station_text() and not self.draft.station)):
            return await self._find(step)
        if step.kind is Kind.CHECK:
            return await self.send(step) if go == "send" else await self.show(step)
        faults = faults_of_step(step, self.service, self.draft, self.visit.language)
        return await self.show(step, faults) if faults else await self.show(steps[place + 1])

    def _office_name(self, office: Office) -> str:
        return f"{self.visit.language.of(office.names)} ({office.district})"

    def _station_text(self) -> str:
        return self.visit.field("station_text")[:100]

    async def _find(self, step: Step) -> Response:
        """The stations of a name, to choose from."""
        text = self._station_text()
        found = (await self.geography.stations(text, self.visit.asker())).items if text else ()
        if not found:
            missing = self.visit.language.text("place.none_found" if text else "place.write_a_name")
            return await self.show(step, [FieldFault("station_text", missing)])
        return await self.show(step, stations=found)

    async def _foretold(self) -> Office | None:
        """The station that the case would go to; None where that is not known before it is filed."""
        query = self.draft.route_query(self.service)
        if query is None:
            return None
        try:
            return (await self.geography.route(query, self.visit.asker())).station
        except Refused:
            # A forecast: without it the form is sent all the same.
            return None

    async def send(self, _step: Step) -> Response:
        body = self.draft.body(self.service, self.visit.language.filed, logged_in=self.token is not None)
        try:
            filed = await self.citizens.file(body, self.draft.key, self.visit.asker(token=self.token))
        except Refused as refused:
            return await self.refused(refused)
        self.visit.keep_receipt(Receipt(filed.tracking_number, filed.receipt_secret))
        return filed_page(self.pages, self.visit, self.receipts, filed, self.service)

    async def refused(self, refused: Refused) -> Response:
        """Faults at their fields; what time or a login mends, on the last page with everything still in it."""
        steps, text = self.steps, self.visit.language.text
        if refused.errors:
            step, faults = located(refused.errors, steps, self.service)
            return await self.show(step, faults)
        if refused.status == 401:
            self.visit.drop(CITIZEN)
            return await self.show(steps[-1], notice=text("filing.log_in_again"))
        if refused.status in SEND_AGAIN:
            return await self.show(steps[-1], notice=refused.detail or text("filing.not_sent"))
        return await self.show(steps[-1], [FieldFault("", refused.detail or refused.title or text("filing.not_sent"))])


async def next_page(filing: Filing) -> Response:
    """Take over the page that was sent, and answer it with the next."""
    visit, draft = filing.visit, filing.draft
    step = step_named(filing.steps, visit.field("step"))
    before = draft.station
    draft.merge(step, filing.service, visit.form)
    if draft.station and draft.station != before:
        office = await filing.geography.station(draft.station, visit.asker())
        draft.station_name = visit.language.of(office.names)
    return await filing.answer(step, visit.field("go"))


def filed_page(pages: Pages, visit: Visit, receipts: Receipts, filed: Filed, service: Service) -> Response:
    """The confirmation: the number, what opens the case, what happens next. Sent twice, it is the same page."""
    receipt = Receipt(filed.tracking_number, filed.receipt_secret)
    clocks = {clock.clock: visit.language.of(clock.names) for clock in service.clocks}
    return pages.page(
        visit,
        "filed.html",
        filed=filed,
        service=service,
        code=receipt.secret,
        picture=receipts.picture(receipt),
        clock_names=clocks,
    )


def elsewhere(service: Service) -> str | None:
    """Where a service is asked for that has no form here. Secret information leaves no trace in these forms."""
    if service.lane == EMERGENCY:
        return "/emergency"
    if service.family == LOOKUP:
        return "/registers"
    return None if service.own_call is None else OWN_PAGES.get(service.code, f"/services/{service.code}")


def filing_router(
    pages: Pages, catalogue: Catalogue, citizens: Citizens, geography: Geography, receipts: Receipts
) -> APIRouter:
    router, rooms = new_router(), _FilingPages(pages, catalogue, citizens, geography, receipts)
    pages.get(router, "/services/{code}")(rooms.service_page)
    pages.get(router, "/file/{code}")(rooms.begin)
    pages.post(router, "/file/{code}")(rooms.answer)
    return router


@dataclass(frozen=True, slots=True)
class _FilingPages:
    pages: Pages
    catalogue: Catalogue
    citizens: Citizens
    geography: Geography
    receipts: Receipts

    async def service_page(self, visit: Visit) -> Response:
        service = await self._service(visit)
        place = elsewhere(service)
        if place is not None and place != visit.here:
            return self.pages.redirect(visit, place)
        return self.pages.page(visit, "service.html", service=service)

    async def begin(self, visit: Visit) -> Response:
        service = await self._service(visit)
        if (place := elsewhere(service)) is not None:
            return self.pages.redirect(visit, place)
        token = await citizen_token(visit, self.citizens)
        if service.needs_login and token is None:
            return self.pages.redirect(visit, f"/login?to=/file/{service.code}")
        filing = self._filing(visit, service, Draft(), token)
        return await filing.show(filing.steps[0])

    async def answer(self, visit: Visit) -> Response:
        service = await self._service(visit)
        if (place := elsewhere(service)) is not None:
            return self.pages.redirect(visit, place)
        await visit.read_form()
        draft = Draft.opened(service, visit)
        if draft is None:
            return self.pages.redirect(visit, f"/file/{service.code}")
        filing = self._filing(visit, service, draft, await citizen_token(visit, self.citizens))
        return await next_page(filing)

    async def _service(self, visit: Visit) -> Service:
        service = await self.catalogue.one(visit.request.path_params["code"], visit.asker())
        if service is None:
            raise Problem(NOT_FOUND)
        return service

    def _filing(self, visit: Visit, service: Service, draft: Draft, token: str | None) -> Filing:
        return Filing(self.pages, self.citizens, self.geography, self.receipts, visit, service, draft, token)
