"""Hearing windows in MongoDB: a unique index over a post's quarter hours decides which of two windows is published."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chassis.clock import Clock
from chassis.mongo.client import (
    Collection,
    Document,
    DuplicateKeyError,
    IndexModel,
    Mongo,
    ReturnDocument,
    index_if_set,
    store_errors,
)
from chassis.outbox.publisher import Outbox, OutboxEntry
from intake.case.store.documents import codec_of, document_of
from intake.windows.domain import Window, WindowGroup, WindowScope, WindowState

WINDOWS = "hearing_windows"
_WITHOUT_OUTBOX = {"outbox": 0, "outbox_at": 0}
_FIRST = ("starts_at", 1), ("_id", 1)


class WindowStore(Protocol):
    async def add(self, window: Window, entry: OutboxEntry) -> Window:
        """Durable on return. Of an id that is there: the first; where the post has no time: the window in its way."""

    async def by_id(self, window_id: str) -> Window | None: ...

    async def change(self, before: Window, after: Window, entry: OutboxEntry) -> bool:
        """One write guarded by the version; False if another came first."""

    async def page(
        self, scope: WindowScope, since: datetime, until: datetime, after: tuple[datetime, str] | None, limit: int
    ) -> Sequence[Window]:
        """In the order of their beginning."""

    def groups(self, scope: WindowScope, since: datetime, until: datetime, now: datetime) -> AsyncIterator[WindowGroup]:
        """Windows that begin in the span, counted by post and how they stand."""


class MongoWindowStore:
    def __init__(self, mongo: Mongo, outbox: Outbox, clock: Clock) -> None:
        self._windows: Collection = mongo.collection(WINDOWS)
        # What stands in the way is read as it is: a majority's view may be a moment behind.
        self._newest: Collection = mongo.relaxed(WINDOWS)
        self._outbox = outbox
        self._clock = clock

    async def ensure_indexes(self) -> None:
        times = [("officer_post", 1), ("quarters", 1)]
        with store_errors():
            await self._windows.create_indexes(
                [
                    index_if_set("quarters", times, name="post_quarters", unique=True),
                    IndexModel([*_FIRST], name="start"),
                    IndexModel([("officer_post", 1), *_FIRST], name="post_start"),
                    IndexModel([("place", 1), *_FIRST], name="place_start"),
                    IndexModel([("district", 1), *_FIRST], name="district_start"),
                ]
            )
        await self._outbox.ensure_index()

    async def add(self, window: Window, entry: OutboxEntry) -> Window:
        document = to_document(window) | Outbox.insert_fields([entry], self._clock.now())
        while True:
            try:
                with store_errors():
                    await self._windows.insert_one(document)
            except DuplicateKeyError:
                other = await self._in_the_way(window)
                if other is not None:
                    return other
                # It was withdrawn just then.
                continue
            self._outbox.publish_soon(window.window_id, [entry])
            return window

    async def by_id(self, window_id: str) -> Window | None:
        with store_errors():
            found = await self._windows.find_one({"_id": window_id}, _WITHOUT_OUTBOX)
        return None if found is None else from_document(found)

    async def change(self, before: Window, after: Window, entry: OutboxEntry) -> bool:
        then, now = to_document(before), to_document(replace(after, version=before.version + 1))
        now.pop("_id")
        gone = dict.fromkeys(then.keys() - now.keys() - {"_id"}, "")
        update = {"$set": now, **Outbox.push_update([entry], self._clock.now())} | ({"$unset": gone} if gone else {})
        guard = {"_id": before.window_id, "version": before.version}
        with store_errors():
            written = await self._windows.find_one_and_update(guard, update, return_document=ReturnDocument.AFTER)
        if written is None:
            return False
        self._outbox.publish_soon(before.window_id, written.get("outbox", ()))
        return True

    async def page(
        self, scope: WindowScope, since: datetime, until: datetime, after: tuple[datetime, str] | None, limit: int
    ) -> Sequence[Window]:
        query: Document = _of(scope, since, until)
        if after is not None:
            at, last = after
            behind = [{"starts_at": {"$gt": at}}, {"starts_at": at, "_id": {"$gt": last}}]
            query = {"$and": [query, {"$or": behind}]}
        with store_errors():
            found = await self._windows.find(query, _WITHOUT_OUTBOX, sort=[*_FIRST], limit=limit).to_list(None)
        return [from_document(document) for document in found]

    async def groups(
        self, scope: WindowScope, since: datetime, until: datetime, now: datetime
    ) -> AsyncIterator[WindowGroup]:
        has_ended = {"$lte": ["$ends_at", now]}
        alike = {"post": "$officer_post", "state": "$state", "late": "$late", "short": "$short", "over": has_ended}
        pipeline = [{"$match": _of(scope, since, until)}, {"$group": {"_id": alike, "count": {"$sum": 1}}}]
        with store_errors():
            async for found in self._windows.aggregate(pipeline):
                key = found["_id"]
                late, short, over = (bool(key.get(name)) for name in ("late", "short", "over"))
                yield WindowGroup(key["post"], WindowState(key["state"]), late, short, over, found["count"])

    async def _in_the_way(self, window: Window) -> Window | None:
        overlapping = {"officer_post": window.officer_post, "quarters": {"$in": [*window.quarters]}}
        with store_errors():
            found = await self._newest.find_one({"_id": window.window_id}, _WITHOUT_OUTBOX)
            found = found or await self._newest.find_one(overlapping, _WITHOUT_OUTBOX)
        return None if found is None else from_document(found)


def _of(scope: WindowScope, since: datetime, until: datetime) -> Document:
    times = {"starts_at": {"$gte": since, "$lt": until}}
    if scope.districts is not None:
        return {"district": {"$in": [*scope.districts]}, **times}
    if scope.officer_post is None:
        return times
    own = [{"officer_post": scope.officer_post}]
    here = [] if scope.station is None else [{"place": scope.station}]
    return {"$or": [*own, *here], **times}


def to_document(window: Window) -> Document:
    kept = document_of(window)
    document = {"_id": kept.pop("window_id"), **kept}
    return document if window.quarters else {name: value for name, value in document.items() if name != "quarters"}


def from_document(document: Document) -> Window:
    window: Window = codec_of(Window).read({**document, "window_id": document["_id"]})
    return window
