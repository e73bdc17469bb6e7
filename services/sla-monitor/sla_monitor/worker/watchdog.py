"""The loops beside the agent: ticks every 100 ms, gauges and the watchdog for silent stalls once a second."""

import asyncio
import time
from dataclasses import dataclass, field

from chassis.health import Liveness
from chassis.telemetry.logs import get_logger
from sla_monitor.worker.deadlines import DeadlineHeaps
from sla_monitor.worker.fatal import ExitProcess
from sla_monitor.worker.gauges import MetricsRecorder
from sla_monitor.worker.processor import Processor
from sla_monitor.worker.ticks import Offsets, OffsetsUnavailable, Ticker

_log = get_logger(__name__)


@dataclass(slots=True)
class Watchdog:
    """Ends the process if events are there to read and none is read for ``stall_limit_s``: Faust can stop silently."""

    recovered: asyncio.Event
    ticker: Ticker
    offsets: Offsets
    processor: Processor
    heaps: DeadlineHeaps
    recorder: MetricsRecorder
    liveness: Liveness
    exit_process: ExitProcess
    tick_s: float
    stall_limit_s: float
    _progress: dict[int, tuple[int | None, float]] = field(default_factory=dict)
    _unavailable_since: float | None = None

    async def tick_forever(self) -> None:
        """Ticks at fixed times as long as this worker owns partitions; beat the liveness each time."""
        following = time.monotonic()
        while True:
            self.liveness.beat()
            if self.recovered.is_set():
                try:
                    await self.ticker.tick()
                except OffsetsUnavailable as error:
                    _log.warning("tick_skipped", why=str(error))
            following = max(following + self.tick_s, time.monotonic())
            await asyncio.sleep(following - time.monotonic())

    async def check_forever(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            await self.check()

    async def check(self) -> None:
        """Set the gauges whatever else stands still: a worker that fires no deadline must not appear up to date."""
        lags: dict[int, int] = {}
        if self.recovered.is_set():
            lags = await self._lags()
        else:
            self._progress.clear()
        self.recorder.show(self.heaps.sizes(), self.ticker.ages(), lags)

    async def _lags(self) -> dict[int, int]:
        owned = self.offsets.owned()
        try:
            ends = await self.offsets.ends(owned) if owned else {}
            await self.ticker.set_positions(ends)
        except OffsetsUnavailable as error:
            self._unavailable_since = self._unavailable_since or time.monotonic()
            if time.monotonic() - self._unavailable_since > self.stall_limit_s:
                self.exit_process("broker_out_of_sight", error)
            return {}
        self._unavailable_since = None
        lags: dict[int, int] = {}
        for partition, end in ends.items():
            position = self.processor.position(partition)
            lags[partition] = end - position if position is not None else 0
            self._check_moving(partition, position, behind=lags[partition] > 0)
        return lags

    def _check_moving(self, partition: int, position: int | None, *, behind: bool) -> None:
        now = time.monotonic()
        before, since = self._progress.get(partition, (position, now))
        if position != before or not behind:
            since = now
        self._progress[partition] = (position, since)
        if now - since > self.stall_limit_s:
            self.exit_process("consumer_stalled")
