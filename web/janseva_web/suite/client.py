"""One service's HTTP API: every call with the visitor's own token, in his language, and every refusal as a Refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import httpx

from chassis.telemetry.logs import get_logger
from chassis.telemetry.tracing import current_traceparent, is_untraced

TIMEOUT: Final = httpx.Timeout(12.0, connect=3.0)
# No page shows more than this of an answer.
MOST_ERRORS: Final = 50

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asker:
    """Whom a call is made for: his language and address, and what proves him.

    A token, a case's receipt, or the passphrase of secret information.
    """

    language: str
    address: str | None = None
    token: str | None = field(default=None, repr=False)
    receipt: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)

    def headers(self) -> dict[str, str]:
        proofs = {
            "authorization": f"Bearer {self.token}" if self.token else None,
            "x-receipt": self.receipt,
            "x-passphrase": self.passphrase,
            "x-forwarded-for": self.address,
            "traceparent": current_traceparent(),
        }
        # What no header can carry was never given to anybody.
        fine = {name: value for name, value in proofs.items() if value and value.isascii() and value.isprintable()}
        return {"accept-language": self.language, **fine}


@dataclass(frozen=True, slots=True)
class WrongField:
    """What a service says of one value: where it stands in the body, and why it is wrong."""

    pointer: str
    message: str


class Refused(Exception):
    """A service refused, or did not answer (status 503, code `unreachable`). `title` and `detail` are for people."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        super().__init__(f"{status} {self.code}")
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", ""))
        given = problem.get("errors")
        self.errors = tuple(
            WrongField(str(one.get("pointer", "")), str(one.get("message", "")))
            for one in (given if isinstance(given, list) else [])[:MOST_ERRORS]
            if isinstance(one, dict)
        )
        self.members = problem


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `etag` names its version."""

    body: Any
    etag: str | None


class Api:
    """A service at its address."""

    def __init__(self, name: str, base: str, http: httpx.AsyncClient) -> None:
        self._name = name
        self._base = base.rstrip("/")
        self._http = http

    async def get(self, path: str, *parts: str, asker: Asker, query: Mapping[str, str] | None = None) -> Answer:
        return await self._ask("GET", place(path, *parts), asker, params=dict(query or {}))

    async def post(
        self,
        path: str,
        *parts: str,
        asker: Asker,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
    ) -> Answer:
        content = json.dumps(body or {}, ensure_ascii=False).encode()
        given = {"content-type": "application/json", **(headers or {})}
        return await self._ask(method, place(path, *parts), asker, content=content, headers=given)

    async def delete(self, path: str, *parts: str, asker: Asker) -> Answer:
        return await self._ask("DELETE", place(path, *parts), asker)

    async def upload(
        self, path: str, *parts: str, asker: Asker, fields: Mapping[str, str], file: UploadedFile
    ) -> Answer:
        files = {"file": (file.name, file.content, file.media_type)}
        return await self._ask("POST", place(path, *parts), asker, data=dict(fields), files=files)

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        *parts: str,
        asker: Asker,
        method: str = "GET",
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """An answer that is read as it comes: a paper, or live events. Refused before the first byte."""
        request = self._http.build_request(
            method,
            self._base + place(path, *parts),
            params=dict(query or {}),
            headers={**asker.headers(), **(headers or {})},
            timeout=httpx.Timeout(12.0, read=90.0),
        )
        try:
            response = await self._http.send(request, stream=True)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None
        try:
            if response.status_code >= 400:
                await response.aread()
                raise refused_by(response)
            yield response
        finally:
            await response.aclose()

    async def ready(self) -> None:
        """Readiness: the service answers at all."""
        (await self._http.get(f"{self._base}/health/live", timeout=2)).raise_for_status()

    async def _ask(self, method: str, path: str, asker: Asker, **options: Any) -> Answer:
        headers = {**asker.headers(), **options.pop("headers", {})}
        try:
            response = await self._http.request(
                method, self._base + path, headers=headers, timeout=TIMEOUT, follow_redirects=False, **options
            )
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None
        if response.status_code >= 300:
            raise refused_by(response)
        return Answer(_json(response) if response.content else {}, response.headers.get("etag"))

    def _unreachable(self, error: Exception) -> Refused:
        if not is_untraced():
            _log.warning("service_unreachable", service=self._name, error=type(error).__name__)
        return Refused(503, {"code": "unreachable"})


@dataclass(frozen=True, slots=True)
class UploadedFile:
    name: str
    media_type: str
    content: bytes = field(repr=False)


def place(path: str, *parts: str) -> str:
    """The path with each {} filled; a part can never become another path."""
    return path.format(*(_quoted(part) for part in parts))


def _quoted(part: str) -> str:
    # `.` and `..` would mean a folder; no number or code is spelled so.
    return quote(part, safe="") if part.strip(".") else "-"


def refused_by(response: httpx.Response) -> Refused:
    problem = _json(response)
    return Refused(response.status_code, problem if isinstance(problem, dict) else {})


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None
