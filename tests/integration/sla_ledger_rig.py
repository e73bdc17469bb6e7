"""A ledger of one test: topics, groups and a database of its own on the real Kafka and MongoDB."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from chassis.clock import SystemClock
from chassis.health import Liveness
from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.producer import EventProducer
from chassis.mongo.client import Mongo
from event_schemas import Envelope, Lane, WireRecord, encode
from event_schemas.policies import PolicySet
from sla_monitor.commands.audit import AuditOptions, audit
from sla_monitor.domain import engine
from sla_monitor.domain.emissions import Emission
from sla_monitor.domain.model import CaseRecord
from sla_monitor.domain.times import epoch_ms
from sla_monitor.ledger.app import Parts
from sla_monitor.ledger.audit import AuditResult
from sla_monitor.ledger.metrics import LedgerMetrics
from sla_monitor.ledger.reconciler import Reconciler
from sla_monitor.ledger.settings import LANES, LedgerSettings
from sla_monitor.ledger.store import TopicPartition
from tests.issuer import SERVICE_TOKEN, jwks_file
from tests.manual_clock import ManualClock
from tests.sla_monitor.sla_events import policies

PARTITIONS = 2


class LedgerRig:
    """What a test does to the log, and what it asks of the ledger."""

    def __init__(self, settings: LedgerSettings, producer: EventProducer) -> None:
        self.settings, self.producer = settings, producer
        self.policies: PolicySet = policies()
        self.registry = CollectorRegistry()
        self.metrics = LedgerMetrics(self.registry)
        self.parts: Parts | None = None

    def topic(self, lane: Lane = Lane.ROUTINE) -> str:
        return self.settings.cases_topics[lane]

    async def publish(self, *records: WireRecord | Envelope, lane: Lane = Lane.ROUTINE) -> None:
        wires = [_wire(one) if isinstance(one, Envelope) else one for one in records]
        await self.producer.send_all([(self.topic(lane), one) for one in wires])

    async def emit(self, *emitted: Emission, lane: Lane = Lane.ROUTINE) -> None:
        """As a worker would."""
        await self.publish(*(encode(s.data, event_id=s.event_id, source="sla-monitor") for s in emitted), lane=lane)

    def work(self, events: Sequence[Envelope], now: datetime) -> list[Emission]:
        """What a faultless worker emits for one case's events up to now."""
        record: CaseRecord | None = None
        emitted: list[Emission] = []
        for event in events:
            record, emissions = engine.apply(record, event, self.policies)
            emitted += emissions
        assert record is not None
        _, fired = engine.fire(record, epoch_ms(now), self.policies)
        return [*emitted, *fired]

    @asynccontextmanager
    async def ledger(self) -> AsyncIterator[Parts]:
        """The ledger's process, its HTTP left out."""
        liveness = {lane: Liveness(timedelta(seconds=30)) for lane in LANES}
        parts = Parts(self.settings, self.policies, LedgerMetrics(CollectorRegistry()), liveness)
        await parts.store.ensure_indexes()
        await parts.background.start()
        try:
            yield parts
        finally:
            await parts.close()

    def reconciler(self, parts: Parts, clock: ManualClock | SystemClock) -> Reconciler:
        return Reconciler(
            store=parts.store,
            watermarks=parts.watermarks,
            policies=self.policies,
            producer=self.producer,
            clock=clock,
            metrics=self.metrics,
            reconcile_after=timedelta(seconds=120),
            every=timedelta(seconds=5),
        )

    async def audit(self, *, log_only: bool = False) -> AuditResult:
        return await audit(self.settings, AuditOptions(log_only=log_only, wait=20.0, grace=0.0), SystemClock())


@asynccontextmanager
async def ledger_rig(bootstrap: str, mongo_uri: str) -> AsyncIterator[LedgerRig]:
    name = f"ledger{uuid.uuid4().hex[:10]}"
    settings = LedgerSettings(
        service_token=SecretStr(SERVICE_TOKEN),
        officer_jwks_file=jwks_file(),
        kafka_bootstrap=bootstrap,
        mongo_uri=mongo_uri,
        mongo_database=name,
        topic_prefix=f"{name}.",
        watermark_every_s=0.1,
        # Tests run the reconciler themselves, by a clock of their own.
        reconcile_every_s=3600.0,
    )
    cases = [*settings.cases_topics.values()]
    await create_topics(
        bootstrap,
        [TopicSpec(t, PARTITIONS) for t in cases]
        + [TopicSpec(f"{t}.dlq", 1) for t in cases]
        + [TopicSpec(settings.directory_topic, 1)],
    )
    producer = EventProducer(bootstrap, client_id=name)
    yield LedgerRig(settings, producer)
    await producer.stop()
    mongo = Mongo(mongo_uri, name, app_name="ledger-test")
    await mongo.database.client.drop_database(name)
    mongo.close()


async def until(question: Callable[[], Awaitable[bool]], within: float = 30.0) -> None:
    """Wait until the answer is yes; TimeoutError if it never is."""
    async with asyncio.timeout(within):
        while not await question():  # noqa: ASYNC110  the question goes to a server
            await asyncio.sleep(0.05)


async def complete_up_to(parts: Parts, at: datetime) -> None:
    """Wait until every partition's watermark has passed the time."""

    async def passed() -> bool:
        known = await parts.watermarks.all()
        return len(known) == PARTITIONS * 2 and all(mark is not None and mark >= at for mark in known.values())

    await until(passed)


async def set_watermark(parts: Parts, tp: TopicPartition, at: datetime) -> None:
    """Put a partition's watermark where a test needs it, past what $max would allow too."""
    await parts.watermarks.collection.update_one({"topic": tp.topic, "partition": tp.partition}, {"$set": {"at": at}})


def _wire(one: Envelope) -> WireRecord:
    return encode(one.data, event_id=one.event_id, source=one.source)
