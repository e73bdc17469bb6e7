"""The promise under faults: deadlines that fall while something is killed, stopped, moved or forgotten.

Two workers, the ledger with its reconciler and the audit, all as they ship, on a Kafka and a MongoDB of their own. The
audit is the judge: it reads the whole log and shares no state with what it judges.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from bench.report import show
from bench.sla_driver import setting
from bench.sla_proof_rig import RECONCILE_AFTER_S, TARGET, Rig, completion, filings, rig
from janseva_local.servers import KafkaServer, MongoServer

LEAD_S: Final = 25.0
MAX_WAIT_S: Final = 60.0
MET: Final = 4
"""One more case for every four that break is met in time: a breach of it would be untrue."""

Fault = Callable[[Rig], Awaitable[None]]


async def _worker_killed(run: Rig) -> None:
    run.workers[0].kill()


async def _broker_killed(run: Rig) -> None:
    run.kafka.kill()
    await asyncio.sleep(3)
    await run.kafka.restart()


async def _mongodb_stopped(run: Rig) -> None:
    await run.mongo.stop()
    await asyncio.sleep(15)
    await run.mongo.restart()


async def _group_moves(run: Rig) -> None:
    """A third worker comes and goes every five seconds."""
    third = run.worker("third")
    run.workers.append(third)
    for _ in range(3):
        third.start()
        await asyncio.sleep(5)
        await third.stop()
        await asyncio.sleep(5)


async def _changelog_lost(run: Rig) -> None:
    """Both workers down, half of the table's history gone, both up again: only the reconciler knows the rest."""
    for worker in run.workers:
        await worker.stop()
    await run.forget_changelog({0, 1})
    for worker in run.workers:
        worker.start()


FAULTS: Final[dict[str, Fault]] = {
    "kill -9 of one worker": _worker_killed,
    "kill -9 of the broker": _broker_killed,
    "MongoDB stopped for 15 s": _mongodb_stopped,
    "the group moves every 5 s": _group_moves,
    "half of the changelog deleted": _changelog_lost,
}


async def run() -> bool:
    """True if under each fault the audit finds 0 missed, 0 doubled, 0 untrue, and as many breaches as fell due."""
    number, spread_s = int(setting("DEADLINES", 20_000)), setting("SPREAD_S", 60)
    rows: list[tuple[Any, ...]] = []
    verdicts: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        kafka, mongo = KafkaServer(Path(folder) / "kafka"), MongoServer(Path(folder) / "mongo")
        try:
            await asyncio.gather(kafka.start(), mongo.start())
            for index, (name, fault) in enumerate(FAULTS.items()):
                Console().print(f"sla-proof: {name}, {number:,} deadlines over {spread_s:.0f} s")
                async with rig(kafka, mongo, Path(folder), f"proof{index}") as made:
                    verdict = await _under(made, fault, number, spread_s)
                verdicts[name] = verdict
                rows.append((name, *verdict.values()))
        finally:
            await asyncio.gather(kafka.stop(), mongo.stop())
    columns = (
        "fault",
        "breaches",
        "missed",
        "doubled",
        "untrue",
        "ledger differs",
        "copies",
        "p50 s",
        "p99 s",
        "worst s",
    )
    show("sla-proof", columns, rows, deadlines=number, reconcile_after_s=RECONCILE_AFTER_S, **verdicts)
    wrong = ("missed", "doubled", "untrue", "disagreements")
    return all(one["breaches"] == number and not any(one[kind] for kind in wrong) for one in verdicts.values())


async def _under(made: Rig, fault: Fault, number: int, spread_s: float) -> dict[str, Any]:
    begin = datetime.now(UTC) + timedelta(seconds=LEAD_S)
    broken = filings([begin + timedelta(seconds=n * spread_s / number) for n in range(number)])
    met = filings([one.occurred_at + TARGET for one in broken[::MET]])
    await made.put(one for one in (*broken, *met))
    await made.put(completion(one) for one in met)
    await asyncio.sleep(max(0.0, begin.timestamp() + spread_s / 3 - time.time()))
    await fault(made)
    await asyncio.sleep(max(0.0, begin.timestamp() + spread_s - time.time()))
    limit = time.monotonic() + MAX_WAIT_S
    while await made.emitted() < number and time.monotonic() < limit:  # noqa: ASYNC110  only the log shows it
        await asyncio.sleep(1)
    found = await made.audit()
    late = found["late"][0] if found["late"] else dict.fromkeys(("p50_s", "p99_s", "max_s"), float("nan"))
    return {
        "breaches": found["counts"]["breaches"] - found["counts"]["revoked"],
        **{kind: found[kind] for kind in ("missed", "doubled", "untrue")},
        "disagreements": len(found["ledger"]["disagreements"])
        if found["ledger"]["compared"] is not None
        else "not read",
        "copies": found["counts"]["repeats"],
        **{name: late[name] for name in ("p50_s", "p99_s", "max_s")},
    }
