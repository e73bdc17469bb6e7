"""A switch of versions as the service sees it: the longest pause between two decisions, and what a version weighs.

A real Reloader follows a real MongoDB while an event loop decides all the time, as the lanes' consumers do.
"""

import asyncio
import ctypes
import gc
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Final

import psutil
from prometheus_client import CollectorRegistry

from bench.report import median, show
from bench.routing_grid import grid, places
from chassis.clock import SystemClock
from chassis.collector import spare_the_collector
from chassis.mongo.client import Mongo
from janseva_local.servers import MongoServer
from routing.domain import Dataset, Filing, Point, Snapshot, assign_station
from routing.live import Live
from routing.metrics import RoutingMetrics
from routing.reload import Reloader
from routing.store.posts import Posts
from routing.store.rows import from_rows, to_rows
from routing.store.versions import Versions, renamed

SWAPS: Final = 7
MOST_PAUSE_MS: Final = 50.0
# So many decisions between two turns of the loop: one small batch.
DECISIONS_A_TURN: Final = 10
COPIES: Final = 3


async def run() -> bool:
    """True if no swap's pause is over the limit."""
    one = renamed(grid())
    other = renamed(replace(one, boundaries=one.boundaries[:-1]))
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        server = MongoServer(Path(folder))
        await server.start()
        mongo = Mongo(server.uri, "bench_routing", app_name="bench")
        try:
            pauses, control, seconds = await _measured(mongo, one, other)
        finally:
            mongo.close()
            await server.stop()
    megabytes = await asyncio.to_thread(_version_megabytes)
    pause = median(pauses)
    show(
        "routing-swap",
        ("1,600 polygons of 200 vertices; decisions go on", "value", "limit"),
        [
            (f"longest pause between two decisions in a swap, ms, median of {SWAPS}", pause, ""),
            ("the longest of all swaps, ms", max(pauses), MOST_PAUSE_MS),
            ("the same loop without a swap, ms, median", median(control), ""),
            ("the longest of all without a swap, ms", max(control), ""),
            ("from the switch's time to the new version in force, s, median", median(seconds), ""),
            ("resident memory of one version, MB", megabytes, ""),
        ],
        longest_pause_ms=round(max(pauses), 1),
        pause_ms=round(pause, 1),
        pauses_ms=[round(value, 1) for value in pauses],
        control_ms=round(median(control), 1),
        controls_ms=[round(value, 1) for value in control],
        swap_s=round(median(seconds), 2),
        snapshot_mb=round(megabytes, 1),
    )
    return max(pauses) <= MOST_PAUSE_MS


async def _measured(mongo: Mongo, one: Dataset, other: Dataset) -> tuple[list[float], list[float], list[float]]:
    """Pauses of swaps to and fro, pauses of as long without one, and how long the swaps took."""
    clock = SystemClock()
    versions = Versions(mongo, clock)
    for dataset in (one, other):
        await versions.save(dataset, by="bench", note="")
    live = Live(Snapshot(one), RoutingMetrics(CollectorRegistry()), dev_phones=True)
    spare_the_collector()
    reloader = Reloader(live, versions, Posts(mongo), clock, lambda: None)
    pauses, control, seconds = [], [], []
    for _, target in zip(range(SWAPS), cycle((other, one)), strict=False):
        await versions.switch(target.version, effective_from=clock.now(), by="bench", why="")
        started = time.perf_counter()
        pauses.append(await _longest_pause(live, asyncio.create_task(reloader.look())))
        seconds.append(time.perf_counter() - started)
        if live.snapshot.version != target.version:
            raise RuntimeError("the swap did not happen")
        control.append(await _longest_pause(live, asyncio.create_task(asyncio.sleep(seconds[-1]))))
    return pauses, control, seconds


async def _longest_pause(live: Live, other: "asyncio.Task[None]") -> float:
    """Milliseconds between two decisions at the worst, while the other task goes on."""
    filings = cycle(Filing(emergency=True, point=Point(lat, lon)) for lat, lon in places(2_000).tolist())
    worst, last = 0.0, time.perf_counter()
    while not other.done():
        for _ in range(DECISIONS_A_TURN):
            assign_station(live.snapshot, next(filings))
            now = time.perf_counter()
            worst, last = max(worst, now - last), now
        await asyncio.sleep(0)
    await other
    return worst * 1_000


def _version_megabytes() -> float:
    """In a process of its own: what resident memory grows by for each further version, data and indexes together."""
    answer = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=True)
    return float(answer.stdout)


def _print_megabytes() -> None:
    rows = to_rows(grid())
    # The first fills caches and pools that the others use too.
    kept = [Snapshot(from_rows("warm", rows))]
    before = _resident()
    kept += [Snapshot(from_rows(str(number), rows)) for number in range(COPIES)]
    print((_resident() - before) / COPIES / 1e6)
    del kept


def _resident() -> int:
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    _print_megabytes()
