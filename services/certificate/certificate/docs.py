"""The certificate service's calls, as OpenAPI describes them."""

from typing import Final

from chassis.http.openapi import SERVICE_TOKEN, Answer, Description, Scheme
from chassis.http.problems import BAD_REQUEST, FORBIDDEN, NOT_FOUND, UNAUTHENTICATED

from .problems import CERTIFICATE_ERASED, CERTIFICATE_REVOKED, LINK_REFUSED

SIGNED_LINK: Final = Scheme(
    "signedLink",
    {
        "type": "apiKey",
        "in": "query",
        "name": "signature",
        "description": "`expires` and `signature` of a link that POST /internal/v1/certificates/{certificate_id}/link "
        "gave.",
    },
)
_ID: Final = {"certificate_id": "As the case's status names it."}
_VALID: Final = {"status": "valid", "number": "CC-26-7K3M-9QXD-4", "kind": "character"}

LETTERS: Final = Description(
    "read_font",
    "Hindi letters for the page",
    "The font of the verification page.",
    (Answer(200, "The font", schemas={"font/ttf": {"type": "string", "format": "binary"}}),),
    stored=False,
)
VERIFY: Final = Description(
    "verify_certificate",
    "Is this certificate valid?",
    "By id or printed number, in any spelling. A page or JSON, as `Accept` asks. Whatever is typed is answered with "
    "200: `unknown` if no paper has this name, `mistyped` if none can have it. No name and no case is told.",
    (Answer(200, "What anybody may know of it", examples={"valid": _VALID, "unknown": {"status": "unknown"}}),),
    parameters={
        "name": "The certificate's id, or the number that is printed on it.",
        "lang": "The page's language, before `Accept-Language`.",
    },
)
REVOKED: Final = Description(
    "list_revoked",
    "The revocation list, oldest first",
    "Every certificate that was revoked, for those who keep copies.",
    (Answer(200, "A page"),),
    problems=(BAD_REQUEST,),
    parameters={"cursor": "`next_cursor` of the page before."},
)
PDF: Final = Description(
    "read_pdf",
    "The certificate as PDF",
    "By a signed link, or the service token; citizens get it from intake.",
    (
        Answer(
            200,
            "The paper",
            schemas={"application/pdf": {"type": "string", "format": "binary"}},
            headers=("ETag", "Content-Disposition"),
        ),
        Answer(304, "It has not changed since `If-None-Match`", headers=("ETag",)),
    ),
    problems=(UNAUTHENTICATED, LINK_REFUSED, FORBIDDEN, NOT_FOUND, CERTIFICATE_REVOKED, CERTIFICATE_ERASED),
    proofs=((SIGNED_LINK,), (SERVICE_TOKEN,)),
    parameters={**_ID, "expires": "Until when the link holds, in Unix seconds.", "signature": "The link's proof."},
)
LINK: Final = Description(
    "create_link",
    "A link to the PDF that holds for a while",
    "For other programs of the suite.",
    (Answer(200, "The link"),),
    problems=(NOT_FOUND,),
    parameters=_ID,
)
RECEIPT: Final = Description(
    "print_receipt",
    "The printed receipt of a filing",
    "For intake, which knows who may have it. Number, service, promised times and the code that opens the case, in "
    "Hindi and English; the QR code has the code behind its # alone. Nothing of it is kept.",
    (Answer(200, "The paper", schemas={"application/pdf": {"type": "string", "format": "binary"}}),),
)
