"""The certificate service's HTTP: verification by anyone, the PDF by signed link, the revocation list."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from chassis.clock import Clock
from chassis.http.access import bears_service_token, service_token
from chassis.http.cursor import read_time_cursor, write_time_cursor
from chassis.http.negotiation import preferred_type
from chassis.http.openapi import described
from chassis.http.problems import BAD_REQUEST, NOT_FOUND, UNAUTHENTICATED, Problem, language_of
from chassis.sealing import KeyRing, SealError

from . import docs
from .domain import Status
from .kinds import Papers
from .links import LONGEST, LinkSigner
from .metrics import CertificateMetrics
from .problems import CERTIFICATE_ERASED, CERTIFICATE_REVOKED, LINK_REFUSED
from .receipt import ReceiptFacts, ReceiptTexts, receipt_page
from .records import Certificate
from .render import Renderer
from .spelling import read_name
from .store import PAGE, CertificateStore
from .verify_page import verify_page
from .webfont import firago_gzipped

_NAME = r"^[0-9A-Za-z-]{4,64}$"
_PAGE_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "vary": "accept, accept-language",
}

Name = Annotated[str, Field(pattern=_NAME)]


class Verification(BaseModel):
    """What anyone may know of a paper: no name, no case. `expired` stands beside `valid_until`, on papers that end."""

    status: Status
    number: str | None = None
    kind: str | None = None
    issued_at: datetime | None = None
    station: str | None = None
    valid_until: datetime | None = None
    expired: bool | None = None
    revoked_at: datetime | None = None


class LinkRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lifetime_s: Annotated[int, Field(ge=1, le=int(LONGEST.total_seconds()))] | None = None


class Link(BaseModel):
    url: str
    expires_at: datetime


class Revocation(BaseModel):
    certificate_id: str
    number: str
    kind: str
    revoked_at: datetime
    reason_code: str | None = None


class RevocationPage(BaseModel):
    items: list[Revocation]
    next_cursor: str | None


def verify_router(store: CertificateStore, metrics: CertificateMetrics, papers: Papers, clock: Clock) -> APIRouter:
    """Open to anyone."""
    router = APIRouter(tags=["verification"])

    @router.get("/v1/verify/fonts/firago.ttf", response_class=Response)
    @described(docs.LETTERS)
    async def letters() -> Response:
        font = await asyncio.to_thread(firago_gzipped)
        headers = {"content-encoding": "gzip", "cache-control": "public, max-age=31536000, immutable"}
        return Response(font, media_type="font/ttf", headers=headers)

    # Whatever is typed is answered, slashes included: no answer shows that a path does not exist.
    @router.get(
        "/v1/verify/{name:path}",
        response_model=Verification,
        responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
    )
    @described(docs.VERIFY)
    async def verify(
        name: str,
        accept: Annotated[str | None, Header()] = None,
        accept_language: Annotated[str | None, Header()] = None,
        lang: Annotated[Literal["hi", "en"] | None, Query()] = None,
    ) -> Response:
        found, now = await _found(store, papers, name), clock.now()
        metrics.verifications.labels((found if isinstance(found, Status) else found.status).value).inc()
        if preferred_type(accept, ("application/json", "text/html")) == "text/html":
            shown = verify_page(found, lang or language_of(accept_language), kinds=papers.kinds, now=now)
            return HTMLResponse(shown, headers=_PAGE_HEADERS)
        body = _verification(found, now).model_dump(mode="json", exclude_none=True)
        return JSONResponse(body, headers={"cache-control": "no-store", "vary": "accept"})

    @router.get("/v1/certificates/revoked")
    @described(docs.REVOKED)
    async def revoked(cursor: Annotated[str | None, Query(max_length=400)] = None) -> RevocationPage:
        found = await store.revoked(_decode_cursor(cursor))
        items = [_revocation(certificate) for certificate in found if certificate.revoked_at is not None]
        following = write_time_cursor(items[-1].revoked_at, items[-1].certificate_id) if len(items) == PAGE else None
        return RevocationPage(items=items, next_cursor=following)

    return router


def pdf_router(store: CertificateStore, keys: KeyRing, signer: LinkSigner, clock: Clock, token: str) -> APIRouter:
    """The PDF, to whoever has a signed link or bears the service token (the owner, through intake)."""
    router = APIRouter(tags=["certificates"])

    @router.get("/v1/certificates/{certificate_id}.pdf", response_class=Response)
    @described(docs.PDF)
    async def pdf(
        request: Request,
        certificate_id: Name,
        expires: Annotated[int | None, Query()] = None,
        signature: Annotated[str | None, Query(max_length=128)] = None,
        if_none_match: Annotated[str | None, Header(max_length=500)] = None,
    ) -> Response:
        linked = expires is not None and signature is not None
        genuine = linked and signer.is_genuine(certificate_id, expires or 0, signature or "", now=clock.now())
        if not genuine and not bears_service_token(request, token):
            raise Problem(LINK_REFUSED) if linked else Problem(UNAUTHENTICATED)
        found = await store.pdf(certificate_id)
        if found is None:
            raise Problem(NOT_FOUND)
        if found.certificate.status is Status.REVOKED:
            raise Problem(CERTIFICATE_REVOKED)
        headers = _pdf_headers(found.certificate)
        if found.sealed is not None and _matches(if_none_match, headers["etag"]):
            return Response(status_code=304, headers=headers)
        return Response(_opened(keys, found.certificate, found.sealed), 200, headers, "application/pdf")

    return router


def internal_router(
    store: CertificateStore, signer: LinkSigner, clock: Clock, token: str, lifetime: timedelta
) -> APIRouter:
    """For other services of the suite, by the service token."""
    router = APIRouter(tags=["internal"], dependencies=[Depends(service_token(token))])

    @router.post("/internal/v1/certificates/{certificate_id}/link")
    @described(docs.LINK)
    async def link(certificate_id: Name, body: LinkRequest) -> Link:
        if await store.get(certificate_id) is None:
            raise Problem(NOT_FOUND)
        wanted = lifetime if body.lifetime_s is None else timedelta(seconds=body.lifetime_s)
        made = signer.link(certificate_id, now=clock.now(), lifetime=wanted)
        return Link(url=made.url, expires_at=made.expires_at)

    return router


def receipts_router(renderer: Renderer, texts: ReceiptTexts, token: str) -> APIRouter:
    """The printed receipt of a filing, for intake, by the service token; nothing of it is kept."""
    router = APIRouter(tags=["internal"], dependencies=[Depends(service_token(token))])

    @router.post("/internal/v1/receipts", response_class=Response)
    @described(docs.RECEIPT)
    async def receipt(body: ReceiptFacts) -> Response:
        pdf = await renderer.render(receipt_page(body, texts), created_at=body.printed_at)
        return Response(pdf, 200, {"cache-control": "no-store"}, "application/pdf")

    return router


async def _found(store: CertificateStore, papers: Papers, typed: str) -> Certificate | Status:
    """The paper; unknown if none has this name, mistyped if the name can't have been printed on one."""
    name = read_name(typed, papers.prefixes)
    if name is None:
        return Status.MISTYPED
    return await store.named(name) or (Status.UNKNOWN if name.is_checked else Status.MISTYPED)


def _verification(found: Certificate | Status, now: datetime) -> Verification:
    if isinstance(found, Status):
        return Verification(status=found)
    return Verification(
        status=found.status,
        number=found.number,
        kind=found.kind,
        issued_at=found.issued_at,
        station=found.station,
        valid_until=found.valid_until,
        expired=None if found.valid_until is None else found.is_expired(now),
        revoked_at=found.revoked_at,
    )


def _opened(keys: KeyRing, certificate: Certificate, sealed: str | None) -> bytes:
    if sealed is None:
        raise Problem(CERTIFICATE_ERASED)
    try:
        return keys.open(certificate.case_id, sealed)
    except SealError:
        # Its month's key was destroyed: deleted by expiry, as surely as by request.
        raise Problem(CERTIFICATE_ERASED) from None


def _pdf_headers(certificate: Certificate) -> dict[str, str]:
    return {
        "content-disposition": f'inline; filename="{certificate.number}.pdf"',
        "cache-control": "private, no-cache",
        "etag": f'"{certificate.sha256}"',
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }


def _matches(if_none_match: str | None, etag: str) -> bool:
    given = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    return etag in given or "*" in given


def _revocation(certificate: Certificate) -> Revocation:
    assert certificate.revoked_at is not None
    return Revocation(
        certificate_id=certificate.certificate_id,
        number=certificate.number,
        kind=certificate.kind,
        revoked_at=certificate.revoked_at,
        reason_code=certificate.reason_code,
    )


def _decode_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    try:
        return read_time_cursor(cursor)
    except ValueError:
        raise Problem(BAD_REQUEST, "cursor") from None
