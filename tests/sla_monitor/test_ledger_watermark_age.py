"""The age of a watermark grows while nothing can be asked: a gauge that stands still would pass for a fresh one."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from prometheus_client import CollectorRegistry

from chassis.kafka.offsets import OffsetsUnknown
from sla_monitor.ledger.metrics import LedgerMetrics
from sla_monitor.ledger.store import TopicPartition
from sla_monitor.ledger.watermarks import Sample, Watermarker
from tests.manual_clock import ManualClock

TP = TopicPartition("cases.emergency", 0)


class _Positions:
    """A log of one record that the group has consumed; ``away`` is a broker that doesn't answer."""

    away = False

    def __init__(self, asked: asyncio.Event) -> None:
        self._asked = asked

    async def ends(self) -> Mapping[tuple[str, int], int]:
        self._asked.set()
        if self.away:
            raise OffsetsUnknown
        return {("cases.emergency", 0): 1}

    async def starts(self) -> Mapping[tuple[str, int], int]:
        return {("cases.emergency", 0): 1}

    async def committed(self, _group: str) -> Mapping[tuple[str, int], int]:
        return {}


class _Store:
    def __init__(self) -> None:
        self.reached_at: dict[TopicPartition, datetime | None] = {}

    async def expect(self, tps: list[TopicPartition]) -> None:
        self.reached_at = dict.fromkeys(tps)

    async def advance(self, reached: Mapping[TopicPartition, Sample]) -> None:
        self.reached_at |= {tp: sample.at for tp, sample in reached.items()}

    async def all(self) -> dict[TopicPartition, datetime | None]:
        return self.reached_at


async def test_the_age_grows_while_kafka_is_away() -> None:
    """After the last watermark that could be set, the age is the time since it."""
    registry, clock, asked = CollectorRegistry(), ManualClock(datetime(2026, 11, 1, tzinfo=UTC)), asyncio.Event()
    positions = _Positions(asked)
    watermarker = Watermarker(
        positions=cast("Any", positions),
        groups={"cases.emergency": "sla-ledger.emergency"},
        store=cast("Any", _Store()),
        clock=clock,
        metrics=LedgerMetrics(registry),
        every=timedelta(0),
    )

    def age() -> float | None:
        labels = {"topic": "cases.emergency", "partition": "0"}
        return registry.get_sample_value("janseva_sla_ledger_watermark_age_seconds", labels)

    await watermarker.check()
    assert age() == 0
    positions.away = True
    clock.advance(timedelta(seconds=90))
    running = asyncio.create_task(watermarker.run())
    asked.clear()
    await asked.wait()
    await asyncio.sleep(0)
    running.cancel()
    assert age() == 90
