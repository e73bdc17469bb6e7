"""POST /v1/complaints and POST /v1/emergencies."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from chassis.bilingual import Bilingual
from chassis.http.addresses import client_network
from chassis.http.app import RequestRoute
from chassis.http.json_body import parse_json
from chassis.http.known_query import ANY_QUERY, refuse_unknown_query
from chassis.http.middleware import body_cut, problem_of_cut
from chassis.http.openapi import described
from chassis.http.problems import (
    UNAUTHENTICATED,
    VALIDATION_FAILED,
    FieldError,
    Problem,
    language_of,
)
from chassis.http.rates import RateLimit
from chassis.telemetry.logs import get_logger
from intake.auth import Authenticator, Principal
from intake.case.identity import Identities
from intake.case.keys import Keys
from intake.case.scope import OFFICER_ROLES
from intake.case.states import Role
from intake.catalogue import Catalogue, Service
from intake.filing import docs
from intake.filing.answers import Answers
from intake.filing.bodies import ComplaintBody, submission_of
from intake.filing.counter import at_counter, refuse_counter
from intake.filing.emergencies import Caller, EmergencyDesk
from intake.filing.filed_before import FiledBefore
from intake.filing.handlers import FilingDesk
from intake.filing.helping import logs_in_as_helper, with_helper
from intake.filing.identity import with_identity
from intake.filing.reading.field_names import names_emergency, names_emergency_anywhere
from intake.filing.reading.urgent import read_urgent
from intake.http.reading import as_model, as_object
from intake.metrics import IntakeMetrics
from intake.problems import (
    KEY_MISSING,
    SERVICE_HAS_ITS_OWN_CALL,
    SERVICE_IS_A_LOOKUP,
    SERVICE_NOT_LIVE,
    UNKNOWN_SERVICE,
)

_log = get_logger(__name__)

EMERGENCY = "emergency-112"
# What can be read of an emergency is read, however large or slow the rest: the middleware refuses no body here.
CUT_PATHS = re.compile(r"/v1/complaints(/[^/]+/emergency/?)?|/v1/emergencies/?")
MAX_RECEIPT = 200
COMPLAINTS_ROUTE = "POST /v1/complaints"


@dataclass(frozen=True, slots=True)
class FilingParts:
    catalogue: Catalogue
    desk: FilingDesk
    emergencies: EmergencyDesk
    answers: Answers
    before: FiledBefore
    keys: Keys
    metrics: IntakeMetrics
    authenticator: Authenticator
    today: Callable[[], date]
    rate: RateLimit
    identities: Identities
    contact_of: Callable[[str], str]

    def source(self, request: Request, principal: Principal | None) -> str:
        """What counts as one filer: a login, else a network. Hashed, and another each day."""
        return self.keys.source(principal.sub if principal else client_network(request), self.today())


def filing_router(parts: FilingParts) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["filing"], route_class=RequestRoute)

    @router.post("/complaints", status_code=202, openapi_extra=_FILING_HEADERS)
    @described(docs.FILE)
    async def file(request: Request) -> Response:
        raw = await request.body()
        if _is_emergency(raw, request.headers.get("content-type", "")):
            return await urgent(request)
        cut = body_cut(request)
        if cut is not None:
            raise problem_of_cut(cut)
        try:
            refuse_unknown_query(request.scope)
            principal = await parts.authenticator.anyone(request)
            return await _file_complaint(parts, raw, principal, request)
        except Problem as problem:
            parts.metrics.rejected.labels(problem.type.code).inc()
            raise

    # With a slash behind, too: not every client follows the redirect.
    @router.post("/emergencies/", status_code=202, include_in_schema=False)
    @router.post("/emergencies", status_code=202, openapi_extra=_URGENT_HEADERS)
    @described(docs.CALL_FOR_HELP)
    async def urgent(request: Request) -> Response:
        caller = await identify_caller(parts, request)
        raw = await request.body()
        key = request.headers.get("idempotency-key")
        read = read_urgent(raw, request.headers.get("content-type", ""), cut=body_cut(request) is not None)
        filed = await parts.emergencies.file(read, caller, key=key, raw=raw)
        return parts.answers.filed(filed, language_of(request.headers.get("accept-language")))

    return router


async def _file_complaint(parts: FilingParts, raw: bytes, principal: Principal | None, request: Request) -> Response:
    headers, source = request.headers, parts.source(request, principal)
    parts.rate.check(source)
    body = as_object(parse_json(raw))
    service = _service(parts.catalogue, body.get("service_code"))
    refuse_where_nothing_is_filed(service, parts.desk.now())
    if service.login != "none" and principal is None:
        raise Problem(UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
    key = headers.get("idempotency-key")
    if key is None:
        raise Problem(KEY_MISSING)
    idempotency = parts.keys.idempotency(
        key, principal=principal.sub if principal else None, route=COMPLAINTS_ROUTE, body=body
    )
    given, now = as_model(ComplaintBody, body), parts.desk.now()
    citizen = principal if principal is not None and principal.role == "citizen" else None
    person = None if logs_in_as_helper(given.helper) else citizen
    submission = submission_of(parts.catalogue, service, given, person, now, source=source)
    submission = with_helper(submission, given.helper, citizen, parts.contact_of)
    if principal is not None and citizen is None:
        submission = at_counter(submission, given.counter, principal, parts.contact_of, now)
    else:
        refuse_counter(given.counter)
    if person is not None:
        submission = await with_identity(submission, person, parts.identities)
        filed = await parts.before.file(submission, person, key, idempotency)
    else:
        filed = await parts.desk.file(submission, key=key, idempotency=idempotency)
    return parts.answers.filed(filed, language_of(headers.get("accept-language")))


async def identify_caller(parts: FilingParts, request: Request) -> Caller:
    """Whoever calls for help is heard: a token that cannot be read is left aside."""
    receipt = (request.headers.get("x-receipt") or "").strip()[:MAX_RECEIPT]
    unproven = Caller(receipt=receipt or None, source=parts.source(request, None))
    if "authorization" not in request.headers:
        return unproven
    try:
        officer = await parts.authenticator.officer(*OFFICER_ROLES)(request)
    except Problem:
        officer = None
    if officer is not None:
        # The centre's and the counters' own lines carry everybody's calls: their number says nothing of a flood.
        return Caller(officer=True, trusted=officer.role == Role.DISPATCHER)
    try:
        citizen = await parts.authenticator.optional_citizen(request)
    except Problem as problem:
        _log.info("emergency_token_left_aside", reason=problem.type.code)
        return unproven
    return unproven if citizen is None else replace(unproven, sub=citizen.sub, phone=citizen.phone)


def _service(catalogue: Catalogue, code: Any) -> Service:
    if code is None:
        raise Problem(VALIDATION_FAILED, errors=[FieldError("missing", "is required", "आवश्यक है", "/service_code")])
    service = catalogue.get(code) if isinstance(code, str) else None
    if service is None:
        raise Problem(
            UNKNOWN_SERVICE,
            errors=[FieldError("unknown_service", "is not in the catalogue", "सूची में नहीं है", "/service_code")],
            extra={"services": [known.code for known in catalogue]},
        )
    return service


def refuse_where_nothing_is_filed(service: Service, now: datetime) -> None:
    """Problem 422 for a service that is not live yet, that is filed elsewhere, or that makes no case."""
    if not service.is_live(now) and service.meanwhile is not None:
        raise Problem(SERVICE_NOT_LIVE, errors=[_not_filed("service_not_live", service.meanwhile)])
    if (call := service.own_call) is not None:
        errors = [_not_filed("service_has_its_own_call", call)]
        raise Problem(SERVICE_HAS_ITS_OWN_CALL, errors=errors, extra={"file_at": call.path})
    if (place := service.look_at) is not None:
        extra = {"look_at": place.path}
        raise Problem(SERVICE_IS_A_LOOKUP, errors=[_not_filed("service_is_a_lookup", place)], extra=extra)


def _not_filed(code: str, instead: Bilingual) -> FieldError:
    return FieldError(code, instead.en, instead.hi, "/service_code")


def _is_emergency(raw: bytes, content_type: str) -> bool:
    """Found in the bytes, so that a broken body that names the emergency service is an emergency too."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return names_emergency_anywhere(raw, content_type)
    if not isinstance(body, dict) or raw.count(b'"service_code"') > 1:
        return names_emergency_anywhere(raw, content_type)
    return names_emergency(body.get("service_code"))


# Headers are read by hand, which is faster and lets an emergency in whatever they hold: here OpenAPI learns of them.
_KEY = {"name": "Idempotency-Key", "in": "header"}
_RECEIPT = {"name": "X-Receipt", "in": "header"}
_FILING_HEADERS = {"parameters": [{**_KEY, "required": True}], **ANY_QUERY}
_URGENT_HEADERS = {"parameters": [_KEY, _RECEIPT], **ANY_QUERY}
