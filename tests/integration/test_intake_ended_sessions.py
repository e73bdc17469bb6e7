"""A login that ended, in MongoDB: its access tokens are refused by every process for as long as they would live."""

import uuid
from datetime import UTC, datetime, timedelta

from chassis.mongo.client import Mongo
from intake.auth.sessions import EndedSessions, Session, mark_of
from intake.auth.store import MongoSessionStore
from tests.manual_clock import ManualClock

LIFE = timedelta(minutes=30)


async def test_every_process_learns_of_an_end(mongo_uri: str) -> None:
    """The session is gone, its mark is known to another process, and forgotten once no token of it can live."""
    mongo = Mongo(mongo_uri, f"sessions_{uuid.uuid4().hex[:12]}", app_name="test")
    store, clock = MongoSessionStore(mongo), ManualClock(datetime(2026, 11, 29, 12, tzinfo=UTC))
    await store.ensure_indexes()
    await store.add(Session("s-1", "sealed", "citizen:x", "hash", clock.now() + timedelta(days=30)))
    other = EndedSessions(store, clock, LIFE)
    await other.refresh()
    assert not other.has(mark_of("s-1"))
    await store.end("s-1", clock.now())
    assert await store.get("s-1") is None
    await other.refresh()
    assert (other.has(mark_of("s-1")), other.has(mark_of("s-2")), other.has(None)) == (True, False, False)
    clock.advance(LIFE + timedelta(seconds=1))
    await other.refresh()
    assert not other.has(mark_of("s-1"))
    mongo.close()
