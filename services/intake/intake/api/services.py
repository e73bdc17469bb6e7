"""GET /v1/services and /v1/services/{code}: the catalogue, with the clocks of the policy file."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from chassis.problems import Problem
from event_schemas.policies import PolicySet
from intake.api.answers import json_response
from intake.catalogue import Catalogue, Service
from intake.problems import SERVICE_NOT_FOUND


def services_router(catalogue: Catalogue, policies: PolicySet) -> APIRouter:
    router = APIRouter(prefix="/v1/services", tags=["services"])

    @router.get("", summary="What citizens can file")
    async def services() -> Response:
        known = [_service(service, policies) for service in catalogue]
        return json_response({"version": catalogue.version, "policies": policies.version, "services": known})

    @router.get("/{code}", summary="One service, with its questions")
    async def service(code: str) -> Response:
        found = catalogue.get(code)
        if found is None:
            raise Problem(SERVICE_NOT_FOUND)
        return json_response(_service(found, policies))

    return router


def _service(service: Service, policies: PolicySet) -> Mapping[str, Any]:
    return {
        "code": service.code,
        "family": service.family.value,
        "lane": service.lane.value,
        "login": service.login,
        "names": service.names.model_dump(),
        "how_to": service.how_to.model_dump(),
        "attributes": service.attributes,
        "description_required": service.description_required,
        "documents": [document.model_dump() for document in service.documents],
        "clocks": _clocks(service, policies),
        "fee": service.fee.model_dump(),
        "districts": service.districts if service.districts == "all" else list(service.districts),
    }


def _clocks(service: Service, policies: PolicySet) -> list[Mapping[str, Any]]:
    """The promises that can come up in a case of this service; Dial-112 only where help is sent."""
    urgent = service.lane.value == "emergency"
    return [
        {"clock": policy.clock, "owner": str(policy.owner), "target_s": policy.target_s, "pausable": policy.pausable}
        for policy in policies.clocks
        if policy.applies_to(service.code) and (urgent if policy.per == "kind" else not urgent)
    ]
