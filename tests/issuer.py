"""An officers' issuer for tests: its keys, its tokens, and a service's door that believes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.clock import Clock, SystemClock
from chassis.http.access import Access, IssuerKeys
from chassis.http.access.tokens import issue_officer_token
from chassis.settings import LOCAL_ISSUER, OFFICER_AUDIENCE
from event_schemas.officers import Officer

SERVICE_TOKEN: Final = "a-service-token-of-the-tests"
SERVICE: Final = {"authorization": f"Bearer {SERVICE_TOKEN}"}
TTL: Final = timedelta(hours=1)


@cache
def _private_jwk() -> str:
    key = Ed25519PrivateKey.generate()
    return json.dumps(json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(key)) | {"kid": "tests", "alg": "EdDSA"})


@cache
def jwks_file() -> Path:
    """The issuer's public keys."""
    public = {name: value for name, value in json.loads(_private_jwk()).items() if name != "d"}
    file = Path(mkdtemp(prefix="janseva-issuer-")) / "jwks.json"
    file.write_text(json.dumps({"keys": [public]}))
    return file


def officer_headers(role: str, post: str, *, station: str | None = None, district: str | None = None) -> dict[str, str]:
    """The header that an officer's client sends."""
    claims: dict[str, Any] = {"sub": f"test-{role}", "role": role, "post": post, "station": station}
    officer = Officer.model_validate(claims | {"district": district})
    token = issue_officer_token(_private_jwk(), officer, LOCAL_ISSUER, datetime.now(UTC), TTL)
    return {"authorization": f"Bearer {token}"}


def access(clock: Clock | None = None) -> Access:
    """A door that believes this issuer and SERVICE_TOKEN."""
    keys = IssuerKeys(file=jwks_file(), url=None, clock=clock or SystemClock(), http=httpx.AsyncClient())
    return Access(keys, issuer=LOCAL_ISSUER, audience=OFFICER_AUDIENCE, token=SERVICE_TOKEN)
