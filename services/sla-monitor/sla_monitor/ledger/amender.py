"""Brings the ledger up to a new edition of the policies: open rounds that it gives more time get their new due time.

A round is written when an event of its case comes, and an edition is no event. So what an edition extends is written
anew at the start, and by the hour: a process with the file of before may still have written meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from chassis.clock import Clock
from chassis.faults import TransientFault
from chassis.mongo.client import UpdateOne, store_errors
from chassis.telemetry.logs import get_logger
from event_schemas.policies import PolicySet
from event_schemas.times import time_of
from sla_monitor.ledger.documents import round_document, round_of
from sla_monitor.ledger.model import rounds_of
from sla_monitor.ledger.store import LedgerStore

_log = get_logger(__name__)

CHUNK: Final = 500
EVERY: Final = timedelta(hours=1)

Document = Mapping[str, Any]


class Amender:
    """Any number of processes may do it at once: all write the same, and a newer version of a round is left alone."""

    def __init__(self, store: LedgerStore, policies: PolicySet, clock: Clock) -> None:
        self._store, self._policies, self._clock = store, policies, clock

    async def run(self) -> None:
        while True:
            try:
                await self.amend()
            except TransientFault as fault:
                _log.warning("amendment_failed", reason=f"{type(fault).__name__}: {fault}")
            await asyncio.sleep(EVERY.total_seconds())

    async def amend(self) -> int:
        """How many rounds got another due time."""
        changed = 0
        for clock, since in sorted(self._policies.extensions):
            async for rounds in self._concerned(clock, since):
                changed += await self._rewrite(rounds)
        if changed:
            _log.info("rounds_amended", rounds=changed)
        return changed

    async def _concerned(self, clock: str, since: int) -> AsyncIterator[Sequence[Document]]:
        """Open rounds of before the edition that were not due by then, a page at a time."""
        at = time_of(since)
        query: dict[str, Any] = {"clock": clock, "open": True, "started_at": {"$lt": at}, "due_at": {"$gte": at}}
        after = ""
        while True:
            with store_errors():
                cursor = self._store.rounds.find({**query, "_id": {"$gt": after}}).sort("_id", 1).limit(CHUNK)
                page: list[dict[str, Any]] = await cursor.to_list(None)
            if not page:
                return
            yield page
            after = page[-1]["_id"]

    async def _rewrite(self, rounds: Sequence[Document]) -> int:
        cases = await self._store.load(sorted({one["case_id"] for one in rounds}))
        true = {
            one.round_id: (one, case.version)
            for case in cases.values()
            for one in rounds_of(case.record, self._policies)
        }
        now = self._clock.now()
        changes = [
            UpdateOne(
                {"_id": document["_id"], "v": document["v"]},
                {"$set": {**round_document(one), "check_at": now}, "$unset": {"claimed_until": ""}},
            )
            for document in rounds
            for one, version in [true.get(document["_id"], (None, 0))]
            if one is not None and version == document["v"] and one != round_of(document)
        ]
        if not changes:
            return 0
        with store_errors():
            result = await self._store.rounds.bulk_write(changes, ordered=False)
        return int(result.modified_count)
