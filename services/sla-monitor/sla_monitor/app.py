"""The composition root: one worker of one lane, its Faust app and its HTTP app in one loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
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
from chassis.kafka.clients import KafkaError
from chassis.kafka.offsets import OffsetsUnknown, TopicOffsets
from chassis.kafka.producer import EventProducer
from chassis.policy_file import load_policies
from chassis.run import Background
from chassis.telemetry.logs import get_logger
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
# At the start: how long Kafka has to answer, well within the silence of a live process, and when it is asked again.
ASK_AT_MOST: Final = timedelta(seconds=5)
ASK_AGAIN_S: Final = 1.0

_log = get_logger(__name__)


def create_app(settings: Settings, worker_class: "type[Worker] | None" = None) -> FastAPI:
    """The HTTP app; the worker is made and started in its lifespan. A benchmark's worker reads other inputs."""
    policies = load_policies(settings)
    registry = CollectorRegistry()
    metrics = SLAMetrics(registry, policies)
    liveness = Liveness(timedelta(seconds=15))
    starting = Starting(lambda: (worker_class or Worker).create(settings, policies, metrics, liveness))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        access = Access.of(settings, SystemClock(), registry)
        background = Background()
        background.add("officer_keys", access.keys.run)
        background.add("worker", starting.run)
        add_routes(
            app,
            create_router(
                policies,
                starting,
                starting.owned,
                SystemClock(),
                access,
                emergency=settings.lane == "emergency",
            ),
        )
        await background.start()
        try:
            yield
        finally:
            await background.stop()
            await starting.stop()
            await access.close()

    return create_http_app(
        title=f"Janseva SLA monitor ({settings.lane})",
        version=version("sla-monitor"),
        lifespan=lifespan,
        liveness=liveness,
        settings=settings,
        checks=starting.checks | {"keys": settings.check_keys},
        registry=registry,
    )


class KafkaAway(Exception):
    """Kafka has not answered since this process began."""


class Starting:
    """The worker, once Kafka has answered. Until then the process is live, answers over HTTP, and is not ready."""

    def __init__(self, create: "Callable[[], Awaitable[Worker]]") -> None:
        self._create = create
        self._worker: Worker | None = None
        self.checks: dict[str, Callable[[], Awaitable[None]]] = {
            "kafka": self._check(lambda worker: worker.producer.ping()),
            "partitions": self._check(lambda worker: worker.adapter.check_recovered()),
            "directory": self._check(lambda worker: worker.posts.check()),
        }

    async def run(self) -> None:
        """Until it is cancelled; what the worker can't start with comes out of here."""
        self._worker = await self._create()
        await self._worker.background.start()
        await asyncio.Event().wait()

    async def stop(self) -> None:
        if self._worker is not None:
            await self._worker.background.stop()
            await self._worker.producer.stop()

    def owned(self) -> set[int]:
        return set() if self._worker is None else self._worker.adapter.owned

    def partition(self, number: int) -> Mapping[bytes, bytes]:
        return {} if self._worker is None else self._worker.adapter.store.partition(number)

    def _check(self, of: "Callable[[Worker], Awaitable[None]]") -> Callable[[], Awaitable[None]]:
        async def check() -> None:
            if self._worker is None:
                raise KafkaAway
            await of(self._worker)

        return check


async def partitions_of_the_lane(settings: Settings, liveness: Liveness) -> int:
    """How many, with the changelog created if it is missing; asked again and again until Kafka answers.

    Each second: an emergency must not wait for a back-off when Kafka is there again.
    """
    while True:
        liveness.beat()
        try:
            async with TopicOffsets(settings.kafka_bootstrap, [settings.cases_topic], within=ASK_AT_MOST) as offsets:
                partitions = len(await offsets.ends())
            async with asyncio.timeout(ASK_AT_MOST.total_seconds()):
                await ensure_changelog(settings, partitions)
        except (OffsetsUnknown, KafkaError, TimeoutError) as error:
            _log.warning("kafka_away_at_start", reason=type(error).__name__, detail=str(error))
            await asyncio.sleep(ASK_AGAIN_S)
        else:
            return partitions


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
        partitions = await partitions_of_the_lane(settings, liveness)
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
