"""One-time passwords: six digits, a few tries, a few minutes, and limits by phone and by address; how one is sent."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

import httpx
from pydantic import SecretStr

from chassis.http.problems import Problem
from intake.auth.problems import OTP_NOT_SENT
from intake.direct_messages import DirectMessages, NotSent

DIGITS = 6
RETRY_AFTER_S = "30"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A code that was sent. The code itself is kept only as an HMAC under the challenge's id."""

    challenge_id: str
    phone_sealed: str
    code_mac: bytes
    expires_at: datetime
    tries_left: int


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` requests for `key` in `window`."""

    key: str
    count: int
    window: timedelta


class Verdict(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"


class OtpStore(Protocol):
    async def add(self, challenge: Challenge) -> None: ...

    async def use_try(self, challenge_id: str, now: datetime) -> Challenge | None:
        """Counts one try, atomically, and returns the challenge as it was; None when there is none left to try."""

    async def use(self, challenge_id: str) -> bool:
        """Uses the challenge up; False when another request has done so."""

    async def hit(self, limit: Limit, now: datetime) -> datetime | None:
        """Counts a request; when over the limit, the time when the next is allowed."""


def new_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def code_mac(challenge_id: str, code: str, key: bytes) -> bytes:
    return hmac.new(key, f"{challenge_id}:{code}".encode(), hashlib.sha256).digest()


async def verify_code(
    store: OtpStore, challenge_id: str, code: str, key: bytes, now: datetime
) -> tuple[Verdict, Challenge | None]:
    challenge = await store.use_try(challenge_id, now)
    if challenge is None or now >= challenge.expires_at:
        return Verdict.EXPIRED, None
    if challenge.tries_left <= 0:
        return Verdict.EXHAUSTED, None
    if not hmac.compare_digest(challenge.code_mac, code_mac(challenge_id, code, key)):
        return Verdict.WRONG, challenge
    if not await store.use(challenge_id):
        return Verdict.EXPIRED, None
    return Verdict.RIGHT, challenge


class OtpSender(Protocol):
    async def send(self, phone: str, code: str, language: str, *, discreet: bool) -> None: ...


class NotifierOtpSender:
    def __init__(self, http: httpx.AsyncClient, notifier_url: str, service_token: SecretStr) -> None:
        self._messages = DirectMessages(http, notifier_url, service_token)

    async def send(self, phone: str, code: str, language: str, *, discreet: bool) -> None:
        try:
            await self._messages.send(phone, "otp", language, {"otp": code}, discreet=discreet)
        except NotSent as error:
            raise Problem(OTP_NOT_SENT, headers={"Retry-After": RETRY_AFTER_S}) from error
