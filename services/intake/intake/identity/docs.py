"""The calls on a citizen's own profile, for OpenAPI."""

from typing import Any, Final

from chassis.http.openapi import Answer, Body, Description
from chassis.http.problems import TOO_MANY_REQUESTS
from intake.identity import problems
from intake.identity.bodies import IdentityDocument, ProfilePatch
from intake.identity.shapes import KnownDocument, Me

_DOCUMENT: Final[dict[str, Any]] = {
    "document": "pan_card",
    "number": "ABCPE1234F",
    "name": "नमूना नागरिक",
    "birth_year": 1988,
}
_KNOWN: Final[dict[str, Any]] = {
    "identity_id": "01a201f2-8240-712b-8c88-5ca4a3ea0c00",
    "document": "pan_card",
    "document_text": "पैन कार्ड",
    "last_four": "234F",
    "state": "verified",
    "state_text": "पहचान की पुष्टि हुई",
    "checked_by": "register",
    "added_at": "2026-11-30T05:00:00Z",
    "notices": [],
}
_ME: Final[dict[str, Any]] = {
    "phone": "+919876543210",
    "name": "नमूना नागरिक",
    "address": None,
    "language": "hi",
    "spoken_language": "maithili",
    "spoken_language_text": "मैथिली",
    "identity": [_KNOWN],
}

READ: Final = Description(
    "read_me",
    "What the citizen has said of himself",
    "The profile of this login and the identity documents given with it. What a former holder of the number said is "
    "not shown.",
    (Answer(200, "The profile", Me, headers=("Content-Language",), examples={"a profile": _ME}),),
)
CHANGE: Final = Description(
    "change_me",
    "Change the profile",
    "A member that is absent stays as it is, null takes it out. An Aadhaar number is refused in every member.",
    (Answer(200, "The profile", Me, headers=("Content-Language",), examples={"a profile": _ME}),),
    body=Body(ProfilePatch, examples={"a name": {"name": "नमूना नागरिक", "spoken_language": "maithili"}}),
    problems=(problems.AADHAAR, problems.PROFILE_BUSY),
)
ADD: Final = Description(
    "add_identity_document",
    "Give an identity document",
    "Checked for its form, and asked of the register if one is set up. Of the number a keyed hash and the last four "
    "characters are kept. The same document again gives the same entry, and asks the register again as long as it is "
    "not confirmed. Services with `login: identity` approve nothing before a document was confirmed, by the register "
    "or by an officer who saw the original.",
    (Answer(201, "As it is kept", KnownDocument, headers=("Content-Language",), examples={"confirmed": _KNOWN}),),
    body=Body(
        IdentityDocument,
        examples={
            "a PAN card": _DOCUMENT,
            "a masked Aadhaar": {
                "document": "masked_aadhaar",
                "last_four": "4321",
                "name": "नमूना नागरिक",
                "birth_year": 1988,
            },
        },
    ),
    problems=(problems.AADHAAR, problems.DOCUMENT_UNKNOWN, problems.TOO_MANY, TOO_MANY_REQUESTS),
)
