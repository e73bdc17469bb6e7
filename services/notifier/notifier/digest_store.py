"""What waits for a digest, in the dispatch log itself: held, given to a digest, and settled as that digest was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chassis.mongo.client import Collection, Document, IndexModel, Mongo, UpdateOne, store_errors
from chassis.outbox.publisher import Outbox, OutboxEntry

from .digests import KINDS, Line
from .domain import DIGEST, DispatchState, Notice
from .records import announcement, notice_document, notice_of
from .store import insert_new

_PAGE: Final = 500
# Ends that a later delivery report of the digest takes back.
_REVISED: Final = {
    DispatchState.UNDELIVERED: (DispatchState.ACCEPTED,),
    DispatchState.ACCEPTED: (DispatchState.FAILED, DispatchState.UNDELIVERED),
}
_ENDED: Final = (DispatchState.ACCEPTED.value, DispatchState.FAILED.value, DispatchState.UNDELIVERED.value)


@dataclass(frozen=True, slots=True)
class EndedDigest:
    """A digest whose own message came to an end that its members do not share yet."""

    digest_id: str
    state: DispatchState
    attempts: int
    error_code: str | None
    # A delivery report has changed its end: members may have been announced with another before.
    reported: bool = False


class DigestStore:
    def __init__(self, mongo: Mongo) -> None:
        self._dispatches: Collection = mongo.collection("dispatches")

    async def ensure_indexes(self) -> None:
        held, member = {"state": DispatchState.HELD.value}, {"digest_id": {"$exists": True}}
        counted, unsettled = {"digest_kind": {"$exists": True}}, {"to_settle": {"$exists": True}}
        # The kind is in the key so that the rate is counted from the index alone.
        rate = [("post", 1), ("channel", 1), ("created_at", 1), ("digest_kind", 1)]
        indexes = [
            IndexModel(rate, name="digest_rate", partialFilterExpression=counted),
            IndexModel([("state", 1), ("created_at", 1)], name="held", partialFilterExpression=held),
            IndexModel([("digest_id", 1)], name="digest", partialFilterExpression=member),
            IndexModel([("to_settle", 1)], name="to_settle", partialFilterExpression=unsettled),
        ]
        with store_errors():
            await self._dispatches.create_indexes(indexes)

    async def recent(self, lines: Iterable[Line], since: datetime) -> Mapping[Line, int]:
        """How many messages that count each of these lines has had, sent or held."""
        wanted = set(lines)
        if not wanted:
            return {}
        match = {
            "post": {"$in": sorted({post for post, _ in wanted})},
            "channel": {"$in": sorted({channel for _, channel in wanted})},
            "digest_kind": {"$in": list(KINDS)},
            "created_at": {"$gte": since},
        }
        return {line: found["count"] for line, found in (await self._by_line(match)).items()}

    async def hold(self, notices: Sequence[Notice], now: datetime) -> int:
        """Insert each notice as held; one that is in the log already stays as it is. Returns how many are new."""
        documents = [
            notice_document(n, created_at=now) | {"state": DispatchState.HELD.value, "attempts": 0} for n in notices
        ]
        return len(documents) - len(await insert_new(self._dispatches, documents))

    async def due(self, before: datetime, urgent_before: datetime) -> list[Line]:
        """The lines of which a held message, or an emergency's, has waited so long and belongs to no digest yet."""
        free = {"state": DispatchState.HELD.value, "digest_id": {"$exists": False}}
        waiting, urgent = await self._by_line(free), await self._by_line({**free, "urgency": 0})
        late = {line for line, found in waiting.items() if found["oldest"] <= before}
        return sorted(late | {line for line, found in urgent.items() if found["oldest"] <= urgent_before})

    async def close(self, line: Line, digest_id: str, now: datetime) -> list[Notice]:
        """Give all that waits on the line to one digest. Each message is given once, whoever else does the same."""
        post, channel = line
        waiting = {"state": DispatchState.HELD.value, "post": post, "channel": channel, "digest_id": {"$exists": False}}
        with store_errors():
            await self._dispatches.update_many(waiting, {"$set": {"digest_id": digest_id, "closed_at": now}})
        return await self.members(digest_id)

    async def release(self, notification_id: str, now: datetime) -> None:
        """Let a held message go by itself; nothing if somebody else has done so."""
        held = {"_id": notification_id, "state": DispatchState.HELD.value}
        free = {
            "$set": {"state": DispatchState.QUEUED.value, "due_at": now, "released": True},
            "$unset": {"digest_id": "", "closed_at": ""},
        }
        with store_errors():
            await self._dispatches.update_one(held, free)

    async def members(self, digest_id: str) -> list[Notice]:
        with store_errors():
            found = await self._dispatches.find({"digest_id": digest_id}).sort("created_at", 1).to_list(None)
        return [notice_of(document) for document in found]

    async def orphaned(self, before: datetime) -> list[str]:
        """Digests that were begun before, and whose message was never put into the log: their process ended between."""
        match = {"state": DispatchState.HELD.value, "closed_at": {"$lte": before}}
        with store_errors():
            begun = await self._dispatches.distinct("digest_id", match)
            if not begun:
                return []
            there = await self._dispatches.distinct("_id", {"_id": {"$in": begun}})
        return sorted(set(begun) - set(there))

    async def ended(self) -> list[EndedDigest]:
        query = {"to_settle": True, "state": {"$in": list(_ENDED)}}
        with store_errors():
            found = await self._dispatches.find(query).limit(_PAGE).to_list(None)
        return [
            EndedDigest(
                d["_id"], DispatchState(d["state"]), d["attempts"], d.get("error_code"), reported="receipt" in d
            )
            for d in found
        ]

    async def settle(self, digest: EndedDigest, at: datetime) -> dict[str, OutboxEntry]:
        """Let a page of members end as their digest did, each with its own event in the same write.

        Returns what to publish, by document; empty once all are settled. Ended by a crash, it is simply done again.
        """
        open_states = [DispatchState.HELD.value, *(state.value for state in _REVISED.get(digest.state, ()))]
        query = {"digest_id": digest.digest_id, "state": {"$in": open_states}}
        with store_errors():
            found = await self._dispatches.find(query).limit(_PAGE).to_list(None)
        entries = {document["_id"]: _announced(document, digest, at) for document in found}
        operations = [
            UpdateOne(
                {"_id": key, "state": {"$in": open_states}},
                {"$set": _end(digest, at), **Outbox.push_update([entry], at)},
            )
            for key, entry in entries.items()
        ]
        with store_errors():
            if operations:
                await self._dispatches.bulk_write(operations, ordered=False)
            else:
                # Unless a delivery report has changed the digest's end meanwhile: then there is more to do.
                await self._dispatches.update_one(
                    {"_id": digest.digest_id, "state": digest.state.value}, {"$unset": {"to_settle": ""}}
                )
        return entries

    async def oldest_held(self) -> tuple[datetime | None, int]:
        """Since when the longest waiting message waits, and how many wait."""
        held = {"state": DispatchState.HELD.value}
        with store_errors():
            oldest = await self._dispatches.find_one(held, {"created_at": 1}, sort=[("created_at", 1)])
            count = await self._dispatches.count_documents(held) if oldest else 0
        return (oldest["created_at"] if oldest else None), count

    async def _by_line(self, match: Document) -> dict[Line, Any]:
        group = {
            "_id": {"post": "$post", "channel": "$channel"},
            "count": {"$sum": 1},
            "oldest": {"$min": "$created_at"},
        }
        with store_errors():
            found = await self._dispatches.aggregate([{"$match": match}, {"$group": group}]).to_list(None)
        return {(one["_id"]["post"], one["_id"]["channel"]): one for one in found}


def _announced(member: Document, digest: EndedDigest, at: datetime) -> OutboxEntry:
    return announcement(
        notice_of(member),
        digest.state,
        attempts=digest.attempts,
        at=at,
        error_code=digest.error_code,
        template=DIGEST,
        revises=member["state"] in {DispatchState.FAILED.value, DispatchState.UNDELIVERED.value},
    )


def _end(digest: EndedDigest, at: datetime) -> Document:
    return {
        "state": digest.state.value,
        "attempts": digest.attempts,
        "settled_at": at,
        "error_code": digest.error_code,
    }
