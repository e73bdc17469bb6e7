"""The composition root: one worker of one lane, its Faust app and its HTTP app in one loop."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version
from typing import Final, Self

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.health import Liveness
from chassis.http.access import Access
from chassis.http.app import add_routes, create_http_app
from chassis.kafka.admin import end_offsets
from chassis.kafka.producer import EventProducer
from chassis.policy_file import load_policies
from chassis.run import Background
from event_schemas.policies import PolicySet
from sla_monitor.faust_adapter.app import FaustAdapter, create_faust_app
from sla_monitor.faust_adapter.table import ensure_changelog
from sla_monitor.faust_adapter.transport import FaustOffsets
from sla_monitor.settings import Settings
from sla_monitor.shared.posts import PostsReader
from sla_monitor.worker.api import create_router
from sla_monitor.worker.fatal import exit_process
from sla_monitor.worker.gauges import MetricsRecorder
from sla_monitor.worker.metrics import SLAMetrics
from sla_monitor.worker.processor import SERVICE, Processor
from sla_monitor.worker.ticks import Ticker
from sla_monitor.worker.watchdog import Watchdog

# A batch of the processor goes out as one of Kafka's; brokers take 1 MiB by default.
BATCH_BYTES: Final = 512 * 1024


def create_app(settings: Settings, worker_class: "type[Worker] | None" = None) -> FastAPI:
    """The HTTP app; the worker is made and started in its lifespan. A benchmark's worker reads other inputs."""
    policies = load_policies(settings)
    registry = CollectorRegistry()
    metrics = SLAMetrics(registry, policies)
    liveness = Liveness(timedelta(seconds=15))
    checks: dict[str, Callable[[], Awaitable[None]]] = {}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        worker = await (worker_class or Worker).create(settings, policies, metrics, liveness)
        checks["kafka"] = worker.producer.ping
        checks["partitions"] = worker.adapter.check_recovered
        checks["directory"] = worker.posts.check
        checks["keys"] = settings.check_keys
        access = Access.of(settings, SystemClock(), registry)
        worker.background.add("officer_keys", access.keys.run)
        add_routes(
            app,
            create_router(
                policies,
                worker.adapter.store,
                lambda: worker.adapter.owned,
                SystemClock(),
                access,
                emergency=settings.lane == "emergency",
            ),
        )
        await worker.background.start()
        try:
            yield
        finally:
            await worker.background.stop()
            await worker.producer.stop()
            await access.close()

    return create_http_app(
        title=f"Janseva SLA monitor ({settings.lane})",
        version=version("sla-monitor"),
        lifespan=lifespan,
        liveness=liveness,
        settings=settings,
        checks=checks,
        registry=registry,
    )


class Worker:
    """Everything that runs beside the HTTP app: Faust, the directory of posts, ticks, the watchdog."""

    processor_class: type[Processor] = Processor
    producer_class: type[EventProducer] = EventProducer

    def __init__(
        self,
        adapter: FaustAdapter,
        watchdog: Watchdog,
        producer: EventProducer,
        processor: Processor,
        posts: PostsReader,
    ) -> None:
        self.adapter, self.producer, self.processor, self.posts = adapter, producer, processor, posts
        self._watchdog = watchdog
        self.background = Background()
        self.background.add("faust", adapter.run, stop=adapter.stop)
        self.background.add("directory", posts.view.run, stop=posts.view.stop)
        self.background.add("ticks", posts.when_read(watchdog.tick_forever))
        self.background.add("watch", watchdog.check_forever)

    @classmethod
    async def create(cls, settings: Settings, policies: PolicySet, metrics: SLAMetrics, liveness: Liveness) -> Self:
        clock = SystemClock()
        partitions = len(await end_offsets(settings.kafka_bootstrap, [settings.cases_topic]))
        await ensure_changelog(settings, partitions)
        app = create_faust_app(settings, partitions)
        producer = cls.producer_class(
            settings.kafka_bootstrap, client_id=f"{SERVICE}-{settings.worker_name}", batch_bytes=BATCH_BYTES
        )
        await producer.start()
        adapter = FaustAdapter(app, settings, producer, exit_process)
        posts = PostsReader(settings.kafka_bootstrap, settings.directory_topic)
        recorder = MetricsRecorder(metrics, settings.lane, clock, exit_process)
        processor = cls.processor_class(
            policies=policies,
            cases_topic=settings.cases_topic,
            entries=adapter.store,
            changelog=adapter.changelog,
            heaps=adapter.heaps,
            producer=producer,
            recorder=recorder,
            max_stall_s=settings.session_timeout_s,
            posts=posts.directory,
        )
        adapter.attach(processor, recorder)
        offsets = FaustOffsets(app, settings.cases_topic, lambda: adapter.owned)
        ticker = Ticker(
            offsets=offsets,
            heaps=adapter.heaps,
            processor=processor,
            producer=producer,
            clock=clock,
            topic=settings.ticks_topic,
            not_sent=recorder.tick_not_sent,
        )
        watchdog = Watchdog(
            recovered=adapter.recovered,
            ticker=ticker,
            offsets=offsets,
            processor=processor,
            heaps=adapter.heaps,
            recorder=recorder,
            liveness=liveness,
            exit_process=exit_process,
            tick_s=settings.tick_ms / 1000,
            stall_limit_s=settings.stall_limit_s,
        )
        return cls(adapter, watchdog, producer, processor, posts)
