"""Descriptions of filing's calls, for OpenAPI."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from chassis.http.access.gate import TOKEN_PROBLEMS
from chassis.http.openapi import CITIZEN_TOKEN, OFFICER_TOKEN, RECEIPT, Answer, Body, Description
from chassis.http.problems import FORBIDDEN, TOO_MANY_REQUESTS, UNKNOWN_PARAMETER
from intake import problems
from intake.filing import examples, shapes
from intake.filing.bodies import ComplaintBody

_FILED_HEADERS: Final = ("Location", "Content-Language")


class EmergencyPlace(BaseModel):
    """A point in WGS84 degrees, or an address in words, or both."""

    model_config = ConfigDict(extra="allow")

    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    address: str | None = None


class EmergencyBody(BaseModel):
    """What is best sent. Everything may be left out, and nothing that is sent is a reason to refuse."""

    model_config = ConfigDict(extra="allow")

    kinds: list[Literal["police", "ambulance", "fire"]] | None = Field(
        default=None, description="Which help is needed; police if nothing is said."
    )
    kind: Literal["police", "ambulance", "fire"] | None = Field(default=None, description="The same, for one kind.")
    location: EmergencyPlace | None = None
    phone: str | None = Field(default=None, description="Where the caller can be rung back.")
    name: str | None = None
    note: str | None = Field(default=None, description="What happened, in the caller's words.")
    language: Literal["hi", "en"] | None = None
    channel: Literal["web", "app", "whatsapp", "open311", "counter", "phone112"] | None = None
    call_received_at: datetime | None = Field(
        default=None, description="When the control room took the call; a dispatcher's alone counts."
    )


FILE: Final = Description(
    "file_complaint",
    "File a submission",
    "Takes a submission under one of the services of GET /v1/services: a complaint, a report, an application, a "
    "request for a hearing. Whether a login is needed says the service's `login`; with a token the phone is the "
    "token's. An officer of a station, a district or headquarters files at the counter for the citizen before him, "
    "with `counter`: read back, and confirmed by thumb, signature or witness. Of paper that was handed in or came by "
    "post before, `received_at` in it says when: at most a year ago and never in the future; every clock of the case "
    "runs from then, and its scan is added as the document `handed_in_paper`. Who files for a person who can't do it "
    "himself is named in `helper`: with `login` `helper` the token is the helper's, whose number is not the person's "
    "and whose login does not open the case; both are on record, and both are notified, the helper never of a "
    "sensitive case. A body whose `service_code` is "
    "`emergency-112` is taken as by POST /v1/emergencies.\n\n"
    "202 is durable. After a broken connection or a 503 send the same request with the same `Idempotency-Key` again: "
    "the answer is that of the first. Without a login the key must hold 128 random bits, such as a UUID. Keep "
    "`receipt_secret`: with it in `X-Receipt` the case can be followed without a login. Show the `notices`. What the "
    "same login filed before nearly in the same words, or with the same number of a phone, a vehicle or a document, "
    "stands in `possible_duplicates`; it is filed all the same, and nobody else learns of it.",
    (
        Answer(
            202,
            "Accepted, and durable. `due` are the promises that run from now on.",
            shapes.FiledCase,
            headers=_FILED_HEADERS,
            examples=examples.FILED,
        ),
    ),
    body=Body(ComplaintBody, examples.COMPLAINTS),
    problems=(
        *TOKEN_PROBLEMS,
        FORBIDDEN,
        TOO_MANY_REQUESTS,
        UNKNOWN_PARAMETER,
        problems.KEY_MISSING,
        problems.KEY_INVALID,
        problems.KEY_REUSED,
        problems.KEY_IN_PROGRESS,
        problems.UNKNOWN_SERVICE,
        problems.SERVICE_NOT_LIVE,
        problems.SERVICE_NOT_IN_DISTRICT,
        problems.SERVICE_IS_A_LOOKUP,
        problems.SERVICE_HAS_ITS_OWN_CALL,
        problems.LOCATION_OUTSIDE_INDIA,
        problems.PHONE_INVALID,
    ),
    proofs=((CITIZEN_TOKEN,), ()),
)
CALL_FOR_HELP: Final = Description(
    "call_for_help",
    "Call for help; never refused for its content",
    "For police, ambulance and fire. Nothing in the body, the query or the token is a reason to refuse: other names, "
    "forms (`application/x-www-form-urlencoded`, `multipart/form-data`), plain text and broken JSON are read as far as "
    "they can be, and the words are kept for the dispatcher. The schema says what is best sent.\n\n"
    "The same `Idempotency-Key` gives the first answer again. A citizen's token, or the open case's receipt in "
    "`X-Receipt`, joins the call to the caller's own open emergency within two minutes, if it adds no kind of help and "
    "no other place; anything else is a case of its own. Show the `notices`: those with `tel:112` mean that something "
    "could not be read.",
    (
        Answer(
            202,
            "Taken. `due` tells until when help shall be there.",
            shapes.FiledCase,
            headers=_FILED_HEADERS,
            examples=examples.CALLED,
        ),
    ),
    body=Body(EmergencyBody, examples.EMERGENCIES, required=False, lenient=True),
    problems=(problems.KEY_IN_PROGRESS,),
    proofs=((), (CITIZEN_TOKEN,), (OFFICER_TOKEN,), (RECEIPT,)),
)
