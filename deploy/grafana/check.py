"""Asks a real Prometheus, which scrapes the suite, every query of every panel and every rule.

python deploy/grafana/check.py: the suite of the data folder, or one of its own that the demo fills. Exit status 1 for a
refused query, an empty panel, a rule that fails, or a sum that the ledger counts otherwise. The answers are kept for
`make hq`.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.grafana.asking import Answers, ask_all, faults_of
from deploy.grafana.boards import BOARDS
from deploy.grafana.watching import Watched, show, watched_suite
from deploy.prometheus.promises import PROMISES

from janseva_local.folder import DataFolder

ANSWERS = "prometheus/answers.json"
# By the workers' counters, which nothing takes back, and by the ledger: the same rounds.
COUNTED = {"met": 'sum by (clock) (janseva_sla_clocks_stopped_total{outcome="met"})'}
AGREE_WITHIN_S = 60


async def check(folder: DataFolder) -> int:
    async with watched_suite(folder, show) as watched:
        until = time.time()
        answers = await ask_all(watched.prometheus, BOARDS, watched.since, until)
        faults = [*faults_of(BOARDS, answers), *await watched.prometheus.rule_faults()]
        faults += await _disagreements(watched)
    Answers(as_of=datetime.fromtimestamp(until, UTC), answers=answers).save(folder.root / ANSWERS)
    panels = sum(1 for board in BOARDS for _ in board.panels())
    show(f"{len(BOARDS)} dashboards, {panels} panels, {len(answers)} queries; {len(faults)} faults")
    for fault in faults:
        show(f"  {fault}")
    return 1 if faults else 0


async def _disagreements(watched: Watched) -> list[str]:
    """Where the workers' counters and the ledger's report differ for longer than a fact needs to reach both.

    Of the three promises: a stop of another clock that was disputed later is taken back in the ledger, and no counter
    falls. A worker that was started again counts from 0: of a suite that ran before, only counting more is a fault.
    """
    restarted = await watched.prometheus.query("sum(resets(janseva_sla_clocks_stopped_total[1h])) > 0")
    if restarted:
        return []
    until = time.monotonic() + AGREE_WITHIN_S
    while True:
        theirs = {
            one["metric"]["clock"]: int(float(one["value"][1]))
            for one in await watched.prometheus.query(COUNTED["met"])
        }
        ledger = await _ledger(watched)
        pairs = [(promise.clock, theirs.get(promise.clock, 0), ledger.get(promise.clock, 0)) for promise in PROMISES]
        wrong = [
            f"{clock}: the workers count {counted} met, the ledger {known}"
            for clock, counted, known in pairs
            if counted > known or (watched.own and counted < known)
        ]
        if not wrong or time.monotonic() > until:
            return wrong
        await asyncio.sleep(2)


async def _ledger(watched: Watched) -> dict[str, int]:
    """Rounds met by clock: all that the ledger knows, or of a suite of the check's own what happened since."""
    now = datetime.now(UTC)
    begin = datetime.fromtimestamp(watched.since, UTC) if watched.own else now - timedelta(days=365)
    window = {
        "from": begin.isoformat(),
        "to": (now + timedelta(days=1)).isoformat(),
        "by": "clock",
    }
    headers = {"Authorization": f"Bearer {watched.target.officer_token('hq', None)}"}
    async with httpx.AsyncClient(base_url=watched.target.urls["sla-ledger"], timeout=30) as http:
        answer = await http.get("/v1/sla/report", params=window, headers=headers)
        answer.raise_for_status()
    return {row["clock"]: row["met"] for row in answer.json()["totals"]}


if __name__ == "__main__":
    sys.exit(asyncio.run(check(DataFolder.from_environment())))
