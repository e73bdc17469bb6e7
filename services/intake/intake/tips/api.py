"""POST /v1/tips, GET and POST …/messages, POST …/evidence: without a login, and without a trace of the caller."""

import re
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request, Response

from chassis.http.openapi import PASSPHRASE, described, guards
from chassis.http.problems import VALIDATION_FAILED, FieldError, Language, Problem, language_of
from chassis.sentences import CodeNames
from intake.case.due import due_json
from intake.case.keys import Keys
from intake.case.messages import WrittenMessage
from intake.case.states import DONE
from intake.catalogue import Catalogue, Service
from intake.evidence.api import declared_length, read_form
from intake.filing.answers import Answers
from intake.filing.bodies import checked_attributes
from intake.filing.danger import in_danger
from intake.filing.domain import Submission
from intake.filing.handlers import FilingDesk
from intake.filing.notices import AADHAAR_REMOVED, IN_DANGER, TIP_COST, TIP_KEY, TIP_NETWORK
from intake.filing.redaction import redact_text
from intake.http.answers import json_response
from intake.http.reading import read_model
from intake.problems import KEY_MISSING, SERVICE_NOT_LIVE
from intake.tips import docs
from intake.tips.bodies import MEMBERS, MessageBody, TipBody
from intake.tips.domain import known_district, tip_submission
from intake.tips.handlers import TipDesk

UNRECORDED: Final = re.compile(r"/v1/tips(/|$)")
"""The paths of which no request leaves a span, a metric or a line in a log."""
_ROUTE: Final = "POST /v1/tips"
_PRIVATE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_NOTICES: Final = (TIP_KEY, TIP_NETWORK, TIP_COST)
_NO_DISTRICT: Final = FieldError("unknown_district", "is no district of Bihar", "बिहार का कोई जिला नहीं है", "/district")


@dataclass(frozen=True, slots=True)
class TipParts:
    desk: TipDesk
    filing: FilingDesk
    service: Service
    catalogue: Catalogue
    answers: Answers
    code_names: CodeNames
    keys: Keys
    public_url: str


@guards(PASSPHRASE)
async def passphrase_of(
    passphrase: Annotated[str | None, Header(alias="X-Passphrase", max_length=200)] = None,
) -> str | None:
    """What stands in X-Passphrase; whether it opens the tip says the tip."""
    return passphrase


Passphrase = Annotated[str | None, Depends(passphrase_of)]


def tips_router(parts: TipParts) -> APIRouter:
    router = APIRouter(prefix="/v1/tips", tags=["tips"])

    @router.post("", status_code=202)
    @described(docs.FILE)
    async def file(
        request: Request,
        idempotency_key: Annotated[str | None, Header()] = None,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        body = await read_model(request, TipBody)
        if not parts.service.is_live(parts.filing.now()):
            raise Problem(SERVICE_NOT_LIVE)
        if idempotency_key is None:
            raise Problem(KEY_MISSING)
        sent = body.model_dump(mode="json")
        idempotency = parts.keys.idempotency(idempotency_key, principal=None, route=_ROUTE, body=sent)
        filed = await parts.desk.file(_submission(parts, body), idempotency_key, idempotency)
        language = language_of(accept_language)
        url = f"{parts.public_url.rstrip('/')}/v1/tips/{filed.key.case_key}/messages"
        answer = {
            "case_key": filed.key.case_key,
            "passphrase": filed.key.passphrase,
            "messages_url": url,
            "filed_at": filed.case.filed_at,
            "due": [due_json(due) for due in filed.case.due],
            "notices": parts.answers.notices((*filed.case.flags, *_NOTICES), language),
        }
        return json_response(answer, 202, {"Location": url, "Content-Language": language, **_PRIVATE})

    @router.get("/{case_key}/messages")
    @described(docs.READ)
    async def read(
        case_key: str,
        passphrase: Passphrase,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        case = await parts.desk.opened(case_key, passphrase or "")
        language = language_of(accept_language)
        answer = {
            "status": case.state.value,
            "status_text": parts.code_names.name("case_states", case.state.value, language),
            "may_write": case.state not in DONE,
            "items": [_message(parts, one, language) for one in parts.desk.messages(case)],
            "next_cursor": None,
        }
        return json_response(answer, headers={"Content-Language": language, **_PRIVATE})

    @router.post("/{case_key}/messages", status_code=202)
    @described(docs.WRITE)
    async def write(
        case_key: str,
        request: Request,
        passphrase: Passphrase,
        idempotency_key: Annotated[str | None, Header()] = None,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        body = await read_model(request, MessageBody)
        case = await parts.desk.opened(case_key, body.passphrase or passphrase or "")
        text, removed = redact_text(body.text)
        message_id = await parts.desk.add(case, text, idempotency_key)
        flags = ((IN_DANGER,) if in_danger(text) else ()) + ((AADHAAR_REMOVED,) if removed else ())
        language = language_of(accept_language)
        answer = {"message_id": message_id, "notices": parts.answers.notices(flags, language)}
        return json_response(answer, 202, {"Content-Language": language, **_PRIVATE})

    @router.post("/{case_key}/evidence", status_code=201)
    @described(docs.ADD)
    async def add(case_key: str, request: Request, passphrase: Passphrase) -> Response:
        case = await parts.desk.opened(case_key, passphrase or "")
        evidence = parts.desk.evidence
        with evidence.memory.reserve(declared_length(request, evidence.limits.file_bytes)):
            content, _ = await read_form(request, evidence.limits.file_bytes)
            record = await evidence.receive_stripped(case, content)
        answer = {"evidence_id": record.evidence_id, "media_type": record.media_type, "bytes": record.bytes}
        return json_response({**answer, "sha256": record.sha256}, 201, _PRIVATE)

    return router


def _submission(parts: TipParts, body: TipBody) -> Submission:
    attributes, found = checked_attributes(parts.catalogue, parts.service, body.answers(), parts.filing.now())
    faults = [replace(fault, pointer=_pointer(fault)) for fault in found]
    district = None if not body.district else known_district(body.district)
    if body.district and district is None:
        faults.append(_NO_DISTRICT)
    if faults:
        raise Problem(VALIDATION_FAILED, errors=faults)
    return tip_submission(
        parts.service, text=body.text, district=district, language=body.language, attributes=attributes
    )


def _pointer(fault: FieldError) -> str:
    """To the body's own member, which the catalogue may call otherwise."""
    named = (fault.pointer or "").rpartition("/")[2]
    return f"/{MEMBERS.get(named, named)}"


def _message(parts: TipParts, one: WrittenMessage, language: Language) -> dict[str, object]:
    message = one.message
    return {
        "message_id": message.message_id,
        "at": message.at,
        "by": message.by.value,
        "by_text": parts.code_names.name("writers", message.by.value, language),
        "text": one.text,
    }
