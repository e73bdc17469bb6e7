"""The tips' calls, as OpenAPI describes them."""

from typing import Final

from chassis.http.openapi import PASSPHRASE, Answer, Body, Description
from chassis.http.problems import BODY_TOO_LARGE, NOT_FOUND, TOO_MANY_REQUESTS, UNSUPPORTED_MEDIA_TYPE
from intake import problems
from intake.evidence.docs import LOOKED_AT
from intake.evidence.problems import TYPES
from intake.evidence.shapes import EvidenceForm
from intake.tips import bodies, shapes

_PARAMETERS: Final = {"case_key": "Of the answer to the tip; letters of either case, spaces and dashes as you like."}
_LIMIT: Final = "A case key is tried 60 times an hour at most, whoever tries."

FILE: Final = Description(
    "give_secret_tip",
    "Give secret information",
    "No name, phone, address, place of the device or network address is stored, logged or traced, and a token in "
    "`Authorization` is not looked at. `about` is one of the kinds that the catalogue's `secret-tip` lists. The answer "
    "has a case key and a passphrase, shown once: answers are read with both. After a broken connection send the same "
    "request with the same `Idempotency-Key` (128 random bits) again; for another tip draw another. Times are kept "
    "without their minutes. Show the `notices`: what a network may know, and what comes of giving no name.",
    (Answer(202, "Taken, and durable", shapes.FiledTip, headers=("Location", "Content-Language")),),
    body=Body(bodies.TipBody, bodies.EXAMPLES),
    problems=(
        problems.KEY_MISSING,
        problems.KEY_INVALID,
        problems.KEY_REUSED,
        problems.KEY_IN_PROGRESS,
        problems.SERVICE_NOT_LIVE,
    ),
)
READ: Final = Description(
    "read_tip_messages",
    "Read what the police answered to a tip",
    f"A wrong key and a wrong passphrase are answered alike (404). Reading leaves no mark. {_LIMIT}",
    (Answer(200, "Every message", shapes.TipMessages, headers=("Content-Language",)),),
    problems=(NOT_FOUND, TOO_MANY_REQUESTS),
    parameters=_PARAMETERS,
)
WRITE: Final = Description(
    "write_tip_message",
    "Add to a tip, or answer the police",
    "The passphrase stands in the header or in the body, never in the address. Show the `notices`: words of a danger "
    f"are answered with 112. {_LIMIT}",
    (Answer(202, "Kept, and durable", shapes.AddedMessage, headers=("Content-Language",)),),
    body=Body(bodies.MessageBody, bodies.MESSAGE_EXAMPLES),
    problems=(
        NOT_FOUND,
        TOO_MANY_REQUESTS,
        problems.TRANSITION_NOT_ALLOWED,
        problems.BUSY,
        problems.KEY_INVALID,
        problems.KEY_REUSED,
    ),
    proofs=((PASSPHRASE,), ()),
    parameters=_PARAMETERS,
)
ADD: Final = Description(
    "add_tip_evidence",
    "Add a file to a tip",
    "A photo, PDF, video or sound recording, in a form with the part `file`. Places, devices and authors are removed "
    "before anything is kept: the original is not. A file of which that can't be done is refused (422 "
    f"`evidence_not_stripped`), and nothing of it stays. {_LIMIT}",
    (Answer(201, "Kept, and durable", shapes.StrippedFile),),
    body=Body(EvidenceForm, media_types=("multipart/form-data",)),
    problems=(
        NOT_FOUND,
        TOO_MANY_REQUESTS,
        BODY_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        *LOOKED_AT,
        *(TYPES[code] for code in ("evidence_not_stripped", "evidence_no_file", "evidence_form_unreadable")),
        *(TYPES[code] for code in ("evidence_empty", "evidence_busy")),
    ),
    parameters=_PARAMETERS,
)
