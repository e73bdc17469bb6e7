"""A local provider of e-signatures that speaks docs/e-sign.md, for tests and development: anybody may sign."""

import hmac
import html
import json
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

ISSUER: Final = "esign"
AUDIENCE: Final = "janseva-intake"
MOST_OPEN: Final = 10_000


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    transaction: str = Field(min_length=16, max_length=300)
    document_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    expires_at: datetime
    return_url: str = Field(max_length=2_000)
    language: str = Field(max_length=10)


@dataclass(slots=True)
class Open:
    asked: Asked
    state: str = "pending"
    token: str | None = None


class LocalEsign:
    """The transactions that are open, and the key that signs; a new one at each start."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._private = Ed25519PrivateKey.generate()
        self._id = secrets.token_hex(4)
        self.open: dict[str, Open] = {}

    def knows(self, authorization: str) -> bool:
        return bool(self._key) and hmac.compare_digest(authorization.encode(), f"Bearer {self._key}".encode())

    def jwks(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(self._private.public_key()))
        return {"keys": [public | {"kid": self._id, "alg": "EdDSA", "use": "sig"}]}

    def signed(self, transaction: str, sha256: str, at: float | None = None, **claims: Any) -> str:
        """The token over a transaction and a hash, now."""
        now = int(time.time() if at is None else at)
        fields = {"iss": ISSUER, "aud": AUDIENCE, "sub": secrets.token_hex(8), "iat": now, "exp": now + 3600}
        content = fields | {"transaction": transaction, "document_sha256": sha256} | claims
        return jwt.encode(content, self._private, algorithm="EdDSA", headers={"kid": self._id})

    def decide(self, transaction: str, *, sign: bool, at: float | None = None) -> Open:
        """What the person at the page decides, once."""
        one = self.open[transaction]
        if one.state == "pending":
            one.state = "signed" if sign else "refused"
            one.token = self.signed(transaction, one.asked.document_sha256, at) if sign else None
        return one


def esign_app(provider: LocalEsign) -> FastAPI:
    app = FastAPI(title="Janseva local e-sign provider", version="1")
    _serve_intake(app, provider)
    _serve_citizens(app, provider)
    return app


def _found(provider: LocalEsign, transaction: str) -> Open:
    if transaction not in provider.open:
        raise HTTPException(404)
    return provider.open[transaction]


def _serve_intake(app: FastAPI, provider: LocalEsign) -> None:
    def checked(request: Request) -> None:
        if not provider.knows(request.headers.get("authorization", "")):
            raise HTTPException(401)

    @app.get("/v1/keys")
    async def keys() -> dict[str, Any]:
        return provider.jwks()

    @app.post("/v1/transactions", status_code=201)
    async def begin(request: Request, asked: Asked) -> dict[str, str]:
        checked(request)
        if len(provider.open) >= MOST_OPEN:
            raise HTTPException(503)
        provider.open.setdefault(asked.transaction, Open(asked))
        # This app is mounted below the provider's address, which the base URL does not say.
        path = f"{request.scope.get('root_path', '')}/sign/{asked.transaction}"
        return {"redirect_url": str(request.url.replace(path=path))}

    @app.get("/v1/transactions/{transaction}")
    async def standing(request: Request, transaction: str) -> dict[str, str]:
        checked(request)
        one = _found(provider, transaction)
        return {"state": one.state} | ({"token": one.token} if one.token else {})


def _serve_citizens(app: FastAPI, provider: LocalEsign) -> None:
    @app.get("/sign/{transaction}", response_class=HTMLResponse)
    async def page(transaction: str) -> str:
        one = _found(provider, transaction)
        buttons = "".join(
            f'<button name="decision" value="{value}">{text}</button>'
            for value, text in (("sign", "हस्ताक्षर करें / Sign"), ("refuse", "न करें / Refuse"))
        )
        sha256 = html.escape(one.asked.document_sha256)
        return f'<!doctype html><title>e-sign</title><p>SHA-256 {sha256}</p><form method="post">{buttons}</form>'

    @app.post("/sign/{transaction}")
    async def decide(request: Request, transaction: str) -> RedirectResponse:
        _found(provider, transaction)
        sign = (await request.body()).decode("latin-1") == "decision=sign"
        one = provider.decide(transaction, sign=sign)
        return RedirectResponse(one.asked.return_url, 303)
