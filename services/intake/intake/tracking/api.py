"""GET /v1/complaints/{tracking_number}, GET /v1/me/cases, and the citizen's own commands."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from chassis.clock import Clock
from chassis.http.openapi import described
from chassis.http.problems import NOT_FOUND, Language, Problem, language_of
from intake.auth import Authenticator, Principal
from intake.beat.commands import AnswerVisit
from intake.case.command import CommandBody
from intake.case.model import Case
from intake.case.numbers import MistypedTrackingNumber, parse_tracking_number, receipt_hash
from intake.case.scope import Actor
from intake.case.states import Role
from intake.case.store import CaseFilter, CaseStore, Proof
from intake.catalogue import Catalogue
from intake.commands.contact import ContactBody
from intake.commands.general import Feedback, Withdraw
from intake.commands.handlers import CommandDesk, CommandRequest
from intake.commands.table import Act
from intake.http.answers import json_response, matches
from intake.http.paging import read_cursor
from intake.http.reading import read_model
from intake.http.receipts import Receipt
from intake.problems import TRACKING_NUMBER_MISTYPED
from intake.reopening.commands import Renew, Reopen
from intake.texts import Texts
from intake.tracking import docs
from intake.tracking.views import appeal_view, own_case, status_view


class StatusReader:
    """Finds a case for who may see it, and renders it."""

    def __init__(self, *, store: CaseStore, texts: Texts, clock: Clock, public_url: str, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._store = store
        self._texts = texts
        self._clock = clock
        self._public_url = public_url

    async def owned(self, tracking_number: str, principal: Principal | None, receipt: str | None) -> Case:
        """404 for everyone but the owner and who holds the receipt: that a case exists is nobody else's business."""
        try:
            number = parse_tracking_number(tracking_number)
        except MistypedTrackingNumber as error:
            raise Problem(TRACKING_NUMBER_MISTYPED, error.why) from error
        case = await self._store.opened(number, proof_of(principal, receipt))
        if case is None:
            raise Problem(NOT_FOUND)
        return case

    async def render(self, case: Case, language: Language) -> tuple[bytes, str]:
        """The body and its ETag, which changes with the case and the language but not with the seconds left."""
        view = await self.view(case, language)
        return bytes(json_response(view).body), f'W/"{case.version}.{case.changes}.{language}"'

    async def view(self, case: Case, language: Language, *, for_officers: bool = False) -> Mapping[str, Any]:
        derived = await self._store.timeline(case.case_id)
        return status_view(
            case,
            derived,
            texts=self._texts,
            language=language,
            now=self._clock.now(),
            public_url=self._public_url,
            service=self._catalogue.get(case.service_code),
            helplines=self._catalogue.helplines(case.service_code, case.attributes),
            for_officers=for_officers,
        )

    def appeal(self, case: Case, language: Language) -> Mapping[str, Any] | None:
        """The offer of an appeal, if there is one."""
        return appeal_view(case, self._public_url, self._texts, language)

    def line(self, case: Case, language: Language) -> Mapping[str, Any]:
        """The case in the list of its citizen."""
        return own_case(case, self._texts, language)


def proof_of(principal: Principal | None, receipt: str | None) -> Proof:
    """What the caller shows. The receipt is hashed whether there is one or not: the work is the same."""
    return Proof(sub=principal.sub if principal else None, receipt=receipt_hash(receipt or ""))


def status_router(
    reader: StatusReader, commands: CommandDesk, store: CaseStore, authenticator: Authenticator, clock: Clock
) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["status"])
    Caller = Annotated[Principal | None, Depends(authenticator.optional_citizen)]  # noqa: N806  a type

    @router.get("/complaints/{tracking_number}")
    @described(docs.STATUS)
    async def status(
        tracking_number: str,
        principal: Caller,
        receipt: Receipt,
        if_none_match: Annotated[str | None, Header()] = None,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        case = await reader.owned(tracking_number, principal, receipt)
        language = language_of(accept_language)
        body, etag = await reader.render(case, language)
        headers = {
            "ETag": etag,
            "Cache-Control": "private, no-cache",
            "Content-Language": language,
            "Vary": "Accept-Language, Authorization, X-Receipt",
        }
        if if_none_match is not None and matches(if_none_match, etag):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    @router.get("/me/cases")
    @described(docs.MY_CASES)
    async def my_cases(
        principal: Annotated[Principal, Depends(authenticator.citizen)],
        cursor: Annotated[str | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        # What is older than the phone is surely his, or sensitive, is found by its number or receipt alone.
        wanted = CaseFilter(owner=principal.sub, filed_since=principal.known_since or clock.now(), sensitive=False)
        page = await store.page(wanted, read_cursor(cursor), limit)
        language = language_of(accept_language)
        cases = [reader.line(case, language) for case in page.cases]
        headers = {"Content-Language": language, "Vary": "Accept-Language, Authorization"}
        return json_response({"items": cases, "next_cursor": page.cursor}, headers=headers)

    def offer(act: Act, body_type: type[CommandBody], summary: str, method: str = "POST") -> None:
        path = f"/complaints/{{tracking_number}}/{act}"

        @router.api_route(path, methods=[method], status_code=202, name=str(act))
        @described(docs.own_command(act, body_type, summary))
        async def own_command(
            tracking_number: str,
            principal: Caller,
            request: Request,
            receipt: Receipt,
            idempotency_key: Annotated[str | None, Header()] = None,
            accept_language: Annotated[str | None, Header()] = None,
        ) -> Response:
            body = await read_model(request, body_type)
            case = await reader.owned(tracking_number, principal, receipt)
            actor = Actor(Role.CITIZEN, f"owner {case.case_id}", "citizen")
            done = await commands.run(case.case_id, CommandRequest(act, body, idempotency_key), actor)
            language = language_of(accept_language)
            offered = {"appeal": reader.appeal(done.case, language)} if act is Act.FEEDBACK else {}
            return json_response({**done.body(), **offered}, 202, {"Content-Language": language})

    offer(Act.WITHDRAW, Withdraw, "Withdraw it")
    offer(Act.REOPEN, Reopen, "Reopen what was resolved or closed")
    offer(Act.CONFIRM_VISIT, AnswerVisit, "Confirm that somebody came")
    offer(Act.DISPUTE_VISIT, AnswerVisit, "Say that the recorded visit did not take place")
    offer(Act.RENEW, Renew, "Renew a registration")
    offer(Act.CONTACT, ContactBody, "Say how messages are sent to you", "PUT")
    offer(Act.FEEDBACK, Feedback, "Rate how it was handled")
    return router
