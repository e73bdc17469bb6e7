"""What an operator asks of an outbox: how many documents hold unpublished events, and since when the oldest does."""

import asyncio
import os
import sys
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.clock import Clock, SystemClock
from chassis.mongo.client import Collection, Mongo, store_errors
from chassis.settings import load

# The fast path takes milliseconds and the sweep about a second: what waits longer waits for Kafka.
LATE_AFTER: Final = timedelta(seconds=10)


class Backlog(NamedTuple):
    waiting: int
    since: datetime | None
    """None: none waits."""

    def age(self, now: datetime) -> timedelta:
        return timedelta(0) if self.since is None else now - self.since


async def backlog_of(collection: Collection) -> Backlog:
    """Of the partial index alone, which holds only documents with unpublished events."""
    with store_errors():
        waiting = await collection.count_documents({"outbox_at": {"$exists": True}}, hint="outbox_at")
        oldest = await collection.find_one(
            {"outbox_at": {"$exists": True}}, {"outbox_at": 1}, sort=[("outbox_at", 1)], hint="outbox_at"
        )
    return Backlog(waiting, oldest["outbox_at"] if oldest else None)


class DatabaseSettings(BaseSettings):
    """As every service has them; a count needs none of its secrets."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    mongo_uri: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    mongo_database: str


def show_backlog(database: str, collection: str, clock: Clock | None = None) -> int:
    """1 if an event has waited for more than 10 s. `database` is meant where MONGO_DATABASE names none."""
    clock = clock or SystemClock()
    named = {} if os.environ.get("MONGO_DATABASE") else {"mongo_database": database}
    settings = load(DatabaseSettings, **named)

    async def ask() -> Backlog:
        mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name="outbox-command")
        try:
            return await backlog_of(mongo.collection(collection))
        finally:
            mongo.close()

    backlog = asyncio.run(ask())
    age = backlog.age(clock.now())
    oldest = f", the oldest for {age.total_seconds():.1f} s" if backlog.waiting else ""
    wait = "document waits" if backlog.waiting == 1 else "documents wait"
    sys.stdout.write(f"{settings.mongo_database}.{collection}: {backlog.waiting} {wait} for Kafka{oldest}\n")
    return 1 if age > LATE_AFTER else 0
