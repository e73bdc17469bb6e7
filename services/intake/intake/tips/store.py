"""Which tip a case key and a passphrase open: one keyed hash of both, and nothing about whoever holds them."""

from typing import Protocol

from chassis.mongo.client import Collection, Mongo, store_errors


class TipStore(Protocol):
    async def keep(self, opens: str, case_id: str) -> None:
        """Durable on return; kept again it is the same."""

    async def case_of(self, opens: str) -> str | None: ...


class MongoTipStore:
    def __init__(self, mongo: Mongo) -> None:
        self._tips: Collection = mongo.collection("tip_keys")

    async def keep(self, opens: str, case_id: str) -> None:
        with store_errors():
            await self._tips.update_one({"_id": opens}, {"$set": {"case_id": case_id}}, upsert=True)

    async def case_of(self, opens: str) -> str | None:
        with store_errors():
            found = await self._tips.find_one({"_id": opens})
        return None if found is None else str(found["case_id"])
