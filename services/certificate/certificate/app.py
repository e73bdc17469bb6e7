"""The composition root: every client is made here, and nothing connects before the lifespan."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.health import Liveness, SlowestOf
from chassis.http.app import create_http_app
from chassis.kafka.consumer import BatchConsumer
from chassis.kafka.producer import EventProducer
from chassis.mongo.client import Mongo
from chassis.run import Background, start
from chassis.sealing import KeyRing
from chassis.telemetry.metrics import ConsumerMetrics
from chassis.telemetry.tracing import Tracing
from event_schemas import Lane, topics

from .api import internal_router, pdf_router, receipts_router, verify_router
from .handlers import TYPES, EventHandler
from .kind_rules import checked
from .kinds import PaperError
from .links import LinkSigner
from .metrics import CertificateMetrics
from .receipt import ReceiptTexts
from .records import SOURCE
from .render import Renderer
from .settings import CertificateSettings
from .store import CertificateStore

SERVICE = "certificate"
MAX_SILENCE = timedelta(seconds=60)
# A page takes about 15 ms: a batch stays well within the group's patience, and little is repeated after a crash.
MAX_BATCH = 100


def serve() -> int:
    """Serve until SIGTERM. The exit status."""
    return start(SERVICE, CertificateSettings, create_app, refusals=(PaperError,))


def create_app(settings: CertificateSettings) -> FastAPI:
    clock, registry = SystemClock(), CollectorRegistry()
    metrics, consumer_metrics = CertificateMetrics(registry), ConsumerMetrics(registry)
    mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name=SERVICE)
    producer = EventProducer(settings.kafka_bootstrap, client_id=SERVICE)
    papers = checked()
    store = CertificateStore(mongo, papers.services)
    keys = KeyRing.from_json(settings.sealing_keys)
    token = settings.service_token.get_secret_value()
    signer = LinkSigner(settings.public_url, token)
    renderer = Renderer()
    handler = EventHandler(
        papers=papers,
        store=store,
        typesetter=renderer,
        keys=keys,
        clock=clock,
        metrics=metrics,
        public_url=settings.public_url,
    )
    loops = {lane: Liveness(MAX_SILENCE) for lane in Lane.known()}
    consumers = {
        lane: BatchConsumer(
            bootstrap=settings.kafka_bootstrap,
            group_id=f"{SERVICE}.{lane}",
            topics=[topics.case_topic(lane)],
            types=TYPES,
            handler=handler.handle,
            producer=producer,
            service=SERVICE,
            liveness=loops[lane],
            metrics=consumer_metrics,
            ignore_sources=frozenset({SOURCE}),
            max_batch=MAX_BATCH,
        )
        for lane in loops
    }

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tracing = Tracing.configure(SERVICE, settings.otlp_endpoint, sample_ratio=settings.trace_sample_ratio)
        await store.ensure_indexes()
        background = Background()
        for lane, consumer in consumers.items():
            background.add(f"consumer.{lane}", consumer.run, stop=consumer.stop)
        await background.start()
        try:
            yield
        finally:
            await background.stop()
            await producer.stop()
            renderer.close()
            mongo.close()
            tracing.shutdown()

    return create_http_app(
        title="Janseva certificate",
        version=version("certificate"),
        lifespan=lifespan,
        liveness=SlowestOf(loops.values()),
        settings=settings,
        checks={"kafka": producer.ping, "mongodb": mongo.ping, "keys": settings.check_keys},
        registry=registry,
        routers=[
            verify_router(store, metrics, papers, clock),
            pdf_router(store, keys, signer, clock, token),
            internal_router(store, signer, clock, token, settings.link_lifetime),
            receipts_router(renderer, ReceiptTexts.load(), token),
        ],
    )
