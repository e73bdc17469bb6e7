"""The registers at work: people search them, officers keep them, and what is over leaves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from chassis.bilingual import Bilingual
from chassis.clock import Clock
from chassis.http.problems import FORBIDDEN, NOT_FOUND, VALIDATION_FAILED, FieldError, Problem
from chassis.repeating import repeat
from chassis.telemetry.logs import get_logger
from event_schemas.times import whole_ms
from intake.case.scope import Actor
from intake.offices.domain import NoOffices, Offices
from intake.problems import BUSY
from intake.registers import domain
from intake.registers.domain import Draft
from intake.registers.keys import place_of, search_keys
from intake.registers.kinds import Registers
from intake.registers.matching import Match, matches_of
from intake.registers.model import Change, Entry, EntryPage, Kind, Search
from intake.registers.photos import NotAPicture, Photo, Photos
from intake.registers.problems import (
    ENTRY_ENDED,
    ENTRY_EXISTS,
    NEVER_PUBLISHED,
    NOT_A_PICTURE,
    PHOTO_NOT_KEPT,
    SEARCH_TOO_WIDE,
    VERSION_MISMATCH,
)
from intake.registers.store import AlreadyThere, EntryStore

TRIES: Final = 5
SWEEP_EVERY: Final = timedelta(minutes=1)
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as a reader asks it: a name or other text, an office, days, and values of single fields."""

    q: str | None = None
    district: str | None = None
    station: str | None = None
    first: date | None = None
    last: date | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    after: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class RegisterDesk:
    registers: Registers
    entries: EntryStore
    photos: Photos
    clock: Clock
    offices: Offices = field(default_factory=NoOffices)

    async def search(self, kind: Kind, asked: Asked, *, current: bool = True) -> EntryPage:
        """A page of what is public now, or of all that is kept. What is spelt like nothing is looked for loosely."""
        search = Search(
            kind=kind.kind,
            place=None if asked.district is None else place_of(asked.district),
            station=asked.station,
            first=asked.first,
            last=asked.last,
            filters=asked.filters,
            public_at=self.clock.now() if current else None,
            after=asked.after,
            limit=asked.limit,
        )
        if asked.q is None:
            return await self.entries.find(search)
        loosely = asked.after is not None and asked.after.startswith(LOOSE)
        if loosely:
            search = replace(search, after=asked.after.removeprefix(LOOSE) if asked.after else None)
        else:
            keys = search_keys(asked.q)
            found = await self.entries.find(replace(search, keys=keys)) if keys else EntryPage((), None)
            if found.entries or not keys or asked.after is not None:
                return found
        found = await self.entries.find(replace(search, keys=search_keys(asked.q, loose=True)))
        return replace(found, next_order=found.next_order and f"{LOOSE}{found.next_order}")

    async def public_entry(self, kind: Kind, entry_id: str) -> Entry:
        """Problem 404 for one of another register, and for one that has left."""
        entry = await self.entries.by_id(entry_id)
        if entry is None or entry.kind != kind.kind or not entry.is_public(self.clock.now()):
            raise Problem(NOT_FOUND)
        return entry

    async def kept_entry(self, kind: Kind, entry_id: str, actor: Actor) -> Entry:
        """For officers in charge of it; Problem 404 for anybody else."""
        entry = await self.entries.by_id(entry_id)
        if entry is None or entry.kind != kind.kind or not domain.is_of(entry, actor):
            raise Problem(NOT_FOUND)
        return entry

    async def add(self, kind: Kind, draft: Draft, actor: Actor) -> Entry:
        self.check(kind, draft, actor)
        if draft.station is not None and self.offices.lacks(draft.station):
            raise Problem(VALIDATION_FAILED, errors=[domain.NO_SUCH_STATION])
        now = whole_ms(self.clock.now())
        entry = domain.new_entry(kind, draft, now, self._change(domain.ADDED, actor))
        try:
            await self.entries.add(entry)
        except AlreadyThere:
            raise Problem(ENTRY_EXISTS) from None
        return entry

    async def correct(
        self, kind: Kind, entry_id: str, actor: Actor, edit: Callable[[Entry], Draft], reason: str, version: int | None
    ) -> Entry:
        def change(entry: Entry) -> Entry:
            draft = edit(entry)
            self.check(kind, draft, actor)
            return domain.corrected(kind, entry, draft, self._change(domain.CORRECTED, actor, reason))

        return await self._changed(kind, entry_id, actor, change, version)

    async def end(self, kind: Kind, entry_id: str, actor: Actor, reason: str, version: int | None) -> Entry:
        def change(entry: Entry) -> Entry:
            now = whole_ms(self.clock.now())
            return domain.ended(entry, reason, now, self._change(domain.ENDED, actor, reason))

        if reason not in kind.ends_by:
            names = kind.ends_by.values()
            en, hi = ", ".join(one.en for one in names), ", ".join(one.hi for one in names)
            fault = FieldError("reason", f"must be one of: {en}", f"इनमें से एक हो: {hi}", "/reason_code")
            raise Problem(VALIDATION_FAILED, errors=[fault], extra={"reasons": list(kind.ends_by)})
        return await self._changed(kind, entry_id, actor, change, version)

    async def matches(self, entry: Entry) -> tuple[Match, ...]:
        return await matches_of(self.registers, self.entries, entry, self.clock.now())

    async def set_photo(self, kind: Kind, entry_id: str, actor: Actor, content: bytes) -> Entry:
        """The photo in place of the one before; without content that one goes. Problem 422 for what is no picture."""
        if kind.photo is None:
            raise Problem(PHOTO_NOT_KEPT)
        if not domain.may_keep(kind, actor):
            raise Problem(FORBIDDEN)
        before = await self.kept_entry(kind, entry_id, actor)
        try:
            photo = await self.photos.keep(entry_id, content) if content else None
        except NotAPicture:
            raise Problem(NOT_A_PICTURE) from None

        def change(entry: Entry) -> Entry:
            return domain.with_photo(entry, photo, self._change(domain.PHOTO, actor))

        after = await self._changed(kind, entry_id, actor, change, None)
        if before.photo is not None:
            await self.photos.remove(before.photo)
        return after

    async def photo_of(self, kind: Kind, entry: Entry, *, to_desk: bool) -> Photo:
        """Problem 404 where there is none, or none for this reader."""
        shown = kind.photo is not None and (to_desk or not kind.photo.is_for_desk(entry.attributes))
        if entry.photo is None or not shown:
            raise Problem(NOT_FOUND)
        return await self.photos.read(entry.entry_id, entry.photo)

    def check(self, kind: Kind, draft: Draft, actor: Actor) -> None:
        """Problem 403 for who may not keep this register or not there, 422 for what is wrong with the draft."""
        if not domain.may_keep(kind, actor) or not domain.in_charge(actor, draft.station, draft.district):
            raise Problem(FORBIDDEN)
        faults = domain.faults_of(self.registers, kind, draft, self.clock.now())
        if faults:
            raise Problem(NEVER_PUBLISHED if domain.is_forbidden(kind, faults) else VALIDATION_FAILED, errors=faults)

    async def run(self) -> None:
        """Take what has left out of the public's index, for ever. A reader sees by the time itself that it has left."""

        async def act() -> None:
            count = await self.entries.sweep(self.clock.now())
            if count:
                _log.info("register_entries_left", count=count)

        await repeat(act, SWEEP_EVERY, _log, "registers_not_swept")

    async def _changed(
        self, kind: Kind, entry_id: str, actor: Actor, change: Callable[[Entry], Entry], version: int | None
    ) -> Entry:
        """One guarded write; another's in between is met by looking again. Problem 403, 404, 409, 412."""
        if not domain.may_keep(kind, actor):
            raise Problem(FORBIDDEN)
        for _ in range(TRIES):
            entry = await self.kept_entry(kind, entry_id, actor)
            if version is not None and version != entry.version:
                raise Problem(VERSION_MISMATCH, extra={"version": entry.version})
            if not entry.is_public(self.clock.now()):
                raise Problem(ENTRY_ENDED)
            after = change(entry)
            try:
                if await self.entries.change(entry, after):
                    return after
            except AlreadyThere:
                raise Problem(ENTRY_EXISTS) from None
        raise Problem(BUSY, headers={"Retry-After": "1"})

    def _change(self, act: str, actor: Actor, reason: str | None = None) -> Change:
        return Change(whole_ms(self.clock.now()), act, actor.post, actor.sub, reason)


LOOSE: Final = "~"
"""What an order of a search by consonants alone begins with, so that its next page is one too."""


NAMES: Final = {
    "q": Bilingual(hi="नाम", en="a name"),
    "district": Bilingual(hi="जिला", en="a district"),
    "station": Bilingual(hi="थाना", en="a police station"),
}


def check_width(kind: Kind, asked: Asked) -> None:
    """Problem 422 for a search that would list a register which may not be listed as a whole."""
    if kind.asks_one_of and not any(getattr(asked, name) for name in kind.asks_one_of):
        named = [NAMES[name] for name in kind.asks_one_of]
        names = Bilingual(hi=", ".join(one.hi for one in named), en=", ".join(one.en for one in named))
        raise Problem(SEARCH_TOO_WIDE, "asks_one_of", {"names": names})
    if kind.window is None:
        return
    if asked.first is None or asked.last is None or asked.last - asked.first >= kind.window:
        raise Problem(SEARCH_TOO_WIDE, "window", {"days": kind.window.days})
