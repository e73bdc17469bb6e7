"""Officers' time: claims on it, one document an officer, so that of bookings at the same moment one succeeds."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from chassis.mongo.client import Collection, Document, DuplicateKeyError, Mongo, store_errors

SLOTS = "slots"
# What is over is dropped from an officer's claims at the next booking.
KEPT_AFTER_END = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """An officer's time for a hearing, claimed before the case is written; what the case then says decides."""

    claim_id: str
    officer: str
    case_id: str
    hearing_id: str
    starts_at: datetime
    ends_at: datetime
    claimed_at: datetime


class SlotStore(Protocol):
    async def claim(self, wanted: Claim) -> tuple[Claim, ...] | None:
        """None if the time is claimed now; else what is in its way, perhaps gone by the time it was looked for."""

    async def release(self, claim: Claim) -> None:
        """This claim is no more."""

    async def settle(self, claim: Claim, officers: frozenset[str]) -> None:
        """The hearing has this time and no other: its other claims on these officers' time are no more."""


class MongoSlotStore:
    def __init__(self, mongo: Mongo) -> None:
        self._slots: Collection = mongo.collection(SLOTS)
        # What stood in the way is read as it is, a majority's view may be a moment behind.
        self._newest: Collection = mongo.relaxed(SLOTS)

    async def claim(self, wanted: Claim) -> tuple[Claim, ...] | None:
        in_the_way = {
            "hearing_id": {"$ne": wanted.hearing_id},
            "starts_at": {"$lt": wanted.ends_at},
            "ends_at": {"$gt": wanted.starts_at},
        }
        free = {"_id": wanted.officer, "claims": {"$not": {"$elemMatch": in_the_way}}}
        current = {
            "$filter": {
                "input": {"$ifNull": ["$claims", []]},
                "cond": {"$gt": ["$$this.ends_at", wanted.claimed_at - KEPT_AFTER_END]},
            }
        }
        added = [{"$set": {"claims": {"$concatArrays": [current, [{"$literal": _document(wanted)}]]}}}]
        try:
            with store_errors():
                await self._slots.update_one(free, added, upsert=True)
        except DuplicateKeyError:
            # The officer's document is there and is not free.
            return await self._overlapping(wanted)
        return None

    async def release(self, claim: Claim) -> None:
        await self._pull(claim.officer, {"claim_id": claim.claim_id})

    async def settle(self, claim: Claim, officers: frozenset[str]) -> None:
        others = {"hearing_id": claim.hearing_id, "claim_id": {"$ne": claim.claim_id}}
        for officer in officers | {claim.officer}:
            await self._pull(officer, others)

    async def _pull(self, officer: str, which: Document) -> None:
        with store_errors():
            await self._slots.update_one({"_id": officer}, {"$pull": {"claims": which}})

    async def _overlapping(self, wanted: Claim) -> tuple[Claim, ...]:
        with store_errors():
            found = await self._newest.find_one({"_id": wanted.officer})
        claims = [Claim(officer=wanted.officer, **claim) for claim in (found or {}).get("claims", ())]
        return tuple(claim for claim in claims if in_the_way_of(wanted, claim))


def in_the_way_of(wanted: Claim, other: Claim) -> bool:
    if other.hearing_id == wanted.hearing_id:
        return False
    return other.starts_at < wanted.ends_at and wanted.starts_at < other.ends_at


def _document(claim: Claim) -> dict[str, Any]:
    return {name: value for name, value in asdict(claim).items() if name != "officer"}
