"""GET /v1/services and /v1/services/{code}: the catalogue, with the clocks of the policy file."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from chassis.clock import Clock
from chassis.http.openapi import described
from chassis.http.problems import Language, Problem, language_of
from event_schemas.calendars import india_date
from event_schemas.policies import Edition, PolicySet
from intake.catalogue import Catalogue, Service, docs
from intake.catalogue.model import Promise
from intake.http.answers import json_response, matches
from intake.problems import SERVICE_NOT_FOUND
from intake.texts import Texts


def services_router(catalogue: Catalogue, policies: PolicySet, texts: Texts, clock: Clock) -> APIRouter:
    router = APIRouter(prefix="/v1/services", tags=["services"])
    reader = CatalogueReader(catalogue, policies, texts)

    @router.get("")
    @described(docs.SERVICES)
    async def services(
        accept_language: Annotated[str | None, Header()] = None,
        if_none_match: Annotated[str | None, Header(max_length=500)] = None,
    ) -> Response:
        language = language_of(accept_language)
        return _answer(reader.all(language, clock.now()), language, if_none_match)

    @router.get("/{code}")
    @described(docs.SERVICE)
    async def service(
        code: str,
        accept_language: Annotated[str | None, Header()] = None,
        if_none_match: Annotated[str | None, Header(max_length=500)] = None,
    ) -> Response:
        language = language_of(accept_language)
        return _answer(reader.one(code, language, clock.now()), language, if_none_match)

    return router


@dataclass(frozen=True, slots=True)
class _Rendered:
    body: bytes
    etag: str


class CatalogueReader:
    """Renders the catalogue; an answer is kept for the day and the edition of the policies."""

    def __init__(self, catalogue: Catalogue, policies: PolicySet, texts: Texts) -> None:
        self._catalogue = catalogue
        self._policies = policies
        self._texts = texts
        self._kept: dict[tuple[str | None, Language], tuple[tuple[str, date], _Rendered]] = {}

    def all(self, language: Language, now: datetime) -> _Rendered:
        """Every service."""
        return self._rendered(None, language, now)

    def one(self, code: str, language: Language, now: datetime) -> _Rendered:
        """One service. Problem 404 for a code that is not there."""
        if self._catalogue.get(code) is None:
            raise Problem(SERVICE_NOT_FOUND)
        return self._rendered(code, language, now)

    def _rendered(self, code: str | None, language: Language, now: datetime) -> _Rendered:
        edition = self._policies.in_force(now)
        basis = edition.version, india_date(now)
        kept = self._kept.get((code, language))
        if kept is None or kept[0] != basis:
            body = bytes(json_response(self._view(code, edition, language, now)).body)
            kept = basis, _Rendered(body, f'"{hashlib.sha256(body).hexdigest()[:20]}"')
            self._kept[code, language] = kept
        return kept[1]

    def _view(self, code: str | None, edition: Edition, language: Language, now: datetime) -> Mapping[str, Any]:
        services = [
            _service(
                service,
                self._catalogue.form(service, language),
                [self._catalogue.promises[name] for name in service.promised_by],
                edition,
                self._texts,
                now,
                self._catalogue.helplines(service.code),
                self._catalogue.contact_form(service, language),
            )
            for service in self._catalogue
            if code in (None, service.code)
        ]
        if code is not None:
            return services[0]
        return {"version": self._catalogue.version, "policies": edition.version, "items": services, "next_cursor": None}


def _answer(rendered: _Rendered, language: Language, if_none_match: str | None) -> Response:
    headers = {
        "ETag": rendered.etag,
        "Cache-Control": "public, no-cache",
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    if if_none_match is not None and matches(if_none_match, rendered.etag):
        return Response(status_code=304, headers=headers)
    return Response(rendered.body, headers=headers, media_type="application/json")


def _service(
    service: Service,
    form: Mapping[str, Any],
    promises: Sequence[Promise],
    edition: Edition,
    texts: Texts,
    now: datetime,
    helplines: Sequence[Mapping[str, Any]],
    contact: Mapping[str, Any] | None,
) -> Mapping[str, Any]:
    return {
        "code": service.code,
        "family": service.family.value,
        "lane": service.lane.value,
        "live": service.is_live(now),
        "live_from": service.live_from,
        "login": service.login,
        "result_login": service.result_login or service.login,
        "names": service.names.model_dump(),
        "how_to": service.how_to.model_dump(),
        "meanwhile": service.meanwhile and service.meanwhile.model_dump(),
        "own_call": service.own_call and service.own_call.model_dump(),
        "look_at": service.look_at and service.look_at.model_dump(),
        "who": service.who.model_dump(),
        "routed_by": service.routed_by.model_dump(),
        "outside_the_state": service.outside_the_state.model_dump(),
        "yields": service.yields.model_dump(),
        "promised_by": [promise.model_dump(include={"article", "hi", "en"}) for promise in promises],
        "place_required": service.place_required,
        "attributes": form,
        "contact": contact,
        "description_required": service.description_required,
        "documents": [document.model_dump() for document in service.documents],
        "clocks": _clocks(service, edition, texts),
        "helplines": list(helplines),
        "fee": service.fee.model_dump(),
        "districts": service.districts if service.districts == "all" else list(service.districts),
        "example": service.example and service.example.model_dump(),
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
