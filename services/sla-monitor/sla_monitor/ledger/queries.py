"""The queries of the report and the lists."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.mongo.client import store_errors
from event_schemas.times import time_of
from sla_monitor.domain.model import CaseRecord
from sla_monitor.ledger.documents import round_of
from sla_monitor.ledger.model import Round
from sla_monitor.ledger.report import ALL_ROUNDS, By, Report, ReportBuilder, RoundFilter, Window
from sla_monitor.ledger.scope import EVERYTHING, Scope
from sla_monitor.ledger.store import LedgerStore


@dataclass(frozen=True, slots=True)
class OpenFilter:
    """``due_by``: only rounds due no later; ``after``: where the last page ended (due time, round id)."""

    clock: str | None = None
    district: str | None = None
    scope: Scope = EVERYTHING
    due_by: datetime | None = None
    after: tuple[datetime, str] | None = None


class LedgerQueries:
    """Reads. Each sees what a majority has, which is at least what the watermarks promise."""

    def __init__(self, store: LedgerStore) -> None:
        self._store = store

    async def case(self, case_id: str) -> list[Round]:
        with store_errors():
            found = await self._store.rounds.find({"case_id": case_id}).sort("clock_id", 1).to_list(None)
        return [round_of(one) for one in found]

    async def record(self, case_id: str) -> CaseRecord | None:
        """The case's record, which names the station that has it now."""
        stored = (await self._store.load([case_id])).get(case_id)
        return None if stored is None else stored.record

    async def heard(self, case_id: str) -> list[dict[str, Any]]:
        """The SLA events about the case, as documents in the log's order."""
        with store_errors():
            found: list[dict[str, Any]] = (
                await self._store.heard.find({"case_id": case_id}).sort("offset", 1).to_list(None)
            )
        return found

    async def location(self, case_id: str) -> dict[str, Any] | None:
        with store_errors():
            found: dict[str, Any] | None = await self._store.cases.find_one(
                {"_id": case_id}, {"topic": 1, "partition": 1, "service_code": 1}
            )
        return found

    async def open(self, wanted: OpenFilter, limit: int) -> list[Round]:
        """Open rounds, the most urgent first."""
        conditions: list[dict[str, Any]] = [{"open": True}, *wanted.scope.conditions()]
        if wanted.clock is not None:
            conditions.append({"clock": wanted.clock})
        if wanted.district is not None:
            conditions.append({"district": wanted.district})
        if wanted.due_by is not None:
            conditions.append({"due_at": {"$lte": wanted.due_by}})
        if wanted.after is not None:
            due_at, key = wanted.after
            conditions.append({"$or": [{"due_at": {"$gt": due_at}}, {"due_at": due_at, "_id": {"$gt": key}}]})
            conditions.append({"due_at": {"$gte": due_at}})  # the same, as a bound that the index can use
        with store_errors():
            cursor = self._store.rounds.find({"$and": conditions}).sort([("due_at", 1), ("_id", 1)]).limit(limit)
            return [round_of(one) for one in await cursor.to_list(None)]

    async def report(
        self, by: By, window: Window, scope: Scope = EVERYTHING, wanted: RoundFilter = ALL_ROUNDS
    ) -> Report:
        builder = ReportBuilder(by, window, wanted)
        async for one in self._rounds(window, scope):
            builder.add(one)
        return builder.build()

    async def _rounds(self, window: Window, scope: Scope) -> AsyncIterator[Round]:
        """Everything decided in the window or still open. One that ended since as_of counts as it does now."""
        decided = {"$gte": time_of(window.begin), "$lt": time_of(min(window.end, window.as_of))}
        with store_errors():
            counted = {"$or": [{"decided_at": decided}, {"open": True}]}
            async for one in self._store.rounds.find({"$and": [counted, *scope.conditions()]}, batch_size=2000):
                yield round_of(one)
