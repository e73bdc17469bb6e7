"""Counters of the message quotas in MongoDB: a document for each quota and window, which goes by itself afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from chassis.mongo.client import Collection, DuplicateKeyError, IndexModel, Mongo, store_errors

from .quotas import Quota

KEPT: Final = timedelta(hours=1)


class MongoQuotaStore:
    def __init__(self, mongo: Mongo) -> None:
        self._counters: Collection = mongo.collection("message_quotas")

    async def ensure_indexes(self) -> None:
        expiry = IndexModel([("ends_at", 1)], expireAfterSeconds=int(KEPT.total_seconds()))
        with store_errors():
            await self._counters.create_indexes([expiry])

    async def consume(self, quota: Quota, case_id: str, now: datetime) -> bool:
        key = quota.document_id(now)
        with store_errors():
            known = await self._counters.find_one({"_id": key})
            if known is not None and case_id in known["cases"]:
                return True
            # Only while there is room: a full document is not matched, and inserting it anew is refused.
            room = {"_id": key, f"cases.{quota.cases - 1}": {"$exists": False}}
            update = {"$addToSet": {"cases": case_id}, "$setOnInsert": {"ends_at": quota.ends_at(now)}}
            try:
                await self._counters.update_one(room, update, upsert=True)
            except DuplicateKeyError:
                filled = await self._counters.find_one({"_id": key, "cases": case_id}, {"_id": 1})
                return filled is not None
        return True
