"""Citizens' access tokens, signed and read here."""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from chassis.http.access.problems import TOKEN_INVALID
from chassis.http.access.tokens import CITIZEN_ISSUER, verified_claims
from chassis.http.problems import Problem
from chassis.sealing import KeyRing, SealError
from chassis.settings import OFFICER_AUDIENCE
from intake.auth.principal import Principal


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

    def issue(self, phone: str, now: datetime, known_since: datetime, session: str | None = None) -> str:
        sub = self.subject_of(phone)
        claims = {
            "iss": CITIZEN_ISSUER,
            "aud": OFFICER_AUDIENCE,
            "sub": sub,
            "role": "citizen",
            **({} if session is None else {"sid": session}),
            "phone_sealed": self._ring.seal(sub, phone.encode(), now),
            "iat": now,
            "exp": now + self.ttl,
            "known_since": known_since.timestamp(),
            "jti": secrets.token_urlsafe(12),
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA")

    def read(self, token: str) -> tuple[Principal, datetime]:
        """The citizen, and when the token expires."""
        claims = verified_claims(token, self._key.public_key(), ["EdDSA"], CITIZEN_ISSUER, OFFICER_AUDIENCE)
        try:
            phone = self._ring.open(claims["sub"], claims["phone_sealed"]).decode()
        except (SealError, KeyError) as error:
            raise Problem(TOKEN_INVALID) from error
        # A token from before this claim proves nothing of what was before it.
        since = datetime.fromtimestamp(claims.get("known_since", claims["iat"]), UTC)
        citizen = Principal(
            sub=claims["sub"], role="citizen", phone=phone, known_since=since, session=claims.get("sid")
        )
        return citizen, datetime.fromtimestamp(claims["exp"], UTC)
