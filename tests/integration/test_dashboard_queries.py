"""Every query of the dashboard and every rule, asked of a real Prometheus that scraped the running suite."""

import asyncio
import math
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
from deploy.grafana.panels import Query
from deploy.grafana.sla_dashboard import VARIABLES, dashboard
from deploy.prometheus.rules import groups

from chassis.http.access.tokens import issue_officer_token
from event_schemas.officers import Officer, OfficerRole
from intake.auth.devtoken import default_post
from janseva_local.demo.target import DEMO_POLICIES
from janseva_local.stack import Stack
from tests.integration.prometheus_server import PrometheusServer

MET, MISSED = 6, 3
# Patna, Gaya, Araria: real places of three districts.
PLACES = ((25.6093, 85.1376), (24.7955, 84.9994), (26.1475, 87.4718))
QUERIES = dashboard().queries()
RULES = [rule for group in groups() for rule in group.rules]


@dataclass(frozen=True, slots=True)
class Watched:
    prometheus: PrometheusServer
    since: float

    async def ask(self, query: Query) -> list[float]:
        """Every finite value the panel would draw."""
        expr = _as_grafana_would(query.expr)
        if query.instant:
            return _finite([series["value"] for series in await self.prometheus.query(expr)])
        found = await self.prometheus.query_range(expr, self.since, time.time() + 1)
        return _finite([pair for series in found for pair in series["values"]])


def _as_grafana_would(expr: str) -> str:
    return expr.replace("$window", "1h").replace("$district", ".*").replace("$__rate_interval", "20s")


def _finite(pairs: list[list[Any]]) -> list[float]:
    return [value for _, text in pairs if math.isfinite(value := float(text))]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def watched(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    """A suite with targets of seconds, some emergencies answered in time and some not, and a Prometheus beside it."""
    if shutil.which("prometheus") is None:
        pytest.skip("prometheus is not installed (Debian's package prometheus)")
    async with Stack(tmp_path_factory.mktemp("watched"), policies=DEMO_POLICIES) as stack:
        prometheus = PrometheusServer(tmp_path_factory.mktemp("prometheus"), _targets(stack))
        await prometheus.start()
        try:
            since = time.time()
            await _until_scraped(prometheus)
            await _file_cases(stack)
            await _until_counted(prometheus)
            yield Watched(prometheus, since)
        finally:
            await prometheus.stop()


def _targets(stack: Stack) -> dict[str, list[str]]:
    def addresses(*names: str) -> list[str]:
        return [stack.urls[name].removeprefix("http://") for name in names]

    one_each = {name: addresses(name) for name in ("intake", "routing", "sla-ledger", "notifier", "certificate")}
    return one_each | {"sla-monitor": addresses("sla-monitor-emergency", "sla-monitor-routine")}


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


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[f"{i}: {title}" for i, (title, _) in enumerate(QUERIES)])
async def test_a_query_of_the_dashboard_shows_data(watched: Watched, title: str, query: Query) -> None:
    """Prometheus accepts the panel's query, and unless its emptiness is good news it has something to show."""
    values = await watched.ask(query)
    assert values or query.may_be_empty, f"{title}: {query.expr} shows nothing"


async def test_the_dashboard_shows_what_the_services_measure(watched: Watched) -> None:
    """The share of kept promises is that of the emergencies answered in time."""
    kept = next(query for title, query in QUERIES if title == "Kept promises over time")
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
    """The districts to choose from are those the suite has seen."""
    query = next(variable for variable in VARIABLES if variable["name"] == "district")["query"]["query"]
    metric = query.removeprefix("label_values(").partition(",")[0]
    districts = {
        series["metric"].get("district", "")
        for series in await watched.prometheus.query(f"group by (district) ({metric})")
    }
    assert len(districts - {""}) >= 2


async def test_a_wrong_query_is_found(watched: Watched) -> None:
    """A query with a fault in it is refused, and one for a metric nobody exports shows nothing."""
    with pytest.raises(RuntimeError, match="parse error"):
        await watched.ask(Query("sum(janseva_sla_clocks_open"))
    assert await watched.ask(Query("sum(janseva_sla_clocks_closed)")) == []
