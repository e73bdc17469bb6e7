"""The registers' entries in memory; the protocol test holds them to those in MongoDB."""

from collections.abc import Sequence
from datetime import datetime

from intake.registers.fir_store import FIRDecision, FIRText
from intake.registers.model import Entry, EntryPage, Search
from intake.registers.store import AlreadyThere


class MemoryEntryStore:
    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.left: set[str] = set()

    async def add(self, entry: Entry) -> None:
        self._guard(entry)
        self.entries[entry.entry_id] = entry

    async def add_all(self, entries: Sequence[Entry]) -> frozenset[str]:
        known = set()
        for entry in entries:
            try:
                await self.add(entry)
            except AlreadyThere:
                known.add(entry.entry_id)
        return frozenset(known)

    async def by_id(self, entry_id: str) -> Entry | None:
        return self.entries.get(entry_id)

    async def change(self, before: Entry, after: Entry) -> bool:
        now = self.entries.get(before.entry_id)
        if now is None or now.version != before.version:
            return False
        if after.ended is None:
            self._guard(after)
        self.entries[after.entry_id] = after
        return True

    async def find(self, search: Search) -> EntryPage:
        fitting = [entry for entry in self.entries.values() if self._fits(entry, search)]
        ordered = sorted(fitting, key=lambda entry: entry.order, reverse=True)[: search.limit + 1]
        page = ordered[: search.limit]
        return EntryPage(page, page[-1].order if len(ordered) > search.limit else None)

    async def sweep(self, now: datetime) -> int:
        left = {one.entry_id for one in self.entries.values() if one.ended is None and one.expires_at <= now}
        before, self.left = self.left, self.left | left
        return len(left - before)

    def _guard(self, entry: Entry) -> None:
        for other in self.entries.values():
            in_force = other.ended is None and other.entry_id not in self.left
            if in_force and other.fingerprint == entry.fingerprint and other.entry_id != entry.entry_id:
                raise AlreadyThere

    def _fits(self, entry: Entry, search: Search) -> bool:
        return (
            entry.kind == search.kind
            and set(search.keys) <= set(entry.keys)
            and (search.place is None or entry.place == search.place)
            and (search.station is None or entry.station == search.station)
            and (search.first is None or entry.since >= search.first)
            and (search.last is None or entry.since <= search.last)
            and (search.after is None or entry.order < search.after)
            and (search.public_at is None or entry.is_public(search.public_at))
            and all(entry.attributes.get(name) == value for name, value in search.filters.items())
        )


class MemoryFIRStore:
    """`asked` counts what is asked for the public."""

    def __init__(self) -> None:
        self.texts: dict[str, FIRText] = {}
        self.decided: dict[str, FIRDecision] = {}
        self.asked: list[str] = []

    async def text(self, key: str) -> FIRText | None:
        self.asked.append("text")
        return self.texts.get(key)

    async def put(self, text: FIRText) -> None:
        self.texts[text.key] = text

    async def remove(self, key: str) -> None:
        self.texts.pop(key, None)

    async def decision(self, key: str) -> FIRDecision | None:
        self.asked.append("decision")
        return self.decided.get(key)

    async def decide(self, decision: FIRDecision) -> None:
        self.decided[decision.key] = decision

    async def decisions(
        self, state: str, station: str | None, place: str | None, after: str | None, limit: int
    ) -> tuple[FIRDecision, ...]:
        found = [
            one
            for one in self.decided.values()
            if one.state == state
            and station in (None, one.station)
            and place in (None, one.place)
            and (after is None or one.order < after)
        ]
        return tuple(sorted(found, key=lambda one: one.order, reverse=True)[: limit + 1])
