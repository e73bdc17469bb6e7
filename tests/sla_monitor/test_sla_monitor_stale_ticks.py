"""A worker that looks at no deadline must not look up to date, whatever it is that has stopped."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from chassis.health import Liveness
from sla_monitor.worker.deadlines import BUCKET_MS, DeadlineHeaps
from sla_monitor.worker.ticks import OffsetsUnavailable, Ticker
from sla_monitor.worker.watchdog import Watchdog
from tests.manual_clock import ManualClock
from tests.sla_monitor.sla_events import ms

# A time at which a bucket of the heap begins: there the heap names the deadline itself.
DEADLINE = (ms(0) // BUCKET_MS + 1) * BUCKET_MS
TEN_SECONDS_BEFORE = datetime.fromtimestamp(DEADLINE / 1000 - 10, UTC)


class _Processor:
    generation = 0


@dataclass
class _Rig:
    """A worker of partition 3 whose ticks nobody sends; ``ages`` is what its gauges showed last."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(TEN_SECONDS_BEFORE))
    heaps: DeadlineHeaps = field(default_factory=DeadlineHeaps)
    recovered: asyncio.Event = field(default_factory=asyncio.Event)
    ages: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ticker = Ticker(
            offsets=self,
            heaps=self.heaps,
            processor=cast("Any", _Processor()),
            producer=cast("Any", None),
            clock=self.clock,
            topic="sla.ticks.emergency",
        )
        self.watch = Watchdog(
            recovered=self.recovered,
            ticker=self.ticker,
            offsets=self,
            processor=cast("Any", _Processor()),
            heaps=self.heaps,
            recorder=cast("Any", self),
            liveness=Liveness(timedelta(seconds=30)),
            exit_process=cast("Any", None),
            tick_s=0.1,
            stall_limit_s=60.0,
        )

    def owned(self) -> set[int]:
        return {3}

    async def ends(self, partitions: set[int]) -> Mapping[int, int]:
        raise OffsetsUnavailable(str(partitions))

    async def starts(self, partitions: set[int]) -> Mapping[int, int]:
        raise OffsetsUnavailable(str(partitions))

    def show(self, _sizes: Mapping[int, int], ages: Mapping[int, float], _lags: Mapping[int, int]) -> None:
        self.ages = ages

    async def pass_seconds(self, seconds: int) -> None:
        for _ in range(seconds):
            await self.watch.check()
            self.clock.advance(timedelta(seconds=1))
        await self.watch.check()


async def test_the_age_grows_from_the_first_deadline_that_is_not_fired() -> None:
    """Before it there is nothing to look at; after it the age is the time since, though no tick was ever sent."""
    rig = _Rig()
    rig.heaps.push(3, DEADLINE, b"case")
    await rig.pass_seconds(9)
    assert rig.ages == {}
    await rig.pass_seconds(41)
    assert rig.ages == {3: 40.0}


async def test_the_age_grows_while_the_brokers_are_out_of_sight() -> None:
    """The gauges don't stand still at the last good value."""
    rig = _Rig()
    rig.recovered.set()
    rig.heaps.push(3, DEADLINE, b"case")
    await rig.pass_seconds(30)
    assert rig.ages == {3: 20.0}


async def test_a_bucket_that_has_just_been_filled_is_not_old() -> None:
    """The heap names the bucket's beginning, minutes ago; nobody has failed to look yet."""
    rig = _Rig()
    rig.heaps.rebuild(3)
    await rig.pass_seconds(610)
    rig.heaps.push(3, DEADLINE + 700_000, b"case")
    assert rig.heaps.top(3) == DEADLINE
    await rig.pass_seconds(1)
    assert rig.ages[3] <= 2.0
