"""POST /v1/complaints/{tracking_number}/evidence, whole or by tus 1.0; GET /v1/evidence/{evidence_id}."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from chassis.bilingual import Language
from chassis.http.forms import InMemoryForm
from chassis.http.negotiation import language_of
from chassis.http.openapi import described
from chassis.http.problems import NOT_FOUND, UNSUPPORTED_MEDIA_TYPE, Problem
from intake.auth import Authenticator, Principal, actor_of
from intake.case import scope
from intake.case.model import OWNER, ActedBy, Case, EvidenceRecord
from intake.case.numbers import receipt_hash
from intake.case.trail.handlers import Trail
from intake.evidence import docs, tus
from intake.evidence.handlers import EvidenceDesk
from intake.evidence.media import EXTENSIONS
from intake.evidence.problems import FORM_UNREADABLE, NO_FILE, TOO_LARGE
from intake.evidence.store import File
from intake.http.answers import json_response
from intake.http.receipts import Receipt
from intake.texts import Texts
from intake.tracking.api import StatusReader, proof_of
from intake.tracking.files import file_view

# Where bodies may be as large as a file.
LARGE_PATHS: Final = re.compile(r"/v1/(complaints/[^/]+/evidence(/[^/]+)?|tips/[^/]+/evidence)")
UPLOADS: Final = "/complaints/{tracking_number}/evidence"
UPLOAD: Final = f"{UPLOADS}/{{evidence_id}}"
# What a form has around its file.
FORM_BYTES: Final = 16_384
_RECORDED_AS: Final = "evidence "


@dataclass(frozen=True, slots=True)
class EvidenceParts:
    desk: EvidenceDesk
    reader: StatusReader
    trail: Trail
    texts: Texts
    authenticator: Authenticator
    public_url: str


def evidence_router(parts: EvidenceParts) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["evidence"])
    Caller = Annotated[Principal | None, Depends(parts.authenticator.optional_citizen)]  # noqa: N806  a type
    Anyone = Annotated[Principal | None, Depends(parts.authenticator.anyone)]  # noqa: N806  a type
    desk = parts.desk

    @router.options(UPLOADS, status_code=204)
    @described(docs.ABOUT)
    async def about(tracking_number: str) -> Response:  # noqa: ARG001  the same for every case
        return Response(status_code=204, headers=tus.about(desk.limits.file_bytes))

    @router.post(UPLOADS, status_code=201, openapi_extra=docs.tus_headers("Upload-Length", "Upload-Metadata"))
    @described(docs.ADD)
    async def add(tracking_number: str, request: Request, principal: Caller, receipt: Receipt) -> Response:
        case = await parts.reader.owned(tracking_number, principal, receipt)
        if tus.RESUMABLE in request.headers:
            with _by_tus():
                return await _begin(parts, case, request)
        language = language_of(request.headers.get("accept-language"))
        with desk.memory.reserve(declared_length(request, desk.limits.file_bytes)):
            content, document_type = await read_form(request, desk.limits.file_bytes)
            record = await desk.receive(case, content, document_type)
        return _answer(parts, record, language, 201)

    @router.get(UPLOAD)
    @described(docs.KNOWN)
    async def known(
        tracking_number: str, evidence_id: str, request: Request, principal: Caller, receipt: Receipt
    ) -> Response:
        case = await parts.reader.owned(tracking_number, principal, receipt)
        record = case.evidence.get(evidence_id)
        if record is None:
            raise Problem(NOT_FOUND)
        return _answer(parts, record, language_of(request.headers.get("accept-language")), 200)

    @router.get("/evidence/{evidence_id}", response_class=Response)
    @described(docs.READ)
    async def read(evidence_id: str, principal: Anyone, receipt: Receipt) -> Response:
        found = await desk.case_of(evidence_id)
        if found is None or (who := _reader(found[0], principal, receipt)) is None:
            raise Problem(NOT_FOUND)
        case, file, record = found
        shown = await desk.show(case, file, record, to_officer=who.is_officer)
        await parts.trail.look(case, ActedBy(who.post, who.sub), f"{_RECORDED_AS}{evidence_id}", desk.clock.now())
        return _handed_out(shown.record, shown.content)

    _add_resumable(router, parts)
    return router


def _add_resumable(router: APIRouter, parts: EvidenceParts) -> None:
    """What of tus 1.0 comes after the creation."""
    Caller = Annotated[Principal | None, Depends(parts.authenticator.optional_citizen)]  # noqa: N806  a type
    desk = parts.desk

    async def upload_of(
        tracking_number: str, evidence_id: str, request: Request, principal: Principal | None, receipt: str | None
    ) -> tuple[Case, File]:
        """The upload that a call goes on with. Its owner is checked at each: Problem 404 for anybody else."""
        tus.check_version(request.headers)
        case = await parts.reader.owned(tracking_number, principal, receipt)
        return case, await desk.find(case, evidence_id)

    @router.head(UPLOAD, response_class=Response, openapi_extra=docs.tus_headers())
    @described(docs.STANDING)
    async def standing(
        tracking_number: str, evidence_id: str, request: Request, principal: Caller, receipt: Receipt
    ) -> Response:
        with _by_tus():
            case, file = await upload_of(tracking_number, evidence_id, request, principal, receipt)
            # A server that died behind the last byte left it for now.
            record = await desk.finish(case, file)
            return _stands(file, record, 200)

    @router.patch(
        UPLOAD,
        status_code=204,
        openapi_extra=docs.tus_headers("Upload-Offset", "Upload-Checksum", **docs.PART),
    )
    @described(docs.APPEND)
    async def append(
        tracking_number: str, evidence_id: str, request: Request, principal: Caller, receipt: Receipt
    ) -> Response:
        with _by_tus():
            case, file = await upload_of(tracking_number, evidence_id, request, principal, receipt)
            tus.check_part_type(request.headers)
            offset, checksum = tus.offset_of(request.headers), tus.checksum_of(request.headers)
            file = await desk.append(file, offset, request.stream(), checksum)
            record = await desk.finish(case, file)
            return _stands(file, record, 204)

    @router.delete(UPLOAD, status_code=204, openapi_extra=docs.tus_headers())
    @described(docs.GIVE_UP)
    async def give_up(
        tracking_number: str, evidence_id: str, request: Request, principal: Caller, receipt: Receipt
    ) -> Response:
        with _by_tus():
            _case, file = await upload_of(tracking_number, evidence_id, request, principal, receipt)
            await desk.remove(file)
            return Response(status_code=204, headers={"Tus-Resumable": tus.VERSION})


@dataclass(frozen=True, slots=True)
class _Who:
    """Who reads a file, as the audit names him; a receipt's holder by the receipt's hash, cut short."""

    sub: str
    post: str
    is_officer: bool


def _reader(case: Case, principal: Principal | None, receipt: str | None) -> _Who | None:
    if principal is not None and principal.role != "citizen":
        actor = actor_of(principal)
        return _Who(actor.sub, actor.post, is_officer=True) if scope.may_see(case, actor) else None
    if not proof_of(principal, receipt).opens(case):
        return None
    sub = principal.sub if principal is not None else f"receipt:{receipt_hash(receipt or '')[:16]}"
    return _Who(sub, OWNER, is_officer=False)


async def _begin(parts: EvidenceParts, case: Case, request: Request) -> Response:
    tus.check_version(request.headers)
    length, metadata = tus.length_of(request.headers), tus.metadata_of(request.headers)
    file = await parts.desk.begin(case, length, tus.document_type_of(metadata.get("document_type")))
    headers = tus.standing(0, length, file.expires_at)
    headers["Location"] = f"{_base(parts, case)}/{file.evidence_id}"
    begun = {"evidence_id": file.evidence_id, "bytes": length, "offset": 0, "expires_at": file.expires_at}
    return json_response(begun, 201, headers)


def _stands(file: File, record: EvidenceRecord | None, status: int) -> Response:
    headers = tus.standing(file.offset, file.length, None if record else file.expires_at)
    if record is not None:
        headers |= {"Evidence-Id": record.evidence_id, "Evidence-SHA256": record.sha256}
    return Response(status_code=status, headers=headers)


def _answer(parts: EvidenceParts, record: EvidenceRecord, language: Language, status: int) -> Response:
    url = f"{parts.public_url.rstrip('/')}/v1/evidence/{record.evidence_id}"
    body = {**file_view(record, parts.texts, language), "url": url}
    headers = {"Content-Language": language, "Cache-Control": "private, no-store"}
    return json_response(body, status, headers | ({"Location": url} if status == 201 else {}))


def _handed_out(record: EvidenceRecord, content: bytes) -> Response:
    """As a file to save: no browser shows it in our name, runs it, guesses its type or keeps it."""
    name = f"evidence-{record.evidence_id[-12:]}.{EXTENSIONS[record.media_type]}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-store",
        "Vary": "Authorization, X-Receipt",
    }
    return Response(content, 200, headers, record.media_type)


def _base(parts: EvidenceParts, case: Case) -> str:
    return f"{parts.public_url.rstrip('/')}/v1/complaints/{case.tracking_number}/evidence"


def declared_length(request: Request, most: int) -> int:
    length = request.headers.get("content-length", "")
    return min(int(length), most) if length.isdecimal() and len(length) < 19 else most


async def read_form(request: Request, most: int) -> tuple[bytes, str | None]:
    """The file and its document type. Problem; the middleware has bounded the body."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Problem(UNSUPPORTED_MEDIA_TYPE)
    parser = InMemoryForm(request.headers, request.stream(), max_files=1, max_fields=4, max_part_size=FORM_BYTES)
    try:
        form = await parser.parse()
        file, document_type = form.get("file"), form.get("document_type")
        if not isinstance(file, UploadFile) or isinstance(document_type, UploadFile):
            raise Problem(NO_FILE)
        if (file.size or 0) > most:
            raise Problem(TOO_LARGE, "over_the_limit", {"bytes": most})
        return file.file.read(), tus.document_type_of(document_type)
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        raise Problem(FORM_UNREADABLE) from error
    finally:
        parser.close()


@contextmanager
def _by_tus() -> Iterator[None]:
    """Each answer of the protocol names its version, problems too."""
    try:
        yield
    except Problem as refused:
        refused.headers["Tus-Resumable"] = tus.VERSION
        raise
