"""GET /v1/complaints/{tracking_number}/certificates/{certificate_id}.pdf: the paper, for who may see the case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import httpx
import orjson
from fastapi import APIRouter, Depends, Header, Response
from pydantic import SecretStr

from chassis.http.bounded_answer import AnswerTooLong, read_bounded
from chassis.http.openapi import described
from chassis.http.problems import MEDIA_TYPE, NOT_FOUND, Problem
from chassis.telemetry.logs import get_logger
from event_schemas.papers import is_letter
from intake.auth import Authenticator, Principal
from intake.case.model import Case, CertificateRecord
from intake.http.receipts import Receipt
from intake.problems import CERTIFICATE_ERASED, CERTIFICATE_REVOKED, CERTIFICATE_UNAVAILABLE
from intake.tracking import docs
from intake.tracking.api import StatusReader

# A paper has 20 to 100 kB; the certificate service answers in milliseconds.
MOST_BYTES = 4_000_000
TIMEOUT = httpx.Timeout(5.0, connect=2.0, pool=2.0)
# Connections of their own: a certificate service that hangs must not hold up login codes.
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=5)
RETRY_AFTER_S = "10"
_PASSED_ON = ("content-type", "content-disposition", "etag")
_GONE = {problem.code: problem for problem in (CERTIFICATE_REVOKED, CERTIFICATE_ERASED)}

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Paper:
    """The certificate service's answer to a request for a paper; no content for one that has not changed (304)."""

    status: int
    headers: dict[str, str]
    content: bytes


class Papers(Protocol):
    async def get(self, certificate_id: str, if_none_match: str | None) -> Paper:
        """Problem not_found, certificate_revoked, certificate_erased or certificate_unavailable."""

    async def receipt(self, facts: Mapping[str, Any]) -> bytes:
        """The printed receipt of a filing as PDF. Problem certificate_unavailable."""


class CertificateService:
    """Asks the certificate service by the service token."""

    def __init__(self, http: httpx.AsyncClient, url: str, service_token: SecretStr) -> None:
        self._http = http
        self._base = f"{url.rstrip('/')}/v1/certificates"
        self._receipts = f"{url.rstrip('/')}/internal/v1/receipts"
        self._token = service_token

    async def get(self, certificate_id: str, if_none_match: str | None) -> Paper:
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        if if_none_match is not None:
            headers["If-None-Match"] = if_none_match
        url = f"{self._base}/{certificate_id}.pdf"
        try:
            async with self._http.stream("GET", url, headers=headers, timeout=TIMEOUT) as response:
                content = await read_bounded(response, MOST_BYTES)
        except (httpx.HTTPError, AnswerTooLong) as error:
            raise _unavailable(type(error).__name__) from error
        if response.status_code == 304 or (response.status_code == 200 and content.startswith(b"%PDF-")):
            passed_on = {name: response.headers[name] for name in _PASSED_ON if name in response.headers}
            return Paper(response.status_code, passed_on, content)
        if response.status_code == 410:
            raise Problem(_GONE.get(_problem_code(response, content), CERTIFICATE_ERASED))
        if response.status_code == 404:
            raise Problem(NOT_FOUND)
        raise _unavailable(f"status {response.status_code}")

    async def receipt(self, facts: Mapping[str, Any]) -> bytes:
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}", "content-type": "application/json"}
        body = orjson.dumps(facts)
        try:
            async with self._http.stream(
                "POST", self._receipts, content=body, headers=headers, timeout=TIMEOUT
            ) as response:
                content = await read_bounded(response, MOST_BYTES)
        except (httpx.HTTPError, AnswerTooLong) as error:
            raise _unavailable(type(error).__name__) from error
        if response.status_code != 200 or not content.startswith(b"%PDF-"):
            raise _unavailable(f"status {response.status_code}")
        return content


def papers_router(reader: StatusReader, papers: Papers, authenticator: Authenticator) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["status"])

    @router.get(
        "/complaints/{tracking_number}/certificates/{certificate_id}.pdf",
        response_class=Response,
    )
    @described(docs.PAPER)
    async def paper(
        tracking_number: str,
        certificate_id: str,
        principal: Annotated[Principal | None, Depends(authenticator.optional_citizen)],
        receipt: Receipt,
        if_none_match: Annotated[str | None, Header(max_length=500)] = None,
    ) -> Response:
        case = await reader.owned(tracking_number, principal, receipt)
        known = paper_of(case, certificate_id)
        if known is None or is_letter(known.kind):
            raise Problem(NOT_FOUND)
        return await handed_out(papers, known, if_none_match)

    return router


async def handed_out(papers: Papers, known: CertificateRecord, if_none_match: str | None) -> Response:
    """The paper for who may read it. Problem not_found before it is issued, certificate_revoked after its end."""
    if known.issued_at is None:
        raise Problem(NOT_FOUND)
    if known.revoked:
        raise Problem(CERTIFICATE_REVOKED)
    found = await papers.get(known.certificate_id, if_none_match)
    headers = {
        **found.headers,
        "cache-control": "private, no-cache",
        "vary": "Authorization, X-Receipt",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }
    return Response(found.content, found.status, headers)


def paper_of(case: Case, certificate_id: str) -> CertificateRecord | None:
    """By its id, in capitals too."""
    return case.certificates.get(certificate_id) or case.certificates.get(certificate_id.lower())


def _problem_code(response: httpx.Response, content: bytes) -> str:
    if not response.headers.get("content-type", "").startswith(MEDIA_TYPE):
        return ""
    body = orjson.loads(content)
    return str(body.get("code", "")) if isinstance(body, dict) else ""


def _unavailable(reason: str) -> Problem:
    _log.warning("certificate_service_unavailable", reason=reason)
    return Problem(CERTIFICATE_UNAVAILABLE, headers={"Retry-After": RETRY_AFTER_S})
