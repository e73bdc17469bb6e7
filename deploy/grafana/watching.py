"""A Prometheus beside the suite of the data folder: the one that runs, or one of its own that the demo fills."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from deploy.prometheus.server import PrometheusServer

from janseva_local.demo.options import Options
from janseva_local.demo.run import play_demo
from janseva_local.demo.target import Target, find_or_start
from janseva_local.folder import DataFolder

PROGRAMS = ("intake", "routing", "sla-ledger", "notifier", "certificate")
LANES = ("sla-monitor-emergency", "sla-monitor-routine")
SETTLED_WITHIN_S = 150
# Enough for each way of each service to be gone once.
CITIZENS = 120
# Recording rules build on each other; the ledger counts its stations every half minute.
SETTLED = ('sum(janseva:sla_decided:sum{window="30d"}) > 0', "count(janseva_sla_station_rounds) > 0")


@dataclass(frozen=True, slots=True)
class Watched:
    """`since`: from when on there is something to see, in seconds since 1970. `own`: the suite was started for it."""

    prometheus: PrometheusServer
    target: Target
    since: float
    own: bool


@asynccontextmanager
async def watched_suite(folder: DataFolder, show: Callable[[str], None]) -> AsyncIterator[Watched]:
    """RuntimeError if what Prometheus has to show does not come in time."""
    runs = folder.running() is not None
    async with find_or_start(folder, show) as target:
        home = folder.root / "prometheus"
        home.mkdir(parents=True, exist_ok=True)
        prometheus = PrometheusServer(home, targets_of(target.urls))
        await prometheus.start()
        try:
            since = time.time()
            if not runs:
                # Its findings are shown; that a panel has something to show does not depend on them.
                await play_demo(folder, target, Options(citizens=CITIZENS))
            await settled(prometheus)
            yield Watched(prometheus, target, since, own=not runs)
        finally:
            await prometheus.stop()


def targets_of(urls: dict[str, str]) -> dict[str, list[str]]:
    """The addresses of each job of prometheus.yml."""

    def addresses(*names: str) -> list[str]:
        return [urls[name].removeprefix("http://") for name in names if name in urls]

    return {name: addresses(name) for name in PROGRAMS} | {"sla-monitor": addresses(*LANES)}


async def settled(prometheus: PrometheusServer) -> None:
    """Until each rule has been worked out over what was scraped."""
    until = time.monotonic() + SETTLED_WITHIN_S
    waiting = [*SETTLED]
    while waiting:
        if time.monotonic() > until:
            raise RuntimeError(f"Prometheus still shows nothing for {waiting[0]}")
        found: list[dict[str, Any]] = await prometheus.query(waiting[0])
        if found:
            waiting.pop(0)
        else:
            await asyncio.sleep(1)
    # One more pass of the rules, and a line has two points.
    await asyncio.sleep(3)


def show(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
