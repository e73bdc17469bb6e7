"""Openings of sealed cases in MongoDB: who, when, why, and the superior's review. They are the audit and stay."""

from datetime import datetime
from typing import Protocol

from chassis.mongo.client import Collection, Document, DuplicateKeyError, IndexModel, Mongo, store_errors
from intake.break_glass.domain import Opening, Review
from intake.case.store.documents import codec_of, document_of

OPENINGS = "break_glass"
MOST = 200


class OpeningStore(Protocol):
    async def add(self, opening: Opening) -> Opening:
        """Durable on return; the one of this id that is there already."""

    async def newest(self, case_id: str, actor: str) -> Opening | None: ...

    async def by_id(self, opening_id: str) -> Opening | None: ...

    async def reviewed(self, opening: Opening) -> bool:
        """Durable on return. False if it was reviewed before."""

    async def waiting(self, reviewer: str) -> tuple[Opening, ...]:
        """Without a review yet, the oldest first, MOST at most."""

    async def overdue(self, now: datetime) -> int: ...


class MongoOpeningStore:
    def __init__(self, mongo: Mongo) -> None:
        self._openings: Collection = mongo.collection(OPENINGS)

    async def ensure_indexes(self) -> None:
        waits = {"review": Review.WAITING.value}
        with store_errors():
            await self._openings.create_indexes(
                [
                    IndexModel([("case_id", 1), ("actor", 1), ("opened_at", -1)], name="case_actor"),
                    IndexModel([("reviewers", 1), ("opened_at", 1)], name="waiting", partialFilterExpression=waits),
                    IndexModel([("review_by", 1)], name="overdue", partialFilterExpression=waits),
                ]
            )

    async def add(self, opening: Opening) -> Opening:
        try:
            with store_errors():
                await self._openings.insert_one(_document(opening))
        except DuplicateKeyError:
            known = await self.by_id(opening.opening_id)
            assert known is not None
            return known
        return opening

    async def newest(self, case_id: str, actor: str) -> Opening | None:
        wanted = {"case_id": case_id, "actor": actor}
        with store_errors():
            found = await self._openings.find_one(wanted, sort=[("opened_at", -1)])
        return None if found is None else _opening(found)

    async def by_id(self, opening_id: str) -> Opening | None:
        with store_errors():
            found = await self._openings.find_one({"_id": opening_id})
        return None if found is None else _opening(found)

    async def reviewed(self, opening: Opening) -> bool:
        fresh = _document(opening)
        wanted = {"_id": fresh.pop("_id"), "review": Review.WAITING.value}
        with store_errors():
            done = await self._openings.replace_one(wanted, fresh)
        return bool(done.matched_count)

    async def waiting(self, reviewer: str) -> tuple[Opening, ...]:
        wanted = {"reviewers": reviewer, "review": Review.WAITING.value}
        with store_errors():
            found = await self._openings.find(wanted, sort=[("opened_at", 1)], limit=MOST).to_list(None)
        return tuple(_opening(one) for one in found)

    async def overdue(self, now: datetime) -> int:
        with store_errors():
            return int(
                await self._openings.count_documents({"review": Review.WAITING.value, "review_by": {"$lt": now}})
            )


def _document(opening: Opening) -> Document:
    plain = document_of(opening)
    return {"_id": plain.pop("opening_id"), **plain}


def _opening(document: Document) -> Opening:
    read: Opening = codec_of(Opening).read({**document, "opening_id": document["_id"]})
    return read
