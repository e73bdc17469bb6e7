"""The HTTP client of a gateway: aiohttp, at a tenth of httpx's CPU time a message, with its errors distinguished."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
from yarl import URL

from .provider import Answer, GatewayOutcomeUnknown, GatewayUnavailable


class AiohttpFetcher:
    """Keeps at most `concurrency` connections; the session is made at the first request, inside the running loop."""

    def __init__(self, *, timeout: timedelta, concurrency: int) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout.total_seconds())
        self._concurrency = concurrency
        self._session: aiohttp.ClientSession | None = None

    async def get(self, url: str) -> Answer:
        try:
            async with self._open().get(URL(url, encoded=True), allow_redirects=False) as response:
                return Answer(response.status, await response.text(errors="replace"))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            # Not chained: aiohttp's errors quote the address, which holds the message.
            raise GatewayUnavailable("gateway_unreachable") from None
        except (aiohttp.ClientError, TimeoutError):
            raise GatewayOutcomeUnknown("gateway_silent") from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout, connector=aiohttp.TCPConnector(limit=self._concurrency)
            )
            # aiohttp itself repeats a GET on a broken kept connection; whether to repeat a message is our decision.
            self._session._retry_connection = False  # noqa: SLF001
        return self._session
