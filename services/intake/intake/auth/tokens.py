"""Citizens' access tokens (signed here) and officers' tokens (verified against their issuer's JWKS)."""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from chassis.problems import Problem
from chassis.sealing import KeyRing, SealError
from intake.auth.principal import Principal
from intake.auth.problems import TOKEN_EXPIRED, TOKEN_INVALID

CITIZEN_ISSUER = "janseva-intake"
AUDIENCE = "janseva"
OFFICER_ALGORITHMS = ["EdDSA", "ES256", "RS256", "PS256"]
SKEW = timedelta(seconds=30)


class CitizenTokens:
    """Issues and reads citizens' tokens; the phone travels in them sealed, so that no request needs a look-up."""

    def __init__(self, token_key: SecretStr, phone_hash_key: SecretStr, ring: KeyRing, ttl: timedelta) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(token_key.get_secret_value()))
        self._phone_hash_key = base64.b64decode(phone_hash_key.get_secret_value())
        self._ring = ring
        self.ttl = ttl

    def subject_of(self, phone: str) -> str:
        digest = hmac.new(self._phone_hash_key, phone.encode(), hashlib.sha256).hexdigest()
        return f"citizen:{digest[:32]}"

    def issue(self, phone: str, now: datetime) -> str:
        sub = self.subject_of(phone)
        claims = {
            "iss": CITIZEN_ISSUER,
            "aud": AUDIENCE,
            "sub": sub,
            "role": "citizen",
            "phone_sealed": self._ring.seal(sub, phone.encode(), now),
            "iat": now,
            "exp": now + self.ttl,
            "jti": secrets.token_urlsafe(12),
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA")

    def read(self, token: str) -> tuple[Principal, datetime]:
        """The citizen, and when the token expires."""
        claims = _verified(token, self._key.public_key(), ["EdDSA"], CITIZEN_ISSUER, AUDIENCE)
        try:
            phone = self._ring.open(claims["sub"], claims["phone_sealed"]).decode()
        except (SealError, KeyError) as error:
            raise Problem(TOKEN_INVALID) from error
        return Principal(sub=claims["sub"], role="citizen", phone=phone), datetime.fromtimestamp(claims["exp"], UTC)


class OfficerClaims(BaseModel):
    """What an officer's token must say. `district` is the police district."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sub: str
    role: str
    post: str
    station: str | None = None
    district: str | None = None


def read_officer_token(token: str, key: jwt.PyJWK, issuer: str, audience: str) -> Principal:
    claims = _verified(token, key, OFFICER_ALGORITHMS, issuer, audience)
    try:
        officer = OfficerClaims.model_validate(claims)
    except ValidationError as error:
        raise Problem(TOKEN_INVALID, detail_en="The token lacks a claim that an officer needs") from error
    return Principal(**officer.model_dump())


def issue_officer_token(private_jwk: str, claims: OfficerClaims, issuer: str, now: datetime, ttl: timedelta) -> str:
    """A development officer's token, signed by the local issuer's private JWK."""
    jwk = json.loads(private_jwk)
    payload = {
        **claims.model_dump(exclude_none=True),
        "iss": issuer,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + ttl,
    }
    return jwt.encode(payload, jwt.PyJWK(jwk), algorithm="EdDSA", headers={"kid": jwk["kid"]})


def key_id_of(token: str) -> tuple[str | None, str | None]:
    """The key id and the issuer a token claims, unverified: they only choose the key that then decides."""
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise Problem(TOKEN_INVALID) from error
    return header.get("kid"), claims.get("iss")


def _verified(token: str, key: Any, algorithms: list[str], issuer: str, audience: str) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            key,
            algorithms=algorithms,
            issuer=issuer,
            audience=audience,
            leeway=SKEW,
            options={"require": ["exp", "iat", "sub", "iss", "aud"]},
        )
    except jwt.ExpiredSignatureError as error:
        raise Problem(TOKEN_EXPIRED) from error
    except jwt.InvalidTokenError as error:
        raise Problem(TOKEN_INVALID) from error
