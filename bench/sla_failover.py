"""Two SLA workers, one killed with -9 among the deadlines: how late the other one is, and whether it is right."""

import asyncio
import time
from typing import Any, Final

from bench.report import show
from bench.sla_driver import Lateness, breaches, deadlines, kafka, monitor, setting
from bench.sla_million import load
from bench.sla_peers import figures
from bench.sla_workload import PARTITIONS, topics

# By session timeout, in seconds: the worst lateness that is allowed.
MOST_LATE_MS: Final = {6.0: 10_000.0, 10.0: 13_000.0}


async def run() -> bool:
    """True if at each session timeout nothing is missed or doubled and the worst lateness is within its limit."""
    clocks, fine = int(setting("CLOCKS", 1_000_000)), True
    rows: list[tuple[Any, ...]] = []
    told: dict[str, Any] = {}
    async with kafka() as bootstrap:
        for session_s, limit in MOST_LATE_MS.items():
            late, rss = await _measure(bootstrap, clocks, session_s)
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
            told[f"session_{session_s:.0f}"] = {**spread, "rss_mb": rss}
    when, peers = figures("failover", lambda result: result["test"] == "failover")
    for peer in peers:
        name = f"{peer['name']}, session 10 s, tick 1 s, standbys {peer['standbys']}"
        wrong = f"{peer['missed']} / {peer['duplicates']}"
        rows.append((name, peer["p50_ms"], peer["p99_ms"], peer["max_ms"], "", wrong, ""))
    columns = ("kill -9 of one of two", "p50 ms", "p99 ms", "worst ms", "limit", "missed / doubled", "RSS MB of each")
    show(f"sla-failover, {clocks:,} clocks in all, no standby", columns, rows, clocks=clocks, peers=when, **told)
    return fine


async def _measure(bootstrap: str, clocks: int, session_s: float) -> tuple[Lateness, list[int]]:
    number, spread_s = int(setting("DEADLINES", 20_000)), setting("SPREAD_S", 60)
    session = str(session_s)
    async with (
        topics(bootstrap, "failover") as made,
        monitor(made, instance=0, SESSION_S=session) as first,
        monitor(made, instance=1, SESSION_S=session) as second,
    ):
        await first.start()
        await second.start()
        for one in (first, second):
            await one.ready(PARTITIONS // 2)
        await load(made, [first, second], clocks)
        await asyncio.sleep(3)
        rss = [first.rss_mb(), second.rss_mb()]
        due, base_ms = await deadlines(made, number, spread_s)
        reading = asyncio.create_task(breaches(made, due))
        await asyncio.sleep(max(0.0, base_ms / 1000 + spread_s / 2 - time.time()))
        await first.kill()
        return await reading, [*rss, second.rss_mb()]
