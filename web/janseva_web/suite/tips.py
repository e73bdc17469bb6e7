"""The calls of secret information: without a token and without an address; a case key and a passphrase prove enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import Field

from janseva_web.suite.client import Api, Asker, UploadedFile
from janseva_web.suite.services import shaped
from janseva_web.suite.shapes import Notice, Read


class FiledTip(Read):
    case_key: str = Field(repr=False)
    passphrase: str = Field(repr=False)
    notices: tuple[Notice, ...] = ()


class TipMessage(Read):
    """The citizen's own has a day and no time."""

    at: datetime
    by: str
    by_text: str
    text: str = Field(repr=False)


class TipMessages(Read):
    status: str
    status_text: str
    may_write: bool
    items: tuple[TipMessage, ...]


class AddedMessage(Read):
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class TipKey:
    """What a person has on paper; both together open the tip."""

    case_key: str = field(repr=False)
    passphrase: str = field(repr=False)

    def asker(self, language: str) -> Asker:
        return Asker(language, passphrase=self.passphrase)


@dataclass(frozen=True, slots=True)
class Tips:
    intake: Api

    async def give(self, body: Mapping[str, Any], key: str, language: str) -> FiledTip:
        answer = await self.intake.post("/v1/tips", asker=Asker(language), body=body, headers={"idempotency-key": key})
        return shaped(FiledTip, answer.body)

    async def read(self, tip: TipKey, language: str) -> TipMessages:
        answer = await self.intake.get("/v1/tips/{}/messages", tip.case_key, asker=tip.asker(language))
        return shaped(TipMessages, answer.body)

    async def write(self, tip: TipKey, text: str, key: str, language: str) -> AddedMessage:
        headers = {"idempotency-key": key} if key else {}
        path, body = "/v1/tips/{}/messages", {"text": text}
        answer = await self.intake.post(path, tip.case_key, asker=tip.asker(language), body=body, headers=headers)
        return shaped(AddedMessage, answer.body)

    async def add_file(self, tip: TipKey, content: bytes, language: str) -> None:
        """Of a file its content alone: its name may show whose it is."""
        file = UploadedFile("file", "application/octet-stream", content)
        path = "/v1/tips/{}/evidence"
        await self.intake.upload(path, tip.case_key, asker=tip.asker(language), fields={}, file=file)
