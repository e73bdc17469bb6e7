"""What intake keeps beside the cases: tickets for live streams."""

from datetime import datetime
from typing import Protocol

from chassis.mongo.client import Collection, IndexModel, Mongo, store_errors


class SideStore(Protocol):
    async def add_ticket(self, ticket_hash: str, case_id: str, expires_at: datetime) -> None: ...

    async def use_ticket(self, ticket_hash: str, now: datetime) -> str | None:
        """The case the ticket opens, once; None if it is used, expired or unknown."""


class MongoSideStore:
    def __init__(self, mongo: Mongo) -> None:
        self._tickets: Collection = mongo.collection("stream_tickets")

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._tickets.create_indexes([IndexModel([("expires_at", 1)], expireAfterSeconds=60)])

    async def add_ticket(self, ticket_hash: str, case_id: str, expires_at: datetime) -> None:
        with store_errors():
            await self._tickets.insert_one({"_id": ticket_hash, "case_id": case_id, "expires_at": expires_at})

    async def use_ticket(self, ticket_hash: str, now: datetime) -> str | None:
        with store_errors():
            found = await self._tickets.find_one_and_delete({"_id": ticket_hash, "expires_at": {"$gt": now}})
        return None if found is None else str(found["case_id"])
