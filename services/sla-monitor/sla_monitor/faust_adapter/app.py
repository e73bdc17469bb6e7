"""The Faust app of one lane: assignment, recovery, flow and commits are Faust's, all else is the processor's."""

import asyncio
import gc
import time
from collections import Counter as Tally
from collections.abc import Awaitable, Mapping
from itertools import islice
from typing import Any, Final

import faust
from faust.auth import OAuthCredentials, SASLCredentials, SSLCredentials
from faust.types import TP

from chassis.kafka.batches import Runs
from chassis.kafka.clients import security
from chassis.kafka.producer import EventProducer
from chassis.telemetry.logs import get_logger
from sla_monitor.domain import record_codec
from sla_monitor.faust_adapter.recovery import BulkTableManager
from sla_monitor.faust_adapter.table import TABLE, ClockStore, ClockTable
from sla_monitor.faust_adapter.transport import PromptTransport
from sla_monitor.settings import Settings
from sla_monitor.worker.deadlines import DeadlineHeaps
from sla_monitor.worker.fatal import ExitProcess, LostEvents
from sla_monitor.worker.gauges import MetricsRecorder
from sla_monitor.worker.processor import MAX_BATCH, Processor

_log = get_logger(__name__)

QUIESCE_S: Final = 5.0
STOP_S: Final = 2.5
# Survivors learn of a death by the answer to their next heartbeat: each second of waiting is a second of lateness.
HEARTBEAT_S: Final = 0.5
SLICE: Final = 20_000


def create_faust_app(settings: Settings, partitions: int) -> Any:
    """Nothing connects before ``start``. Every setting here departs from a default that loses or delays events."""
    state_dir = settings.state_dir / settings.group
    state_dir.mkdir(parents=True, exist_ok=True)  # Faust makes its folders there, though the table is in memory
    app = faust.App(
        settings.group,
        broker=f"kafka://{settings.kafka_bootstrap.replace(',', ';kafka://')}",
        broker_credentials=broker_credentials(),
        broker_client_id=f"{settings.group}.{settings.worker_name}",
        store="memory://",
        datadir=str(state_dir),
        autodiscover=False,
        web_enabled=False,
        topic_partitions=partitions,
        topic_allow_declare=False,  # topics are provisioned; the changelog by app.py
        topic_disable_leader=True,
        table_standby_replicas=0,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=f"{settings.lane}-{settings.worker_name}",
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=min(HEARTBEAT_S, settings.session_timeout_s / 3),
        broker_request_timeout=max(30.0, settings.session_timeout_s),
        broker_commit_interval=1.0,
        broker_max_poll_records=None,  # bounded polls leave the process idle half of the time
        stream_buffer_maxsize=64,  # chunks of records, not records
        stream_wait_empty=False,  # a rebalance waits for the processor, not for Faust's buffers
        stream_recovery_delay=0.0,
        TableManager=BulkTableManager,
        producer_acks=-1,
        producer_request_timeout=10.0,
    )
    app.transport = PromptTransport(app.conf.broker_consumer, app)
    return app


def broker_credentials() -> Any:
    """What chassis.wire says, in Faust's own words; None: nothing."""
    found = security()
    if not found:
        return None
    context = found["ssl_context"]
    if "sasl_oauth_token_provider" in found:
        return OAuthCredentials(oauth_cb=found["sasl_oauth_token_provider"], ssl_context=context)
    if "sasl_plain_username" in found:
        return SASLCredentials(
            username=found["sasl_plain_username"],
            password=found["sasl_plain_password"],
            ssl_context=context,
            mechanism=found["sasl_mechanism"],
        )
    return SSLCredentials(context)


class FaustChangelog:
    """Write the table's changelog with the producer of the events, and report to Faust what is persisted."""

    def __init__(self, app: Any, table: ClockTable, producer: EventProducer) -> None:
        self._app, self._store, self._producer = app, table.data, producer
        self._topic = table.changelog_topic.get_topic_name()

    async def write(self, runs: Runs) -> Awaitable[dict[int, int]]:
        return await self._producer.send_runs(self._topic, runs)

    def complete(self, last: Mapping[int, int], runs: Runs) -> None:
        del runs
        for partition, offset in last.items():
            self._store.set_persisted_offset(TP(self._topic, partition), offset)

    def handled(self, following: Mapping[tuple[str, int], int]) -> None:
        self._app.consumer.handled(following)


class NotReady(Exception):
    """The worker has no partitions yet, or is still recovering them."""


class FaustAdapter:
    """Connects the processor to Faust. Any error in here ends the process: Faust would ack and go on."""

    def __init__(self, app: Any, settings: Settings, producer: EventProducer, exit_process: ExitProcess) -> None:
        self.app, self._settings, self._exit_process = app, settings, exit_process
        self.table = ClockTable(app, name=TABLE, partitions=app.conf.topic_partitions, key_type=bytes, value_type=bytes)
        app.tables.add(self.table)
        self.changelog = FaustChangelog(app, self.table, producer)
        recovery = self.recovery = app.tables.recovery
        recovery.bootstrap, recovery.store, recovery.exit_process = settings.kafka_bootstrap, self.store, exit_process
        recovery.topic = self.table.changelog_topic.get_topic_name()
        self.heaps = DeadlineHeaps()
        self.recovered = asyncio.Event()
        self._stopping = asyncio.Event()
        self._processor: Processor | None = None
        self._recorder: MetricsRecorder | None = None

    @property
    def store(self) -> ClockStore:
        store = self.table.data
        assert isinstance(store, ClockStore)
        return store

    @property
    def processor(self) -> Processor:
        assert self._processor is not None
        return self._processor

    @property
    def owned(self) -> set[int]:
        """The partitions of this worker, by Faust's own assignment of the changelog."""
        changelog = self.table.changelog_topic.get_topic_name()
        return {tp.partition for tp in self.app.assignor.assigned_actives() if tp.topic == changelog}

    def attach(self, processor: Processor, recorder: MetricsRecorder) -> None:
        self._processor, self._recorder = processor, recorder
        self.app.transport.on_seek = self._on_seek
        self.app.transport.on_lost = self._on_lost
        topics = self.app.topic(
            self._settings.cases_topic,
            self._settings.ticks_topic,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            allow_empty=True,
            internal=False,
        )
        self.app.agent(topics, name="clocks")(self._consume)
        self.app.on_partitions_revoked.connect(self._on_revoked, weak=False)
        self.table.on_recover(self._on_recovered)

    async def check_recovered(self) -> None:
        # Until the rebalance is over, which ends with the seek, it may yet find that events were lost.
        if not self.recovered.is_set() or self.app.rebalancing:
            raise NotReady

    async def run(self) -> None:
        """Start Faust and watch it. A crashed service, which Faust carries on around, ends the process."""
        starting = asyncio.create_task(self.app.start())
        while not self._stopping.is_set():
            if starting.done() and starting.exception() is not None:
                self._exit_process("faust_start_failed", starting.exception())
            if (error := self.app.consumer.group_error) is not None:
                self._exit_process("group_refuses_this_worker", error)
            if self.app.crashed:
                self._exit_process("faust_crashed", self.app.crash_reason)
            await asyncio.sleep(0.1)
        starting.cancel()

    async def stop(self) -> None:
        """Finish the batch, commit it, leave the group; a worker that can't do so in time ends without."""
        self._stopping.set()
        self.recovered.clear()
        try:
            async with asyncio.timeout(STOP_S):
                self.processor.suspended = True
                await self.processor.quiesce()
                await self.app.consumer.commit()
                await self.app.stop()
        except TimeoutError:
            _log.warning("stop_cut_short", after_s=STOP_S)

    async def _consume(self, stream: Any) -> None:
        """Consume what is queued, then flush: while acks are awaited the next batch gathers in Faust's queue."""
        processor, queue = self.processor, stream.channel.queue
        stream.enable_acks = False  # offsets are reported by handled(), once the changes are durable
        try:
            async for event in stream.events():
                if processor.suspended:
                    continue  # of a generation that is over: read again
                processor.consume_all(event.message.value)
                if processor.pending >= MAX_BATCH or queue.empty():
                    await processor.flush()
        except Exception as error:  # noqa: BLE001  whatever it is, Faust would ack the event and carry on
            self._exit_process("agent_failed", error)

    def _on_seek(self, committed: Mapping[TP, int | None]) -> None:
        for tp, offset in committed.items():
            if tp.topic == self._settings.cases_topic and offset is not None:
                self.processor.begin_at(tp.partition, offset)

    def _on_lost(self, lost: Mapping[TP, tuple[int, int]]) -> None:
        """End the process if events were deleted unread; old ticks are no loss."""
        gaps = [
            f"partition {tp.partition}: read up to {committed}, the log begins at {begin}"
            for tp, (committed, begin) in sorted(lost.items())
            if tp.topic == self._settings.cases_topic
        ]
        if gaps:
            advice = f"decide with: python -m sla_monitor lost-events --lane {self._settings.lane}"
            self._exit_process("events_lost", LostEvents(f"{'; '.join(gaps)}; {advice}"))

    async def _on_revoked(self, _app: Any, revoked: set[TP], **_: Any) -> None:
        """Before the group moves on: finish the batch, commit it, consume no more."""
        try:
            self.recovered.clear()
            self.processor.suspended = True
            if revoked and self.app.consumer.thrown_out:
                # Another worker has the partitions already: our table is stale, and so would be the next emission.
                self._exit_process("thrown_out_of_the_group")
            async with asyncio.timeout(QUIESCE_S):
                await self.processor.quiesce()
                if revoked:
                    await self.app.consumer.commit()
        except Exception as error:  # noqa: BLE001  Faust would log it and carry on
            self._exit_process("revoke_failed", error)

    async def _on_recovered(self) -> None:
        """The table is complete: rebuild what is derived from it, of owned partitions only. Faust drops our errors."""
        try:
            if self.recovery.loaded_generation != self.app.consumer_generation_id:
                return  # of a generation that is over: the next one has begun to read
            owned = self.owned
            self._check_copartitioned(owned)
            self.processor.forget(owned)
            assert self._recorder is not None
            self._recorder.keep(owned)
            for partition in sorted(owned & self.store.changed):
                await self._rebuild(partition)
            if self.store.changed:
                gc.freeze()  # long-lived entries: no garbage collection needs to scan them
            self.store.changed.clear()
            for partition in owned - self.heaps.sizes().keys():
                self.heaps.rebuild(partition)
            self.processor.suspended = False
            self._recorder.recovered(time.monotonic() - self.recovery.began, self.recovery.records)
            self.recovered.set()
            _log.info("partitions_owned", partitions=sorted(owned), entries=len(self.store))
        except Exception as error:  # noqa: BLE001
            self._exit_process("recovery_failed", error)

    async def _rebuild(self, partition: int) -> None:
        """Rebuild deadlines and gauges of a partition from its entries, in slices between which the loop turns."""
        counts: Tally[bytes] = Tally()
        self.heaps.rebuild(partition)
        entries = iter(self.store.partition(partition).items())
        while slice_ := list(islice(entries, SLICE)):
            heads = [(*record_codec.head_of(value), key) for key, value in slice_]
            counts.update([counts_line for _, counts_line, _ in heads])
            self.heaps.extend(partition, [(wake, key) for wake, _, key in heads if wake is not None])
            await asyncio.sleep(0)
        assert self._recorder is not None
        self._recorder.recount(partition, counts)

    def _check_copartitioned(self, owned: set[int]) -> None:
        """The same partitions of events, ticks and changelog, or clocks would be kept by one and fired by another."""
        assigned = self.app.consumer.assignment()
        for topic in (self._settings.cases_topic, self._settings.ticks_topic):
            numbers = {tp.partition for tp in assigned if tp.topic == topic}
            if numbers != owned:
                raise RuntimeError(f"{topic} and the changelog are not co-partitioned")
