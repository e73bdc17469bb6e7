"""`janseva status`: what it asks, what it finds not to be well, what it shows and how it ends."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from deploy.prometheus.alerts import ALERTS

from chassis.program import loaded
from janseva_cli.__main__ import main
from janseva_cli.places import LOCAL, Place, place
from janseva_cli.status.answers import Answer, ask
from janseva_cli.status.judging import LIMITS, judged
from janseva_cli.status.letters import PutAside, Waiting
from janseva_cli.status.page import as_json, show
from janseva_local.ports import DEFAULT_BASE, free_port, ports_from

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
INTAKE = Place("intake", "http://anna:secret@intake:8080")
METRICS = """# TYPE janseva_consumer_lag gauge
janseva_consumer_lag{topic="cases.routine",partition="0"} 3.0
janseva_consumer_lag{topic="cases.routine",partition="1"} 4.0
# TYPE janseva_outbox_pending gauge
janseva_outbox_pending 2.0
# TYPE janseva_outbox_oldest_seconds gauge
janseva_outbox_oldest_seconds 1.5
# TYPE python_info gauge
python_info{version="3.11"} 1.0
"""
READY = {"status": "ready", "checks": {"mongo": "ok"}}
WAITS = {"status": "not_ready", "checks": {"mongo": "timeout", "keys": "ok"}}
Handler = Callable[[httpx.Request], httpx.Response]


def suite(ready: httpx.Response, metrics: httpx.Response) -> Handler:
    return lambda request: ready if request.url.path == "/health/ready" else metrics


async def asked(handler: Handler) -> Answer:
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as http:
        return await ask(http, INTAKE)


async def test_a_service_that_is_well() -> None:
    """Its lag is that of all its partitions; other metrics than ours are left alone; a password is not shown."""
    answer = await asked(suite(httpx.Response(200, json=READY), httpx.Response(200, text=METRICS)))
    health = judged([answer], PutAside(), NOW)
    (row,) = health.rows
    assert (row.state, row.lag, row.outbox_waits, row.outbox_age_s, row.dead_letters) == ("ready", 7, 2, 1.5, 0)
    assert health.well
    assert row.where == "http://intake:8080"
    assert "secret" not in json.dumps(as_json(health))


async def test_a_service_that_waits_names_for_what() -> None:
    """The dependency and how it fails, as its readiness says."""
    answer = await asked(suite(httpx.Response(503, json=WAITS), httpx.Response(200, text=METRICS)))
    assert judged([answer], None, NOW).findings == ["intake: is not ready: it waits for mongo (timeout)"]


def refuses(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no", request=request)


@pytest.mark.parametrize(
    ("handler", "why"),
    [
        (refuses, "does not answer (ConnectError)"),
        (suite(httpx.Response(404), httpx.Response(404)), "answers 404 and 404: is this its OPS_PORT?"),
        (suite(httpx.Response(200, text="<html>"), httpx.Response(200, text="janseva_x{ 1")), "are no metrics"),
        (suite(httpx.Response(503, json=[1]), httpx.Response(200, text="")), "intake: is not ready"),
        (suite(httpx.Response(503, content=b"\xff"), httpx.Response(200, text="")), "intake: is not ready"),
        (suite(httpx.Response(503, json={"checks": 1}), httpx.Response(200, text="")), "intake: is not ready"),
    ],
    ids=["away", "another port", "no metrics", "a list", "bytes", "other checks"],
)
async def test_whatever_answers_is_a_sentence(handler: Handler, why: str) -> None:
    """Nothing that answers in the place of a service breaks the screen."""
    health = judged([await asked(handler)], None, NOW)
    assert len(health.findings) == 1
    assert why in health.findings[0]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: str(limit.metric))
def test_each_limit_is_kept_to_and_not_passed(limit: object) -> None:
    """At its figure a metric is well; above it there is one finding with the service's name and the value."""
    assert isinstance(limit, type(LIMITS[0]))

    def health(value: float) -> list[str]:
        return [*judged([Answer(INTAKE, ready=True, samples={limit.metric: [value]})], None, NOW).findings]

    assert health(limit.most) == []
    assert health(limit.most + 1) == [f"intake: {limit.sentence.format(value=limit.most + 1)}"]


def test_limits_are_those_of_the_alerts() -> None:
    """Where an alert watches the same metric, the screen and the alert call the same value bad."""
    watched = {limit.metric: alert.expr for limit in LIMITS for alert in ALERTS if f"({limit.metric})" in alert.expr}
    assert len(watched) >= 4
    for limit in LIMITS:
        if limit.metric in watched:
            assert f"({limit.metric}) > {limit.most:g}" in watched[limit.metric]


def test_dead_letters_of_a_day_are_a_finding_and_older_ones_a_note() -> None:
    """Of each service and topic; a service of two processes has them in its own name; replayed ones are not there."""
    worker = Answer(Place("sla-monitor-routine", "http://a:1"), ready=True)
    hour, week = NOW - timedelta(hours=1), NOW - timedelta(days=7)
    letters = PutAside([Waiting("sla-monitor", "cases.routine", at) for at in (hour, hour, week)])
    health = judged([worker], letters, NOW)
    assert health.rows[0].dead_letters == 3
    assert [finding.partition(":")[0] for finding in health.findings] == ["sla-monitor"]
    assert health.findings[0].startswith("sla-monitor: 2 events of cases.routine put aside within a day")
    assert health.notes == ["dead letters: 1 older than a day lie there, not replayed"]


def test_a_kafka_that_is_away_is_a_finding_and_one_not_named_a_note() -> None:
    """Nobody takes silence for an empty topic."""
    answer = Answer(INTAKE, ready=True)
    away = judged([answer], PutAside(fault="Kafka does not answer"), NOW)
    assert (away.findings, away.rows[0].dead_letters) == (["kafka: Kafka does not answer"], None)
    not_asked = judged([answer], None, NOW)
    assert not_asked.well
    assert "KAFKA_BOOTSTRAP" in not_asked.notes[0]


def test_the_screen_cuts_nothing_and_has_no_colours_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each service with its whole address, then the findings, then the verdict by India's clock."""
    far = Place("intake", f"http://{'x' * 150}.example:8080")
    answer = Answer(far, ready=True, samples={"janseva_consumer_lag": [1234567.0]})
    show(judged([answer], None, NOW))
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert far.url in shown
    assert "1,234,567" in shown
    assert shown.splitlines()[-1] == "2026-11-22 15:30:00 in India: not well: 1 finding"


def test_nothing_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 1 and a finding, as text and as JSON; the option is read from the environment too."""
    away = f"routing=http://127.0.0.1:{free_port()}"
    assert main(["status", "--url", away]) == 1
    assert "routing: does not answer (ConnectError)" in capsys.readouterr().out
    assert main(["status", "--json", "--url", away]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["well"], document["services"][0]["state"]) == (False, "no answer")


@pytest.mark.parametrize("wrong", ["intake", "intake=", "=http://a", "intake=ftp://a", "intake=http://", "a=http://[x"])
def test_an_address_that_is_none_is_not_understood(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2; it is not quoted, as it may hold a password."""
    assert main(["status", "--url", wrong]) == 2
    err = capsys.readouterr().err
    assert "must be like intake=http://intake:8080" in err


def test_urls_of_the_environment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """JANSEVA_URLS names several, parted by spaces."""
    monkeypatch.setenv("JANSEVA_URLS", f"a=http://127.0.0.1:{free_port()} b=http://127.0.0.1:{free_port()}/")
    assert main(["status", "--json"]) == 1
    assert [row["name"] for row in json.loads(capsys.readouterr().out)["services"]] == ["a", "b"]


def test_without_urls_the_local_suite_is_meant() -> None:
    """Its parts by their own ports."""
    ports = ports_from(DEFAULT_BASE)
    assert LOCAL
    assert [one.url for one in LOCAL] == [f"http://127.0.0.1:{ports[one.name]}" for one in LOCAL]
    assert place("a=http://b:1/").url == "http://b:1"
    assert loaded("janseva_cli.places:LOCAL") is LOCAL
