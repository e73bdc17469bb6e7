"""The headers of tus 1.0 (https://tus.io/protocols/resumable-upload): read strictly, each fault a problem."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from chassis.http.problems import UNSUPPORTED_MEDIA_TYPE, Problem
from intake.evidence.problems import DOCUMENT_UNKNOWN, TUS_HEADER_INVALID, TUS_VERSION

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,termination,checksum,expiration"
ALGORITHMS: Final = ("sha1", "sha256")
PART_TYPE: Final = "application/offset+octet-stream"
RESUMABLE: Final = "tus-resumable"
_DIGITS = re.compile(r"[0-9]{1,18}")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST_METADATA = 4_096


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the body of one request must hash to."""

    algorithm: str
    digest: bytes

    def fits(self, content: bytes) -> bool:
        return hmac.compare_digest(hashlib.new(self.algorithm, content).digest(), self.digest)


def check_version(headers: Mapping[str, str]) -> None:
    if headers.get(RESUMABLE) != VERSION:
        raise Problem(TUS_VERSION, headers={"Tus-Version": VERSION})


def length_of(headers: Mapping[str, str]) -> int:
    return _number(headers, "upload-length")


def offset_of(headers: Mapping[str, str]) -> int:
    return _number(headers, "upload-offset")


def check_part_type(headers: Mapping[str, str]) -> None:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != PART_TYPE:
        raise Problem(UNSUPPORTED_MEDIA_TYPE)


def metadata_of(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Upload-Metadata: pairs of a key and a base64 value, which may be left out."""
    given = headers.get("upload-metadata", "")
    if len(given) > _LONGEST_METADATA:
        raise _wrong("upload-metadata")
    pairs = {}
    for pair in filter(None, (part.strip() for part in given.split(","))):
        key, _, value = pair.partition(" ")
        if key in pairs:
            raise _wrong("upload-metadata")
        try:
            pairs[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise _wrong("upload-metadata") from None
    return pairs


def document_type_of(text: str | None) -> str | None:
    """A document's code as it was sent; None where none was."""
    if not text:
        return None
    if _CODE.fullmatch(text) is None:
        raise Problem(DOCUMENT_UNKNOWN)
    return text


def checksum_of(headers: Mapping[str, str]) -> Checksum | None:
    given = headers.get("upload-checksum")
    if given is None:
        return None
    algorithm, _, text = given.partition(" ")
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _wrong("upload-checksum") from None
    if algorithm not in ALGORITHMS or not digest:
        raise _wrong("upload-checksum")
    return Checksum(algorithm, digest)


def about(most: int) -> dict[str, str]:
    """The answer to OPTIONS: what this server can do; `most` bytes a file."""
    return {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(most),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


def standing(offset: int, length: int, expires_at: datetime | None) -> dict[str, str]:
    """Where an upload stands."""
    headers = {
        "Tus-Resumable": VERSION,
        "Upload-Offset": str(offset),
        "Upload-Length": str(length),
        "Cache-Control": "no-store",
    }
    if expires_at is not None:
        headers["Upload-Expires"] = format_datetime(expires_at.astimezone(UTC), usegmt=True)
    return headers


def _number(headers: Mapping[str, str], name: str) -> int:
    given = headers.get(name, "")
    if _DIGITS.fullmatch(given) is None:
        raise _wrong(name)
    return int(given)


def _wrong(header: str) -> Problem:
    return Problem(TUS_HEADER_INVALID, "named", {"header": header})
