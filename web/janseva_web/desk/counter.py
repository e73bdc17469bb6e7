"""GET /desk/counter: an officer files for the citizen before him, by the citizens' own forms, and reads it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http.problems import NOT_FOUND, Problem
from chassis.sentences import CodeNames
from janseva_web.cookies import Purpose
from janseva_web.desk.officers import ended, for_officers
from janseva_web.filing.api import Filing, elsewhere, next_page
from janseva_web.filing.counter import FIELDS, LONGEST, body_of, choices_of, faults_of
from janseva_web.filing.draft import Draft
from janseva_web.filing.steps import Kind, Step
from janseva_web.home.api import grouped
from janseva_web.languages import INDIA
from janseva_web.pages import Pages, new_router
from janseva_web.suite.client import Api, Asker, Refused
from janseva_web.suite.services import Catalogue, Citizens, Geography
from janseva_web.suite.shapes import Service
from janseva_web.tracking.qr import Receipts
from janseva_web.tracking.streams import INLINE, handed_on
from janseva_web.visit import OFFICER, Receipt, Visit

BASE: Final = "/desk/counter"
# What opens the case on the printed receipt travels in the page's own form, sealed, until it is printed.
PRINTED: Final = Purpose("printed-receipt", timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class CounterFiling(Filing):
    """The citizen's form in an officer's hands: its last page is read to the person, and records how he agreed."""

    code_names: CodeNames

    base: ClassVar[str] = BASE
    check_template: ClassVar[str] = "desk_counter_check.html"

    def own_values(self, step: Step) -> dict[str, Any]:
        values: dict[str, Any] = {"officer": self.visit.cookie(OFFICER)}
        if step.kind is Kind.CHECK:
            latest = self.visit.now.astimezone(INDIA).strftime("%Y-%m-%dT%H:%M")
            given = {**dict.fromkeys(FIELDS, ""), **self.draft.counter}
            values |= {"given": given, "choices": choices_of(self.code_names, self.visit.language), "latest": latest}
        return values

    async def send(self, step: Step) -> Response:
        """Only what was read back, or came on paper."""
        faults = tuple(faults_of(self.draft.counter, self.visit.language))
        if faults:
            return await self.show(step, faults)
        body = self.draft.body(self.service, self.visit.language.filed, logged_in=False)
        body |= body_of(self.draft.counter)
        asker = self.visit.asker(token=self.token)
        try:
            filed = await self.citizens.file(body, self.draft.key, asker)
        except Refused as refused:
            return ended(self.pages, self.visit, refused) if refused.status == 401 else await self.refused(refused)
        receipt = Receipt(filed.tracking_number, filed.receipt_secret)
        sealed = self.visit.sealer.seal(PRINTED, {"number": receipt.number, "secret": receipt.secret}, self.visit.now)
        clocks = {clock.clock: self.visit.language.of(clock.names) for clock in self.service.clocks}
        return self.pages.page(
            self.visit,
            "desk_counter_filed.html",
            officer=self.visit.cookie(OFFICER),
            filed=filed,
            service=self.service,
            sealed=sealed,
            code=receipt.secret,
            picture=self.receipts.picture(receipt),
            clock_names=clocks,
        )


def counter_router(
    pages: Pages,
    catalogue: Catalogue,
    citizens: Citizens,
    geography: Geography,
    receipts: Receipts,
    code_names: CodeNames,
) -> APIRouter:
    router, rooms = new_router(), _CounterPages(pages, catalogue, citizens, geography, receipts, code_names)
    pages.get(router, BASE)(for_officers(pages, rooms.services))
    pages.post(router, f"{BASE}/receipt")(for_officers(pages, rooms.print_receipt, BASE))
    pages.get(router, f"{BASE}/{{code}}")(for_officers(pages, rooms.begin))
    pages.post(router, f"{BASE}/{{code}}")(for_officers(pages, rooms.answer, BASE))
    return router


@dataclass(frozen=True, slots=True)
class _CounterPages:
    pages: Pages
    catalogue: Catalogue
    citizens: Citizens
    geography: Geography
    receipts: Receipts
    code_names: CodeNames

    async def services(self, visit: Visit, _: Asker) -> Response:
        groups = grouped([one for one in await self.catalogue.all(visit.asker()) if elsewhere(one) is None])
        return self.pages.page(visit, "desk_counter.html", officer=visit.cookie(OFFICER), groups=groups)

    async def begin(self, visit: Visit, asker: Asker) -> Response:
        filing = self._filing(visit, await self._service(visit), Draft(), asker)
        return await filing.show(filing.steps[0])

    async def answer(self, visit: Visit, asker: Asker) -> Response:
        service = await self._service(visit)
        draft = Draft.opened(service, visit)
        if draft is None:
            return self.pages.redirect(visit, visit.here)
        if visit.field("step") == Kind.CHECK.value:
            draft.counter = {name: visit.field(name)[:LONGEST] for name in FIELDS if name in visit.form}
        return await next_page(self._filing(visit, service, draft, asker))

    async def print_receipt(self, visit: Visit, _: Asker) -> Response:
        """The receipt on paper; each print is an entry of the case."""
        kept: Mapping[str, Any] | None = visit.sealer.open(PRINTED, visit.field("receipt"), visit.now)
        if kept is None:
            raise Problem(NOT_FOUND)
        receipt = visit.asker(receipt=str(kept["secret"]))
        api: Api = self.citizens.intake
        path = "/v1/complaints/{}/receipt"
        return await handed_on(visit, api, receipt, path, str(kept["number"]), method="POST", shown=INLINE)

    async def _service(self, visit: Visit) -> Service:
        service = await self.catalogue.one(visit.request.path_params["code"], visit.asker())
        if service is None or not service.live or elsewhere(service) is not None:
            raise Problem(NOT_FOUND)
        return service

    def _filing(self, visit: Visit, service: Service, draft: Draft, asker: Asker) -> CounterFiling:
        parts = (self.pages, self.citizens, self.geography, self.receipts, visit, service, draft, asker.token)
        return CounterFiling(*parts, self.code_names)
