"""The composition root: one worker of one lane, its Faust app and its HTTP app in one loop."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final, Self

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.health import Liveness
from chassis.http.access import Access
from chassis.http.app import add_routes, create_http_app
from chassis.kafka.admin import TopicSpec, create_topics, end_offsets
from chassis.kafka.producer import EventProducer
from chassis.run import Background
from chassis.settings import load_yaml
from chassis.telemetry.logs import get_logger
from event_schemas import policies as policy_file
from event_schemas.policies import PolicySet
from sla_monitor.api import create_router
from sla_monitor.bookkeeping import Bookkeeping
from sla_monitor.guard import die
from sla_monitor.metrics import SLAMetrics
from sla_monitor.posts import PostsReader
from sla_monitor.processor import SERVICE, Processor
from sla_monitor.settings import Settings
from sla_monitor.shell import Shell, create_faust_app
from sla_monitor.store import TABLE
from sla_monitor.ticks import FaustOffsets, Ticker
from sla_monitor.watch import Watch

_log = get_logger(__name__)

STOP_S: Final = 2.5
# A batch of the processor goes out as one of Kafka's; brokers take 1 MiB by default.
BATCH_BYTES: Final = 512 * 1024
# A batch holds tens of thousands of objects that go with it: looking for cycles among them took a fifth of the time.
COLLECT_AFTER: Final = (50_000, 20, 20)


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
        checks["partitions"] = worker.check_recovered
        checks["directory"] = worker.posts.check
        checks["keys"] = settings.check_keys
        access = Access.of(settings, SystemClock(), registry)
        worker.background.add("officer_keys", access.keys.run)
        add_routes(
            app,
            create_router(
                policies,
                worker.shell.store,
                lambda: worker.shell.owned,
                SystemClock(),
                access,
                emergency=settings.lane == "emergency",
            ),
        )
        await worker.background.start()
        yield
        await worker.background.stop()
        await worker.producer.stop()
        await access.close()

    return create_http_app(
        title=f"Janseva SLA monitor ({settings.lane})",
        version="1",
        lifespan=lifespan,
        liveness=liveness,
        settings=settings,
        checks=checks,
        registry=registry,
    )


def load_policies(settings: Settings) -> PolicySet:
    """The one policy file. A file that says what can't be is refused here, before anything starts."""
    return policy_file.read(settings.policies_file or policy_file.DEFAULT_PATH, load_yaml)


class NotReady(Exception):
    """The worker has no partitions yet, or is still recovering them."""


class Worker:
    """Everything that runs beside the HTTP app."""

    processor_class: type[Processor] = Processor
    producer_class: type[EventProducer] = EventProducer

    def __init__(
        self, shell: Shell, watch: Watch, producer: EventProducer, processor: Processor, posts: PostsReader
    ) -> None:
        self.shell, self.producer, self.processor, self.posts = shell, producer, processor, posts
        self._watch = watch
        self._stopping = asyncio.Event()
        self.background = Background()
        self.background.add("faust", self._run_faust, stop=self._stop_faust)
        self.background.add("directory", posts.view.run, stop=posts.view.stop)
        self.background.add("ticks", posts.first(watch.tick_forever))
        self.background.add("watch", watch.look_forever)

    @classmethod
    async def create(cls, settings: Settings, policies: PolicySet, metrics: SLAMetrics, liveness: Liveness) -> Self:
        gc.set_threshold(*COLLECT_AFTER)
        clock = SystemClock()
        partitions = len(await end_offsets(settings.kafka_bootstrap, [settings.cases_topic]))
        await _ensure_changelog(settings, partitions)
        app = create_faust_app(settings, partitions)
        producer = cls.producer_class(
            settings.kafka_bootstrap, client_id=f"{SERVICE}-{settings.worker_name}", batch_bytes=BATCH_BYTES
        )
        await producer.start()
        shell = Shell(app, settings, producer, die)
        posts = PostsReader(settings.kafka_bootstrap, settings.directory_topic)
        books = Bookkeeping(metrics, settings.lane, clock, die)
        processor = cls.processor_class(
            policies=policies,
            cases_topic=settings.cases_topic,
            state=shell.store,
            changelog=shell.changelog,
            heaps=shell.heaps,
            producer=producer,
            books=books,
            max_stall_s=settings.session_timeout_s,
            posts=posts.directory,
        )
        shell.attach(processor, books)
        offsets = FaustOffsets(app, settings.cases_topic, lambda: shell.owned)
        ticker = Ticker(
            offsets=offsets,
            heaps=shell.heaps,
            processor=processor,
            producer=producer,
            clock=clock,
            topic=settings.ticks_topic,
            not_sent=books.tick_not_sent,
        )
        watch = Watch(
            recovered=shell.recovered,
            ticker=ticker,
            offsets=offsets,
            processor=processor,
            heaps=shell.heaps,
            books=books,
            liveness=liveness,
            die=die,
            tick_s=settings.tick_ms / 1000,
            stall_limit_s=settings.stall_limit_s,
        )
        return cls(shell, watch, producer, processor, posts)

    async def check_recovered(self) -> None:
        # Until the rebalance is over, which ends with the seek, it may yet find that events were lost.
        if not self.shell.recovered.is_set() or self.shell.app.rebalancing:
            raise NotReady

    async def _run_faust(self) -> None:
        """Faust marks a crashed service and carries on around it; here the process ends instead."""
        starting = asyncio.create_task(self.shell.app.start())
        while not self._stopping.is_set():
            if starting.done() and starting.exception() is not None:
                die("faust_start_failed", starting.exception())
            if (error := self.shell.app.consumer.group_error) is not None:
                die("group_refuses_this_worker", error)
            if self.shell.app.crashed:
                die("faust_crashed", self.shell.app.crash_reason)
            await asyncio.sleep(0.1)
        starting.cancel()

    async def _stop_faust(self) -> None:
        """Finish what was taken in, commit it, then leave; a worker that can't do so in time just ends."""
        self._stopping.set()
        self.shell.recovered.clear()
        app: Any = self.shell.app
        try:
            async with asyncio.timeout(STOP_S):
                self.processor.suspended = True
                await self.processor.quiesce()
                await app.consumer.commit()
                await app.stop()
        except TimeoutError:
            _log.warning("stop_cut_short", after_s=STOP_S)


async def _ensure_changelog(settings: Settings, partitions: int) -> None:
    """The table's history: as many partitions as the cases, compacted for ever."""
    name = f"{settings.group}-{TABLE}-changelog"
    config = {"cleanup.policy": "compact", "segment.bytes": str(64 * 1024 * 1024), "min.cleanable.dirty.ratio": "0.3"}
    if settings.changelog_replication > 2:
        config["min.insync.replicas"] = "2"
    spec = TopicSpec(name, partitions, settings.changelog_replication, config)
    if await create_topics(settings.kafka_bootstrap, [spec]):
        _log.info("changelog_created", topic=name, partitions=partitions)
