"""A development issuer of officers' tokens: OpenID Connect's code flow with PKCE, and a page to choose a post from.

`python -m janseva_local.issuer`: on loopback, for whoever tries the suite out. Production has a real one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from chassis.settings import LOCAL_ISSUER
from event_schemas.officers import STATION_ROLES, Officer, OfficerRole
from intake.auth.devtoken import TTL, WITHOUT_A_PLACE, officer_of, signed_token

CODE_TTL_S: Final = 60
MOST_CODES: Final = 1_000
Short = Annotated[str, Form(max_length=500)]
PAGE: Final = Path(__file__).with_name("issuer.html")


class IssuerSettings(BaseSettings):
    http_host: str = "127.0.0.1"
    http_port: int = 8007
    public_url: str = "http://127.0.0.1:8007"
    # The one page that tokens are issued for.
    redirect_uri: str = "http://127.0.0.1:8000/desk/callback"
    officer_key_file: Path


@dataclass(frozen=True, slots=True)
class Grant:
    """A code that was given out: for whom, and the challenge that its verifier must meet."""

    officer: Officer
    challenge: str
    made: float


@dataclass(slots=True)
class Issuer:
    settings: IssuerSettings
    grants: dict[str, Grant] = field(default_factory=dict)

    def grant(self, officer: Officer, challenge: str) -> str:
        if len(self.grants) >= MOST_CODES:
            self.grants.clear()
        code = secrets.token_urlsafe(24)
        self.grants[code] = Grant(officer, challenge, time.monotonic())
        return code

    def trade(self, code: str, verifier: str) -> str | None:
        """The token; a code is worth one try, within a minute."""
        grant = self.grants.pop(code, None)
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        if grant is None or time.monotonic() - grant.made > CODE_TTL_S:
            return None
        if not hmac.compare_digest(digest, grant.challenge.encode()):
            return None
        return signed_token(self.settings.officer_key_file, grant.officer)


def create_app(settings: IssuerSettings) -> FastAPI:
    app, issuer = FastAPI(title="Janseva local issuer", openapi_url=None), Issuer(settings)

    @app.get("/health/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.get("/.well-known/openid-configuration")
    async def configuration() -> dict[str, object]:
        return {
            "issuer": LOCAL_ISSUER,
            "authorization_endpoint": f"{settings.public_url}/authorize",
            "token_endpoint": f"{settings.public_url}/token",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
        }

    @app.get("/authorize")
    async def choose(
        redirect_uri: Annotated[str, Query(max_length=500)],
        code_challenge: Annotated[str, Query(max_length=200)],
        code_challenge_method: Annotated[str, Query(pattern="^S256$")],
        state: Annotated[str, Query(max_length=500)] = "",
    ) -> Response:
        if redirect_uri != settings.redirect_uri or not code_challenge_method:
            return JSONResponse({"error": "invalid_request"}, 400)
        return HTMLResponse(page(state, code_challenge))

    @app.post("/authorize")
    async def grant(state: Short = "", code_challenge: Short = "", role: Short = "", place: Short = "") -> Response:
        try:
            chosen, own = OfficerRole(role), place.strip() or None
            at_station = chosen in STATION_ROLES
            station, district = (own, None) if at_station else (None, own)
            officer = officer_of(chosen, station, None if chosen in WITHOUT_A_PLACE else district, post=None, sub=None)
        except (ValueError, ValidationError):
            return HTMLResponse(page(state, code_challenge, wrong=True), 422)
        query = urlencode({"code": issuer.grant(officer, code_challenge), "state": state})
        return RedirectResponse(f"{settings.redirect_uri}?{query}", 303)

    @app.post("/token")
    async def token(code: Short, code_verifier: Short, redirect_uri: Short) -> Response:
        made = issuer.trade(code, code_verifier) if redirect_uri == settings.redirect_uri else None
        if made is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        body = {"access_token": made, "token_type": "Bearer", "expires_in": int(TTL.total_seconds())}
        return JSONResponse(body, headers={"cache-control": "no-store"})

    return app


def page(state: str, challenge: str, *, wrong: bool = False) -> str:
    """The page that asks which post to hold."""
    roles = "".join(f'<option value="{role}">{role}</option>' for role in OfficerRole)
    values = {"@STATE@": escape(state), "@CHALLENGE@": escape(challenge), "@ROLES@": roles}
    text = PAGE.read_text("utf-8").replace("@WRONG@", "role=alert" if wrong else "hidden")
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def main() -> None:
    settings = IssuerSettings()
    uvicorn.run(create_app(settings), host=settings.http_host, port=settings.http_port, log_level="warning")


if __name__ == "__main__":
    main()
