"""Where trails are kept: one document an entry, with its head in the outbox until Kafka has it."""

from collections.abc import AsyncIterator
from collections.abc import Collection as AnyOf
from typing import Protocol

from chassis.clock import Clock
from chassis.mongo.client import Collection, DuplicateKeyError, IndexModel, Mongo, store_errors
from chassis.outbox.publisher import Outbox, OutboxEntry
from intake.case.model import OWNER
from intake.case.store.documents import codec_of, document_of
from intake.case.trail.domain import ERASED, TrailEntry

TRAIL = "audit_trail"
_WITHOUT_OUTBOX = {"outbox": 0, "outbox_at": 0}


class TrailStore(Protocol):
    async def newest(self, case_id: str) -> TrailEntry | None: ...

    async def add(self, entry: TrailEntry, head: OutboxEntry) -> bool:
        """Durable on return. False if its number is another entry's; True if it is there already."""

    async def entries(self, case_id: str) -> tuple[TrailEntry, ...]:
        """In their order."""

    async def forget_owner(self, case_id: str) -> None:
        """Who of the citizens acted and looked; that one did, and when, stays."""


class MongoTrailStore:
    def __init__(self, mongo: Mongo, outbox: Outbox, clock: Clock) -> None:
        self._entries: Collection = mongo.collection(TRAIL)
        self._outbox = outbox
        self._clock = clock

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._entries.create_indexes(
                [IndexModel([("case_id", 1), ("seq", 1)], name="case_seq", unique=True)],
            )
        await self._outbox.ensure_index()

    async def newest(self, case_id: str) -> TrailEntry | None:
        with store_errors():
            found = await self._entries.find_one({"case_id": case_id}, _WITHOUT_OUTBOX, sort=[("seq", -1)])
        return None if found is None else _entry(found)

    async def add(self, entry: TrailEntry, head: OutboxEntry) -> bool:
        kept = document_of(entry)
        document = {"_id": kept.pop("entry_id"), **kept, **Outbox.insert_fields([head], self._clock.now())}
        try:
            with store_errors():
                await self._entries.insert_one(document)
        except DuplicateKeyError as error:
            # Its own id: it was written before.
            return "_id" in dict(error.details or {}).get("keyPattern", {})
        self._outbox.publish_soon(entry.entry_id, [head])
        return True

    async def entries(self, case_id: str) -> tuple[TrailEntry, ...]:
        return tuple([entry async for entry in entries_of(self._entries, [case_id])])

    async def forget_owner(self, case_id: str) -> None:
        with store_errors():
            await self._entries.update_many(
                {"case_id": case_id, "post": OWNER}, {"$set": {"actor": ERASED}, "$unset": {"salt": ""}}
            )


async def entries_of(trails: Collection, case_ids: AnyOf[str]) -> AsyncIterator[TrailEntry]:
    """Case by case, each in its order."""
    wanted = {"case_id": {"$in": sorted(case_ids)}}
    with store_errors():
        async for found in trails.find(wanted, _WITHOUT_OUTBOX, sort=[("case_id", 1), ("seq", 1)]):
            yield _entry(found)


def _entry(document: dict[str, object]) -> TrailEntry:
    entry: TrailEntry = codec_of(TrailEntry).read({**document, "entry_id": document["_id"]})
    return entry
