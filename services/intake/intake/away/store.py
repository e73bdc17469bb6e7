"""Away notices in MongoDB: in the clear only which registration and station they belong to."""

from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Protocol

from chassis.mongo.client import Collection, Document, DuplicateKeyError, IndexModel, Mongo, store_errors
from intake.away.domain import AwayNotice, NoticeState, RoundVisit

NOTICES = "away_notices"


class AwayStore(Protocol):
    async def add(self, notice: AwayNotice) -> AwayNotice:
        """Durable on return. Of an id that is there already: the first."""

    async def by_id(self, notice_id: str) -> AwayNotice | None: ...

    async def of_case(self, case_id: str) -> tuple[AwayNotice, ...]:
        """Those with content, the newest first."""

    async def of_station(self, station: str) -> tuple[AwayNotice, ...]:
        """Those with content, the newest first."""

    async def change(self, before: AwayNotice, after: AwayNotice) -> bool:
        """One write guarded by the version; False if another came first."""

    def with_content(self) -> AsyncIterator[AwayNotice]: ...

    async def forget(self, before: datetime) -> int:
        """Remove the records whose content went before that time."""


class MongoAwayStore:
    def __init__(self, mongo: Mongo) -> None:
        self._notices: Collection = mongo.collection(NOTICES)

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._notices.create_indexes(
                [
                    IndexModel([("case_id", 1)], name="case"),
                    IndexModel([("station", 1)], name="station"),
                    IndexModel([("deleted_at", 1)], name="deleted", sparse=True),
                ]
            )

    async def add(self, notice: AwayNotice) -> AwayNotice:
        try:
            with store_errors():
                await self._notices.insert_one(to_document(notice))
        except DuplicateKeyError:
            return await self.by_id(notice.notice_id) or notice
        return notice

    async def by_id(self, notice_id: str) -> AwayNotice | None:
        with store_errors():
            found = await self._notices.find_one({"_id": notice_id})
        return None if found is None else from_document(found)

    async def of_case(self, case_id: str) -> tuple[AwayNotice, ...]:
        return await self._all({"case_id": case_id, "sealed": {"$exists": True}})

    async def of_station(self, station: str) -> tuple[AwayNotice, ...]:
        return await self._all({"station": station, "sealed": {"$exists": True}})

    async def change(self, before: AwayNotice, after: AwayNotice) -> bool:
        guard = {"_id": before.notice_id, "version": before.version}
        with store_errors():
            done = await self._notices.replace_one(guard, to_document(replace(after, version=before.version + 1)))
        return done.matched_count == 1

    async def with_content(self) -> AsyncIterator[AwayNotice]:
        with store_errors():
            async for document in self._notices.find({"sealed": {"$exists": True}}):
                yield from_document(document)

    async def forget(self, before: datetime) -> int:
        with store_errors():
            done = await self._notices.delete_many({"deleted_at": {"$lte": before}})
        return int(done.deleted_count)

    async def _all(self, query: Document) -> tuple[AwayNotice, ...]:
        with store_errors():
            found = await self._notices.find(query, sort=[("created_at", -1)]).to_list(None)
        return tuple(from_document(document) for document in found)


def to_document(notice: AwayNotice) -> Document:
    fields: dict[str, Any] = {name: value for name, value in asdict(notice).items() if value not in (None, ())}
    return {"_id": fields.pop("notice_id"), **fields, "state": notice.state.value}


def from_document(document: Document) -> AwayNotice:
    fields = {name: value for name, value in document.items() if name != "_id"}
    visits = tuple(RoundVisit(**visit) for visit in fields.pop("visits", ()))
    state = NoticeState(fields.pop("state"))
    return AwayNotice(notice_id=document["_id"], state=state, visits=visits, **fields)
