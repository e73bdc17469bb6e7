"""The calls on a person's own data, for OpenAPI."""

from typing import Final

from chassis.http.openapi import Answer, Description
from chassis.http.openapi import Body as RequestBody
from chassis.http.problems import FORBIDDEN, NOT_FOUND, TOO_MANY_REQUESTS
from intake import problems
from intake.http.paging import CURSOR
from intake.own_data import shapes
from intake.own_data.bodies import DecideErasure
from intake.own_data.problems import (
    ERASURE_DECIDED,
    ERASURE_NOT_ASKED,
    ERASURE_WAITS,
    MESSAGES_UNAVAILABLE,
    OWNER_UNREACHED,
)

_VIEW: Final = (Answer(200, "The request", shapes.ErasureView, headers=("Content-Language",)),)
_ID: Final = {"erasure_id": "As the list gives it."}

EXPORT: Final = Description(
    "export_own_data",
    "Everything that is kept of this login",
    "Profile, last four characters of documents, and a page of cases with what was filed, files, hearings, "
    "certificates, messages sent and who looked at them. Recorded and counted. Sensitive cases open by their receipt "
    "alone and are not in it; a secret tip is tied to nobody. With `format=html` a page to read.",
    (
        Answer(
            200,
            "A page of it",
            shapes.Export,
            schemas={"text/html": {"type": "string"}},
            headers=("Content-Language", "Content-Disposition"),
        ),
    ),
    problems=(TOO_MANY_REQUESTS, problems.CURSOR_INVALID, MESSAGES_UNAVAILABLE),
    parameters={"format": "`json` (the default) or `html`.", "cursor": CURSOR, "limit": "How many cases at most."},
)
ASK: Final = Description(
    "ask_for_erasure",
    "Ask for the erasure of one's own data",
    "The owner is told by SMS before it is recorded; until `not_before` he may cancel. A named post decides. Open "
    "cases, FIRs and evidence under hold are kept, each with the law. "
    "Asked again while one is open, it is the same request.",
    (Answer(202, "The request", shapes.ErasureView, headers=("Content-Language",)),),
    problems=(TOO_MANY_REQUESTS, OWNER_UNREACHED),
)
READ: Final = Description(
    "read_own_erasure",
    "How the request to erase stands",
    "Of each case whether it will be erased or by which law it is kept.",
    _VIEW,
    problems=(ERASURE_NOT_ASKED,),
)
CANCEL: Final = Description(
    "cancel_erasure",
    "Cancel the request to erase",
    "Until it is decided. Repeated, it is answered alike.",
    _VIEW,
    problems=(ERASURE_NOT_ASKED, ERASURE_DECIDED, problems.BUSY),
)
LIST: Final = Description(
    "list_erasures",
    "Requests to erase that wait for a decision",
    "For the post that decides on them alone, the oldest first.",
    (Answer(200, "The requests", shapes.ErasureList, headers=("Content-Language",)),),
    problems=(FORBIDDEN,),
)
DESK_READ: Final = Description(
    "read_erasure",
    "One request to erase",
    "For the post that decides on them alone.",
    _VIEW,
    problems=(FORBIDDEN, NOT_FOUND),
    parameters=_ID,
)
DECIDE: Final = Description(
    "decide_erasure",
    "Decide on a request to erase",
    "Not before its waiting time is over. What the law keeps stays, whatever is decided. The answer says of each case "
    "what became of it.",
    _VIEW,
    body=RequestBody(
        DecideErasure,
        examples={
            "erase": {"decision": "erase"},
            "but one": {"decision": "erase", "keep": {"c_01KB1N0P4R5S6T7V8W9X0Y1Z2A": "evidence_hold"}},
            "refuse": {"decision": "refuse", "reason_code": "not_the_owner"},
        },
    ),
    problems=(FORBIDDEN, NOT_FOUND, ERASURE_DECIDED, ERASURE_WAITS, OWNER_UNREACHED, problems.BUSY),
    parameters=_ID,
)
