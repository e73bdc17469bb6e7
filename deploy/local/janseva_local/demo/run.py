"""The demo: citizens file, officers act, clocks break, and at the end the counts must agree."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from janseva_local.demo import plant
from janseva_local.demo.check_clocks import promises_of
from janseva_local.demo.citizens import Citizens, Suite, read_logins
from janseva_local.demo.client import GaveUp
from janseva_local.demo.decisions import decided
from janseva_local.demo.findings import LATE_S, Finding, Limits, Paper, Run, by_case
from janseva_local.demo.journal import Journal
from janseva_local.demo.live import show
from janseva_local.demo.officers import Officers
from janseva_local.demo.papers import download
from janseva_local.demo.picture import draw, rows_of, write_csv, write_json
from janseva_local.demo.plan import CitizenPlan, Kind, make_plans
from janseva_local.demo.reconcile import reconcile
from janseva_local.demo.stranger import Stranger
from janseva_local.demo.tally import Tally
from janseva_local.demo.target import Target, find_or_start
from janseva_local.demo.watcher import Watcher
from janseva_local.folder import DataFolder

KILLED = ("intake", "routing", "sla-monitor-emergency", "sla-monitor-routine", "notifier", "certificate")
LONGEST_DEMO_TARGET_S = 120.0  # longer targets are those of the real policies: nothing breaks while one waits
SHOWN_FINDINGS = 15
# Findings that waiting may cure: what is missing may be on its way, what is too much may have its cause on its way.
CURABLE = {"missing", "unexpected"}


@dataclass(frozen=True, slots=True)
class Options:
    """`kill` kills each service once, with -9, while citizens file. `patience_s` is for what is still on its way.
    A breach emitted more than `late_s` after its due time is a finding.
    """

    citizens: int = 300
    seed: int = 112
    over_s: float = 30.0
    plant: str | None = None
    kill: bool = False
    patience_s: float = 45.0
    late_s: float = LATE_S


async def run_demo(folder: DataFolder, options: Options) -> int:
    """The process's exit status: 0 if nothing is missing, doubled, late or wrong."""
    out = folder.root / "demo"
    async with (
        find_or_start(folder, _show) as target,
        httpx.AsyncClient(timeout=15, limits=httpx.Limits(max_connections=60)) as http,
    ):
        with Journal(out / "journal.jsonl") as journal:
            return await Demo(target, http, journal, options, out).run()


class Demo:
    def __init__(self, target: Target, http: httpx.AsyncClient, journal: Journal, options: Options, out: Path) -> None:
        self._target = target
        self._http = http
        self._journal = journal
        self._options = options
        self._out = out
        self._tally = Tally()
        self._since = datetime.now(UTC)
        self._watcher = Watcher(target.kafka_bootstrap, target.urls["provider"], http, self._since, self._tally)
        self._limits = Limits(breach_s=45.0 if options.kill else options.late_s)
        self._suite = Suite(target.urls["intake"], target.urls["routing"], target.urls["provider"])

    async def run(self) -> int:
        options = self._options
        plans = make_plans(options.citizens, options.seed, options.over_s, int(self._since.timestamp()))
        longest = max(self._target.targets_s().values())
        if longest > LONGEST_DEMO_TARGET_S:
            _show(
                "this suite has real targets: clocks will run, none will break. `make down` first shows breaches too."
            )
        await self._watcher.begin()
        done = asyncio.Event()
        table = asyncio.create_task(show(self._tally, self._watcher.look, done, len(plans)))
        try:
            await self._live(plans)
            if longest <= LONGEST_DEMO_TARGET_S and options.plant is None:
                await asyncio.sleep(longest + 5)
            await self._plant(plant.AFTER)
        finally:
            done.set()
            await table
        return await self._balance()

    async def _live(self, plans: Sequence[CitizenPlan]) -> None:
        suite = self._suite
        logins = await read_logins(self._http, suite)
        citizens = Citizens(self._http, suite, self._journal, self._tally, logins)
        officers = Officers(
            self._http, suite, citizens, self._tally, self._target.officer_token, self._capped_targets()
        )
        async with asyncio.TaskGroup() as group:
            for plan in plans:
                group.create_task(self._one(plan, citizens, officers))
            group.create_task(self._plant(plant.DURING))
            if self._options.kill:
                group.create_task(self._kill_each())

    async def _one(self, plan: CitizenPlan, citizens: Citizens, officers: Officers) -> None:
        await asyncio.sleep(plan.starts_after_s)
        try:
            if plan.kind is Kind.HEARING:
                await officers.receive(plan)
                return
            accepted = await citizens.file(plan)
            if accepted is not None:
                await officers.work(plan, accepted)
        except GaveUp as error:
            self._tally.refused(str(error))

    async def _kill_each(self) -> None:
        pause = self._options.over_s / (len(KILLED) + 1)
        for name in KILLED:
            await asyncio.sleep(pause)
            pid = self._target.pid_of(name)
            if pid is not None:
                _show(f"kill -9 {name} (process {pid})")
                os.kill(pid, signal.SIGKILL)

    async def _plant(self, plants: dict[str, plant.Plant]) -> None:
        if self._options.plant in plants:
            await asyncio.sleep(self._options.over_s / 3)
            _show(f"planting a fault: {self._options.plant}")
            evidence = await self._watcher.look()
            await plants[self._options.plant](self._target, self._journal, evidence, self._http)

    def _capped_targets(self) -> dict[str, float]:
        """Officers take seconds, whatever the targets."""
        return {clock: min(target, 20.0) for clock, target in self._target.targets_s().items()}

    async def _balance(self) -> int:
        _show("reconciling the journal with the Kafka log and the provider's log")
        loop = asyncio.get_running_loop()
        until = loop.time() + self._options.patience_s
        papers: dict[str, Paper] = {}
        while True:
            evidence = await self._watcher.look()
            run = Run(self._journal.intents, self._journal.accepted, evidence, datetime.now(UTC))
            cases, _ = by_case(run)
            papers = await download(self._http, self._target.urls["intake"], cases.values(), papers)
            run = replace(run, papers=papers)
            findings = reconcile(run, self._target.policies, self._limits)
            if loop.time() > until or not any(finding.kind in CURABLE for finding in findings):
                break
            await asyncio.sleep(3)
        self._write(run)
        self._report(run, findings)
        audited = await self._audit()
        resisted = await self._resist()
        return 1 if findings or self._tally.problems or not audited or not resisted else 0

    async def _resist(self) -> bool:
        """Let a stranger try what harms people; his calls are not reconciled. True: all in vain."""
        if self._options.plant is not None or self._options.kill:
            return True
        first_phone = 9_180_000_000 + int(self._since.timestamp()) * 10 % 10**7
        attempts = await Stranger(self._http, self._suite, self._target.officer_token, first_phone).run()
        for attempt in attempts:
            _show(f"a stranger tries to {attempt.what}: {attempt.fault or 'in vain'}")
        return all(attempt.fault is None for attempt in attempts)

    async def _audit(self) -> bool:
        """The SLA monitor's own audit of log, ledger and breaches; True if it is clean or can't be made."""
        if self._target.audit is None or self._options.plant is not None:
            return True
        _show("auditing the SLA monitor's log, ledger and breaches")
        process = await asyncio.create_subprocess_exec(*self._target.audit)
        return await process.wait() == 0

    def _write(self, run: Run) -> None:
        cases, _ = by_case(run)
        rows = rows_of(cases, run.evidence)
        targets = {clock.clock: clock.target for clock in self._target.policies.clocks}
        outcomes: dict[str, Counter[str]] = {}
        for case in cases.values():
            for promise in promises_of(case, targets):
                name = promise.clock.partition(":")[0]
                outcomes.setdefault(name, Counter())[promise.outcome(run.ended_at)] += 1
        write_csv(rows, self._out / "cases.csv")
        write_json(rows, decided(run.evidence.events), self._out / "cases.json")
        draw(rows, outcomes, self._out / "summary.png")
        _show(f"each case: {self._out / 'cases.csv'} (and .json)\npicture:   {self._out / 'summary.png'}")

    def _report(self, run: Run, findings: Sequence[Finding]) -> None:
        repeated = len(run.evidence.events) - len({seen.envelope.event_id for seen in run.evidence.events})
        log, accepted = run.evidence.events, len(run.accepted)
        _show(f"{accepted} of {len(run.intents)} submissions accepted")
        _show(f"{len(log)} records in the log, {repeated} of them repetitions of an event")
        _show(f"{len(run.evidence.messages)} messages at the provider")
        downloaded = sum(paper.sha256 is not None for paper in run.papers.values())
        _show(f"{downloaded} papers downloaded by their citizens")
        for line in decided(log).lines():
            _show(line)
        for what, count in self._tally.problems.most_common(SHOWN_FINDINGS):
            _show(f"PROBLEM {count} x {what}")
        for finding in findings[:SHOWN_FINDINGS]:
            _show(f"{finding.kind.upper()} {finding.case_id} {finding.what}")
        if len(findings) > SHOWN_FINDINGS:
            _show(f"... and {len(findings) - SHOWN_FINDINGS} more")
        kinds = Counter(finding.kind for finding in findings)
        verdict = (
            ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
            or "all right: nothing missing, nothing doubled"
        )
        _show(f"reconciliation: {verdict}")


def _show(text: str) -> None:
    print(text, flush=True)
