"""The composition root: every client is made here, in the lifespan; nothing connects at import."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.health import Liveness, SlowestOf
from chassis.http.access import Access
from chassis.http.app import create_http_app
from chassis.kafka.consumer import BatchConsumer
from chassis.kafka.producer import EventProducer
from chassis.mongo.client import Mongo
from chassis.run import Background, start
from chassis.sealing import KeyRing
from chassis.telemetry.metrics import ConsumerMetrics
from chassis.telemetry.tracing import Tracing
from event_schemas import Lane, topics
from routing.answers import SOURCE
from routing.api import create_router
from routing.dataset import load_shipped
from routing.domain import Snapshot
from routing.handlers import TYPES, AssignmentHandler
from routing.live import Live
from routing.metrics import RoutingMetrics
from routing.posts import PostsPublisher
from routing.reload import Reloader
from routing.settings import RoutingSettings
from routing.store import MongoDecisions
from routing.store.posts import Posts
from routing.store.versions import Versions

MAX_SILENCE = timedelta(seconds=30)


def serve() -> int:
    """Serve until SIGTERM. The exit status."""
    return start(SOURCE, RoutingSettings, create_app)


def create_app(settings: RoutingSettings) -> FastAPI:
    registry = CollectorRegistry()
    metrics = RoutingMetrics(registry)
    consumer_metrics = ConsumerMetrics(registry)
    shipped = load_shipped()
    live = Live(Snapshot(shipped), metrics, dev_phones=settings.dev_office_phones)
    access = Access.of(settings, SystemClock(), registry)
    liveness = {lane: Liveness(MAX_SILENCE) for lane in (Lane.EMERGENCY, Lane.ROUTINE)}
    checks: dict[str, Callable[[], Awaitable[None]]] = {}

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tracing = Tracing.configure("routing", settings.otlp_endpoint, sample_ratio=settings.trace_sample_ratio)
        mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name="routing")
        # One producer per lane: an emergency's answer never waits behind a routine batch.
        producers = {lane: EventProducer(settings.kafka_bootstrap, client_id=f"routing.{lane}") for lane in liveness}
        clock = SystemClock()
        decisions = MongoDecisions(mongo)
        await decisions.ensure_indexes()
        versions = Versions(mongo, clock)
        await versions.begin_with(shipped)
        handler = AssignmentHandler(
            snapshot=live.current,
            decisions=decisions,
            keys=KeyRing.from_json(settings.sealing_keys),
            clock=clock,
            metrics=metrics,
        )
        background = Background()
        for lane, batch in ((Lane.EMERGENCY, settings.emergency_batch), (Lane.ROUTINE, settings.routine_batch)):
            consumer = BatchConsumer(
                bootstrap=settings.kafka_bootstrap,
                group_id=f"routing.{lane}",
                topics=[topics.case_topic(lane)],
                types=TYPES,
                handler=handler.handle,
                producer=producers[lane],
                service="routing",
                liveness=liveness[lane],
                metrics=consumer_metrics,
                ignore_sources=frozenset({SOURCE}),
                max_batch=batch,
            )
            background.add(f"consumer.{lane}", consumer.run, stop=consumer.stop)
        posts = PostsPublisher(settings.kafka_bootstrap, producers[Lane.ROUTINE], lambda: live.directory, metrics)
        reloader = Reloader(live, versions, Posts(mongo), clock, posts.poke)
        # Before the first event: a restart must not decide with the shipped version if another is in force.
        await reloader.look()
        background.add("reloader", reloader.run)
        background.add("officer_keys", access.keys.run)
        background.add("directory.view", posts.view.run, stop=posts.view.stop)
        background.add("directory.publisher", posts.run)
        checks.update(mongo=mongo.ping, kafka=producers[Lane.EMERGENCY].ping, keys=settings.check_keys)
        await background.start()
        try:
            yield
        finally:
            await background.stop()
            for producer in producers.values():
                await producer.stop()
            await access.close()
            mongo.close()
            tracing.shutdown()

    return create_http_app(
        title="Janseva routing",
        version=version("routing"),
        lifespan=lifespan,
        liveness=SlowestOf(liveness.values()),
        settings=settings,
        checks=checks,
        registry=registry,
        routers=[create_router(live, access)],
    )
