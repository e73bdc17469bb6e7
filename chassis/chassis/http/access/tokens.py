"""Read officers' tokens against their issuer's keys; the one place that checks a JWT's claims."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
from pydantic import ValidationError

from chassis.http.access.jwks import ALGORITHMS
from chassis.http.access.problems import TOKEN_EXPIRED, TOKEN_INVALID
from chassis.http.problems import Problem
from chassis.settings import OFFICER_AUDIENCE
from event_schemas.officers import Officer

CITIZEN_ISSUER: Final = "janseva-intake"
SKEW: Final = timedelta(seconds=30)
LONGEST_LIFE: Final = timedelta(hours=24)
LONGEST_TOKEN: Final = 8_192
_REQUIRED: Final = ["exp", "iat", "sub", "iss", "aud"]


def read_officer_token(token: str, key: jwt.PyJWK, issuer: str, audience: str) -> Officer:
    """The officer, or Problem 401. A citizen's or an unknown role, or a post that is not the role's, is no officer."""
    claims = verified_claims(token, key, list(ALGORITHMS), issuer, audience)
    if int(claims["exp"]) - int(claims["iat"]) > LONGEST_LIFE.total_seconds():
        raise Problem(TOKEN_INVALID, "lives_too_long")
    try:
        return Officer.model_validate(claims)
    except ValidationError:
        # Not chained: pydantic's message quotes the claims.
        raise Problem(TOKEN_INVALID, "not_an_officer") from None


def issue_officer_token(private_jwk: str, officer: Officer, issuer: str, now: datetime, ttl: timedelta) -> str:
    """A development officer's token, signed by the local issuer's private JWK."""
    jwk = json.loads(private_jwk)
    payload = {
        **officer.model_dump(mode="json", exclude_none=True),
        "iss": issuer,
        "aud": OFFICER_AUDIENCE,
        "iat": now,
        "exp": now + ttl,
    }
    return jwt.encode(payload, jwt.PyJWK(jwk), algorithm="EdDSA", headers={"kid": jwk["kid"]})


def key_id_of(token: str) -> tuple[str | None, str | None]:
    """The key id and the issuer a token claims, unverified: they only choose the key that then decides."""
    if len(token) > LONGEST_TOKEN:
        raise Problem(TOKEN_INVALID, "too_long")
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise Problem(TOKEN_INVALID) from None
    key_id, issuer = header.get("kid"), claims.get("iss")
    return (key_id if isinstance(key_id, str) else None), (issuer if isinstance(issuer, str) else None)


def verified_claims(token: str, key: Any, algorithms: list[str], issuer: str, audience: str) -> dict[str, Any]:
    """The claims of a token that the key signed for us, in its time."""
    try:
        return jwt.decode(
            token,
            key,
            algorithms=algorithms,
            issuer=issuer,
            audience=audience,
            leeway=SKEW,
            options={"require": _REQUIRED},
        )
    except jwt.ExpiredSignatureError:
        raise Problem(TOKEN_EXPIRED) from None
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
        raise Problem(TOKEN_INVALID) from None
