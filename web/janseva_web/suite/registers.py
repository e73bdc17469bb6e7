"""The calls that read public registers; what an entry shows comes with its titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from janseva_web.suite.client import Api, Asker
from janseva_web.suite.services import shaped
from janseva_web.suite.shapes import Read


class RegisterInfo(Read):
    """A register; `asks_one_of`: it answers only to a search by one of these."""

    kind: str
    name: str
    note: str | None = None
    login: str
    path: str
    asks_one_of: tuple[str, ...] = ()


class RegisterList(Read):
    items: tuple[RegisterInfo, ...]


class EntryField(Read):
    title: str
    text: str


class Entry(Read):
    entry_id: str
    district: str
    since: date | datetime
    fields: tuple[EntryField, ...] = ()
    photo_url: str | None = None


class RegisterPage(Read):
    name: str
    note: str | None = None
    items: tuple[Entry, ...]
    next_cursor: str | None = None


class ReleasedText(Read):
    """The text of an FIR as an officer released it."""

    station: str
    number: str
    year: int
    registered_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Registers:
    intake: Api

    async def all(self, asker: Asker) -> tuple[RegisterInfo, ...]:
        return shaped(RegisterList, (await self.intake.get("/v1/registers", asker=asker)).body).items

    async def page(self, name: str, query: Mapping[str, str], asker: Asker) -> RegisterPage:
        return shaped(RegisterPage, (await self.intake.get("/v1/registers/{}", name, asker=asker, query=query)).body)

    async def released(self, station: str, year: str, number: str, asker: Asker) -> ReleasedText:
        query = {"station": station, "year": year, "number": number}
        return shaped(ReleasedText, (await self.intake.get("/v1/registers/fir", asker=asker, query=query)).body)
