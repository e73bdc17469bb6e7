"""Asks a register whether an identity document is a person's: the protocol of docs/identity-register.md.

The number goes out in the body of one signed request and is not kept; no answer, text or log line holds it.
"""

import asyncio
import hashlib
import hmac
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import httpx
import orjson
from pydantic import SecretStr

from chassis.clock import Clock
from chassis.http.bounded_answer import AnswerTooLong, read_bounded
from chassis.telemetry.logs import get_logger
from event_schemas import ids

TRIES: Final = 3
ONE_TRY_S: Final = 3.0
# A citizen waits meanwhile; what is not known by then can be asked for again.
LONGEST_S: Final = 8.0
PAUSE_S: Final = 0.2
MOST_ANSWER: Final = 16_384
# How far the register's clock may be from ours.
MOST_SKEW_S: Final = 300
PATH: Final = "/v1/verifications"
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})

_log = get_logger(__name__)


class RegisterAnswer(StrEnum):
    """`unavailable`: the register did not say."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"


class Register(Protocol):
    async def ask(self, document: str, number: str, name: str, birth_year: int) -> RegisterAnswer:
        """Whether the document with this number is that of the person. Never raises for a register that is away."""


class NoRegister:
    async def ask(self, document: str, number: str, name: str, birth_year: int) -> RegisterAnswer:  # noqa: ARG002  the protocol's
        return RegisterAnswer.UNAVAILABLE


class HttpRegister:
    def __init__(self, http: httpx.AsyncClient, url: str, key: SecretStr, clock: Clock) -> None:
        self._http = http
        self._url = f"{url.rstrip('/')}{PATH}"
        self._key = key.get_secret_value().encode()
        self._clock = clock

    async def ask(self, document: str, number: str, name: str, birth_year: int) -> RegisterAnswer:
        # One id for all tries: the register answers a repeat as it did the first.
        request_id = ids.new_event_id(self._clock.now())
        content = orjson.dumps(
            {
                "request_id": request_id,
                "document": {"kind": document, "number": number},
                "person": {"name": name, "birth_year": birth_year},
            }
        )
        try:
            async with asyncio.timeout(LONGEST_S):
                return await self._asked(request_id, content)
        except TimeoutError:
            return _unavailable("timeout")

    async def _asked(self, request_id: str, content: bytes) -> RegisterAnswer:
        reason = ""
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(PAUSE_S * 2**attempt)
            try:
                status, headers, answer = await self._send(request_id, content)
            except (httpx.HTTPError, AnswerTooLong) as error:
                reason = type(error).__name__
                continue
            if status in _AGAIN:
                reason = f"status {status}"
                continue
            if status != 200:
                return _unavailable(f"status {status}")
            if not self._is_signed(request_id, headers, answer):
                return _unavailable("the answer is not signed by the register")
            return _verdict(request_id, answer)
        return _unavailable(reason)

    async def _send(self, request_id: str, content: bytes) -> tuple[int, httpx.Headers, bytes]:
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Request-Id": request_id,
            "X-Timestamp": timestamp,
            "X-Signature": signature(self._key, request_id, timestamp, content),
        }
        async with self._http.stream(
            "POST", self._url, content=content, headers=headers, timeout=ONE_TRY_S
        ) as response:
            answer = await read_bounded(response, MOST_ANSWER)
        return response.status_code, response.headers, answer

    def _is_signed(self, request_id: str, headers: httpx.Headers, answer: bytes) -> bool:
        timestamp = headers.get("x-timestamp", "")
        given = headers.get("x-signature", "")
        right = signature(self._key, request_id, timestamp, answer)
        return hmac.compare_digest(given.encode(), right.encode()) and is_recent(timestamp, self._clock.now())


def signature(key: bytes, request_id: str, timestamp: str, content: bytes) -> str:
    """HMAC-SHA256 over `<request id>.<timestamp>.<body>`, as `v1=<hex>`."""
    signed = f"{request_id}.{timestamp}.".encode() + content
    return f"v1={hmac.digest(key, signed, hashlib.sha256).hex()}"


def is_recent(timestamp: str, now: datetime) -> bool:
    """Seconds since 1970 in ASCII digits, at most five minutes away."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - now.timestamp()) <= MOST_SKEW_S


def register_at(url: str, key: SecretStr, http: httpx.AsyncClient, clock: Clock) -> Register:
    """The register at this address; none where it is empty."""
    return HttpRegister(http, url, key, clock) if url else NoRegister()


def check_address(url: str) -> None:
    """ValueError for what is no base of an HTTP address."""
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("the register's address is http(s)://host[:port][/path]")


def _verdict(request_id: str, answer: bytes) -> RegisterAnswer:
    try:
        body: Any = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return _unavailable("the answer is not JSON")
    if not isinstance(body, dict) or body.get("request_id") != request_id:
        return _unavailable("the answer is to another request")
    found = body.get("result")
    if isinstance(found, str) and found in (RegisterAnswer.MATCH, RegisterAnswer.MISMATCH, RegisterAnswer.NOT_FOUND):
        return RegisterAnswer(found)
    return _unavailable("the answer has no known result")


def _unavailable(reason: str) -> RegisterAnswer:
    _log.warning("identity_register_unavailable", reason=reason)
    return RegisterAnswer.UNAVAILABLE
