"""Turns a request's bearer token into a Principal; its methods are FastAPI dependencies."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi import Request

from chassis.clock import Clock
from chassis.http.access.gate import CHALLENGE, TOKEN_PROBLEMS, bearer
from chassis.http.access.jwks import IssuerKeys
from chassis.http.access.problems import TOKEN_EXPIRED, TOKEN_INVALID
from chassis.http.access.tokens import CITIZEN_ISSUER, key_id_of, read_officer_token
from chassis.http.openapi import CITIZEN_TOKEN, OFFICER_TOKEN, guards
from chassis.http.problems import FORBIDDEN, UNAUTHENTICATED, Problem
from chassis.settings import OFFICER_AUDIENCE
from intake.auth.principal import Principal
from intake.auth.sessions import EndedSessions
from intake.auth.tokens import CitizenTokens

# Citizens' tokens already verified, newest last: a client sends the same token with each request.
REMEMBERED = 4_096


class Authenticator:
    def __init__(
        self,
        citizens: CitizenTokens,
        officers: IssuerKeys,
        clock: Clock,
        *,
        officer_issuer: str,
        officer_audience: str = OFFICER_AUDIENCE,
        ended: EndedSessions | None = None,
    ) -> None:
        self._ended = ended
        self._citizens = citizens
        self._officers = officers
        self._officer_issuer = officer_issuer
        self._officer_audience = officer_audience
        self._clock = clock
        self._remembered: OrderedDict[str, tuple[Principal, datetime]] = OrderedDict()

    @guards(CITIZEN_TOKEN, problems=(*TOKEN_PROBLEMS, FORBIDDEN))
    async def optional_citizen(self, request: Request) -> Principal | None:
        """The citizen, or None without a token; a bad token is refused, never ignored."""
        token = bearer(request)
        if token is None:
            return None
        principal = await self._principal(token)
        if principal.role != "citizen":
            raise Problem(FORBIDDEN, "citizens_only")
        return principal

    @guards(CITIZEN_TOKEN, OFFICER_TOKEN, problems=TOKEN_PROBLEMS)
    async def anyone(self, request: Request) -> Principal | None:
        """Whoever the token is of, or None without one: for calls that citizens and officers share."""
        token = bearer(request)
        return None if token is None else await self._principal(token)

    @guards(CITIZEN_TOKEN, problems=(*TOKEN_PROBLEMS, FORBIDDEN))
    async def citizen(self, request: Request) -> Principal:
        principal = await self.optional_citizen(request)
        if principal is None:
            raise Problem(UNAUTHENTICATED, headers=CHALLENGE)
        return principal

    def officer(self, *roles: str) -> Callable[[Request], Awaitable[Principal]]:
        """A dependency that lets in officers of these roles; of any role when none is named."""

        @guards(OFFICER_TOKEN, problems=(*TOKEN_PROBLEMS, FORBIDDEN))
        async def officer_of_role(request: Request) -> Principal:
            token = bearer(request)
            if token is None:
                raise Problem(UNAUTHENTICATED, headers=CHALLENGE)
            principal = await self._principal(token)
            if principal.role == "citizen" or (roles and principal.role not in roles):
                raise Problem(FORBIDDEN, "officers_only")
            return principal

        return officer_of_role

    def remembers(self, token: str) -> Principal | None:
        """The citizen of a token that was verified before, has not expired since, and whose login has not ended."""
        known = self._remembered.get(token)
        if known is None or self._clock.now() >= known[1] or self._has_ended(known[0]):
            return None
        return known[0]

    def _has_ended(self, principal: Principal) -> bool:
        return self._ended is not None and self._ended.has(principal.session)

    async def _principal(self, token: str) -> Principal:
        known = self.remembers(token)
        if known is not None:
            return known
        key_id, issuer = key_id_of(token)
        if issuer == CITIZEN_ISSUER:
            principal, expires_at = self._citizens.read(token)
            if self._has_ended(principal):
                raise Problem(TOKEN_EXPIRED, headers=CHALLENGE)
            self._remembered[token] = (principal, expires_at)
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
            return principal
        if issuer != self._officer_issuer:
            raise Problem(TOKEN_INVALID, "unknown_issuer", headers=CHALLENGE)
        key = await self._officers.get(key_id)
        officer = read_officer_token(token, key, self._officer_issuer, self._officer_audience)
        return Principal(**officer.model_dump(mode="json"))
