"""The registers' answers, as models for OpenAPI and the tests."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from intake.case.shapes import Shape
from intake.registers.model import Login


class EntryField(Shape):
    """`value` is as it was entered, `text` in the reader's language."""

    field: str
    title: str
    value: str | int | bool
    text: str


class EntrySource(Shape):
    """The paper that an entry rests on."""

    kind: str
    kind_text: str
    number: str | None
    dated: date


class RegisterEntry(Shape):
    """`since` is the day it speaks of (what that is, the register's `begins` names); it is public to the end of
    `ends_on`, unless it ends before.
    """

    entry_id: str
    kind: str
    station: str | None
    district: str
    since: date
    ends_on: date
    source: EntrySource
    fields: list[EntryField]
    photo_url: str | None


class RegisterPage(Shape):
    """`note` is to be shown with the entries."""

    kind: str
    name: str
    note: str | None
    items: list[RegisterEntry]
    next_cursor: str | None


class RegisterInfo(Shape):
    """A register: where it is read, whether a login is needed, which searches it answers and what its entries hold."""

    kind: str
    name: str
    note: str | None
    login: Login
    path: str
    begins: str
    asks_one_of: list[str]
    window_days: int | None
    filters: list[str]
    fields: Mapping[str, Any]


class RegisterList(Shape):
    items: list[RegisterInfo]
    next_cursor: None


class EntryChange(Shape):
    """`by_post` is the post that did it; who held it is kept and shown to nobody here."""

    at: datetime
    act: str
    by_post: str
    reason: str | None


class EntryEnd(Shape):
    code: str
    text: str


class DeskEntry(RegisterEntry):
    """With what officers alone read. `state`: current or ended."""

    state: str
    version: int
    ended: EntryEnd | None
    history: list[EntryChange]


class DeskEntryPage(Shape):
    items: list[DeskEntry]
    next_cursor: str | None


class EntryMatch(Shape):
    """An entry of the other register that may be the same matter. `by`: number, or likeness; `score` from 0 to 100."""

    entry: DeskEntry
    by: str
    score: int


class EntryMatches(Shape):
    items: list[EntryMatch]
    next_cursor: None


class PhotoKept(Shape):
    entry_id: str
    version: int
    media_type: str
    bytes: int


class FIRCopy(Shape):
    """The text as an officer released it."""

    station: str
    year: int
    number: str
    registered_at: datetime
    online_at: datetime
    language: str
    text: str


class FIRDecisionItem(Shape):
    """What an officer decided on an FIR; `case_id` of one that waits."""

    station: str
    year: int
    number: str
    registered_at: datetime
    state: str
    due_at: datetime
    decided_at: datetime | None
    by_post: str | None
    reason: str | None
    case_id: str | None


class FIRDecisionPage(Shape):
    items: list[FIRDecisionItem]
    next_cursor: str | None
