"""The composition root of the ledger: a consumer per lane, the watermarks, the reconciler and the report's HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.health import Liveness, SlowestOf
from chassis.http.access import Access
from chassis.http.app import add_routes, create_http_app
from chassis.kafka.consumer import BatchConsumer
from chassis.kafka.offsets import TopicOffsets
from chassis.kafka.producer import EventProducer
from chassis.mongo.client import Mongo
from chassis.policy_file import PoliciesRefused, load_policies
from chassis.run import Background, start
from chassis.telemetry.tracing import Tracing
from event_schemas import Lane
from event_schemas.policies import PolicySet
from sla_monitor.ledger.amender import Amender
from sla_monitor.ledger.api import create_router
from sla_monitor.ledger.figures import Figures
from sla_monitor.ledger.handler import LedgerHandler, ledger_types
from sla_monitor.ledger.metrics import LedgerMetrics
from sla_monitor.ledger.queries import LedgerQueries
from sla_monitor.ledger.reconciler import Reconciler
from sla_monitor.ledger.settings import LANES, LedgerSettings
from sla_monitor.ledger.store import LedgerStore
from sla_monitor.ledger.watermarks import Watermarker, WatermarkStore
from sla_monitor.shared.posts import PostsReader

SERVICE: Final = "sla-ledger"
MAX_SILENCE: Final = timedelta(seconds=30)


def serve() -> int:
    """`python -m sla_monitor ledger`: until SIGTERM. The exit status."""
    return start(SERVICE, LedgerSettings, create_app, refusals=(PoliciesRefused,))


def create_app(settings: LedgerSettings) -> FastAPI:
    """The HTTP app; consumers and reconciler are made and started in its lifespan."""
    policies = load_policies(settings)
    registry = CollectorRegistry()
    metrics = LedgerMetrics(registry)
    liveness = {lane: Liveness(MAX_SILENCE) for lane in LANES}
    checks: dict[str, Callable[[], Awaitable[None]]] = {}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        tracing = Tracing.configure(SERVICE, settings.otlp_endpoint, sample_ratio=settings.trace_sample_ratio)
        parts = Parts(settings, policies, metrics, liveness)
        await parts.store.ensure_indexes()
        # Routes need the parts, and these are made in the loop they run in.
        access = Access.of(settings, SystemClock(), registry)
        parts.background.add("officer_keys", access.keys.run)
        queries = LedgerQueries(parts.store)
        add_routes(app, create_router(queries, parts.watermarks, policies, SystemClock(), access))
        checks.update(
            mongo=parts.mongo.ping, kafka=parts.producer.ping, directory=parts.posts.check, keys=settings.check_keys
        )
        await parts.background.start()
        try:
            yield
        finally:
            await parts.close()
            await access.close()
            tracing.shutdown()

    return create_http_app(
        title="Janseva SLA ledger",
        version=version("sla-monitor"),
        lifespan=lifespan,
        liveness=SlowestOf(liveness.values()),
        settings=settings,
        checks=checks,
        registry=registry,
    )


class Parts:
    """Everything that runs beside the HTTP app. Nothing connects before the background starts."""

    def __init__(
        self, settings: LedgerSettings, policies: PolicySet, metrics: LedgerMetrics, liveness: dict[Lane, Liveness]
    ) -> None:
        clock = SystemClock()
        self.mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name=SERVICE)
        self.store = LedgerStore(self.mongo)
        self.watermarks = WatermarkStore(self.mongo)
        self.producer = EventProducer(settings.kafka_bootstrap, client_id=SERVICE)
        self.positions = TopicOffsets(settings.kafka_bootstrap, [*settings.cases_topics.values()])
        self.posts = PostsReader(settings.kafka_bootstrap, settings.directory_topic)
        self.background = Background()
        handler = LedgerHandler(self.store, policies, clock)
        for lane, topic in settings.cases_topics.items():
            consumer = BatchConsumer(
                bootstrap=settings.kafka_bootstrap,
                group_id=settings.group(lane),
                topics=[topic],
                types=ledger_types(policies),
                handler=handler.handle,
                producer=self.producer,
                service=SERVICE,
                liveness=liveness[lane],
                metrics=metrics.consumer,
                max_batch=settings.ledger_batch,
            )
            self.background.add(f"consumer.{lane}", consumer.run, stop=consumer.stop)
        watermarker = Watermarker(
            positions=self.positions,
            groups={topic: settings.group(lane) for lane, topic in settings.cases_topics.items()},
            store=self.watermarks,
            clock=clock,
            metrics=metrics,
            every=timedelta(seconds=settings.watermark_every_s),
        )
        reconciler = Reconciler(
            store=self.store,
            watermarks=self.watermarks,
            policies=policies,
            producer=self.producer,
            clock=clock,
            metrics=metrics,
            reconcile_after=timedelta(seconds=settings.reconcile_after_s),
            every=timedelta(seconds=settings.reconcile_every_s),
            posts=self.posts.directory,
        )
        figures = Figures(self.store, metrics, clock, timedelta(seconds=settings.figures_every_s))
        self.background.add("watermarks", watermarker.run)
        self.background.add("figures", figures.run)
        if policies.extensions:
            self.background.add("amender", Amender(self.store, policies, clock).run)
        self.background.add("directory", self.posts.view.run, stop=self.posts.view.stop)
        self.background.add("reconciler", self.posts.when_read(reconciler.run))

    async def close(self) -> None:
        await self.background.stop()
        await self.positions.close()
        await self.producer.stop()
        self.mongo.close()
