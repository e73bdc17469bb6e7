"""Entries of the registers in MongoDB. An entry that has left is kept for officers, and out of the public's index."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Protocol

from chassis.mongo.client import (
    BulkWriteError,
    Collection,
    Document,
    DuplicateKeyError,
    IndexModel,
    Mongo,
    store_errors,
)
from intake.registers.model import Change, Entry, EntryPage, Search, Source

ENTRIES = "register_entries"
# A search that takes longer is given up: the store is away, or the query is hostile.
LONGEST_SEARCH_MS = 3_000
_DUPLICATE_KEY = 11_000


class AlreadyThere(Exception):
    """An entry of the same office, paper and name is in force."""


class EntryStore(Protocol):
    async def add(self, entry: Entry) -> None:
        """Durable on return. AlreadyThere."""

    async def add_all(self, entries: Sequence[Entry]) -> frozenset[str]:
        """The ids of those that were there already, which are left out; the others are durable on return."""

    async def by_id(self, entry_id: str) -> Entry | None: ...

    async def change(self, before: Entry, after: Entry) -> bool:
        """One write guarded by the version of `before`; False if another came first. AlreadyThere."""

    async def find(self, search: Search) -> EntryPage: ...

    async def sweep(self, now: datetime) -> int:
        """Take those that have left out of the public's index; how many they were."""


class MongoEntryStore:
    def __init__(self, mongo: Mongo) -> None:
        self._entries: Collection = mongo.collection(ENTRIES)

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._entries.create_indexes(list(INDEXES))

    async def add(self, entry: Entry) -> None:
        try:
            with store_errors():
                await self._entries.insert_one(to_document(entry))
        except DuplicateKeyError as error:
            raise AlreadyThere from error

    async def add_all(self, entries: Sequence[Entry]) -> frozenset[str]:
        if not entries:
            return frozenset()
        try:
            with store_errors():
                await self._entries.insert_many([to_document(entry) for entry in entries], ordered=False)
        except BulkWriteError as error:
            errors: list[dict[str, Any]] = dict(error.details or {}).get("writeErrors", [])
            if any(one.get("code") != _DUPLICATE_KEY for one in errors):
                raise
            return frozenset(entries[one["index"]].entry_id for one in errors)
        return frozenset()

    async def by_id(self, entry_id: str) -> Entry | None:
        with store_errors():
            found = await self._entries.find_one({"_id": entry_id})
        return None if found is None else from_document(found)

    async def change(self, before: Entry, after: Entry) -> bool:
        document = to_document(after)
        try:
            with store_errors():
                done = await self._entries.replace_one({"_id": before.entry_id, "version": before.version}, document)
        except DuplicateKeyError as error:
            raise AlreadyThere from error
        return done.matched_count == 1

    async def find(self, search: Search) -> EntryPage:
        with store_errors():
            found = await self._entries.find(
                query_of(search),
                {"keys": 0},
                sort=[("order", -1)],
                limit=search.limit + 1,
                max_time_ms=LONGEST_SEARCH_MS,
            ).to_list(None)
        entries = [from_document(document) for document in found[: search.limit]]
        return EntryPage(entries, entries[-1].order if len(found) > search.limit else None)

    async def sweep(self, now: datetime) -> int:
        with store_errors():
            done = await self._entries.update_many(
                {"expires_at": {"$lte": now}, "public": True}, {"$set": {"public": False}}
            )
        return int(done.modified_count)


# `public` is true until an entry has left: the indexes of the public and the guard against doubles hold these alone.
_PUBLIC: Document = {"public": True}
INDEXES = (
    IndexModel([("kind", 1), ("keys", 1), ("order", -1)], name="search", partialFilterExpression=_PUBLIC),
    IndexModel([("kind", 1), ("place", 1), ("keys", 1), ("order", -1)], name="place", partialFilterExpression=_PUBLIC),
    IndexModel([("kind", 1), ("station", 1), ("order", -1)], name="station"),
    IndexModel([("kind", 1), ("order", -1)], name="order"),
    IndexModel([("fingerprint", 1)], name="fingerprint", unique=True, partialFilterExpression=_PUBLIC),
    IndexModel([("expires_at", 1)], name="expires", partialFilterExpression=_PUBLIC),
)


def query_of(search: Search) -> Document:
    """The condition of a search; one index serves each combination of what people ask for."""
    query: Document = {"kind": search.kind}
    if search.public_at is not None:
        query |= {"public": True, "expires_at": {"$gt": search.public_at}}
    if search.station is not None:
        query["station"] = search.station
    if search.place is not None:
        query["place"] = search.place
    # Officers' lists and those of a station need no key that every entry has.
    plain = search.keys == ("",) and (search.station is not None or search.public_at is None)
    if search.keys and not plain:
        query["keys"] = search.keys[0] if len(search.keys) == 1 else {"$all": list(search.keys)}
    order: Document = {}
    if search.first is not None:
        order["$gte"] = search.first.isoformat()
    if search.last is not None:
        order["$lt"] = f"{search.last.isoformat()}~"
    if search.after is not None:
        order["$lt"] = min(search.after, order.get("$lt", search.after))
    if order:
        query["order"] = order
    return query | {f"attributes.{name}": value for name, value in search.filters.items()}


def to_document(entry: Entry) -> Document:
    document = {name: value for name, value in asdict(entry).items() if value is not None}
    document |= {
        "_id": document.pop("entry_id"),
        "order": entry.order,
        "public": entry.ended is None,
        "since": entry.since.isoformat(),
        "ends_on": entry.ends_on.isoformat(),
        "keys": list(entry.keys),
        "attributes": dict(entry.attributes),
        "source": {**document["source"], "dated": entry.source.dated.isoformat()},
        "history": [{name: value for name, value in one.items() if value is not None} for one in document["history"]],
    }
    return document


def from_document(document: Document) -> Entry:
    source = document["source"]
    return Entry(
        entry_id=document["_id"],
        kind=document["kind"],
        station=document.get("station"),
        district=document["district"],
        place=document["place"],
        since=date.fromisoformat(document["since"]),
        ends_on=date.fromisoformat(document["ends_on"]),
        expires_at=document["expires_at"],
        source=Source(source["kind"], date.fromisoformat(source["dated"]), source.get("number")),
        attributes=document["attributes"],
        keys=tuple(document.get("keys", ())),
        fingerprint=document["fingerprint"],
        history=tuple(Change(**one) for one in document["history"]),
        version=document["version"],
        ended=document.get("ended"),
        photo=document.get("photo"),
    )
