"""Where the suite answers, and how a citizen logs in."""

import re
from dataclasses import dataclass

import httpx

from janseva_local.demo.client import Call, GaveUp, send

LOGIN_TRIES = 3
OTP = re.compile(r"\b([0-9]{6})\b")


@dataclass(frozen=True, slots=True)
class Suite:
    """Where the suite answers."""

    intake: str
    routing: str
    provider: str


async def log_in(http: httpx.AsyncClient, suite: Suite, phone: str) -> str:
    """An access token, got as a person gets it: asks for a code, reads the SMS, types it in, and again if it fails."""
    for _ in range(LOGIN_TRIES):
        asked = await send(http, Call("POST", f"{suite.intake}/v1/auth/otp", json={"phone": phone}))
        asked.raise_for_status()
        inbox = await send(http, Call("GET", f"{suite.provider}/v1/sink", params={"to": phone}))
        codes = (OTP.search(message["text"]) for message in inbox.json() if message["template"] == "otp")
        code = next((found.group(1) for found in codes if found), "000000")
        body = {"challenge_id": asked.json()["challenge_id"], "otp": code}
        got = await send(http, Call("POST", f"{suite.intake}/v1/auth/token", json=body))
        if got.is_success:
            return str(got.json()["access_token"])
        # A code whose answer was lost on the way is used up: the next one comes after the resend pause.
    raise GaveUp(f"login: {got.status_code} {got.text[:100]}")
