"""The calls of citizens: catalogue, login, filing, tracking, stations. Each answer as a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from chassis.clock import Clock
from chassis.telemetry.logs import get_logger
from chassis.telemetry.tracing import is_untraced
from janseva_web.suite.client import Api, Asker, Refused, UploadedFile
from janseva_web.suite.shapes import (
    Case,
    Challenge,
    Filed,
    Office,
    Offices,
    OwnCases,
    Read,
    Route,
    Service,
    ServiceList,
    Tokens,
)

CATALOGUE_KEPT: Final = timedelta(minutes=1)
STATIONS_SHOWN: Final = 12

_log = get_logger(__name__)
_Shape = TypeVar("_Shape", bound=Read)


def shaped(shape: type[_Shape], body: Any) -> _Shape:
    """The answer as a model; Refused (502) if a service answered what its document does not describe."""
    try:
        return shape.model_validate(body)
    except ValidationError:
        # Not chained: pydantic's message quotes the answer.
        # A defect must be seen, but not that it was met by secret information.
        _log.error("answer_not_understood", shape="unnamed" if is_untraced() else shape.__name__)
        raise Refused(502, {"code": "not_understood"}) from None


class Catalogue:
    """The services, asked for once a minute and language."""

    def __init__(self, intake: Api, clock: Clock) -> None:
        self._intake = intake
        self._clock = clock
        self._kept: dict[str, tuple[datetime, ServiceList]] = {}

    async def all(self, asker: Asker) -> tuple[Service, ...]:
        now = self._clock.now()
        kept = self._kept.get(asker.language)
        if kept is None or now - kept[0] > CATALOGUE_KEPT:
            try:
                answer = await self._intake.get("/v1/services", asker=Asker(asker.language))
                kept = now, shaped(ServiceList, answer.body)
                self._kept[asker.language] = kept
            except Refused:
                # The catalogue of a minute ago is better than no page.
                if kept is None:
                    raise
        return kept[1].items

    async def one(self, code: str, asker: Asker) -> Service | None:
        return next((service for service in await self.all(asker) if service.code == code), None)


@dataclass(frozen=True, slots=True)
class Citizens:
    """What a citizen does at intake."""

    intake: Api

    async def send_otp(self, phone: str, asker: Asker, *, neutral: bool = False) -> Challenge:
        body = {"phone": phone, **({"neutral": True} if neutral else {})}
        return shaped(Challenge, (await self.intake.post("/v1/auth/otp", asker=asker, body=body)).body)

    async def log_in(self, challenge_id: str, otp: str, asker: Asker) -> Tokens:
        body = {"challenge_id": challenge_id, "otp": otp}
        return shaped(Tokens, (await self.intake.post("/v1/auth/token", asker=asker, body=body)).body)

    async def refresh(self, refresh_token: str, asker: Asker) -> Tokens:
        body = {"refresh_token": refresh_token}
        return shaped(Tokens, (await self.intake.post("/v1/auth/refresh", asker=asker, body=body)).body)

    async def log_out(self, refresh_token: str, asker: Asker) -> None:
        await self.intake.post("/v1/auth/logout", asker=asker, body={"refresh_token": refresh_token})

    async def file(self, body: Mapping[str, Any], key: str, asker: Asker) -> Filed:
        headers = {"idempotency-key": key}
        return shaped(Filed, (await self.intake.post("/v1/complaints", asker=asker, body=body, headers=headers)).body)

    async def call_for_help(self, body: Mapping[str, Any], key: str, asker: Asker) -> Filed:
        headers = {"idempotency-key": key} if key else {}
        return shaped(Filed, (await self.intake.post("/v1/emergencies", asker=asker, body=body, headers=headers)).body)

    async def call_from_case(self, number: str, asker: Asker) -> Filed:
        """A case's citizen is in danger now: its place and phone go along."""
        return shaped(Filed, (await self.intake.post("/v1/complaints/{}/emergency", number, asker=asker, body={})).body)

    async def case(self, number: str, asker: Asker) -> Case:
        return shaped(Case, (await self.intake.get("/v1/complaints/{}", number, asker=asker)).body)

    async def act(self, number: str, act: str, body: Mapping[str, Any], asker: Asker) -> None:
        await self.intake.post("/v1/complaints/{}/{}", number, act, asker=asker, body=body)

    async def appeal(self, number: str, description: str, key: str, asker: Asker) -> Filed:
        headers = {"idempotency-key": key} if key else {}
        path, body = "/v1/complaints/{}/appeal", {"description": description}
        return shaped(Filed, (await self.intake.post(path, number, asker=asker, body=body, headers=headers)).body)

    async def add_file(self, number: str, file: UploadedFile, document_type: str | None, asker: Asker) -> None:
        fields = {"document_type": document_type} if document_type else {}
        await self.intake.upload("/v1/complaints/{}/evidence", number, asker=asker, fields=fields, file=file)

    async def own_cases(self, cursor: str | None, asker: Asker) -> OwnCases:
        query = {"limit": "20", **({"cursor": cursor} if cursor else {})}
        return shaped(OwnCases, (await self.intake.get("/v1/me/cases", asker=asker, query=query)).body)


@dataclass(frozen=True, slots=True)
class Geography:
    """What routing knows: stations, and which one a place belongs to."""

    routing: Api

    async def stations(self, text: str, asker: Asker) -> Offices:
        query = {"q": text[:100], "limit": str(STATIONS_SHOWN)}
        return shaped(Offices, (await self.routing.get("/v1/stations", asker=asker, query=query)).body)

    async def station(self, code: str, asker: Asker) -> Office:
        return shaped(Office, (await self.routing.get("/v1/stations/{}", code, asker=asker)).body)

    async def route(self, query: Mapping[str, str], asker: Asker) -> Route:
        return shaped(Route, (await self.routing.get("/v1/route", asker=asker, query=query)).body)
