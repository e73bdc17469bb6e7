"""Authentication as FastAPI dependencies: the suite's service token, or an officer's token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import httpx
from fastapi import Request
from prometheus_client import CollectorRegistry

from chassis.clock import Clock
from chassis.http.access.jwks import IssuerKeys, JwksMetrics
from chassis.http.access.last_keys import LastKeys
from chassis.http.access.problems import ISSUER_UNAVAILABLE, TOKEN_EXPIRED, TOKEN_INVALID
from chassis.http.access.tokens import key_id_of, read_officer_token
from chassis.http.openapi.declared import OFFICER_TOKEN, SERVICE_TOKEN, guards
from chassis.http.problems import FORBIDDEN, UNAUTHENTICATED, Problem
from chassis.settings import ServiceSettings
from event_schemas.officers import Officer, OfficerRole

CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}
# Without either setting officers get 503 until the file is there; all others are served.
DEFAULT_JWKS: Final = Path("officer-jwks.json")
TOKEN_PROBLEMS: Final = (UNAUTHENTICATED, TOKEN_INVALID, TOKEN_EXPIRED, ISSUER_UNAVAILABLE)
"""What a call answers that reads a person's token."""


@dataclass(frozen=True, slots=True)
class Service:
    """Another program of the suite, which bears the service token."""


Caller = Officer | Service


class Access:
    """Checks bearer tokens of officers and services."""

    def __init__(self, keys: IssuerKeys, *, issuer: str, audience: str, token: str) -> None:
        self.keys = keys
        self._issuer, self._audience, self._token = issuer, audience, token

    @classmethod
    def of(cls, settings: ServiceSettings, clock: Clock, registry: CollectorRegistry) -> Self:
        return cls(
            issuer_keys(settings, clock, httpx.AsyncClient(), registry),
            issuer=settings.officer_issuer,
            audience=settings.officer_audience,
            token=settings.service_token.get_secret_value(),
        )

    async def close(self) -> None:
        await self.keys.close()

    @guards(OFFICER_TOKEN, SERVICE_TOKEN, problems=TOKEN_PROBLEMS)
    async def caller(self, request: Request) -> Caller:
        """An officer of any role or a service; 401 for everybody else."""
        token = bearer(request)
        if token is None:
            raise Problem(UNAUTHENTICATED, headers=CHALLENGE)
        if is_service_token(token, self._token):
            return Service()
        return await self._officer(token)

    def officer_or_service(self, *roles: OfficerRole) -> Callable[[Request], Awaitable[Caller]]:
        """A dependency that lets in a service, and officers of these roles; 403 for other officers."""

        @guards(OFFICER_TOKEN, SERVICE_TOKEN, problems=(*TOKEN_PROBLEMS, FORBIDDEN))
        async def caller_of_role(request: Request) -> Caller:
            caller = await self.caller(request)
            if isinstance(caller, Officer) and caller.role not in roles:
                raise Problem(FORBIDDEN)
            return caller

        return caller_of_role

    async def _officer(self, token: str) -> Officer:
        key_id, issuer = key_id_of(token)
        if issuer != self._issuer:
            raise Problem(TOKEN_INVALID, "unknown_issuer", headers=CHALLENGE)
        return read_officer_token(token, await self.keys.get(key_id), self._issuer, self._audience)


def issuer_keys(
    settings: ServiceSettings, clock: Clock, http: httpx.AsyncClient, registry: CollectorRegistry
) -> IssuerKeys:
    """The officers' keys as the settings say."""
    file = settings.officer_jwks_file
    if file is None and settings.officer_jwks_url is None:
        file = DEFAULT_JWKS
    return IssuerKeys(
        file=file,
        url=settings.officer_jwks_url,
        clock=clock,
        http=http,
        hold=settings.officer_keys_hold,
        metrics=JwksMetrics(registry),
        last=_last_keys(settings),
    )


def _last_keys(settings: ServiceSettings) -> LastKeys | None:
    """A file of keys is there at each start: what comes over the network is kept."""
    folder, url = settings.officer_keys_folder, settings.officer_jwks_url
    return None if folder is None or url is None or settings.officer_jwks_file is not None else LastKeys(folder, url)


def service_token(expected: str) -> Callable[[Request], None]:
    """A dependency that lets in who bears the suite's service token. An empty expected token lets in nobody."""

    @guards(SERVICE_TOKEN, problems=(UNAUTHENTICATED, FORBIDDEN))
    def check(request: Request) -> None:
        token = bearer(request)
        if token is None:
            raise Problem(UNAUTHENTICATED, headers=CHALLENGE)
        if not is_service_token(token, expected):
            raise Problem(FORBIDDEN)

    return check


def bears_service_token(request: Request, expected: str) -> bool:
    """Whether the request bears the suite's token; for routes that have another proof besides."""
    token = bearer(request)
    return token is not None and is_service_token(token, expected)


def is_service_token(token: str, expected: str) -> bool:
    return bool(expected) and hmac.compare_digest(token.encode(), expected.encode())


def bearer(request: Request) -> str | None:
    """The token of the Authorization header; None without one, 401 for another scheme."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(UNAUTHENTICATED, "bearer", headers=CHALLENGE)
    return token.strip()
