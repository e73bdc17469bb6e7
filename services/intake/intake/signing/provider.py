"""Asks a provider of e-signatures: the protocol of docs/e-sign.md. No identity number passes through here."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, Protocol

import httpx
import orjson
from pydantic import SecretStr

from chassis.clock import Clock
from chassis.http.access.jwks import ALGORITHMS, IssuerKeys
from chassis.http.access.tokens import key_id_of, verified_claims
from chassis.http.bounded_answer import AnswerTooLong, read_bounded
from chassis.http.problems import Problem
from chassis.telemetry.logs import get_logger
from intake.problems import ESIGN_INVALID, ESIGN_UNAVAILABLE
from intake.signing.domain import Transaction

TIMEOUT: Final = httpx.Timeout(5.0, connect=2.0, pool=2.0)
MOST_ANSWER: Final = 32_768
AUDIENCE: Final = "janseva-intake"
RETRY_AFTER: Final = {"Retry-After": "30"}

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Signature:
    """What the provider vouches for: which transaction, over which hash, and when it was signed."""

    transaction_id: str
    sha256: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    state: Literal["pending", "signed", "refused"]
    token: str | None = None


class Signer(Protocol):
    async def begin(self, transaction: Transaction, return_url: str, language: str) -> str:
        """Where the citizen signs. Problem 503 while the provider is away."""

    async def standing(self, transaction: Transaction) -> Standing:
        """Problem 503 while the provider is away."""

    async def read(self, token: str) -> Signature:
        """Problem 422 for what the provider did not sign for us."""


class NoSigner:
    """No provider is configured: who wants to sign is sent to the station."""

    async def begin(self, transaction: Transaction, return_url: str, language: str) -> str:  # noqa: ARG002  the protocol's
        raise _away("none")

    async def standing(self, transaction: Transaction) -> Standing:  # noqa: ARG002  the protocol's
        raise _away("none")

    async def read(self, token: str) -> Signature:  # noqa: ARG002  the protocol's
        raise _away("none")


class HttpSigner:
    def __init__(self, http: httpx.AsyncClient, url: str, key: SecretStr, issuer: str, clock: Clock) -> None:
        self._http, self._base = http, url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key.get_secret_value()}"}
        self._issuer = issuer
        self._keys = IssuerKeys(file=None, url=f"{self._base}/v1/keys", clock=clock, http=http)

    async def begin(self, transaction: Transaction, return_url: str, language: str) -> str:
        body = {
            "transaction": transaction.transaction_id,
            "document_sha256": transaction.sha256,
            "expires_at": transaction.expires_at.isoformat(),
            "return_url": return_url,
            "language": language,
        }
        answer = await self._ask("POST", "/v1/transactions", body)
        url = answer.get("redirect_url")
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise _away("no redirect_url")
        return url

    async def standing(self, transaction: Transaction) -> Standing:
        answer = await self._ask("GET", f"/v1/transactions/{transaction.transaction_id}", None)
        match answer:
            case {"state": "signed", "token": str(token)}:
                return Standing("signed", token)
            case {"state": "pending" | "refused" as state}:
                return Standing(state)
        raise _away("no known state")

    async def read(self, token: str) -> Signature:
        try:
            key_id, _ = key_id_of(token)
            key = await self._keys.get(key_id)
            claims = verified_claims(token, key, list(ALGORITHMS), self._issuer, AUDIENCE)
        except Problem as problem:
            if problem.type.status == ESIGN_UNAVAILABLE.status:
                raise _away("no keys") from problem
            raise Problem(ESIGN_INVALID) from problem
        match claims:
            case {"transaction": str(transaction_id), "document_sha256": str(sha256), "iat": int(at)}:
                return Signature(transaction_id, sha256, datetime.fromtimestamp(at, UTC))
        raise Problem(ESIGN_INVALID)

    async def _ask(self, method: str, path: str, body: Any) -> dict[str, Any]:
        content = None if body is None else orjson.dumps(body)
        headers = self._headers | ({"Content-Type": "application/json"} if content else {})
        try:
            async with self._http.stream(
                method, f"{self._base}{path}", content=content, headers=headers, timeout=TIMEOUT
            ) as response:
                answer = await read_bounded(response, MOST_ANSWER)
        except (httpx.HTTPError, AnswerTooLong) as error:
            raise _away(type(error).__name__) from error
        if response.status_code not in (200, 201):
            raise _away(f"status {response.status_code}")
        try:
            found = orjson.loads(answer)
        except orjson.JSONDecodeError:
            raise _away("not JSON") from None
        if not isinstance(found, dict):
            raise _away("not an object")
        return found


def signer_at(url: str, key: SecretStr, issuer: str, http: httpx.AsyncClient, clock: Clock) -> Signer:
    """The provider at this address; none where it is empty."""
    return HttpSigner(http, url, key, issuer, clock) if url else NoSigner()


def _away(reason: str) -> Problem:
    _log.warning("esign_provider_unavailable", reason=reason)
    return Problem(ESIGN_UNAVAILABLE, headers=RETRY_AFTER)
