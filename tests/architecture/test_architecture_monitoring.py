"""Dashboard, rules and runbooks: current, well-formed, made of metrics the code has, each alert with its page."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from deploy.grafana import generate as grafana
from deploy.grafana.boards import BOARDS
from deploy.grafana.grafana import document
from deploy.grafana.model import Board
from deploy.grafana.texts import LANGUAGES, Texts, texts
from deploy.k8s.tools.generated import ROOT, stale
from deploy.k8s.tools.services import PROGRAMS, package_of
from deploy.prometheus import generate as prometheus
from deploy.prometheus.alerts import ALERTS
from deploy.prometheus.alerts import PROGRAMS as ALERTED
from deploy.prometheus.promises import PROMISES
from deploy.prometheus.rules import groups

from chassis.settings import load_yaml
from event_schemas import policies
from tests.architecture.apps import app_of

RUNBOOKS = ROOT / "docs/runbooks"
RULES_TEST = ROOT / "deploy/prometheus/rules_test.yaml"
METRIC = re.compile(r"\bjanseva_[a-z0-9_]+")
RECORDED = re.compile(r"\bjanseva:[a-z0-9_]+:[a-z0-9_]+")
EXPORTED = re.compile(r"^# TYPE (janseva_[a-z0-9_]+) ", re.MULTILINE)


def expressions() -> list[str]:
    panels = [panel for board in BOARDS for panel in board.panels()]
    asked = [query.expr for panel in panels for query in panel.queries]
    return asked + [rule.expr for group in groups() for rule in group.rules]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def exported() -> frozenset[str]:
    """The names of all metrics the programs export, asked of the apps themselves."""
    names: set[str] = set()
    for service in PROGRAMS:
        transport = httpx.ASGITransport(app_of(service))
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            names.update(EXPORTED.findall((await client.get("/metrics")).text))
    return frozenset(names)


def unknown_metrics(exprs: Iterable[str], exported: frozenset[str]) -> Iterator[str]:
    recorded = {rule.document().get("record") for group in groups() for rule in group.rules}
    for expr in exprs:
        for name in METRIC.findall(expr):
            if not {name, re.sub(r"_(total|bucket|count|sum)$", "", name)} & exported:
                yield name
        yield from (name for name in RECORDED.findall(expr) if name not in recorded)


def dashboard_faults(document: dict[str, Any]) -> Iterator[str]:
    """What a reader of a dashboard needs, and what makes it portable."""
    if document["timezone"] != "Asia/Kolkata" or not document["uid"] or not document["description"]:
        yield "the dashboard needs a uid, a description and the zone Asia/Kolkata"
    numbers = [panel["id"] for panel in document["panels"]]
    if len(numbers) != len(set(numbers)):
        yield "two panels have one id"
    for panel in document["panels"]:
        if panel["type"] != "row":
            yield from _panel_faults(panel)
    text = json.dumps(document["panels"])
    for variable in document["templating"]["list"]:
        if f"${variable['name']}" not in text and f"${{{variable['name']}}}" not in text:
            yield f"the variable {variable['name']} is not used"


def _panel_faults(panel: dict[str, Any]) -> Iterator[str]:
    title = panel["title"]
    if not title or not panel["description"] or not panel["fieldConfig"]["defaults"].get("unit"):
        yield f"{title}: needs a title, a description and a unit"
    for target in panel["targets"]:
        if target["datasource"]["uid"] != "${datasource}":
            yield f"{title}: the datasource must be the variable"
        if re.search(r"\b(rate|increase)\([^)]*\[\d", target["expr"]):
            yield f"{title}: a fixed interval in rate(); use $__rate_interval"


def test_generated_monitoring_files_are_current() -> None:
    """The dashboard, the rules and the cluster's copies are what the generators write today."""
    assert stale(grafana.files()) == []
    assert stale(prometheus.files()) == []


def test_every_metric_of_a_query_exists_in_the_code(exported: frozenset[str]) -> None:
    """No panel and no alert asks for a metric that nobody exports."""
    assert sorted(set(unknown_metrics(expressions(), exported))) == []


def test_a_metric_nobody_exports_is_found(exported: frozenset[str]) -> None:
    """A renamed metric or rule is seen before the panel stays empty."""
    planted = ["rate(janseva_no_such_total[5m])", "janseva:sla_met:increase2m"]
    assert list(unknown_metrics(planted, exported)) == ["janseva_no_such_total", planted[1]]


def written(board: Board, language: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(document(board, texts(language)))
    return made


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("board", BOARDS, ids=[board.key for board in BOARDS])
def test_a_dashboard_is_well_made(board: Board, language: str) -> None:
    """Each panel says what it shows, in which unit, from the datasource the reader chose."""
    assert list(dashboard_faults(written(board, language))) == []


def test_a_badly_made_dashboard_is_found() -> None:
    """A panel without a unit, a fixed datasource, a fixed interval and an unused variable are each found."""
    made = written(BOARDS[0], "en")
    panel = made["panels"][1]
    panel["fieldConfig"]["defaults"].pop("unit")
    panel["targets"][0]["datasource"] = {"uid": "prometheus-1"}
    panel["targets"][0]["expr"] = "rate(janseva_dead_letters_total[5m])"
    made["templating"]["list"].append({"name": "station"})
    assert len(list(dashboard_faults(made))) == 4


def test_every_language_has_every_text_and_no_other() -> None:
    """Of boards, rows, panels, legends and columns; a clock's code never stands in a legend's place."""
    first, *others = (_keys(texts(language)) for language in LANGUAGES)
    assert others
    assert all(one == first for one in others)
    shown = {(board.key, panel.key) for board in BOARDS for panel in board.panels()}
    assert {(board, panel) for board, panel in first["panels"]} == shown
    legends = {query.legend for board in BOARDS for panel in board.panels() for query in panel.queries if query.legend}
    named = {key for legend in legends if "{{" not in (key := legend.partition(" ")[0])}
    assert named - first["legends"] == set()


def _keys(one: Texts) -> dict[str, set[Any]]:
    return {
        "phrases": set(one.phrases),
        "columns": set(one.columns),
        "legends": set(one.legends),
        "rows": {(board, row) for board, found in one.boards.items() for row in found["rows"]},
        "panels": {(board, panel) for board, found in one.boards.items() for panel in found["panels"]},
    }


def test_the_promises_of_the_dashboard_are_those_of_the_policy() -> None:
    """Each promise has its clock in the shipped policy, with the target the dashboard names."""
    clocks = {clock["clock"]: clock["target"] for clock in load_yaml(policies.DEFAULT_PATH)["clocks"]}
    spelled = {"20 minutes": "PT20M", "30 minutes": "PT30M", "30 days": "P30D"}
    assert {p.clock: spelled[p.target] for p in PROMISES} == {p.clock: clocks.get(p.clock) for p in PROMISES}


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    """Who is woken finds a page, and no page is left of an alert that is gone."""
    pages = {path.stem for path in RUNBOOKS.glob("Janseva*.md")}
    assert pages == {alert.name for alert in ALERTS}
    index = (RUNBOOKS / "README.md").read_text(encoding="utf8")
    for alert in ALERTS:
        page = (ROOT / alert.runbook).read_text(encoding="utf8")
        assert page.startswith(f"# {alert.name}\n")
        assert "**Look**" in page
        assert "**Do.**" in page
        assert f"[{alert.name}]({alert.name}.md) | {alert.severity} |" in index


def test_commands_of_the_runbooks_are_in_the_image_that_they_run_in() -> None:
    """`kubectl exec deploy/X -- janseva COMMAND`: X's package or the chassis has it, and the image has `janseva`."""
    pages = " ".join(path.read_text(encoding="utf8") for path in RUNBOOKS.glob("*.md"))
    typed = set(re.findall(r"kubectl [^`]*?deploy/(\S+) -- (?:janseva|python -m) (\S+)", pages))
    assert {command for _, command in typed} == {"audit", "dead-letters", "lost-events", "routing"}
    for program, command in typed:
        (point,) = entry_points(group="janseva.commands", name=command)
        assert point.module.partition(".")[0] in {package_of(program).partition(".")[0], "chassis"}, (program, command)
    build, _, final = (ROOT / "deploy/images/Dockerfile").read_text(encoding="utf8").rpartition("\nFROM ")
    assert '--package "${PACKAGE}" --package janseva-cli' in build
    assert "ENV PATH=/app/venv/bin:$PATH " in final
    assert 'ENTRYPOINT ["/app/venv/bin/python", "-m"]' in final


def test_every_alert_is_tested() -> None:
    """Each alert has a case in the rules' own test, in which it fires."""
    tested = RULES_TEST.read_text(encoding="utf8")
    assert [alert.name for alert in ALERTS if alert.name not in tested] == []


def test_alerts_and_scrapes_name_every_program() -> None:
    """A program that nobody scrapes or watches is found."""
    scraped = [job["job_name"] for job in load_yaml(ROOT / "deploy/prometheus/prometheus.yml")["scrape_configs"]]
    assert sorted(scraped) == sorted(PROGRAMS) == sorted(ALERTED.split("|"))


def _promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed (Debian's package prometheus)")
    return subprocess.run([found, *arguments], capture_output=True, text=True, check=False)


def test_the_rules_do_what_they_state() -> None:
    """Promtool plays each alert's case: it fires on what it is for, and stays silent beside it."""
    result = _promtool("test", "rules", RULES_TEST)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_rules_test_can_fail(tmp_path: Path) -> None:
    """With an alert's limit moved its case in the rules' own test fails, and without that it does not."""
    rules = (ROOT / "deploy/prometheus/rules.yaml").read_text(encoding="utf8")
    # Its case alone: all of them are played above.
    cases = load_yaml(RULES_TEST)
    cases["tests"] = [case for case in cases["tests"] if "JansevaBreachesLate" in json.dumps(case)]
    assert len(cases["tests"]) == 1
    (tmp_path / "rules_test.yaml").write_text(json.dumps(cases), encoding="utf8")
    for text, fails in ((rules, False), (rules.replace("> 13", "> 1300000"), True)):
        (tmp_path / "rules.yaml").write_text(text, encoding="utf8")
        assert bool(_promtool("test", "rules", tmp_path / "rules_test.yaml").returncode) is fails


def test_the_configuration_is_valid() -> None:
    """Prometheus accepts the local suite's configuration with its rules."""
    result = _promtool("check", "config", ROOT / "deploy/prometheus/prometheus.yml")
    assert result.returncode == 0, result.stdout + result.stderr
