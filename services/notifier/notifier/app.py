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
from chassis.http.access import Access
from chassis.http.app import create_http_app
from chassis.kafka.compacted import CompactedView
from chassis.kafka.consumer import BatchConsumer
from chassis.kafka.producer import EventProducer
from chassis.mongo.client import Mongo
from chassis.outbox.publisher import Outbox
from chassis.run import Background, start
from chassis.sealing import KeyRing
from chassis.sentences import CodeNames
from chassis.telemetry.metrics import ConsumerMetrics, OutboxMetrics
from chassis.telemetry.tracing import Tracing
from event_schemas import Lane, topics

from .api import internal_router, log_router, receipts_router
from .contacts import Contacts
from .digest_store import DigestStore
from .digesting import Digests
from .directory import Directory
from .dispatcher import Dispatcher
from .fetch import AiohttpFetcher
from .handlers import TYPES, EventHandler
from .lint import check_for
from .messages import DirectMessages
from .metrics import NotifierMetrics
from .provider import KannelGateway
from .quota_store import MongoQuotaStore
from .quotas import Quotas
from .receipts import ReceiptAddress, Receipts
from .records import SOURCE
from .settings import NotifierSettings
from .store import CaseStore, DispatchStore
from .templates import TemplateError

SERVICE = "notifier"
MAX_SILENCE = timedelta(seconds=30)
# Offices can't be notified before the directory has been read; a broker that is away must not hold up the start.
# Without the directory too the consumers may run: an office's message waits until its post is known.
DIRECTORY_WAIT = timedelta(seconds=5)


def serve() -> int:
    """Serve until SIGTERM. The exit status."""
    return start(SERVICE, NotifierSettings, create_app, refusals=(TemplateError,))


def create_app(settings: NotifierSettings) -> FastAPI:
    clock, registry = SystemClock(), CollectorRegistry()
    metrics, consumer_metrics = NotifierMetrics(registry), ConsumerMetrics(registry)
    book, code_names = check_for(settings), CodeNames.load()
    mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name=SERVICE)
    producer = EventProducer(settings.kafka_bootstrap, client_id=SERVICE)
    cases, dispatches, held = CaseStore(mongo), DispatchStore(mongo), DigestStore(mongo)
    quota_store = MongoQuotaStore(mongo)
    outbox = Outbox(dispatches.collection, dispatches.relaxed, producer, clock, metrics=OutboxMetrics(registry))
    directory = Directory()
    metrics.directory_posts.set_function(lambda: len(directory))
    view = CompactedView(settings.kafka_bootstrap, topics.DIRECTORY_POSTS, directory.on_record)
    token = settings.service_token.get_secret_value()
    access = Access.of(settings, clock, registry)
    addresses = ReceiptAddress(settings.receipts_base, token, clock, signing_key=settings.report_signing_key)
    fetcher = AiohttpFetcher(timeout=settings.sms_timeout, concurrency=settings.sms_concurrency)
    gateway = KannelGateway(settings.account, fetcher)
    dispatcher = Dispatcher(
        log=dispatches,
        cards=cases,
        contacts=Contacts(KeyRing.from_json(settings.sealing_keys), directory),
        book=book,
        gateway=gateway,
        outbox=outbox,
        clock=clock,
        rules=settings.sending,
        metrics=metrics,
        receipt_url=addresses.url,
        quotas=Quotas(quota_store, settings.quotas, token),
    )
    digests = Digests(held=held, queue=dispatches, outbox=outbox, rules=settings.digests, clock=clock, metrics=metrics)
    handler = EventHandler(
        cases=cases,
        dispatches=dispatches,
        dispatcher=dispatcher,
        digests=digests,
        book=book,
        code_names=code_names,
        office_language=settings.office_language,
        rules=settings.sending,
        clock=clock,
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
        )
        for lane in loops
    }

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tracing = Tracing.configure(SERVICE, settings.otlp_endpoint, sample_ratio=settings.trace_sample_ratio)
        await outbox.ensure_index()
        await dispatches.ensure_indexes()
        await held.ensure_indexes()
        await quota_store.ensure_indexes()
        background = Background()
        background.add("directory", view.run, stop=view.stop)
        background.add("outbox", outbox.run, stop=outbox.stop)
        background.add("dispatcher", dispatcher.run, stop=dispatcher.stop)
        background.add("digests", digests.run)
        background.add("officer_keys", access.keys.run)
        for lane, consumer in consumers.items():
            background.add(f"consumer.{lane}", view.once_caught_up(consumer.run, DIRECTORY_WAIT), stop=consumer.stop)
        await background.start()
        try:
            yield
        finally:
            await background.stop()
            await producer.stop()
            await gateway.close()
            await access.close()
            mongo.close()
            tracing.shutdown()

    return create_http_app(
        title="Janseva notifier",
        version=version("notifier"),
        lifespan=lifespan,
        liveness=SlowestOf(loops.values()),
        settings=settings,
        checks={"kafka": producer.ping, "mongodb": mongo.ping, "keys": settings.check_keys},
        registry=registry,
        routers=[
            internal_router(DirectMessages(book, gateway, metrics), token),
            log_router(dispatches, cases, access),
            receipts_router(Receipts(dispatches, outbox, clock, metrics), addresses),
        ],
    )
