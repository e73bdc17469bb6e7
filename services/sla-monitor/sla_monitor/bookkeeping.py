"""Keeps the metrics true: what is counted, and when. An event said again is not counted again."""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NoReturn

from chassis.clock import Clock
from event_schemas import (
    ClockOwner,
    Envelope,
    SLABreached,
    SLABreachRevoked,
    SLAClockStarted,
    SLAClockStopped,
)
from sla_monitor import codec
from sla_monitor.engine.model import CaseRecord
from sla_monitor.engine.tell import Emission
from sla_monitor.guard import Die
from sla_monitor.metrics import SLAMetrics

# By clock, district, and whether the target has passed.
OpenClocks = Tally[tuple[str, str, bool]]


class Bookkeeping:
    """Counts by (clock, district); open clocks by partition, so that a revoked partition's clocks leave the sum."""

    def __init__(self, metrics: SLAMetrics, lane: str, clock: Clock, die: Die) -> None:
        self._metrics, self._lane, self._clock, self._die = metrics, lane, clock, die
        self._open: dict[int, OpenClocks] = {}
        self._shown: set[tuple[str, str]] = set()
        self._handled = cache(metrics.consumer.handled.labels)
        self._age = cache(metrics.consumer.age.labels)

    def skipped(self, topic: str) -> None:
        self._handled(topic, "other", "skipped").inc()

    def handled(self, topic: str, envelope: Envelope) -> None:
        self._handled(topic, envelope.type, "handled").inc()
        age = (self._clock.now() - envelope.data.occurred_at).total_seconds()
        self._age(topic).observe(max(0.0, age))

    def dead_lettered(self, topic: str, reason: str) -> None:
        self._handled(topic, "unknown", "dead_letter").inc()
        self._metrics.consumer.dead_letters.labels(topic, reason).inc()

    def told(self, said: Sequence[tuple[CaseRecord | None, Emission]]) -> None:
        """Count what Kafka has acknowledged."""
        for record, emission in said:
            self._count(emission.data, record.place if record is not None else "")

    def changed(self, partition: int, before: CaseRecord | None, after: CaseRecord | None) -> None:
        open_now = self._open.setdefault(partition, Tally())
        for labels in _open_of(before):
            open_now[labels] -= 1
        for labels in _open_of(after):
            open_now[labels] += 1

    def lost_changelog(self, error: BaseException) -> NoReturn:
        """State that Kafka didn't take is no state: the process ends before its input is committed."""
        self._metrics.send_errors.labels(self._lane).inc()
        self._die("changelog_write_failed", error)

    def recount(self, partition: int, counts: Mapping[bytes, int]) -> None:
        """Begin anew with a recovered partition: how many entries count for what (``codec.head_of``)."""
        tally: OpenClocks = Tally()
        for told, number in counts.items():
            for labels in codec.read_counts(told):
                tally[labels] += number
        self._open[partition] = tally

    def keep(self, partitions: set[int]) -> None:
        self._open = {partition: tally for partition, tally in self._open.items() if partition in partitions}

    def show(self, heap_sizes: Mapping[int, int], tick_ages: Mapping[int, float], lags: Mapping[int, int]) -> None:
        """Set the gauges; called about once a second."""
        total: OpenClocks = sum(self._open.values(), Tally())
        self._shown |= {(clock, district) for clock, district, _ in total}
        for labels in self._shown:
            in_time, overdue = max(0, total[*labels, False]), max(0, total[*labels, True])
            self._metrics.open.labels(*labels).set(in_time + overdue)
            self._metrics.overdue.labels(*labels).set(overdue)
        self._metrics.owned.labels(self._lane).set(len(heap_sizes))
        self._per_partition(self._metrics.heap, heap_sizes)
        self._per_partition(self._metrics.tick_age, tick_ages)
        self._metrics.consumer.lag.clear()
        for partition, lag in lags.items():
            self._metrics.consumer.lag.labels(f"cases.{self._lane}", str(partition)).set(lag)

    def _per_partition(self, gauge: Any, values: Mapping[int, float]) -> None:
        gauge.clear()
        for partition, value in values.items():
            gauge.labels(self._lane, str(partition)).set(value)

    def _count(self, event: object, district: str) -> None:
        """A citizen's own clock is open like any other, but what becomes of it is in nobody's compliance."""
        metrics = self._metrics
        if isinstance(event, SLAClockStopped | SLABreached) and event.owner is ClockOwner.CITIZEN:
            return
        match event:
            case SLAClockStarted():
                metrics.started.labels(event.clock, district).inc()
            case SLAClockStopped():
                metrics.stopped.labels(event.clock, district, event.state.value).inc()
                if event.elapsed_s is not None:
                    metrics.elapsed.labels(event.clock, district).observe(event.elapsed_s)
            case SLABreached():
                metrics.breaches.labels(event.clock, district, str(event.level)).inc()
                late = (self._clock.now() - event.occurred_at).total_seconds()
                metrics.lateness.labels(self._lane).observe(max(0.0, late))
            case SLABreachRevoked():
                metrics.revoked.labels(event.clock_id.partition(":")[0]).inc()


def _open_of(record: CaseRecord | None) -> list[tuple[str, str, bool]]:
    if record is None:
        return []
    return [(clock.name, record.place, clock.overdue) for clock in record.clocks if not clock.ended]
