"""The headers that calls of this suite read and send, each described once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_TEXT: Final = {"type": "string"}

REQUEST_HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Idempotency-Key": {
        "description": "A key of the client's own, such as a UUID, new for each request and the same when that request "
        "is sent again: then the first answer comes again, and nothing is done twice.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "example": "5f1d3a34-93a0-4c58-9d0c-3b1f0e0f5f52",
    },
    "X-Receipt": {
        "description": "The `receipt_secret` of the answer to the filing: it opens that case without a login.",
        "schema": {"type": "string", "maxLength": 200},
        "example": "q0Jx2Qm7c1u3Yz8sVb5KfA",
    },
    "X-Passphrase": {
        "description": "The `passphrase` of the answer to the tip; digits of any script, spaces and dashes at will.",
        "schema": {"type": "string", "maxLength": 200},
        "example": "4821-0937-5516-7240",
    },
    "If-Match": {
        "description": "The case's version as the screen shows it (the `ETag`, or `version`); 412 if the case has "
        "changed since.",
        "schema": _TEXT,
        "example": '"3"',
    },
    "If-None-Match": {
        "description": "The `ETag` of the answer at hand; 304 without a body if nothing has changed since.",
        "schema": {"type": "string", "maxLength": 500},
        "example": 'W/"3.7.hi"',
    },
    "Last-Event-ID": {
        "description": "The id of the last message that was read; browsers send it when they connect again.",
        "schema": _TEXT,
        "example": "7",
    },
    "Accept-Language": {
        "description": "The language of texts, those of problems included: `hi` or `en`, with quality values if liked.",
        "schema": _TEXT,
        "example": "hi, en;q=0.5",
    },
    "Tus-Resumable": {
        "description": "The version of the upload protocol, tus (https://tus.io/protocols/resumable-upload).",
        "schema": {"type": "string", "enum": ["1.0.0"]},
        "example": "1.0.0",
    },
    "Upload-Length": {
        "description": "How many bytes the whole file has.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
        "example": "10485760",
    },
    "Upload-Metadata": {
        "description": "Pairs of a key and its value in base64, with commas between: `document_type` counts.",
        "schema": {"type": "string", "maxLength": 4096},
        "example": "document_type aWRlbnRpdHk=",
    },
    "Upload-Offset": {
        "description": "At which byte of the file the body begins: as many as the server has.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
        "example": "524288",
    },
    "Upload-Checksum": {
        "description": "`sha1` or `sha256` and the body's digest in base64: then it is kept whole or not at all.",
        "schema": _TEXT,
        "example": "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
    },
    "X-Report-Signature": {
        "description": "The gateway's HMAC-SHA256 of path and query under its password, where the gateway signs.",
        "schema": {"type": "string", "maxLength": 64},
        "example": "a" * 64,
    },
}
"""By their usual spelling; HTTP knows no case."""

RESPONSE_HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "ETag": {"description": "Names this state of what was answered.", "schema": _TEXT},
    "Location": {"description": "Where the case's status is, or the file that was added.", "schema": _TEXT},
    "Tus-Resumable": {"description": "The version of the upload protocol.", "schema": _TEXT},
    "Tus-Version": {"description": "The versions of the upload protocol that are spoken.", "schema": _TEXT},
    "Tus-Extension": {"description": "What of the upload protocol's extensions is spoken.", "schema": _TEXT},
    "Tus-Max-Size": {"description": "How many bytes a file can have.", "schema": _TEXT},
    "Tus-Checksum-Algorithm": {"description": "Which checksums can be compared.", "schema": _TEXT},
    "Upload-Offset": {"description": "How many bytes of the file the server has.", "schema": _TEXT},
    "Upload-Length": {"description": "How many bytes the whole file has.", "schema": _TEXT},
    "Upload-Expires": {"description": "Until when the upload waits for its next part.", "schema": _TEXT},
    "Evidence-Id": {"description": "The file's id, once all of it is here.", "schema": _TEXT},
    "Evidence-SHA256": {"description": "The SHA-256 of the whole file, in hexadecimal digits.", "schema": _TEXT},
    "Content-Language": {
        "description": "The language of the texts.",
        "schema": {"type": "string", "enum": ["hi", "en"]},
    },
    "Retry-After": {
        "description": "After how many seconds the same request may be sent again.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "Content-Disposition": {"description": "A name for the file.", "schema": _TEXT},
    "WWW-Authenticate": {"description": "`Bearer`: which kind of token is asked for.", "schema": _TEXT},
}


def parameter_of(name: str) -> dict[str, Any] | None:
    """A header's parameter object, whatever case its name is written in; None for a header that is not known here."""
    for known, member in REQUEST_HEADERS.items():
        if known.casefold() == name.casefold():
            return {"name": known, "in": "header", "required": False, **member}
    return None


def response_headers(names: tuple[str, ...]) -> dict[str, Any]:
    return {name: dict(RESPONSE_HEADERS[name]) for name in names}
