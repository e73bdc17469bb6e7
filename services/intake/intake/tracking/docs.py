"""Descriptions of a citizen's calls on a case, for OpenAPI."""

from typing import Final

from chassis.http.openapi import Answer, Body, Description
from chassis.http.problems import NOT_FOUND, TOO_MANY_REQUESTS
from intake import problems
from intake.case.command import CommandBody
from intake.commands.docs import DONE, problems_of
from intake.commands.shapes import Done
from intake.commands.table import Act
from intake.http.paging import CURSOR
from intake.tracking import examples, shapes

_NUMBER: Final = {"tracking_number": "As it was given at filing, `JS-YY-XXXX-XXXX-C`; other spellings are forgiven."}
_OWNED: Final = (NOT_FOUND, problems.TRACKING_NUMBER_MISTYPED)
_WHO: Final = (
    "For the owner's token or the receipt; everybody else gets 404, as for a number that there is not. A sensitive "
    "case opens by its receipt alone."
)
_PDF: Final = {"application/pdf": {"type": "string", "format": "binary"}}

STATUS: Final = Description(
    "read_status",
    "The status of a case",
    f"Where the case stands, what happened, which times are promised, and what comes next, in words. {_WHO} Ask again "
    "with `If-None-Match`, or follow the stream.",
    (
        Answer(
            200,
            "The status",
            shapes.CaseStatus,
            headers=("ETag", "Content-Language"),
            examples=examples.STATUS,
        ),
        Answer(304, "Nothing has changed since `If-None-Match`", headers=("ETag", "Content-Language")),
    ),
    problems=_OWNED,
    parameters=_NUMBER,
)
MY_CASES: Final = Description(
    "list_my_cases",
    "The citizen's own cases, newest first",
    "Those of this phone number since its owner has logged in with it. Sensitive ones open by their receipt alone.",
    (Answer(200, "A page", shapes.OwnCases, headers=("Content-Language",)),),
    problems=(problems.CURSOR_INVALID,),
    parameters={"cursor": CURSOR, "limit": "How many at most."},
)
PAPER: Final = Description(
    "read_certificate",
    "A certificate of the case as PDF",
    f"`certificates[].url` of the status is this address. {_WHO}",
    (
        Answer(200, "The paper", schemas=_PDF, headers=("ETag", "Content-Disposition")),
        Answer(304, "It has not changed since `If-None-Match`", headers=("ETag",)),
    ),
    problems=(
        *_OWNED,
        problems.CERTIFICATE_REVOKED,
        problems.CERTIFICATE_ERASED,
        problems.CERTIFICATE_UNAVAILABLE,
    ),
    parameters={**_NUMBER, "certificate_id": "As the status names it."},
)
DESK_PAPER: Final = Description(
    "read_desk_paper",
    "A paper of the case as PDF, for its desk",
    "The citizen's papers and the letters to offices, which no citizen gets. `certificates[].url` of the desk's case "
    "is this address. Who read it and when is kept. A case outside of the officer's charge is answered as one that "
    "there is not (404).",
    PAPER.answers,
    problems=(
        NOT_FOUND,
        problems.CERTIFICATE_REVOKED,
        problems.CERTIFICATE_ERASED,
        problems.CERTIFICATE_UNAVAILABLE,
    ),
    parameters={"case_id": "As in the list.", "certificate_id": "As the desk's case names it."},
)
PRINT: Final = Description(
    "print_receipt",
    "The receipt on paper, as PDF",
    "For who holds the receipt's code, in `X-Receipt`: a counter right after the filing, or the citizen himself. In "
    "Hindi and English: the number, the service, where it was sent, the promised times, and the code, which the QR "
    "code has behind its # alone. Each print is an entry of the case.",
    (Answer(200, "The paper", schemas=_PDF),),
    problems=(*_OWNED, TOO_MANY_REQUESTS, problems.BUSY, problems.CERTIFICATE_UNAVAILABLE),
    parameters=_NUMBER,
)
TICKET: Final = Description(
    "create_stream_ticket",
    "A ticket for one stream",
    f"For browsers, whose EventSource sends no headers: put it into the query of the stream within a minute. {_WHO}",
    (Answer(201, "The ticket, for one use", shapes.StreamTicket),),
    problems=_OWNED,
    parameters=_NUMBER,
)
STREAM: Final = Description(
    "stream_status",
    "The status, live",
    "Server-Sent Events: an event `status` with the whole status as JSON (the shape of GET …/{tracking_number}) now "
    f"and after each change, and a comment while nothing changes. {_WHO} A ticket stands for either.",
    (Answer(200, "The stream", schemas={"text/event-stream": {"type": "string"}}),),
    problems=(*_OWNED, problems.TICKET_INVALID, problems.TOO_MANY_STREAMS),
    parameters={**_NUMBER, "ticket": "From POST …/stream-ticket; it works once."},
)

_OWN: Final = {
    Act.WITHDRAW: (
        "withdraw_case",
        "Of an emergency, or of a crime against a woman, a child or a member of SC/ST, it is a request: clocks run on.",
        {"reason_code": "settled"},
    ),
    Act.REOPEN: (
        "reopen_case",
        "Of what was resolved or closed, within the status' window. From the third time on the superintendent has it.",
        {"reason_code": "not_settled"},
    ),
    Act.CONFIRM_VISIT: (
        "confirm_visit",
        "Of the newest visit at home that is recorded as made, within 30 days of it.",
        {},
    ),
    Act.DISPUTE_VISIT: (
        "dispute_visit",
        "Of the newest visit at home that is recorded, within 30 days of it: the station owes it again, within a day.",
        {},
    ),
    Act.RENEW: (
        "renew_registration",
        "From 60 days before its card ends. The station looks at it again and approves a new card.",
        {},
    ),
    Act.CONTACT: (
        "change_contact",
        "Where others may read the phone: messages name nothing of the case (`neutral`), and wait for these hours.",
        {"neutral": True, "opens": "10:00", "closes": "16:00"},
    ),
    Act.FEEDBACK: (
        "rate_case",
        "How it was handled, from 1 (badly) to 5 (well). With two or fewer an `appeal` is offered.",
        {"rating": 4},
    ),
}


def own_command(act: Act, body: type[CommandBody], summary: str) -> Description:
    """A command that the citizen gives to the own case."""
    operation_id, text, example = _OWN[act]
    return Description(
        operation_id,
        summary,
        f"{text} {_WHO} A repeat with the same `Idempotency-Key` gets the first answer.",
        (_answer(act),),
        body=Body(body, {"example": example}, required=body.model_json_schema().get("required") is not None),
        problems=(*_OWNED, *problems_of(act)),
        parameters=_NUMBER,
    )


def _answer(act: Act) -> Answer:
    if act is Act.FEEDBACK:
        rated = {"done": {**DONE, "appeal": None}}
        return Answer(202, "Accepted", shapes.Rated, headers=("Content-Language",), examples=rated)
    return Answer(202, "Accepted", Done, headers=("Content-Language",), examples={"done": DONE})
