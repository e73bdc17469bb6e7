"""A collection with outboxes, and what the tests of the outbox read off it."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.kafka.producer import Producer
from chassis.mongo.client import Collection, Document, Mongo, ReturnDocument
from chassis.outbox.publisher import Outbox, OutboxEntry
from chassis.telemetry.metrics import OutboxMetrics
from event_schemas import WireRecord, ids
from tests.integration.chassis_rigs import acknowledged


class Store:
    """A collection of documents with outboxes, and as many outboxes on it as processes are to be played."""

    def __init__(self, mongo: Mongo) -> None:
        name = f"cases_{uuid.uuid4().hex[:8]}"
        self.collection: Collection = mongo.collection(name)
        self.relaxed: Collection = mongo.relaxed(name)
        self.registry = CollectorRegistry()

    def outbox(self, producer: Producer, *, max_pending: int = 5_000) -> Outbox:
        metrics = OutboxMetrics(CollectorRegistry())
        return Outbox(self.collection, self.relaxed, producer, SystemClock(), metrics=metrics, max_pending=max_pending)

    async def file(self, topic: str, case_id: str) -> Document:
        """Insert a case with its first event."""
        document = {"_id": case_id, "seq": 1, **Outbox.insert_fields([entry(topic, case_id, 1)], datetime.now(UTC))}
        await self.collection.insert_one(document)
        return document

    async def command(self, topic: str, case_id: str) -> Document:
        """Write the case's next event; returns the document as written."""
        while True:
            before = await self.collection.find_one({"_id": case_id})
            assert before is not None
            seq = before["seq"] + 1
            update = {"$set": {"seq": seq}, **Outbox.push_update([entry(topic, case_id, seq)], datetime.now(UTC))}
            after = await self.collection.find_one_and_update(
                {"_id": case_id, "seq": seq - 1}, update, return_document=ReturnDocument.AFTER
            )
            if after is not None:
                return after

    async def unpublished(self) -> int:
        found = await self.collection.find({"outbox.0": {"$exists": True}}).to_list(None)
        assert all("outbox_at" in document for document in found)
        return len(found)

    async def empty(self) -> bool:
        return await self.collection.count_documents({"outbox_at": {"$exists": True}}) == 0


def entry(topic: str, case_id: str, seq: int) -> OutboxEntry:
    event_id = ids.new_event_id()
    return OutboxEntry(topic, event_id, acknowledged(case_id, seq, event_id=event_id))


def case(number: int) -> str:
    return f"c_{number:026d}"


def sequences(records: Sequence[WireRecord]) -> dict[bytes, list[int]]:
    """Per key the order of first occurrences (1 is the first event)."""
    order: dict[bytes, list[int]] = {}
    for record in records:
        assert record.key is not None
        seen = order.setdefault(record.key, [])
        seq = int(record.value.split(b'"case_seq":')[1].split(b",")[0])
        if seq not in seen:
            seen.append(seq)
    return order


@asynccontextmanager
async def running(*outboxes: Outbox) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(outbox.run()) for outbox in outboxes]
    await asyncio.sleep(0)
    try:
        yield
    finally:
        for outbox in outboxes:
            await outbox.stop()
        await asyncio.gather(*tasks)


async def until_empty(store: Store, within: float = 20.0) -> None:
    async with asyncio.timeout(within):
        while not await store.empty():  # noqa: ASYNC110  only the database shows it
            await asyncio.sleep(0.05)
