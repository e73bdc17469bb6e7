"""POST /v1/complaints/{tracking_number}/emergency: help for a citizen in danger who used the wrong form."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from chassis.http.app import RequestRoute
from chassis.http.known_query import ANY_QUERY
from chassis.http.middleware import body_cut
from chassis.http.openapi import CITIZEN_TOKEN, RECEIPT, Answer, Body, Description, described
from chassis.http.problems import Problem, language_of
from intake import problems
from intake.auth import Principal
from intake.case.model import Case
from intake.case.states import Family
from intake.filing import examples
from intake.filing.api import FilingParts, identify_caller
from intake.filing.docs import EmergencyBody
from intake.filing.emergencies import Caller
from intake.filing.reading.urgent import Urgent, read_urgent
from intake.filing.shapes import FiledCase
from intake.handoff.handlers import HandoffDesk
from intake.tracking.api import StatusReader

PATH: Final = "/complaints/{tracking_number}/emergency"
_HAND_OFF: Final = Description(
    "call_for_help_from_case",
    "In danger now: make a filing a call for help",
    "Opens an emergency that is linked to the filing and has its place, phone and words where the body does not say "
    "them; the filing goes on. An empty body will do. While that emergency is open the call answers with it, and adds "
    "what is new; another kind of help or another place is a further emergency. The filing's receipt opens both.\n\n"
    "Never refused: whatever the body, and whatever the number, the token or the receipt are worth. What does not open "
    "the filing makes a call for help of its own, as POST /v1/emergencies does, and tells nothing of the filing. Needs "
    "no `Idempotency-Key`.",
    (
        Answer(
            202,
            "Taken. `due` tells until when help shall be there.",
            FiledCase,
            headers=("Location", "Content-Language"),
            examples=examples.CALLED,
        ),
    ),
    body=Body(EmergencyBody, examples.EMERGENCIES, required=False, lenient=True),
    problems=(problems.KEY_IN_PROGRESS,),
    proofs=((RECEIPT,), (CITIZEN_TOKEN,), ()),
)
# Read by hand: nothing in a header is a reason to refuse.
_HEADERS: Final = {
    "parameters": [
        {
            "name": "tracking_number",
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
            "description": "Of the filing.",
        },
        {"name": "Idempotency-Key", "in": "header"},
        {"name": "X-Receipt", "in": "header"},
    ],
    **ANY_QUERY,
}


@dataclass(frozen=True, slots=True)
class HandoffParts:
    filing: FilingParts
    reader: StatusReader
    desk: HandoffDesk


def handoff_router(parts: HandoffParts) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["filing"], route_class=RequestRoute)

    @router.post(f"{PATH}/", status_code=202, include_in_schema=False)
    @router.post(PATH, status_code=202, openapi_extra=_HEADERS)
    @described(_HAND_OFF)
    async def hand_off(request: Request) -> Response:
        raw = await request.body()
        urgent = read_urgent(raw, request.headers.get("content-type", ""), cut=body_cut(request) is not None)
        caller = await identify_caller(parts.filing, request)
        case = await _own_filing(parts, request.path_params["tracking_number"], caller, urgent, request)
        if case is None or case.family is Family.EMERGENCY:
            key = request.headers.get("idempotency-key")
            filed = await parts.filing.emergencies.file(urgent, caller, key=key, raw=raw)
        else:
            filed = await parts.desk.call(case, urgent, caller)
        return parts.filing.answers.filed(filed, language_of(request.headers.get("accept-language")))

    return router


async def _own_filing(
    parts: HandoffParts, tracking_number: str, caller: Caller, urgent: Urgent, request: Request
) -> Case | None:
    """The filing, if its number is one and the caller proves that it is his own. None is no refusal."""
    try:
        citizen = await parts.filing.authenticator.optional_citizen(request)
    except Problem:
        citizen = None
    return await _opened(parts, tracking_number, citizen, caller.receipt or urgent.receipt)


async def _opened(
    parts: HandoffParts, tracking_number: str, citizen: Principal | None, receipt: str | None
) -> Case | None:
    try:
        return await parts.reader.owned(tracking_number, citizen, receipt)
    except Problem:
        return None
