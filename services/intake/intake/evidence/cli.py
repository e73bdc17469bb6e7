"""`python -m intake sweep-evidence`: what the command does."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.kafka.producer import EventProducer
from chassis.mongo.client import Mongo
from chassis.outbox.publisher import Outbox
from chassis.settings import ServiceSettings
from chassis.telemetry.metrics import OutboxMetrics
from intake.case.store.mongo import CASES, MongoCaseStore
from intake.case.trail.handlers import Trail, no_signature
from intake.case.trail.store import MongoTrailStore
from intake.evidence.store import MongoFileStore
from intake.evidence.sweep import EvidenceSweep, IsListed, Swept, listed_in_case


class SweepSettings(ServiceSettings):
    """Where the files and what lists them are kept."""

    needs: ClassVar[frozenset[str]] = frozenset()
    reads_officers: ClassVar[bool] = False

    http_port: int = 0
    mongo_database: str = "janseva_intake"


def sweep_evidence(
    settings: SweepSettings, older_than: timedelta, beside: Callable[[Mongo], IsListed], *, dry: bool = False
) -> int:
    """0; one line says what was removed, or with `dry` would be. `beside`: what lists files beside the cases."""

    async def act() -> Swept:
        clock = SystemClock()
        mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name="sweep-evidence")
        try:
            # Cases are read alone: nothing is published, so no connection to Kafka is made.
            producer = EventProducer(settings.kafka_bootstrap, client_id="sweep-evidence")
            metrics = OutboxMetrics(CollectorRegistry())
            outbox = Outbox(mongo.collection(CASES), mongo.relaxed(CASES), producer, clock, metrics=metrics)
            # Nor does this command change a case: what it can't sign it never records.
            trail = Trail(MongoTrailStore(mongo, outbox, clock), no_signature)
            listed = (listed_in_case(MongoCaseStore(mongo, outbox, clock, trail)), beside(mongo))
            return await EvidenceSweep(MongoFileStore(mongo), listed, clock).sweep_all(older_than, dry=dry)
        finally:
            mongo.close()

    print(line_of(asyncio.run(act()), dry=dry))  # noqa: T201
    return 0


def line_of(swept: Swept, *, dry: bool) -> str:
    removed = "would be removed" if dry else "removed"
    later = "would be, an hour later" if dry else "will be, in an hour"
    return (
        f"{removed}: {swept.uploads} unfinished uploads, {swept.orphans} files that nothing lists, "
        f"parts of {swept.loose} files that are gone; {later}: {swept.doubted} more that nothing lists"
    )
