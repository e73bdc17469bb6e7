"""Versions of the geography, written once and never changed, and the audit of what was put in force, when, by whom."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from chassis.clock import Clock
from chassis.mongo.client import Collection, DuplicateKeyError, Mongo, store_errors
from routing.domain import Dataset
from routing.store.rows import PARTS, Rows, chunks, content_name, from_rows, to_rows

SHIPPED_BY: Final = "shipped data"


class VersionUnknown(LookupError):
    """There is no such version, or its import never ended."""


class EmptyVersion(ValueError):
    """A version with no station or no police district can decide nothing: it is not accepted."""


class SwitchedMeanwhile(Exception):
    """A switch was decided after the one that this one builds on."""


@dataclass(frozen=True, slots=True)
class VersionInfo:
    version: str
    created_at: datetime
    created_by: str
    note: str
    counts: Mapping[str, int]
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """How far the writing of a version is; `before` says that an earlier import had written this piece."""

    part: str
    done: int
    of: int
    before: bool


Progress = Callable[[Saved], None]


@dataclass(frozen=True, slots=True)
class Switch:
    """One entry of the audit. A switch is undone by another switch, never by taking it away."""

    number: int
    version: str
    effective_from: datetime
    decided_at: datetime
    by: str
    why: str


class Versions:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._versions: Collection = mongo.collection("versions")
        self._parts: Collection = mongo.collection("version_parts")
        self._switches: Collection = mongo.collection("switches")
        self._clock = clock

    async def save(
        self,
        dataset: Dataset,
        *,
        by: str,
        note: str,
        report: Mapping[str, Any] | None = None,
        progress: Progress = lambda _saved: None,
    ) -> VersionInfo:
        """Writes a version under its name, which derives from its content: again is harmless, a rest is taken up."""
        if not dataset.stations or not dataset.police_districts:
            raise EmptyVersion("a version needs stations and police districts")
        name = dataset.version
        with suppress(VersionUnknown):
            return await self.info(name)
        rows = to_rows(dataset)
        await self._save_pieces(name, rows, progress)
        # The entry comes last: what has none was interrupted, and is not there.
        info = VersionInfo(
            name, self._clock.now(), by, note, {part: len(rows[part]) for part in PARTS}, dict(report or {})
        )
        try:
            with store_errors():
                await self._versions.insert_one(
                    {
                        "_id": name,
                        "created_at": info.created_at,
                        "created_by": by,
                        "note": note,
                        "counts": dict(info.counts),
                        "report": dict(info.report),
                    }
                )
        except DuplicateKeyError:
            return await self.info(name)
        return info

    async def _save_pieces(self, name: str, rows: Rows, progress: Progress) -> None:
        """Piece by piece, leaving out those that an interrupted import left behind: each is whole or not there."""
        pieces = [(part, number, piece) for part in PARTS for number, piece in enumerate(chunks(rows[part]))]
        with store_errors():
            there = {found["_id"] async for found in self._parts.find({"version": name}, {"_id": 1})}
            for done, (part, number, piece) in enumerate(pieces, start=1):
                key = f"{name}/{part}/{number}"
                if key not in there:
                    document = {"version": name, "part": part, "number": number, "rows": piece}
                    await self._parts.update_one({"_id": key}, {"$setOnInsert": document}, upsert=True)
                progress(Saved(part, done, len(pieces), before=key in there))

    async def info(self, version: str) -> VersionInfo:
        with store_errors():
            found = await self._versions.find_one({"_id": version})
        if found is None:
            raise VersionUnknown(version)
        return _info(found)

    async def all(self) -> list[VersionInfo]:
        with store_errors():
            return [_info(found) async for found in self._versions.find().sort([("created_at", 1), ("_id", 1)])]

    async def load(self, version: str) -> Dataset:
        """A version as it was saved."""
        await self.info(version)
        rows: dict[str, list[dict[str, Any]]] = {part: [] for part in PARTS}
        with store_errors():
            async for piece in self._parts.find({"version": version}).sort([("part", 1), ("number", 1)]):
                rows[piece["part"]] += piece["rows"]
        return await asyncio.to_thread(from_rows, version, rows)

    async def switch(
        self, version: str, *, effective_from: datetime, by: str, why: str, after: int | None = None
    ) -> Switch:
        """Puts a version in force from a time on: one insert, so that it has happened or it has not.

        A time that has passed means now: what was decided until now was decided by another version. With `after`, the
        last switch that was known, it is the next one or raises SwitchedMeanwhile.
        """
        await self.info(version)
        effective_from = max(effective_from, self._clock.now())
        while True:
            number = await self.last_number() + 1
            if after is not None and number != after + 1:
                raise SwitchedMeanwhile(number - 1)
            switch = Switch(number, version, effective_from, self._clock.now(), by, why)
            try:
                with store_errors():
                    await self._switches.insert_one(
                        {
                            "_id": number,
                            "version": version,
                            "effective_from": effective_from,
                            "decided_at": switch.decided_at,
                            "by": by,
                            "why": why,
                        }
                    )
            except DuplicateKeyError:
                continue  # another operator was faster by a moment: this switch comes after
            return switch

    async def history(self) -> list[Switch]:
        """Every switch, in the order they were decided."""
        with store_errors():
            return [_switch(found) async for found in self._switches.find().sort("_id", 1)]

    async def in_force(self, at: datetime) -> Switch | None:
        """The switch that rules at a time: the last to take effect, and of those at one time the last decided."""
        with store_errors():
            found = await self._switches.find_one(
                {"effective_from": {"$lte": at}}, sort=[("effective_from", -1), ("_id", -1)]
            )
        return _switch(found) if found is not None else None

    async def before(self, at: datetime) -> Switch | None:
        """The switch that ruled before the version in force did."""
        current = await self.in_force(at)
        if current is None:
            return None
        with store_errors():
            found = await self._switches.find_one(
                {"effective_from": {"$lte": at}, "version": {"$ne": current.version}},
                sort=[("effective_from", -1), ("_id", -1)],
            )
        return _switch(found) if found is not None else None

    async def begin_with(self, shipped: Dataset) -> None:
        """Puts the shipped version in force where nothing is, or where an older shipped one is."""
        now, last = self._clock.now(), await self.last_number()
        current = await self.in_force(now)
        if current is not None and (current.version == shipped.version or not current.version.startswith("shipped-")):
            return
        await self.save(shipped, by=SHIPPED_BY, note="the data set that came with this release")
        # Another process that starts, or an operator, may have been faster: what they decided stays.
        with suppress(SwitchedMeanwhile):
            await self.switch(shipped.version, effective_from=now, by=SHIPPED_BY, why="start of a release", after=last)

    async def last_number(self) -> int:
        """The number of the switch that was decided last; 0 where none was."""
        with store_errors():
            last = await self._switches.find_one(sort=[("_id", -1)])
        return int(last["_id"]) if last is not None else 0


def renamed(dataset: Dataset) -> Dataset:
    """The same data under the name of its content."""
    return replace(dataset, version=content_name(dataset))


def _info(found: Mapping[str, Any]) -> VersionInfo:
    return VersionInfo(
        found["_id"], found["created_at"], found["created_by"], found["note"], found["counts"], found["report"]
    )


def _switch(found: Mapping[str, Any]) -> Switch:
    return Switch(
        found["_id"],
        found["version"],
        found["effective_from"],
        found["decided_at"],
        found["by"],
        found["why"],
    )
