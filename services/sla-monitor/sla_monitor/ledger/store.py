"""The ledger's collections: cases under a version, rounds that only newer versions replace, and SLA events heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chassis.faults import TransientFault
from chassis.mongo.client import (
    BulkWriteError,
    Collection,
    IndexModel,
    InsertOne,
    Mongo,
    UpdateOne,
    index_if_set,
    store_errors,
)
from sla_monitor.domain import record_codec
from sla_monitor.domain.model import CaseRecord
from sla_monitor.ledger.documents import round_document
from sla_monitor.ledger.model import Round, round_id

_DUPLICATE_KEY: Final = 11_000


class Contention(TransientFault):
    """Another process wrote the case in between (a rebalance): read it again and apply the events to what is there."""


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case, the version it was read or is to be written under (from 1), and the time of that write."""

    record: CaseRecord
    version: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class TopicPartition:
    """A partition of a cases topic."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Heard:
    """An SLA event read from the log. ``about`` is the id of the breach that a revocation revokes."""

    event_id: str
    case_id: str
    clock_id: str
    type: str
    occurred_at: datetime
    tp: TopicPartition
    offset: int
    level: int | None = None
    due_at: datetime | None = None
    about: str | None = None


class LedgerStore:
    """Every write may be repeated: by a replay, by a retry, or by a process that lost its partition."""

    def __init__(self, mongo: Mongo) -> None:
        self.cases: Collection = mongo.collection("ledger_cases")
        self.rounds: Collection = mongo.collection("ledger_rounds")
        self.heard: Collection = mongo.collection("ledger_heard")

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self.cases.create_indexes([IndexModel([("topic", 1), ("partition", 1)])])
            await self.rounds.create_indexes(
                [
                    IndexModel([("case_id", 1)]),
                    IndexModel([("open", 1), ("due_at", 1), ("_id", 1)]),
                    IndexModel([("decided_at", 1)]),
                    index_if_set("check_at", [("topic", 1), ("partition", 1), ("check_at", 1)], name="to_check"),
                ]
            )
            await self.heard.create_indexes([IndexModel([("case_id", 1), ("clock_id", 1)])])

    async def load(self, case_ids: Sequence[str]) -> dict[str, StoredCase]:
        with store_errors():
            found = await self.cases.find({"_id": {"$in": list(case_ids)}}).to_list(None)
        return {
            document["_id"]: StoredCase(
                record_codec.load(document["_id"], document["record"]), document["v"], document["changed_at"]
            )
            for document in found
        }

    async def write_cases(self, cases: Mapping[TopicPartition, Sequence[StoredCase]]) -> None:
        """Replace each case that is still at the version before. Raises Contention if one is not."""
        operations: list[InsertOne[Any] | UpdateOne] = []
        replaced = 0
        for tp, stored in cases.items():
            for case in stored:
                body = _case_document(case, tp)
                if case.version == 1:
                    operations.append(InsertOne({"_id": case.record.case_id, **body}))
                else:
                    replaced += 1
                    guard = {"_id": case.record.case_id, "v": case.version - 1}
                    operations.append(UpdateOne(guard, {"$set": body}))
        if not operations:
            return
        with store_errors():
            try:
                result = await self.cases.bulk_write(operations, ordered=False)
            except BulkWriteError as error:
                if _only_duplicates(error):
                    raise Contention("a case was written by another process") from None
                raise
        if result.matched_count != replaced:
            raise Contention("a case was written by another process")

    async def write_rounds(self, rounds: Mapping[TopicPartition, Sequence[tuple[Round, int, datetime]]]) -> None:
        """Replace each round (with its case's version and the time of its next check) that is older than that."""
        operations = [
            UpdateOne(
                {"_id": one.round_id, "v": {"$lt": version}},
                {
                    "$set": {
                        **round_document(one),
                        "v": version,
                        "check_at": check_at,
                        "topic": tp.topic,
                        "partition": tp.partition,
                    },
                    "$unset": {"claimed_until": ""},
                },
                upsert=True,
            )
            for tp, items in rounds.items()
            for one, version, check_at in items
        ]
        await _unordered(self.rounds, operations)

    async def write_heard(self, heard: Sequence[Heard], now: datetime) -> None:
        """Insert each event once, and have the rounds checked whose breaches were emitted or revoked."""
        await _unordered(self.heard, [InsertOne(_heard_document(one, now)) for one in heard])
        touched = {
            round_id(one.case_id, one.clock_id) for one in heard if one.type in {"SLABreached", "SLABreachRevoked"}
        }
        await _unordered(self.rounds, [UpdateOne({"_id": key}, {"$min": {"check_at": now}}) for key in sorted(touched)])

    async def breaches_heard(self, clocks: Sequence[tuple[str, str]]) -> Sequence[Mapping[str, Any]]:
        """All breaches and revocations of the given (case, clock)s, as documents."""
        if not clocks:
            return []
        wanted = [{"case_id": case_id, "clock_id": clock_id} for case_id, clock_id in clocks]
        kinds = {"type": {"$in": ["SLABreached", "SLABreachRevoked"]}}
        with store_errors():
            found: list[dict[str, Any]] = await self.heard.find({"$or": wanted, **kinds}).to_list(None)
        return found


def _case_document(case: StoredCase, tp: TopicPartition) -> dict[str, Any]:
    return {
        "v": case.version,
        "record": record_codec.dump(case.record, None),
        "service_code": case.record.service_code,
        "topic": tp.topic,
        "partition": tp.partition,
        "changed_at": case.changed_at,
    }


def _heard_document(one: Heard, now: datetime) -> dict[str, Any]:
    document: dict[str, Any] = {
        "_id": one.event_id,
        "case_id": one.case_id,
        "clock_id": one.clock_id,
        "type": one.type,
        "occurred_at": one.occurred_at,
        "heard_at": now,
        "topic": one.tp.topic,
        "partition": one.tp.partition,
        "offset": one.offset,
    }
    optional = {"level": one.level, "due_at": one.due_at, "about": one.about}
    return document | {name: value for name, value in optional.items() if value is not None}


async def _unordered(collection: Collection, operations: Sequence[Any]) -> None:
    """Write all; a document that is there already, or is newer, stays as it is."""
    if not operations:
        return
    with store_errors():
        try:
            await collection.bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            if not _only_duplicates(error):
                raise


def _only_duplicates(error: BulkWriteError) -> bool:
    details = error.details or {}
    written = details.get("writeErrors", [])
    return bool(written) and not details.get("writeConcernErrors") and all(e["code"] == _DUPLICATE_KEY for e in written)
