"""The calls of away notices: a registered senior's own, and those of the officers of his station."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import Field

from janseva_web.suite.client import Api, Asker
from janseva_web.suite.services import shaped
from janseva_web.suite.shapes import Read

OWN = "/v1/complaints/{}/away-notices"
DESK = "/v1/desk/away-notices"


class RoundVisit(Read):
    """An officer passed by the house."""

    at: datetime
    found_text: str


class AwayNotice(Read):
    notice_id: str
    state: str
    state_text: str
    away_from: date
    away_until: date
    house: str
    house_text: str
    key_with: str | None = Field(default=None, repr=False)
    phone_away: str | None = Field(default=None, repr=False)
    seen_at: datetime | None = None
    visits: tuple[RoundVisit, ...] = ()
    deleted_after: date

    @property
    def is_open(self) -> bool:
        return self.state == "open"


class AwayNotices(Read):
    items: tuple[AwayNotice, ...]


class NoticeLine(Read):
    """A line of a round's list, without days and addresses."""

    notice_id: str
    state_text: str
    created_at: datetime
    seen_at: datetime | None = None
    visits: int = 0


class NoticeLines(Read):
    items: tuple[NoticeLine, ...]


class ReadNotice(AwayNotice):
    """What an officer of the station reads, after the reading was recorded."""

    tracking_number: str
    name: str | None = Field(default=None, repr=False)
    address: str | None = Field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Away:
    intake: Api

    async def own(self, number: str, asker: Asker) -> tuple[AwayNotice, ...]:
        return shaped(AwayNotices, (await self.intake.get(OWN, number, asker=asker)).body).items

    async def give(self, number: str, answers: Mapping[str, Any], key: str, asker: Asker) -> None:
        body, headers = {"attributes": dict(answers)}, {"idempotency-key": key}
        await self.intake.post(OWN, number, asker=asker, body=body, headers=headers)

    async def change(self, number: str, notice: str, answers: Mapping[str, Any], asker: Asker) -> None:
        body = {"attributes": dict(answers)}
        await self.intake.post(f"{OWN}/{{}}", number, notice, asker=asker, body=body, method="PATCH")

    async def come_back(self, number: str, notice: str, asker: Asker) -> None:
        await self.intake.post(f"{OWN}/{{}}/return", number, notice, asker=asker)

    async def delete(self, number: str, notice: str, asker: Asker) -> None:
        await self.intake.delete(f"{OWN}/{{}}", number, notice, asker=asker)

    async def listed(self, asker: Asker) -> tuple[NoticeLine, ...]:
        return shaped(NoticeLines, (await self.intake.get(DESK, asker=asker)).body).items

    async def read(self, notice: str, asker: Asker) -> ReadNotice:
        return shaped(ReadNotice, (await self.intake.get(f"{DESK}/{{}}", notice, asker=asker)).body)

    async def passed_by(self, notice: str, found: str, asker: Asker) -> None:
        await self.intake.post(f"{DESK}/{{}}/visits", notice, asker=asker, body={"found": found})
