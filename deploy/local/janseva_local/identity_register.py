"""A local register of identity documents that speaks docs/identity-register.md strictly: for development and tests.

It knows the documents it is given, and answers a request that is sent again as it did the first. Pure.
"""

import hashlib
import hmac
import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

MOST_SKEW_S: Final = 300
REMEMBERED: Final = 1_000
KINDS: Final = (
    "voter_card",
    "driving_licence",
    "passport",
    "pan_card",
    "ration_card",
    "passbook",
    "school_or_employer_card",
)


class Refused(Exception):
    """What the register answers instead of 200."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Document(_Data):
    kind: str
    number: str = Field(min_length=1, max_length=40)


class Person(_Data):
    name: str = Field(min_length=1, max_length=300)
    birth_year: int = Field(ge=1900, le=2199)


class Question(_Data):
    request_id: str = Field(min_length=8, max_length=80)
    document: Document
    person: Person


class Entry(_Data):
    """A document of the register, and whose it is."""

    kind: str
    number: str
    name: str
    birth_year: int


class IdentityRegister:
    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._entries: dict[tuple[str, str], Entry] = {}
        self._answers: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def add(self, entry: Entry) -> None:
        self._entries[entry.kind, entry.number] = entry

    def answer(self, headers: Mapping[str, str], content: bytes, now_s: float) -> tuple[bytes, dict[str, str]]:
        """The body and headers of the answer; Refused with 400, 401, 409 or 422."""
        request_id, timestamp = headers.get("x-request-id", ""), headers.get("x-timestamp", "")
        right = signature(self._key, request_id, timestamp, content)
        if not hmac.compare_digest(headers.get("x-signature", "").encode(), right.encode()):
            raise Refused(401, "the signature is not right")
        if not (timestamp.isascii() and timestamp.isdigit()) or abs(int(timestamp) - now_s) > MOST_SKEW_S:
            raise Refused(401, "the time is more than five minutes away")
        try:
            question = Question.model_validate_json(content)
        except ValueError:
            raise Refused(400, "not a request of this protocol") from None
        if question.request_id != request_id:
            raise Refused(400, "the body is of another request")
        result = self._result(question)
        body = json.dumps({"request_id": request_id, "result": result}).encode()
        at = str(int(now_s))
        return body, {"x-timestamp": at, "x-signature": signature(self._key, request_id, at, body)}

    def _result(self, question: Question) -> str:
        asked = hashlib.sha256(question.model_dump_json().encode()).hexdigest()
        known = self._answers.get(question.request_id)
        if known is not None:
            if known[0] != asked:
                raise Refused(409, "the request id stands for another question")
            return known[1]
        if question.document.kind not in KINDS:
            raise Refused(422, "the register has no documents of this kind")
        entry = self._entries.get((question.document.kind, question.document.number))
        result = "not_found" if entry is None else _compared(entry, question.person)
        self._answers[question.request_id] = (asked, result)
        if len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        return result


def signature(key: bytes, request_id: str, timestamp: str, content: bytes) -> str:
    signed = f"{request_id}.{timestamp}.".encode() + content
    return f"v1={hmac.digest(key, signed, hashlib.sha256).hex()}"


def _compared(entry: Entry, person: Person) -> str:
    same = _plain(entry.name) == _plain(person.name) and entry.birth_year == person.birth_year
    return "match" if same else "mismatch"


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def refusal(refused: Refused) -> dict[str, Any]:
    return {"error": refused.text}
