"""Two SLA workers, one killed with -9 among the deadlines: how late the other one is, and whether it is right."""

import asyncio
import time
from typing import Any, Final

from bench.report import show
from bench.sla_driver import Lateness, Monitor, breaches, deadlines, kafka, monitor, setting
from bench.sla_million import load
from bench.sla_peers import figures
from bench.sla_workload import PARTITIONS, Topics, topics
from chassis.kafka.admin import end_offsets

SESSION_OVER_S: Final = 2.0
# By session timeout, in seconds: the worst lateness that is allowed.
MOST_LATE_MS: Final = {6.0: 10_000.0, 10.0: 13_000.0}


async def run() -> bool:
    """True if at each session timeout nothing is missed or doubled and the worst lateness is within its limit."""
    clocks, fine = int(setting("CLOCKS", 1_000_000)), True
    rows: list[tuple[Any, ...]] = []
    stats: dict[str, Any] = {}
    async with (
        kafka() as bootstrap,
        topics(bootstrap, "failover") as made,
        monitor(made, instance=0) as first,
        monitor(made, instance=1) as second,
    ):
        pair = (first, second)
        for session_s, limit in MOST_LATE_MS.items():
            await _start(pair, session_s)
            if session_s == min(MOST_LATE_MS):
                await load(made, [*pair], clocks)
                await asyncio.sleep(3)
            late, rss = await _measure(made, pair, f"D{session_s:.0f}-")
            await second.kill()
            await asyncio.sleep(session_s + SESSION_OVER_S)
            spread = late.figures()
            right = late.missed == late.doubled == late.wrong == 0
            fine = fine and right and spread["max_ms"] <= limit
            rows.append(
                (
                    f"SLA monitor, session {session_s:.0f} s, tick 100 ms",
                    spread["p50_ms"],
                    spread["p99_ms"],
                    spread["max_ms"],
                    limit,
                    f"{late.missed} / {late.doubled}",
                    " + ".join(map(str, rss)),
                )
            )
            stats[f"session_{session_s:.0f}"] = {**spread, "rss_mb": rss}
    when, peers = figures("failover", lambda result: result["test"] == "failover")
    for peer in peers:
        name = f"{peer['name']}, session 10 s, tick 1 s, standbys {peer['standbys']}"
        wrong = f"{peer['missed']} / {peer['duplicates']}"
        rows.append((name, peer["p50_ms"], peer["p99_ms"], peer["max_ms"], "", wrong, ""))
    columns = ("kill -9 of one of two", "p50 ms", "p99 ms", "worst ms", "limit", "missed / doubled", "RSS MB of each")
    show(f"sla-failover, {clocks:,} clocks in all, no standby", columns, rows, clocks=clocks, peers=when, **stats)
    return fine


async def _start(pair: tuple[Monitor, Monitor], session_s: float) -> None:
    for one in pair:
        one.env["SESSION_S"] = str(session_s)
        await one.start()
    for one in pair:
        await one.ready(PARTITIONS // 2)


async def _measure(made: Topics, pair: tuple[Monitor, Monitor], series: str) -> tuple[Lateness, list[int]]:
    """Kill the first of the pair in the middle of the deadlines. Also the RSS of both, and of the survivor after it."""
    number, spread_s = int(setting("DEADLINES", 20_000)), setting("SPREAD_S", 40)
    rss = [one.rss_mb() for one in pair]
    start = await end_offsets(made.bootstrap, [made.breaches])
    due, base_ms = await deadlines(made, number, spread_s, series)
    reading = asyncio.create_task(breaches(made, due, start))
    await asyncio.sleep(max(0.0, base_ms / 1000 + spread_s / 2 - time.time()))
    await pair[0].kill()
    return await reading, [*rss, pair[1].rss_mb()]
