"""A million open clocks in one SLA worker: its memory, the lateness of deadlines beside them, how fast it is back."""

import asyncio
import sys
import time
from typing import Any, Final

from bench.report import show
from bench.sla_driver import Lateness, Monitor, breaches, deadlines, kafka, monitor, setting
from bench.sla_peers import figures
from bench.sla_workload import PARTITIONS, Topics, far, topics

MOST_RSS_MB: Final = 450
MOST_P99_MS: Final = 300.0
MOST_KEPT_S: Final = 5.0
MOST_WIPED_S: Final = 15.0
NEW_EVENTS: Final = 4_000
SESSION_OVER_S: Final = 12.0


async def run() -> bool:
    """True if memory, lateness and both restarts are within their limits. The limits hold for a million clocks."""
    clocks, spread = int(setting("CLOCKS", 1_000_000)), setting("SPREAD_S", 60)
    number = int(setting("DEADLINES", 20_000))
    async with kafka() as bootstrap, topics(bootstrap, "million") as made, monitor(made) as one:
        await one.start(expect=clocks)
        await one.ready()
        loaded_s = await load(made, [one], clocks)
        await asyncio.sleep(5)
        rss, peak = one.rss_mb(), one.peak_mb()
        due, _ = await deadlines(made, number, spread)
        late = await breaches(made, due)
        kept = await _restart(made, one, clocks + number, wiped=False)
        wiped = await _restart(made, one, clocks + number + NEW_EVENTS, wiped=True)
    _show(clocks, clocks / loaded_s, (rss, peak), late, kept, wiped)
    fine = late.missed == late.doubled == late.wrong == 0 and late.figures()["p99_ms"] <= MOST_P99_MS
    return fine and rss <= MOST_RSS_MB and kept["all"] <= MOST_KEPT_S and wiped["all"] <= MOST_WIPED_S


async def load(made: Topics, monitors: list[Monitor], clocks: int) -> float:
    """File the cases while the monitors run; seconds until all were consumed."""
    began, filing = time.monotonic(), asyncio.create_task(made.put(far(0, clocks)))
    while (done := sum(one.stats()["processed"] for one in monitors)) < clocks:
        if filing.done():
            filing.result()
        print(f"\r{done:,} of {clocks:,} clocks open", end="", file=sys.stderr)
        await asyncio.sleep(1)
    await filing
    print(file=sys.stderr)
    return time.monotonic() - began


async def _restart(made: Topics, one: Monitor, offset: int, *, wiped: bool) -> dict[str, float]:
    """Kill -9, wait until the group has forgotten the dead, start: seconds until new events are consumed."""
    await asyncio.sleep(3)
    await one.kill()
    if wiped:
        one.wipe()
    await made.put(far(10_000_000 + offset, 10_000_000 + offset + NEW_EVENTS))
    await asyncio.sleep(SESSION_OVER_S)
    await one.start(expect=NEW_EVENTS)
    stats = await one.until(lambda stats: len(stats["parts"]) == PARTITIONS and stats["done_ms"] > 0, within=300)
    seconds = {name: (stats[key] - one.started_ms) / 1000 for name, key in (("first", "first_ms"), ("done", "done_ms"))}
    return {
        **seconds,
        "all": (max(stats["parts"].values()) - one.started_ms) / 1000,
        "restored": stats["restored"],
        "rss": one.rss_mb(),
    }


def _show(
    clocks: int,
    rate: float,
    memory: tuple[int, int],
    late: Lateness,
    kept: dict[str, float],
    wiped: dict[str, float],
) -> None:
    stats = late.figures()
    rows: list[tuple[Any, ...]] = [
        ("loading, events/s (the load is made beside it)", rate, "", *_peers("load-1m-live", "ev_s")),
        ("RSS, MB", memory[0], MOST_RSS_MB, *_peers("memory", "rss_all_mb")),
        ("RSS at its highest, MB", memory[1], "", *_peers("memory", "peak_mb")),
        ("lateness p50, ms (our tick 100 ms, the peers' 1 s)", stats["p50_ms"], "", *_peers("lateness", "p50_ms")),
        ("lateness p99, ms", stats["p99_ms"], MOST_P99_MS, *_peers("lateness", "p99_ms")),
        ("missed / doubled", f"{late.missed} / {late.doubled}", "0 / 0", "", "", "", ""),
        ("restart, state kept: s to an event of each partition", kept["all"], MOST_KEPT_S, *_restarts("kept")),
        ("restart, state wiped: s", wiped["all"], MOST_WIPED_S, *_restarts("wiped")),
        ("RSS after the restart, MB", kept["rss"], "", "", "", "", ""),
    ]
    when, peers = figures("state", lambda result: result["test"] == "memory")
    show(
        "sla-million",
        (f"{clocks:,} open clocks, one worker", "ours", "limit", *(peer["name"] for peer in peers)),
        [row[: 3 + len(peers)] for row in rows],
        clocks=clocks,
        rss_mb=memory[0],
        lateness=stats,
        kept=kept,
        wiped=wiped,
        peers=when,
    )


def _peers(test: str, figure: str) -> list[Any]:
    tick = 1000 if test == "lateness" else None
    _, found = figures("state", lambda result: result["test"] == test and result.get("tick_ms") == tick)
    by_impl = {peer["impl"]: peer[figure] for peer in found}
    return [by_impl.get(impl, "") for impl in ("a-memory", "a-rocksdb", "b", "c")]


def _restarts(kind: str) -> list[Any]:
    """Those after the dead session was over; the peers that were only measured with it count it in."""
    _, found = figures("state", lambda result: result["test"] == f"recovery-{kind}")
    by_impl = {
        peer["impl"]: peer["start_to_all_partitions_s"] - (10 if peer["kill_to_start_s"] < 5 else 0) for peer in found
    }
    return [by_impl.get(impl, "") for impl in ("a-memory", "a-rocksdb", "b", "c")]
