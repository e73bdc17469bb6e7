"""Read from the ledger, for the audit: its rounds, and the cases whose first events the log no longer holds."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final

from chassis.mongo.client import Mongo, store_errors
from sla_monitor.domain import record_codec
from sla_monitor.domain.model import CaseRecord
from sla_monitor.domain.times import epoch_ms
from sla_monitor.ledger.documents import round_of
from sla_monitor.ledger.judge import EmittedBreach
from sla_monitor.ledger.model import Round
from sla_monitor.ledger.store import LedgerStore, TopicPartition

SKEW: Final = timedelta(seconds=60)


class LedgerView:
    """What the audit asks of the ledger."""

    def __init__(self, mongo: Mongo, started: datetime) -> None:
        self._store = LedgerStore(mongo)
        self._started = started

    async def records(self, tp: TopicPartition) -> AsyncIterator[tuple[str, CaseRecord]]:
        with store_errors():
            async for one in self._store.cases.find(_at(tp), {"record": 1}):
                yield one["_id"], record_codec.load(one["_id"], one["record"])

    async def emitted(self, tp: TopicPartition) -> AsyncIterator[tuple[str, EmittedBreach]]:
        """The breaches that were heard, by case."""
        with store_errors():
            async for one in self._store.heard.find({**_at(tp), "type": "SLABreached"}):
                due = epoch_ms(one["due_at"])
                yield one["case_id"], EmittedBreach(one["_id"], one["clock_id"], one["level"], due, revoked=False)

    async def revoked(self, tp: TopicPartition) -> AsyncIterator[tuple[str, str]]:
        """The ids of revoked breaches, by case."""
        with store_errors():
            async for one in self._store.heard.find({**_at(tp), "type": "SLABreachRevoked"}):
                yield one["case_id"], one["about"]

    async def rounds(self, tp: TopicPartition) -> dict[str, dict[str, Round]]:
        """Rounds by case id and round id."""
        found: dict[str, dict[str, Round]] = {}
        with store_errors():
            async for one in self._store.rounds.find(_at(tp)):
                found.setdefault(one["case_id"], {})[one["_id"]] = round_of(one)
        return found

    async def is_ahead(self, case_id: str, record: CaseRecord | None) -> bool:
        """True if the ledger knows events of the case that came after the end of the log was read."""
        stored = (await self._store.load([case_id])).get(case_id)
        if stored is None or stored.changed_at < self._started - SKEW:
            return False
        known = set() if record is None else {fact.event_id for fact in record.facts}
        numbers = set() if record is None else {one.number for one in record.assignments}
        return not (
            {fact.event_id for fact in stored.record.facts} <= known
            and {one.number for one in stored.record.assignments} <= numbers
        )


def _at(tp: TopicPartition) -> dict[str, Any]:
    return {"topic": tp.topic, "partition": tp.partition}
