"""The public keys of the officers' issuer, from a file or a URL: read anew all the time, held a while without it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from prometheus_client import CollectorRegistry, Counter, Gauge

from chassis.clock import Clock
from chassis.http.access.last_keys import LastKeys
from chassis.http.access.problems import ISSUER_UNAVAILABLE, TOKEN_INVALID
from chassis.http.bounded_answer import AnswerTooLong, read_bounded
from chassis.http.problems import Problem
from chassis.telemetry.logs import get_logger

_log = get_logger(__name__)

# A key that the issuer takes back is worth nothing a minute later, also while tokens keep coming.
REFRESH_EVERY: Final = timedelta(seconds=30)
# A token that names a key we don't know may be the first of a new key, or made up: asked for no more often than this.
UNKNOWN_KEY_EVERY: Final = timedelta(seconds=5)
FETCH_TIMEOUT_S: Final = 5.0
LARGEST_SET: Final = 262_144
ALGORITHMS: Final = ("EdDSA", "ES256", "RS256", "PS256")
_SMALLEST_RSA: Final = 2048
RETRY_AFTER_S: Final = "5"


class JwksMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.age = Gauge(
            "janseva_officer_keys_age_seconds",
            "Since the officers' issuer last gave its keys; -1 if it never did",
            registry=registry,
        )
        self.failures = Counter(
            "janseva_officer_keys_fetch_failures", "Fetches of the officers' keys that failed", registry=registry
        )


class IssuerKeys:
    """Keys by id. A fetch that succeeds replaces the set whole; one that fails leaves the last set, for `hold`."""

    def __init__(
        self,
        *,
        file: Path | None,
        url: str | None,
        clock: Clock,
        http: httpx.AsyncClient,
        hold: timedelta = timedelta(hours=1),
        metrics: JwksMetrics | None = None,
        last: LastKeys | None = None,
    ) -> None:
        if file is None and url is None:
            raise ValueError("OFFICER_JWKS_FILE or OFFICER_JWKS_URL must be set: officers' tokens cannot be checked")
        self._file, self._url = file, url
        self._clock, self._http = clock, http
        self._hold = hold
        self._metrics = metrics
        self._last = last
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._lock = asyncio.Lock()
        if metrics is not None:
            metrics.age.set_function(self._age_s)

    async def get(self, key_id: str | None) -> jwt.PyJWK:
        """The key now; Problem 401 if the issuer has none of that id, 503 if nobody can know."""
        if key_id is None:
            raise Problem(TOKEN_INVALID, "no_key")
        if self._is_older_than(REFRESH_EVERY):
            await self.refresh(REFRESH_EVERY)
        if key_id not in self._keys:
            await self.refresh(UNKNOWN_KEY_EVERY)
        if self._fetched_at is None or self._clock.now() - self._fetched_at > self._hold:
            raise Problem(ISSUER_UNAVAILABLE, headers={"Retry-After": RETRY_AFTER_S})
        try:
            return self._keys[key_id]
        except KeyError:
            raise Problem(TOKEN_INVALID, "unknown_key") from None

    async def run(self) -> None:
        """Refresh until cancelled, so that no request waits for the issuer while it is slow."""
        while True:
            await self.refresh(timedelta(0))
            await asyncio.sleep(REFRESH_EVERY.total_seconds() / 2)

    async def close(self) -> None:
        await self._http.aclose()

    async def refresh(self, unless_within: timedelta) -> None:
        """Fetch the set, unless that was tried so short a time ago."""
        async with self._lock:
            now = self._clock.now()
            if self._asked_at is not None and now - self._asked_at < unless_within:
                return
            self._asked_at = now
            try:
                text = await self._fetch()
                keys = usable_keys(text)
            except (OSError, httpx.HTTPError, httpx.InvalidURL, UnicodeDecodeError, NotAKeySet) as error:
                if self._metrics is not None:
                    self._metrics.failures.inc()
                _log.warning("officer_keys_not_fetched", reason=type(error).__name__)
                await self._remember(now)
                return
            self._keys, self._fetched_at = keys, now
            if self._last is not None:
                await asyncio.to_thread(self._last.write, text, now)

    async def _remember(self, now: datetime) -> None:
        """Take over what another process was given, if this one never got any; it is as old as it was there."""
        if self._last is None or self._fetched_at is not None:
            return
        found = await asyncio.to_thread(self._last.read, now)
        if found is None:
            return
        try:
            self._keys, self._fetched_at = usable_keys(found.keys), found.fetched_at
        except NotAKeySet:
            _log.warning("officer_keys_not_remembered", reason=NotAKeySet.__name__)

    def _is_older_than(self, age: timedelta) -> bool:
        return self._fetched_at is None or self._clock.now() - self._fetched_at >= age

    def _age_s(self) -> float:
        return -1.0 if self._fetched_at is None else (self._clock.now() - self._fetched_at).total_seconds()

    async def _fetch(self) -> str:
        if self._file is not None:
            return await asyncio.to_thread(self._file.read_text)
        assert self._url is not None
        async with (
            asyncio.timeout(FETCH_TIMEOUT_S),
            self._http.stream("GET", self._url, timeout=FETCH_TIMEOUT_S) as answer,
        ):
            answer.raise_for_status()
            try:
                received = await read_bounded(answer, LARGEST_SET)
            except AnswerTooLong:
                raise NotAKeySet from None
        return received.decode()


class NotAKeySet(ValueError):
    """The issuer's answer is no JWKS: an error page, say. It takes no key back."""


def usable_keys(text: str) -> dict[str, jwt.PyJWK]:
    """The keys that may sign officers' tokens, by id: strong and for signing. An id that is there twice names none."""
    try:
        found = json.loads(text)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotAKeySet from None
    if not isinstance(found, list):
        raise NotAKeySet
    keys: dict[str, jwt.PyJWK] = {}
    doubled: set[str] = set()
    for entry in found:
        key_id = entry.get("kid") if isinstance(entry, dict) else None
        if not isinstance(key_id, str) or not key_id:
            continue
        if key_id in keys or key_id in doubled:
            doubled.add(key_id)
            keys.pop(key_id, None)
            continue
        key = _usable(entry)
        if key is not None:
            keys[key_id] = key
    if doubled:
        _log.warning("officer_keys_doubled", ids=len(doubled))
    return keys


def _usable(entry: dict[str, Any]) -> jwt.PyJWK | None:
    if entry.get("kty") not in ("OKP", "EC", "RSA") or entry.get("use", "sig") != "sig":
        return None
    try:
        key = jwt.PyJWK({name: value for name, value in entry.items() if name not in ("d", "p", "q", "dp", "dq", "qi")})
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        return None
    if key.algorithm_name not in ALGORITHMS:
        return None
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < _SMALLEST_RSA:
        return None
    return key
