"""The demo: citizens file, officers act, clocks break, and at the end the counts must agree."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from intake.catalogue.shapes import ServiceEntry
from janseva_local.demo import plant
from janseva_local.demo.by_service import ServiceRow, by_service, table_of
from janseva_local.demo.citizens import Suite
from janseva_local.demo.client import Call, GaveUp, send
from janseva_local.demo.day import DAY
from janseva_local.demo.decisions import decided
from janseva_local.demo.findings import Finding, Limits, Paper, Run, by_case
from janseva_local.demo.journal import Journal
from janseva_local.demo.journeys import load
from janseva_local.demo.live import show
from janseva_local.demo.options import Options, Planted
from janseva_local.demo.own_data import OwnData
from janseva_local.demo.papers import download
from janseva_local.demo.picture import draw, rows_of, write_csv, write_json
from janseva_local.demo.plan import CitizenPlan, Playbill, make_plans
from janseva_local.demo.play import Play
from janseva_local.demo.promises import promises_of
from janseva_local.demo.reconcile import reconcile
from janseva_local.demo.search import found_in, places_of
from janseva_local.demo.steps import required_documents
from janseva_local.demo.stranger import Stranger
from janseva_local.demo.tally import Tally
from janseva_local.demo.target import Target, find_or_start
from janseva_local.demo.tips import SecretTips
from janseva_local.demo.watcher import Watcher
from janseva_local.folder import DataFolder

KILLED = ("intake", "routing", "sla-monitor-emergency", "sla-monitor-routine", "notifier", "certificate")
LONGEST_DEMO_TARGET_S = 120.0  # longer targets are those of the real policies: nothing breaks while one waits
SHOWN_PROBLEMS = 15
SHOWN_OF_A_KIND = 8
# Findings that waiting may cure: what is missing may be on its way, what is too much may have its cause on its way.
CURABLE = {"missing", "unexpected"}


async def run_demo(folder: DataFolder, options: Options) -> int:
    """On the suite that runs, or on one of its own. The process's exit status, as `play_demo` has it."""
    async with find_or_start(folder, _show) as target:
        return await play_demo(folder, target, options)


async def play_demo(folder: DataFolder, target: Target, options: Options) -> int:
    """0 if nothing is missing, doubled, late or wrong. Its journal and pictures lie in the data folder."""
    out = folder.root / "demo"
    async with httpx.AsyncClient(timeout=15, limits=httpx.Limits(max_connections=60)) as http:
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
        self._services: Sequence[ServiceEntry] = ()

    async def run(self) -> int:
        options = self._options
        self._services = await self._live_services()
        playbill, start = Playbill.of(self._services, load().journeys), int(self._since.timestamp())
        plans = make_plans(playbill, DAY, options.citizens, options.seed, options.over_s, start)
        _show(f"{len(self._services)} live services in {sum(map(len, playbill.ways.values()))} ways")
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
        play = Play(
            self._http, self._suite, self._journal, self._tally, self._target.officer_token, self._broken_after_s()
        )
        async with asyncio.TaskGroup() as group:
            for plan in plans:
                group.create_task(self._one(plan, play))
            group.create_task(self._plant(plant.DURING))
            if self._options.kill:
                group.create_task(self._kill_each())

    async def _one(self, plan: CitizenPlan, play: Play) -> None:
        await asyncio.sleep(plan.starts_after_s)
        try:
            await play.play(plan)
        except GaveUp as error:
            self._tally.refused(f"{plan.way.id}: {error}"[:200])

    async def _live_services(self) -> list[ServiceEntry]:
        """As the catalogue has them now."""
        answer = await send(self._http, Call("GET", f"{self._suite.intake}/v1/services"))
        answer.raise_for_status()
        services = [ServiceEntry.model_validate(one) for one in answer.json()["items"]]
        return [
            service for service in services if service.live and service.look_at is None and service.own_call is None
        ]

    async def _kill_each(self) -> None:
        pause = self._options.over_s / (len(KILLED) + 1)
        for name in KILLED:
            await asyncio.sleep(pause)
            pid = self._target.pid_of(name)
            if pid is not None:
                _show(f"kill -9 {name} (process {pid})")
                os.kill(pid, signal.SIGKILL)

    async def _plant(self, plants: dict[Planted, plant.Plant]) -> None:
        if self._options.plant in plants:
            await asyncio.sleep(self._options.over_s / 3)
            _show(f"planting a fault: {self._options.plant}")
            evidence = await self._watcher.look()
            await plants[self._options.plant](self._target, self._journal, evidence, self._http)

    def _broken_after_s(self) -> dict[str, float]:
        """By service, when every clock of it that nobody stopped has broken; but officers take seconds, whatever the
        targets.
        """
        clocks = self._target.policies.clocks
        longest = {
            service.code: max(one.target.total_seconds() for one in clocks if one.applies_to(service.code))
            for service in self._services
        }
        return {code: 1.5 * min(20.0, target_s) for code, target_s in longest.items()}

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
            required = {service.code: required_documents(service) for service in self._services}
            run = replace(run, papers=papers, acts=self._journal.acts, required=required)
            findings = reconcile(run, self._target.policies, self._limits)
            if loop.time() > until or not any(finding.kind in CURABLE for finding in findings):
                break
            await asyncio.sleep(3)
        for line in table_of(self._write(run)):
            _show(line)
        self._report(run, findings)
        audited = await self._audit()
        hidden = await self._give_tips()
        resisted = await self._resist()
        return 1 if findings or self._tally.problems or not (audited and hidden and resisted) else 0

    async def _give_tips(self) -> bool:
        """People give secret information, come back, and nothing of it stands where others read. True: all in order."""
        if self._options.plant is not None:
            return True
        target = self._target

        async def found(secrets: Sequence[str]) -> Sequence[str]:
            places = await places_of(target.logs, target.urls, target.kafka_bootstrap, target.mongo_uri, self._http)
            return found_in(places, secrets)

        tips = SecretTips(self._http, self._suite, target.officer_token, self._watcher.look, found)
        attempt = await tips.run()
        _show(f"people {attempt.what}: {attempt.fault or 'done, and nothing of it stands where others read'}")
        return attempt.fault is None

    async def _resist(self) -> bool:
        """Let a stranger try what harms people; his calls are not reconciled. True: all in vain."""
        if self._options.plant is not None or self._options.kill:
            return True
        first_phone = 9_180_000_000 + int(self._since.timestamp()) * 10 % 10**7
        attempts = await Stranger(self._http, self._suite, self._target.officer_token, first_phone).run()
        for attempt in attempts:
            _show(f"a stranger tries to {attempt.what}: {attempt.fault or 'in vain'}")
        own = OwnData(
            self._http, self._suite, self._target.officer_token, self._target.post_token, f"+91{first_phone - 1}"
        )
        erased = await own.run()
        _show(f"a citizen tries to {erased.what}: {erased.fault or 'done'}")
        return all(attempt.fault is None for attempt in (*attempts, erased))

    async def _audit(self) -> bool:
        """The SLA monitor's own audit of log, ledger and breaches; True if it is clean or can't be made."""
        if self._target.audit is None or self._options.plant is not None:
            return True
        _show("auditing the SLA monitor's log, ledger and breaches")
        process = await asyncio.create_subprocess_exec(*self._target.audit)
        return await process.wait() == 0

    def _write(self, run: Run) -> Sequence[ServiceRow]:
        cases, _ = by_case(run)
        rows = rows_of(cases, run.evidence)
        outcomes: dict[str, Counter[str]] = {}
        for case in cases.values():
            for promise in promises_of(case, self._target.policies):
                outcomes.setdefault(promise.policy.clock, Counter())[promise.outcome(run.ended_at)] += 1
        services = by_service(cases.values(), run, self._target.policies)
        write_csv(rows, self._out / "cases.csv")
        write_json(rows, decided(run.evidence.events), services, self._out / "cases.json")
        draw(rows, outcomes, services, self._out / "summary.png")
        _show(f"each case: {self._out / 'cases.csv'} (and .json)\npicture:   {self._out / 'summary.png'}")
        return services

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
        for what, count in self._tally.problems.most_common(SHOWN_PROBLEMS):
            _show(f"PROBLEM {count} x {what}")
        kinds = Counter(finding.kind for finding in findings)
        for kind in kinds:
            shown = [finding for finding in findings if finding.kind == kind]
            for finding in shown[:SHOWN_OF_A_KIND]:
                _show(f"{kind.upper()} {finding.case_id} {finding.what}")
            if len(shown) > SHOWN_OF_A_KIND:
                _show(f"... and {len(shown) - SHOWN_OF_A_KIND} more {kind}")
        verdict = (
            ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
            or "all right: nothing missing, nothing doubled"
        )
        _show(f"reconciliation: {verdict}")


def _show(text: str) -> None:
    print(text, flush=True)
