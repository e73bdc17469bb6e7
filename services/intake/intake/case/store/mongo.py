"""Cases and their timeline in MongoDB."""

from collections.abc import AsyncGenerator, Sequence
from collections.abc import Collection as AnyOf
from datetime import datetime
from typing import Any

from chassis.clock import Clock
from chassis.mongo.batch_insert import BatchInserter
from chassis.mongo.client import (
    Collection,
    Document,
    DuplicateKeyError,
    IndexModel,
    Mongo,
    OperationFailure,
    ReturnDocument,
    UpdateOne,
    index_if_set,
    store_errors,
)
from chassis.outbox.publisher import Outbox, OutboxEntry
from intake.case.derived import Derived
from intake.case.model import ActedBy, Case, CaseUpdate, TimelineEntry, Trace
from intake.case.scope import AGAINST_POLICE
from intake.case.store import lists
from intake.case.store.changes import CHANGES, changed_case
from intake.case.store.documents import document_of, entry_from, from_document, to_document, trace_of
from intake.case.store.port import CaseFilter, ChangedCase, Counts, Page, Proof, Sort, UniqueConflict, UniqueField
from intake.case.store.sight import opened_by
from intake.case.store.updates import NEXT_DUE, command_update, derived_updates, erasing_update
from intake.case.trail.handlers import Trail

CASES, TIMELINE = "cases", "timeline"
_WITHOUT_OUTBOX = {"outbox": 0}
INDEX_NOT_FOUND = 27
MOST_OF_A_CALLER, MOST_TRACES = 100, 2_000


class MongoCaseStore:
    def __init__(self, mongo: Mongo, outbox: Outbox, clock: Clock, trail: Trail) -> None:
        self._cases: Collection = mongo.collection(CASES)
        self._timeline: Collection = mongo.collection(TIMELINE)
        self._outbox = outbox
        self._clock = clock
        self._trail = trail
        self._inserter = BatchInserter(self._cases)

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._cases.create_indexes(
                [
                    IndexModel([("tracking_number", 1)], name="tracking_number", unique=True),
                    index_if_set("idempotency.scope", [("idempotency.scope", 1)], name="idempotency", unique=True),
                    index_if_set("repeat_slot", [("repeat_slot", 1)], name="repeat_slot", unique=True),
                    index_if_set("marks", [("marks", 1)], name="marks", unique=True),
                    index_if_set("desk_keys", [("desk_keys", 1)], name="desk_keys"),
                    index_if_set("joins.scope", [("joins.scope", 1)], name="joins.scope"),
                    index_if_set("fir.key", [("fir.key", 1)], name="fir.key"),
                    index_if_set("fir.online", [("fir.online", 1), ("_id", -1)], name="fir.online"),
                    IndexModel(
                        [("receipts", 1)], name="emergency_receipts", partialFilterExpression={"lane": "emergency"}
                    ),
                    index_if_set("owner", [("owner", 1), ("_id", -1)], name="owner"),
                    _if_true(f"attributes.{AGAINST_POLICE}", "against_police"),
                    index_if_set("asked", [("asked", 1), ("_id", -1)], name="asked"),
                    index_if_set("named_station", [("named_station", 1), ("_id", -1)], name="named_station"),
                    *lists.indexes(),
                ]
            )
            await self._timeline.create_indexes([IndexModel([("case_id", 1), ("at", 1), ("_id", 1)], name="case")])
            await self._drop_replaced()
            await self._note_the_accused()
            await self._note_what_is_due()
        await self._outbox.ensure_index()

    async def _drop_replaced(self) -> None:
        there = await self._cases.index_information()
        for name in lists.REPLACED_INDEXES:
            if name not in there:
                continue
            try:
                await self._cases.drop_index(name)
            except OperationFailure as error:
                # Another copy of the service started at the same time.
                if error.code != INDEX_NOT_FOUND:
                    raise

    async def _note_the_accused(self) -> None:
        """Cases filed before `accused` was kept; until then headquarters alone sees them."""
        unnoted = {f"attributes.{AGAINST_POLICE}": True, "accused": {"$exists": False}}
        await self._cases.update_many(unnoted, [{"$set": {"accused": {"$toLower": "$named_station"}}}])

    async def _note_what_is_due(self) -> None:
        """Of cases filed before `next_due` was kept."""
        await self._cases.update_many({"next_due": {"$exists": False}}, [{"$set": {"next_due": NEXT_DUE}}])

    async def drain(self) -> None:
        await self._inserter.drain()

    async def insert(self, case: Case, entries: Sequence[OutboxEntry]) -> None:
        document = to_document(case) | Outbox.insert_fields(entries, self._clock.now())
        try:
            with store_errors():
                await self._inserter.insert(document)
        except DuplicateKeyError as error:
            raise UniqueConflict(_conflicting_field(error)) from error
        self._outbox.publish_soon(case.case_id, entries)

    async def by_id(self, case_id: str) -> Case | None:
        return await self._one({"_id": case_id})

    async def by_tracking_number(self, tracking_number: str) -> Case | None:
        return await self._one({"tracking_number": tracking_number})

    async def opened(self, tracking_number: str, proof: Proof) -> Case | None:
        query = {"tracking_number": tracking_number, "$or": opened_by(proof)}
        with store_errors():
            found = await self._cases.find_one(query, _WITHOUT_OUTBOX, hint="tracking_number")
        return None if found is None else from_document(found)

    async def by_idempotency(self, scope: str) -> Case | None:
        return await self._one({"idempotency.scope": scope})

    async def of_fir(self, key: str) -> tuple[Case, ...]:
        with store_errors():
            found = await self._cases.find({"fir.key": key}, _WITHOUT_OUTBOX, limit=MOST_OF_A_CALLER).to_list(None)
        return tuple(from_document(document) for document in found)

    async def emergencies_of(self, proof: Proof, since: datetime) -> tuple[Case, ...]:
        # The lane stands in each branch: the index of receipts holds emergencies alone.
        recent = {"lane": "emergency", "filed_at": {"$gte": since}}
        ways = ({"owner": proof.sub, **recent}, {"receipts": proof.receipt, **recent})
        given = [way for way, known in zip(ways, (proof.sub, proof.receipt), strict=True) if known is not None]
        with store_errors():
            found = await self._cases.find(
                {"$or": given}, _WITHOUT_OUTBOX, sort=[("filed_at", -1), ("_id", -1)], limit=MOST_OF_A_CALLER
            ).to_list(None)
        return tuple(from_document(document) for document in found)

    async def by_join(self, scope: str) -> Case | None:
        return await self._one({"joins.scope": scope})

    async def traces(self, keys: AnyOf[str]) -> tuple[Trace, ...]:
        fields = {"filed_at": 1, "desk_keys": 1, "location": 1}
        with store_errors():
            found = await self._cases.find(
                {"desk_keys": {"$in": sorted(keys)}}, fields, sort=[("_id", -1)], limit=MOST_TRACES
            ).to_list(None)
        return tuple(trace_of(document) for document in found)

    async def count(self, keys: AnyOf[str], most: int) -> int:
        with store_errors():
            return int(await self._cases.count_documents({"desk_keys": {"$in": sorted(keys)}}, limit=most))

    async def update(self, case: Case, update: CaseUpdate, entries: Sequence[OutboxEntry]) -> Case | None:
        await self._trail.act(case, update.by, (update.entry, *update.further))
        return await self._guarded(case, command_update(case, update), entries)

    async def erase(
        self, case: Case, after: Case, entry: TimelineEntry, entries: Sequence[OutboxEntry], by: ActedBy
    ) -> Case | None:
        await self._trail.act(case, by, (entry,))
        return await self._guarded(case, erasing_update(case, after, entry, len(entries)), entries)

    async def _guarded(self, case: Case, operators: Document, entries: Sequence[OutboxEntry]) -> Case | None:
        """One write of the case and of what it emits; None if another write came first."""
        if entries:
            pushed = Outbox.push_update(entries, self._clock.now())
            operators = {**operators, **pushed, "$push": {**operators["$push"], **pushed["$push"]}}
        with store_errors():
            changed = await self._cases.find_one_and_update(
                {"_id": case.case_id, "version": case.version}, operators, return_document=ReturnDocument.AFTER
            )
        if changed is None:
            return None
        self._outbox.publish_soon(case.case_id, changed.get("outbox", ()))
        return from_document(changed)

    async def apply_derived(self, batch: Sequence[Derived]) -> None:
        entries = [
            UpdateOne({"_id": derived.entry.event_id}, {"$setOnInsert": _timeline_document(derived.entry)}, upsert=True)
            for derived in batch
        ]
        changes = [update for derived in batch for update in derived_updates(derived)]
        with store_errors():
            if entries:
                await self._timeline.bulk_write(entries, ordered=False)
            if changes:
                await self._cases.bulk_write(changes, ordered=False)

    async def timeline(self, case_id: str) -> tuple[TimelineEntry, ...]:
        with store_errors():
            found = await self._timeline.find({"case_id": case_id}, sort=[("at", 1), ("_id", 1)]).to_list(None)
        return tuple(entry_from({**document, "id": document["_id"]}, case_id) for document in found)

    async def page(self, wanted: CaseFilter, after: str | None, limit: int, sort: Sort = Sort.NEWEST) -> Page:
        query = lists.query_of(wanted, None if after is None else lists.after_cursor(sort, after))
        with store_errors():
            found = await self._cases.find(query, _WITHOUT_OUTBOX, sort=lists.order_of(sort), limit=limit + 1).to_list(
                None
            )
        cases = tuple(from_document(document) for document in found[:limit])
        return Page(cases, lists.cursor_of(sort, cases[-1]) if len(found) > limit else None)

    async def counts(self, wanted: CaseFilter, now: datetime, officer: str) -> Counts:
        with store_errors():
            groups = await self._cases.aggregate(lists.counting(wanted, now, officer)).to_list(None)
        return lists.counts_of(groups)

    async def changed_cases(self) -> AsyncGenerator[ChangedCase, None]:
        with store_errors():
            async with self._cases.watch(CHANGES, max_await_time_ms=1_000) as stream:
                async for change in stream:
                    yield changed_case(change)

    async def _one(self, query: Document) -> Case | None:
        with store_errors():
            found = await self._cases.find_one(query, _WITHOUT_OUTBOX)
        return None if found is None else from_document(found)


def _if_true(field: str, name: str) -> IndexModel:
    return IndexModel([(field, 1)], name=name, partialFilterExpression={field: True})


def _conflicting_field(error: DuplicateKeyError) -> UniqueField:
    details: dict[str, Any] = dict(error.details or {})
    field = next(iter(details.get("keyPattern", {})), "")
    by_field = {
        "idempotency.scope": UniqueField.IDEMPOTENCY,
        "tracking_number": UniqueField.TRACKING_NUMBER,
        "repeat_slot": UniqueField.REPEAT_SLOT,
        "marks": UniqueField.MARK,
        "_id": UniqueField.CASE_ID,
    }
    if field not in by_field:
        raise error
    return by_field[field]


def _timeline_document(entry: TimelineEntry) -> Document:
    document = document_of(entry)
    del document["id"]
    return {**document, "case_id": entry.case_id}
