"""What a register is, as its file describes it, and an entry with its source, its date and its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from chassis.bilingual import Bilingual
from chassis.sentences import When, facts_of_answers
from intake.case.states import Role
from intake.catalogue.questions import Text

Login = Literal["none", "citizen"]
Filter = Literal["q", "district", "station"]

# Marks of a field: how it is searched, and who reads it.
SEARCH: Final = "x-search"
SHOWN: Final = "x-shown"
FILTER: Final = "x-filter"


class Searched(StrEnum):
    """A person's name by its sound, a text by the sound of its parts, a number exactly."""

    NAME = "name"
    TEXT = "text"
    CODE = "code"


class Visibility(StrEnum):
    """To officers alone; of a number to others the last four letters or digits."""

    DESK = "desk"
    TAIL = "tail"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Never(Bilingual):
    """An entry that is not published, with the reason. `under`: numbers below; `when`: answers; both must hold."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    field: str
    under: Mapping[str, int] = {}
    when: When = When()

    def holds(self, attributes: Mapping[str, Any]) -> bool:
        return _is_under(self.under, attributes) and self.when.holds(facts_of_answers(attributes))


class SourceRule(_Data):
    """What an entry may rest on."""

    names: Text
    numbered: bool = True


class PhotoRule(_Data):
    """`shown`: to who may read the register, or to officers alone; `desk_under` those of whom only officers see it."""

    shown: Literal["readers", "desk"] = "readers"
    desk_under: Mapping[str, int] = {}

    def is_for_desk(self, attributes: Mapping[str, Any]) -> bool:
        return self.shown == "desk" or (bool(self.desk_under) and _is_under(self.desk_under, attributes))


class LikenessRule(_Data):
    """With which register's entries an entry may be the same matter.

    `codes` in common are enough; else all of `same` must be alike, the days near, and numbers of `near` no further
    apart; `compare` are texts, whose likeness orders what is found.
    """

    register_: str = Field(alias="register")
    codes: tuple[str, ...] = ()
    same: tuple[str, ...]
    near_days: int = Field(ge=1, le=1_000)
    near: Mapping[str, int] = {}
    compare: tuple[str, ...] = ()


class SampleEntry(_Data):
    """An entry that is accepted."""

    since: date
    source: Mapping[str, Any]
    attributes: Mapping[str, Any]


class Kind(_Data):
    """A register. `note` is shown with each page and entry; `longest`: an entry leaves at the latest so long after its
    beginning; `window`: a search has a beginning and an end, no further apart; `asks_one_of`: a search has one of them.
    """

    kind: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    names: Text
    note: Text | None = None
    login: Login
    begins: Text
    sources: Mapping[str, SourceRule] = Field(min_length=1)
    ends_by: Mapping[str, Text] = Field(min_length=1)
    longest: timedelta
    window: timedelta | None = None
    asks_one_of: tuple[Filter, ...] = ()
    kept_by: tuple[Role, ...] = Field(min_length=1)
    never: tuple[Never, ...] = ()
    photo: PhotoRule | None = None
    like: LikenessRule | None = None
    attributes: dict[str, Any]
    example: SampleEntry

    @property
    def fields(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self.attributes.get("properties", {})
        return found

    @property
    def filters(self) -> tuple[str, ...]:
        """The fields by whose values a search may be narrowed."""
        return tuple(name for name, one in self.fields.items() if one.get(FILTER))


@dataclass(frozen=True, slots=True)
class Source:
    """What an entry rests on: a warrant, an order, a diary entry. `dated` is the paper's own day."""

    kind: str
    dated: date
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Who did what to an entry, and when."""

    at: datetime
    act: str
    by_post: str
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`since` is the day it speaks of, `ends_on` the last on which it is published; `expires_at` is when it leaves.

    `place` is the district as it sounds, `keys` what a search finds it by, `fingerprint` the same for what is the same.
    """

    entry_id: str
    kind: str
    station: str | None
    district: str
    place: str
    since: date
    ends_on: date
    expires_at: datetime
    source: Source
    attributes: Mapping[str, Any]
    keys: tuple[str, ...]
    fingerprint: str
    history: tuple[Change, ...]
    version: int = 1
    ended: str | None = None
    photo: str | None = None

    @property
    def order(self) -> str:
        """The newest day first, and within one the newest entry: what lists are sorted by."""
        return f"{self.since.isoformat()}|{self.entry_id}"

    def is_public(self, now: datetime) -> bool:
        return self.expires_at > now


@dataclass(frozen=True, slots=True)
class Search:
    """Which entries of a register; the first of `keys` is the one that is looked up, the others are compared.

    `public_at`: those that are published then; None: all, as officers keep them. `after` is the order to go on from.
    """

    kind: str
    keys: tuple[str, ...] = ("",)
    place: str | None = None
    station: str | None = None
    first: date | None = None
    last: date | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    public_at: datetime | None = None
    after: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A page; `next_order` is where the next goes on, None at the end."""

    entries: Sequence[Entry]
    next_order: str | None


def _is_under(limits: Mapping[str, int], attributes: Mapping[str, Any]) -> bool:
    """Whether each of the numbers is below its limit; one that was not given is not."""
    given = {name: attributes.get(name) for name in limits}
    return all(isinstance(value, int) and value < limits[name] for name, value in given.items())
