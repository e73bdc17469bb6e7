"""Officers log in at their OpenID Connect issuer: the code flow with PKCE; the token stays in a sealed cookie."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from chassis.telemetry.logs import get_logger
from janseva_web.cookies import Purpose
from janseva_web.suite.client import Refused
from janseva_web.visit import OFFICER, Visit

LOGIN: Final = Purpose("desk-login", timedelta(minutes=10))
CALLBACK: Final = "/desk/callback"
# Sealed it must fit into one cookie: a browser silently drops one of more than 4,096 bytes.
LONGEST_TOKEN: Final = 2_600
SHOWN: Final = ("role", "post", "station", "district")

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OfficerLogin:
    """`issuer_url` is where the issuer answers; `public_url` where these pages do."""

    issuer_url: str
    client_id: str
    public_url: str
    http: httpx.AsyncClient

    async def begin(self, visit: Visit, to: str) -> str:
        """The issuer's address to go to; what must come back stays sealed in this browser."""
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        visit.keep(LOGIN, {"state": state, "verifier": verifier, "to": to})
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.public_url + CALLBACK,
            "scope": "openid",
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "ui_locales": visit.language.code,
        }
        return f"{await self._place('authorization_endpoint')}?{urlencode(query)}"

    async def finish(self, visit: Visit) -> str | None:
        """Trade the code for a token; where to go on, or None if this is no answer to a login of this browser."""
        begun = visit.cookie(LOGIN)
        visit.drop(LOGIN)
        code, state = visit.query("code", 500), visit.query("state")
        if begun is None or not code or not secrets.compare_digest(state.encode(), str(begun["state"]).encode()):
            return None
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.public_url + CALLBACK,
            "client_id": self.client_id,
            "code_verifier": str(begun["verifier"]),
        }
        answer = await self._ask("POST", await self._place("token_endpoint"), data=form)
        token = answer.get("access_token")
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            return None
        # The services check the token at each call; here it only says what to show.
        visit.keep(OFFICER, {"access": token, **claims_of(token)})
        return str(begun["to"])

    async def _place(self, name: str) -> str:
        found = await self._ask("GET", f"{self.issuer_url.rstrip('/')}/.well-known/openid-configuration")
        return str(found[name])

    async def _ask(self, method: str, address: str, **options: Any) -> Mapping[str, Any]:
        try:
            response = await self.http.request(method, address, timeout=5, **options)
            response.raise_for_status()
            body = response.json()
        except (httpx.HTTPError, ValueError) as error:
            _log.warning("issuer_refused", error=type(error).__name__)
            raise Refused(503, {"code": "issuer_unavailable"}) from None
        return body if isinstance(body, dict) else {}


def claims_of(token: str) -> dict[str, str]:
    """What the token says of the officer, unverified."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, binascii.Error, ValueError):
        return {}
    return (
        {name: claims[name] for name in SHOWN if isinstance(claims.get(name), str)} if isinstance(claims, dict) else {}
    )
