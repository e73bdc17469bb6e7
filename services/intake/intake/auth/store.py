"""Challenges, request counters and sessions in MongoDB; expired ones go by TTL index."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.mongo.client import Collection, IndexModel, Mongo, ReturnDocument, store_errors
from intake.auth.otp import Challenge, Limit
from intake.auth.sessions import Session, mark_of

TTL_SLACK = timedelta(minutes=10)
# Longer than any access token lives.
ENDED_KEPT = timedelta(days=1)


def _ttl(field: str) -> IndexModel:
    return IndexModel([(field, 1)], expireAfterSeconds=int(TTL_SLACK.total_seconds()))


class MongoOtpStore:
    def __init__(self, mongo: Mongo) -> None:
        self._challenges: Collection = mongo.collection("otp_challenges")
        self._counters: Collection = mongo.collection("otp_counters")

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._challenges.create_indexes([_ttl("expires_at")])
            await self._counters.create_indexes([_ttl("expires_at")])

    async def add(self, challenge: Challenge) -> None:
        document = asdict(challenge)
        document["_id"] = document.pop("challenge_id")
        with store_errors():
            await self._challenges.insert_one(document)

    async def use_try(self, challenge_id: str, now: datetime) -> Challenge | None:
        with store_errors():
            found = await self._challenges.find_one_and_update(
                {"_id": challenge_id, "expires_at": {"$gt": now}},
                {"$inc": {"tries_left": -1}},
                return_document=ReturnDocument.BEFORE,
            )
        return None if found is None else _challenge(found)

    async def use(self, challenge_id: str) -> bool:
        with store_errors():
            result = await self._challenges.delete_one({"_id": challenge_id})
        return bool(result.deleted_count)

    async def hit(self, limit: Limit, now: datetime) -> datetime | None:
        seconds = int(limit.window.total_seconds())
        start = int(now.timestamp()) // seconds * seconds
        ends_at = datetime.fromtimestamp(start + seconds, UTC)
        with store_errors():
            counter = await self._counters.find_one_and_update(
                {"_id": f"{limit.key}:{seconds}:{start}"},
                {"$inc": {"hits": 1}, "$setOnInsert": {"expires_at": ends_at}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        assert counter is not None
        return ends_at if counter["hits"] > limit.count else None


class MongoLoginStore:
    """By the subject, which is an HMAC of the phone; gone once the gap has passed."""

    def __init__(self, mongo: Mongo) -> None:
        self._logins: Collection = mongo.collection("logins")

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._logins.create_indexes([_ttl("expires_at")])

    async def remember(self, subject: str, now: datetime, gap: timedelta) -> datetime:
        kept = {"$cond": [{"$gt": ["$expires_at", now]}, "$since", now]}
        with store_errors():
            found = await self._logins.find_one_and_update(
                {"_id": subject},
                [{"$set": {"since": kept, "expires_at": now + gap}}],
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        assert found is not None
        since: datetime = found["since"]
        return since

    async def forget(self, subject: str) -> None:
        with store_errors():
            await self._logins.delete_one({"_id": subject})


class MongoSessionStore:
    def __init__(self, mongo: Mongo) -> None:
        self._sessions: Collection = mongo.collection("sessions")
        self._ended: Collection = mongo.collection("ended_sessions")

    async def ensure_indexes(self) -> None:
        with store_errors():
            await self._sessions.create_indexes([_ttl("expires_at"), IndexModel([("subject", 1)])])
            await self._ended.create_indexes([_ttl("expires_at"), IndexModel([("ended_at", 1)])])

    async def add(self, session: Session) -> None:
        document = asdict(session)
        document["_id"] = document.pop("session_id")
        with store_errors():
            await self._sessions.insert_one(document)

    async def get(self, session_id: str) -> Session | None:
        with store_errors():
            found = await self._sessions.find_one({"_id": session_id})
        if found is None:
            return None
        found["session_id"] = found.pop("_id")
        return Session(**found)

    async def rotate(self, session_id: str, old_hash: str, new_hash: str) -> bool:
        with store_errors():
            result = await self._sessions.update_one(
                {"_id": session_id, "current_hash": old_hash}, {"$set": {"current_hash": new_hash}}
            )
        return bool(result.modified_count)

    async def end(self, session_id: str, at: datetime) -> None:
        ended = {"ended_at": at, "expires_at": at + ENDED_KEPT}
        with store_errors():
            # First the mark: a session that is gone without one would leave its access token good.
            await self._ended.update_one({"_id": mark_of(session_id)}, {"$setOnInsert": ended}, upsert=True)
            await self._sessions.delete_one({"_id": session_id})

    async def end_all(self, subject: str, at: datetime) -> None:
        with store_errors():
            found = [one["_id"] async for one in self._sessions.find({"subject": subject}, {"_id": 1})]
        for session_id in found:
            await self.end(session_id, at)

    async def ended(self, since: datetime) -> frozenset[str]:
        with store_errors():
            return frozenset([one["_id"] async for one in self._ended.find({"ended_at": {"$gte": since}}, {"_id": 1})])


def _challenge(document: dict[str, Any]) -> Challenge:
    document["challenge_id"] = document.pop("_id")
    return Challenge(**document)
