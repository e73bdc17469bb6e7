"""Which cases' personal data a service has erased. The log stays: it proves the erasure, and keeps a replay from
bringing back what is gone.
"""

from collections.abc import Collection as AnyOf
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from chassis.mongo.client import Collection, Mongo, UpdateOne, store_errors

ERASED_CASES: Final = "erased_cases"


class ErasureLog:
    """A service's own collection, by case id."""

    def __init__(self, mongo: Mongo) -> None:
        self._erased: Collection = mongo.collection(ERASED_CASES)

    async def note(self, erased: Mapping[str, datetime], now: datetime) -> None:
        """By case id, when its erasure was decided; written once the service's own data are gone. May be repeated."""
        if not erased:
            return
        notes = [
            UpdateOne({"_id": case_id}, {"$setOnInsert": {"decided_at": at, "erased_at": now}}, upsert=True)
            for case_id, at in erased.items()
        ]
        with store_errors():
            await self._erased.bulk_write(notes, ordered=False)

    async def among(self, case_ids: AnyOf[str]) -> frozenset[str]:
        """Those of the cases that were erased."""
        if not case_ids:
            return frozenset()
        with store_errors():
            found = self._erased.find({"_id": {"$in": sorted(case_ids)}}, {"_id": 1})
            return frozenset([one["_id"] async for one in found])
