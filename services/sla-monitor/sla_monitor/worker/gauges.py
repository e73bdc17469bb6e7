"""Record the worker's metrics: counters of a batch once it is acknowledged, gauges of the open clocks.

An event emitted again is not counted again.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NoReturn

from chassis.clock import Clock
from event_schemas import (
    ClockOwner,
    Envelope,
    SLABreached,
    SLABreachRevoked,
    SLAClockStarted,
    SLAClockStopped,
)
from sla_monitor.domain import record_codec
from sla_monitor.domain.emissions import Emission
from sla_monitor.domain.model import CaseRecord
from sla_monitor.worker.fatal import ExitProcess
from sla_monitor.worker.metrics import SLAMetrics

# By clock and due time (epoch s, as coarse as ``codec`` counts it).
Dues = Tally[tuple[str, int]]

# The bands end at these shares of the promised time; the warnings of the shipped policies stand at the first two.
BANDS: Final = ((0.5, "under 50%"), (0.8, "50-80%"), (1.0, "80-100%"), (2.0, "100-200%"))
LAST_BAND: Final = "over 200%"
ALL_BANDS: Final = (*(name for _, name in BANDS), LAST_BAND)
QUANTILES: Final = (0.0, 0.1, 0.5)

# By clock, district, and whether the target has passed.
OpenClocks = Tally[tuple[str, str, bool]]


class MetricsRecorder:
    """Counts by (clock, district); open clocks by partition, so that a revoked partition's clocks leave the sum."""

    def __init__(self, metrics: SLAMetrics, lane: str, clock: Clock, exit_process: ExitProcess) -> None:
        self._metrics, self._lane, self._clock, self._exit_process = metrics, lane, clock, exit_process
        self._open: dict[int, OpenClocks] = {}
        self._dues: dict[int, Dues] = {}
        self._shown: set[tuple[str, str]] = set()
        self._handled = cache(metrics.consumer.handled.labels)
        self._age = cache(metrics.consumer.age.labels)
        self._started = cache(metrics.started.labels)
        self._stopped = cache(metrics.stopped.labels)
        self._elapsed = cache(metrics.elapsed.labels)
        # Of the batch at hand: what came by (topic, type, outcome), and by topic when it had happened.
        self._inputs: Tally[tuple[str, str, str]] = Tally()
        self._times: list[tuple[str, datetime]] = []

    def skipped(self, topic: str) -> None:
        self._inputs[topic, "other", "skipped"] += 1

    def handled(self, topic: str, envelope: Envelope) -> None:
        self._inputs[topic, envelope.type, "handled"] += 1
        self._times.append((topic, envelope.data.occurred_at))

    def dead_lettered(self, topic: str, reason: str) -> None:
        self._inputs[topic, "unknown", "dead_letter"] += 1
        self._metrics.consumer.dead_letters.labels(topic, reason).inc()

    def count_batch(self, emissions: Sequence[tuple[CaseRecord | None, Emission]]) -> None:
        """Count a batch: what came, and what Kafka has acknowledged."""
        for labels, number in self._inputs.items():
            self._handled(*labels).inc(number)
        now = self._clock.now()
        for topic, at in self._times:
            self._age(topic).observe(max(0.0, (now - at).total_seconds()))
        self._inputs.clear()
        self._times.clear()
        for record, emission in emissions:
            self._count(emission.data, record.current_district if record is not None else "", now)

    def changed(self, partition: int, before: CaseRecord | None, after: CaseRecord | None) -> None:
        was, becomes = _open_of(before), _open_of(after)
        if was == becomes:
            return
        open_now, dues = self._open.setdefault(partition, Tally()), self._dues.setdefault(partition, Tally())
        for step, clocks in ((-1, was), (1, becomes)):
            for clock, district, overdue, due in clocks:
                open_now[clock, district, overdue] += step
                _add(dues, (clock, due), step)

    def tick_not_sent(self) -> None:
        """A tick was not acknowledged; it is sent again."""
        self._metrics.send_errors.labels(self._lane).inc()

    def lost_changelog(self, error: BaseException) -> NoReturn:
        """A changelog record was not acknowledged: end the process before its input is committed."""
        self._metrics.send_errors.labels(self._lane).inc()
        self._exit_process("changelog_write_failed", error)

    def recount(self, partition: int, counts: Mapping[bytes, int]) -> None:
        """Replace the counts of a recovered partition: entries by line of open clocks (``record_codec.head_of``)."""
        tally: OpenClocks = Tally()
        dues: Dues = Tally()
        for count_batch, number in counts.items():
            for clock, district, overdue, due in record_codec.read_counts(count_batch):
                tally[clock, district, overdue] += number
                dues[clock, due] += number
        self._open[partition], self._dues[partition] = tally, dues

    def keep(self, partitions: set[int]) -> None:
        self._open = {partition: tally for partition, tally in self._open.items() if partition in partitions}
        self._dues = {partition: tally for partition, tally in self._dues.items() if partition in partitions}

    def show(self, heap_sizes: Mapping[int, int], tick_ages: Mapping[int, float], lags: Mapping[int, int]) -> None:
        """Set the gauges; called about once a second."""
        total: OpenClocks = sum(self._open.values(), Tally())
        self._shown |= {(clock, district) for clock, district, _ in total}
        for labels in self._shown:
            in_time, overdue = max(0, total[*labels, False]), max(0, total[*labels, True])
            self._metrics.open.labels(*labels).set(in_time + overdue)
            self._metrics.overdue.labels(*labels).set(overdue)
        self._show_dues()
        self._metrics.owned.labels(self._lane).set(len(heap_sizes))
        self._per_partition(self._metrics.heap, heap_sizes)
        self._per_partition(self._metrics.tick_age, tick_ages)
        self._metrics.consumer.lag.clear()
        for partition, lag in lags.items():
            self._metrics.consumer.lag.labels(f"cases.{self._lane}", str(partition)).set(lag)

    def _show_dues(self) -> None:
        metrics, now = self._metrics, self._clock.now().timestamp()
        dues = [item for tally in self._dues.values() for item in tally.items() if item[0][1] > 0]
        ages = by_age(dues, metrics.targets, now)
        for clock in metrics.targets:
            for band in ALL_BANDS:
                metrics.by_age.labels(clock, band).set(ages[clock, band])
        metrics.remaining.clear()
        for (clock, quantile), seconds in remaining(dues, now).items():
            metrics.remaining.labels(clock, str(quantile)).set(seconds)

    def _per_partition(self, gauge: Any, values: Mapping[int, float]) -> None:
        gauge.clear()
        for partition, value in values.items():
            gauge.labels(self._lane, str(partition)).set(value)

    def recovered(self, seconds: float, records: int) -> None:
        """How long it took from the assignment of partitions until they were answered for."""
        self._metrics.recovery_seconds.labels(self._lane).set(seconds)
        self._metrics.recovery_records.labels(self._lane).set(records)

    def _count(self, event: object, district: str, now: datetime) -> None:
        """A citizen's own clock is open like any other, but what becomes of it is in nobody's compliance."""
        metrics = self._metrics
        if isinstance(event, SLAClockStopped | SLABreached) and event.owner is ClockOwner.CITIZEN:
            return
        match event:
            case SLAClockStarted():
                self._started(event.clock, district).inc()
            case SLAClockStopped():
                self._stopped(event.clock, district, event.state.value).inc()
                if event.elapsed_s is not None:
                    self._elapsed(event.clock, district).observe(event.elapsed_s)
            case SLABreached():
                metrics.breaches.labels(event.clock, district, str(event.level)).inc()
                late = (now - event.occurred_at).total_seconds()
                metrics.lateness.labels(self._lane).observe(max(0.0, late))
            case SLABreachRevoked():
                metrics.revoked.labels(event.clock_id.partition(":")[0]).inc()


def _open_of(record: CaseRecord | None) -> list[tuple[str, str, bool, int]]:
    """The open clocks of a record, in the shape of ``record_codec.read_counts``."""
    if record is None:
        return []
    return [
        (clock.name, record.current_district, record_codec.is_overdue(clock), record_codec.coarse_due(clock))
        for clock in record.clocks
        if not clock.ended
    ]


def _add(tally: Dues, key: tuple[str, int], step: int) -> None:
    """Add, and drop the key at zero: due times pass, keys would pile up."""
    tally[key] += step
    if not tally[key]:
        del tally[key]


def by_age(
    dues: Iterable[tuple[tuple[str, int], int]], targets: Mapping[str, float], now: float
) -> Tally[tuple[str, str]]:
    """Open clocks by (clock, band): the share of the promised time that is over, pauses left out."""
    found: Tally[tuple[str, str]] = Tally()
    for (clock, due), number in dues:
        if clock in targets and number > 0:
            found[clock, _band(1 - (due - now) / targets[clock])] += number
    return found


def remaining(dues: Iterable[tuple[tuple[str, int], int]], now: float) -> dict[tuple[str, float], float]:
    """Seconds left, by clock and quantile of the clocks whose time is not over."""
    ahead: dict[str, list[tuple[int, int]]] = {}
    for (clock, due), number in dues:
        if due > now and number > 0:
            ahead.setdefault(clock, []).append((due, number))
    return {
        (clock, quantile): _at(sorted(found), quantile) - now
        for clock, found in ahead.items()
        for quantile in QUANTILES
    }


def _band(share: float) -> str:
    return next((name for end, name in BANDS if share < end), LAST_BAND)


def _at(ascending: list[tuple[int, int]], quantile: float) -> int:
    wanted = quantile * sum(number for _, number in ascending)
    passed = 0
    for due, number in ascending:
        passed += number
        if passed > wanted:
            return due
    return ascending[-1][0]
