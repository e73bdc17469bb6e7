"""GET /v1/services and /v1/services/{code}: the catalogue, with the clocks of the policy file."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from chassis.clock import Clock
from chassis.http.openapi import described
from chassis.http.problems import Language, Problem, language_of
from event_schemas.policies import Edition, PolicySet
from intake.catalogue import Catalogue, Service, docs
from intake.http.answers import json_response
from intake.problems import SERVICE_NOT_FOUND
from intake.texts import Texts


def services_router(catalogue: Catalogue, policies: PolicySet, texts: Texts, clock: Clock) -> APIRouter:
    router = APIRouter(prefix="/v1/services", tags=["services"])

    @router.get("")
    @described(docs.SERVICES)
    async def services(accept_language: Annotated[str | None, Header()] = None) -> Response:
        edition, language = policies.in_force(clock.now()), language_of(accept_language)
        known = [_service(service, catalogue.form(service, language), edition, texts) for service in catalogue]
        body = {"version": catalogue.version, "policies": edition.version, "items": known, "next_cursor": None}
        return json_response(body, headers=_in(language))

    @router.get("/{code}")
    @described(docs.SERVICE)
    async def service(code: str, accept_language: Annotated[str | None, Header()] = None) -> Response:
        found = catalogue.get(code)
        if found is None:
            raise Problem(SERVICE_NOT_FOUND)
        language = language_of(accept_language)
        body = _service(found, catalogue.form(found, language), policies.in_force(clock.now()), texts)
        return json_response(body, headers=_in(language))

    return router


def _in(language: Language) -> Mapping[str, str]:
    return {"Content-Language": language, "Vary": "Accept-Language"}


def _service(service: Service, form: Mapping[str, Any], edition: Edition, texts: Texts) -> Mapping[str, Any]:
    return {
        "code": service.code,
        "family": service.family.value,
        "lane": service.lane.value,
        "login": service.login,
        "names": service.names.model_dump(),
        "how_to": service.how_to.model_dump(),
        "attributes": form,
        "description_required": service.description_required,
        "documents": [document.model_dump() for document in service.documents],
        "clocks": _clocks(service, edition, texts),
        "fee": service.fee.model_dump(),
        "districts": service.districts if service.districts == "all" else list(service.districts),
    }


def _clocks(service: Service, edition: Edition, texts: Texts) -> list[Mapping[str, Any]]:
    """The promises that can come up in a case of this service; Dial-112 only where help is sent."""
    urgent = service.lane.value == "emergency"
    return [
        {
            "clock": policy.clock,
            "names": texts.clock(policy.clock).model_dump(),
            "owner": str(policy.owner),
            "target_s": policy.target_s,
            "calendar": policy.calendar,
            "pausable": policy.pausable,
        }
        for policy in edition.clocks
        if policy.applies_to(service.code) and (urgent if policy.per == "kind" else not urgent)
    ]
