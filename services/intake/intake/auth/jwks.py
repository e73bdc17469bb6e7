"""The public keys of the officers' issuer: from a file or a URL, fetched anew when a token names an unknown key."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import jwt

from chassis.clock import Clock
from chassis.problems import Problem
from intake.auth.problems import ISSUER_UNAVAILABLE, TOKEN_INVALID

REFRESH_AT_MOST_EVERY = timedelta(seconds=30)
FETCH_TIMEOUT_S = 5.0


class OfficerKeys:
    def __init__(self, *, file: Path | None, url: str | None, clock: Clock, http: httpx.AsyncClient) -> None:
        if file is None and url is None:
            raise ValueError("OFFICER_JWKS_FILE or OFFICER_JWKS_URL must be set: officers' tokens cannot be checked")
        self._file = file
        self._url = url
        self._clock = clock
        self._http = http
        self._keys: dict[str, jwt.PyJWK] = {}
        self._loaded_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def get(self, key_id: str | None) -> jwt.PyJWK:
        if key_id is None:
            raise Problem(TOKEN_INVALID, detail_en="The token names no key")
        if key_id not in self._keys:
            await self._reload()
        try:
            return self._keys[key_id]
        except KeyError:
            raise Problem(TOKEN_INVALID, detail_en="The token is signed by an unknown key") from None

    async def _reload(self) -> None:
        async with self._lock:
            now = self._clock.now()
            if self._loaded_at is not None and now - self._loaded_at < REFRESH_AT_MOST_EVERY:
                return
            try:
                text = await self._fetch()
                keys = jwt.PyJWKSet.from_json(text).keys
            except (OSError, httpx.HTTPError, jwt.PyJWTError, ValueError) as error:
                raise Problem(ISSUER_UNAVAILABLE, headers={"Retry-After": "5"}) from error
            self._keys = {key.key_id: key for key in keys if key.key_id}
            self._loaded_at = now

    async def _fetch(self) -> str:
        if self._file is not None:
            return await asyncio.to_thread(self._file.read_text)
        assert self._url is not None
        response = await self._http.get(self._url, timeout=FETCH_TIMEOUT_S)
        response.raise_for_status()
        return response.text
