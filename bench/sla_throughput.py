"""Events a second of one SLA worker, against a bare Faust agent and a plain loop in the same run, beside the peers."""

from typing import Any, Final

from bench.report import show
from bench.sla_driver import FAUST_FLOOR, OURS, RAW_FLOOR, kafka, monitor, setting
from bench.sla_peers import figures
from bench.sla_workload import closing, far, topics

LEAST_RATIO: Final = 0.9
CONTENDERS: Final = (
    ("SLA monitor", OURS),
    ("a Faust agent that writes one table entry an event", FAUST_FLOOR),
    ("a plain aiokafka loop", RAW_FLOOR),
)


async def run() -> bool:
    """True if our worker does at least 0.9 of what the bare Faust agent does. Best of the rounds, each in its turn."""
    events, rounds = int(setting("EVENTS", 100_000)), int(setting("ROUNDS", 2))
    best: dict[str, dict[str, float]] = {}
    async with kafka() as bootstrap:
        for _ in range(rounds):
            for name, command in CONTENDERS:
                one = await _measure(bootstrap, command, events)
                if name not in best or one["rate"] > best[name]["rate"]:
                    best[name] = one
    floor = best[CONTENDERS[1][0]]
    rows: list[tuple[Any, ...]] = [
        (name, one["rate"], one["rate"] / floor["rate"], one["cpu"], one["cpu"] / floor["cpu"])
        for name, one in best.items()
    ]
    _, peers = figures("throughput", lambda result: result["test"] == "throughput")
    rows += [(peer["name"], peer["ev_s"], "", peer["cpu_s_per_100k"], "") for peer in peers]
    ours = best[CONTENDERS[0][0]]
    ratio = ours["rate"] / floor["rate"]
    show(
        "sla-throughput",
        (f"{events:,} events, a quarter of them ends", "events/s", "of the floor", "CPU s / 100,000", "of the floor"),
        rows,
        events_s=round(ours["rate"]),
        cpu_s_per_100k=round(ours["cpu"], 2),
        of_faust_floor=round(ratio, 2),
        needed=LEAST_RATIO,
    )
    return ratio >= LEAST_RATIO


async def _measure(bootstrap: str, command: tuple[str, ...], events: int) -> dict[str, float]:
    async with topics(bootstrap, "throughput") as made:
        count = await made.put(far(0, events * 3 // 4)) + await made.put(closing(0, events // 4))
        async with monitor(made, command=command) as one:
            await one.start(expect=count)
            stats = await one.until(lambda stats: stats["done_ms"] > 0)
    seconds = (stats["done_ms"] - stats["first_ms"]) / 1000
    cpu = (stats["cpu_done"] - stats["cpu_first"]) / count * 100_000
    return {"rate": count / seconds, "cpu": cpu}
