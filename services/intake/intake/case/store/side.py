"""What intake keeps beside the cases: tickets for live streams and the audit of revealed data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from chassis.mongo.client import Collection, IndexModel, Mongo, store_errors

# The post of a citizen who looks at what is his, and what his name becomes by its erasure.
OWNER: Final = "owner"
ERASED: Final = "erased"


@dataclass(frozen=True, slots=True)
class Reveal:
    """Who looked at whose data, when and why."""

    reveal_id: str
    at: datetime
    case_id: str
    actor: str
    post: str
    reason: str


class SideStore(Protocol):
    async def add_ticket(self, ticket_hash: str, case_id: str, expires_at: datetime) -> None: ...

    async def use_ticket(self, ticket_hash: str, now: datetime) -> str | None:
        """The case the ticket opens, once; None if it is used, expired or unknown."""

    async def record_reveal(self, reveal: Reveal) -> None:
        """Durable on return: nothing is shown before."""

    async def reveals(self, case_id: str) -> tuple[Reveal, ...]: ...

    async def forget_owner(self, case_id: str) -> None:
        """Who of the citizens looked at the case; that one did, and when, stays."""


class MongoSideStore:
    def __init__(self, mongo: Mongo) -> None:
        self._tickets: Collection = mongo.collection("stream_tickets")
        self._reveals: Collection = mongo.collection("reveals")

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._tickets.create_indexes([IndexModel([("expires_at", 1)], expireAfterSeconds=60)])
            await self._reveals.create_indexes([IndexModel([("case_id", 1), ("at", 1)])])

    async def add_ticket(self, ticket_hash: str, case_id: str, expires_at: datetime) -> None:
        with store_errors():
            await self._tickets.insert_one({"_id": ticket_hash, "case_id": case_id, "expires_at": expires_at})

    async def use_ticket(self, ticket_hash: str, now: datetime) -> str | None:
        with store_errors():
            found = await self._tickets.find_one_and_delete({"_id": ticket_hash, "expires_at": {"$gt": now}})
        return None if found is None else str(found["case_id"])

    async def record_reveal(self, reveal: Reveal) -> None:
        document = {
            "_id": reveal.reveal_id,
            "at": reveal.at,
            "case_id": reveal.case_id,
            "actor": reveal.actor,
            "post": reveal.post,
            "reason": reveal.reason,
        }
        with store_errors():
            await self._reveals.insert_one(document)

    async def reveals(self, case_id: str) -> tuple[Reveal, ...]:
        with store_errors():
            found = await self._reveals.find({"case_id": case_id}, sort=[("at", 1)]).to_list(None)
        return tuple(Reveal(reveal_id=document.pop("_id"), **document) for document in found)

    async def forget_owner(self, case_id: str) -> None:
        with store_errors():
            await self._reveals.update_many({"case_id": case_id, "post": OWNER}, {"$set": {"actor": ERASED}})
