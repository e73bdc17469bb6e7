"""Every query of the dashboard and every rule, asked of a real Prometheus that scraped the running suite."""

import asyncio
import shutil
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from deploy.grafana.asking import ask, ask_all, faults_of, filled_in
from deploy.grafana.boards import BOARDS
from deploy.grafana.boards.dial112 import DIAL112
from deploy.grafana.boards.overview import OVERVIEW
from deploy.grafana.boards.platform import PLATFORM
from deploy.grafana.grafana import VALUES
from deploy.grafana.model import Board, Panel, Query, Row
from deploy.grafana.watching import targets_of
from deploy.prometheus.expressions import WINDOWS
from deploy.prometheus.rules import groups
from deploy.prometheus.server import PrometheusServer

from chassis.http.access.tokens import issue_officer_token
from event_schemas.officers import Officer, OfficerRole
from intake.auth.devtoken import default_post
from janseva_local.demo.target import DEMO_POLICIES
from janseva_local.stack import Stack

MET, MISSED = 6, 3
# Patna, Gaya, Araria: real places of three districts.
PLACES = ((25.6093, 85.1376), (24.7955, 84.9994), (26.1475, 87.4718))
RULES = [rule for group in groups() for rule in group.rules]
# What this suite does not do is shown by the demo's (`make dashboards-check`): papers, hearings, inquiries.
SHOWN_HERE = (OVERVIEW, DIAL112, PLATFORM)
NOT_DONE_HERE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Watched:
    prometheus: PrometheusServer
    since: float

    async def ask(self, query: Query) -> list[float]:
        """Every finite value the panel would draw."""
        found = await ask(self.prometheus, query, self.since, time.time() + 1)
        return [value for series in found for _, value in series.points]

    async def refusal(self, expr: str) -> str | None:
        """Prometheus' own sentence, if it refuses the query."""
        try:
            await self.prometheus.query(expr)
        except RuntimeError as fault:
            return str(fault)
        return None


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def watched(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    """A suite with targets of seconds, some emergencies answered in time and some not, and a Prometheus beside it."""
    if shutil.which("prometheus") is None:
        pytest.skip("prometheus is not installed (Debian's package prometheus)")
    async with Stack(
        tmp_path_factory.mktemp("watched"), policies=DEMO_POLICIES, extra_env={"FIGURES_EVERY_S": "1"}
    ) as stack:
        prometheus = PrometheusServer(tmp_path_factory.mktemp("prometheus"), targets_of(stack.urls))
        await prometheus.start()
        try:
            since = time.time()
            await _until_scraped(prometheus)
            await _file_cases(stack)
            await _until_counted(prometheus)
            yield Watched(prometheus, since)
        finally:
            await prometheus.stop()


async def _until_scraped(prometheus: PrometheusServer) -> None:
    await _until(prometheus, "count(up == 1)", 7, within_s=30)


async def _file_cases(stack: Stack) -> None:
    claims = Officer(sub="dashboard-test", role=OfficerRole.DISPATCHER, post=default_post("dispatcher", None))
    key = stack.keys.officer_key.read_text(encoding="utf8")
    token = issue_officer_token(key, claims, "janseva-local", datetime.now(UTC), timedelta(minutes=10))
    async with httpx.AsyncClient(base_url=stack.urls["intake"], timeout=60) as client:
        cases = [await _file(client, number) for number in range(MET + MISSED)]
        for case_id in cases[:MET]:
            await _answer(client, case_id, token)


async def _file(client: httpx.AsyncClient, number: int) -> str:
    lat, lon = PLACES[number % len(PLACES)]
    body = {"kinds": ["police"], "location": {"lat": lat, "lon": lon, "accuracy_m": 20}}
    response = await client.post("/v1/emergencies", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert response.status_code == 202, response.text
    return str(response.json()["case_id"])


async def _answer(client: httpx.AsyncClient, case_id: str, token: str) -> None:
    for command, more in (("dispatch", {}), ("arrive", {"source": "button"})):
        body = {"unit": "unit-1", "kind": "police"} | more
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
        async with asyncio.timeout(60):
            while (
                response := await client.post(f"/v1/desk/cases/{case_id}/{command}", json=body, headers=headers)
            ).is_error:
                assert response.json()["code"] in {"transition_not_allowed", "not_found"}, response.text
                await asyncio.sleep(0.1)


async def _until_counted(prometheus: PrometheusServer) -> None:
    """The windows are sums of whole minutes, so this takes up to a minute."""
    await _until(prometheus, 'sum(janseva:sla_decided:sum{window="1h"})', MET + MISSED, within_s=120)


async def _until(prometheus: PrometheusServer, expr: str, least: float, *, within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while True:
            found = await prometheus.query(expr)
            if found and float(found[0]["value"][1]) >= least:
                return
            await asyncio.sleep(0.5)


@pytest.mark.parametrize("board", BOARDS, ids=[board.key for board in BOARDS])
async def test_prometheus_accepts_every_query(watched: Watched, board: Board) -> None:
    """Over each window that a reader may choose."""
    queries = [query for panel in board.panels() for query in panel.queries]
    asked = [await watched.refusal(filled_in(query.expr, window)) for query in queries for window in WINDOWS]
    assert [fault for fault in asked if fault is not None] == []


@pytest.mark.parametrize("board", SHOWN_HERE, ids=[board.key for board in SHOWN_HERE])
async def test_a_dashboard_shows_data(watched: Watched, board: Board) -> None:
    """Unless its emptiness is good news, each panel has something to show."""
    answers = await ask_all(watched.prometheus, [board], watched.since, time.time())
    empty = {f"{board.key}/{key}" for key in NOT_DONE_HERE}
    assert [fault for fault in faults_of([board], answers) if fault.partition(":")[0] not in empty] == []


async def test_the_stations_are_shown(watched: Watched) -> None:
    """The ledger counts each round once, by the station that had it."""
    shown = await watched.prometheus.query('sum by (outcome) (janseva_sla_station_rounds{clock="dial112_response"})')
    counts = {one["metric"]["outcome"]: float(one["value"][1]) for one in shown}
    assert counts == {"met": MET, "breached": MISSED, "open": MISSED, "overdue": MISSED}


async def test_the_dashboard_shows_what_the_services_measure(watched: Watched) -> None:
    """The share of kept promises is that of the emergencies answered in time."""
    kept = next(panel for panel in OVERVIEW.panels() if panel.key == "kept_over_time").queries[0]
    assert (await watched.ask(kept))[-1] == pytest.approx(MET / (MET + MISSED))
    overdue = await watched.prometheus.query('sum(janseva_sla_clocks_overdue{clock="dial112_response"})')
    assert float(overdue[0]["value"][1]) == MISSED


async def test_every_rule_is_evaluated(watched: Watched) -> None:
    """No recording rule and no alert fails in Prometheus."""
    assert await watched.prometheus.rule_faults() == []


@pytest.mark.parametrize("rule", RULES, ids=[str(i) for i in range(len(RULES))])
async def test_a_rule_is_accepted(watched: Watched, rule: Any) -> None:
    """Prometheus answers each rule's expression; one that it refuses is a RuntimeError (see the wrong query below)."""
    answer = await watched.prometheus.query(rule.expr)
    assert all("metric" in series for series in answer)


async def test_every_variable_has_choices(watched: Watched) -> None:
    """The districts and stations to choose from are those the suite has seen."""
    for name, asked in VALUES.items():
        metric = filled_in(asked).removeprefix("label_values(").rpartition(",")[0]
        series = await watched.prometheus.query(f"group by ({name}) ({metric})")
        assert len({one["metric"].get(name, "") for one in series} - {""}) >= 2


async def test_faults_are_found(watched: Watched) -> None:
    """A query that is refused, one for a metric nobody exports, and a constant."""
    planted = ("sum(janseva_sla_clocks_open", "sum(janseva_sla_clocks_closed)", "vector(1)")
    board = Board("x", (Row("r", tuple(Panel(key, "stat", "short", (Query(key),)) for key in planted)),))
    answers = await ask_all(watched.prometheus, [board], watched.since, time.time())
    refused, empty, constant = faults_of([board], answers)
    assert "parse error" in refused
    assert "shows nothing" in empty
    assert "constant" in constant
