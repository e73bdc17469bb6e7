"""The ledger's process as a whole: consumers, watermarks and HTTP on a real Kafka and MongoDB."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest_asyncio

from chassis.mongo.client import Mongo
from event_schemas import Envelope
from event_schemas.calendars import INDIA
from sla_monitor.ledger.app import create_app
from tests.contract import documented
from tests.integration.sla_ledger_rig import LedgerRig, until
from tests.issuer import SERVICE, officer_headers
from tests.sla_monitor.sla_events import CASE, DAY, HOUR, MINUTE, T0, assigned, at, completed, filed, heard, visitor


@pytest_asyncio.fixture
async def http(ledger_rig: LedgerRig) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(ledger_rig.settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://ledger",
            headers=SERVICE,
            event_hooks=documented("sla-ledger"),
        ) as client,
    ):
        yield client


async def complete(http: httpx.AsyncClient, after: datetime) -> None:
    """Wait until the figures are as of a time."""

    async def passed() -> bool:
        answer = await http.get("/v1/sla/open")
        return answer.status_code == 200 and datetime.fromisoformat(answer.json()["as_of"]) >= after

    await until(passed)


EVENTS: tuple[Envelope, ...] = (filed(), assigned(60), assigned(3 * DAY, 2, "5140009"), completed(10 * DAY))


async def report(http: httpx.AsyncClient, **asked: str) -> dict[str, Any]:
    window = {"from": T0.isoformat(), "to": at(20 * DAY).isoformat()}
    answer = await http.get("/v1/sla/report", params=window | asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_case_shows_its_rounds_shares_and_events(ledger_rig: LedgerRig, http: httpx.AsyncClient) -> None:
    """Outcome, custody of each station, the events heard, and the watermark that it is complete up to."""
    await ledger_rig.publish(*EVENTS)
    await ledger_rig.emit(*ledger_rig.work(EVENTS, datetime.now(UTC)))
    sent = datetime.now(UTC)
    await complete(http, sent)
    answer = (await http.get(f"/v1/sla/cases/{CASE}")).json()
    assert datetime.fromisoformat(answer["as_of"]) >= sent
    (one,) = answer["rounds"]
    assert (one["state"], one["elapsed_s"], one["station"]) == ("met", 10 * DAY, "5140009")
    assert [share["seconds"] for share in one["shares"]] == [60, 3 * DAY - 60, 7 * DAY]
    assert [heard["type"] for heard in answer["heard"]] == ["SLAClockStarted", "SLAClockStopped"]
    unknown = await http.get("/v1/sla/cases/c_nobody")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


async def test_open_clocks_page_by_cursor_the_most_urgent_first(ledger_rig: LedgerRig, http: httpx.AsyncClient) -> None:
    """Pages of two, no clock twice and none left out; the filters hold."""
    await ledger_rig.publish(filed(), assigned(60), *(visitor(number * 60, f"h{number}") for number in range(5)))
    await complete(http, datetime.now(UTC))
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 2}
    for _ in range(5):
        page = (await http.get("/v1/sla/open", params=asked)).json()
        seen += [item["clock_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    assert seen == [*(f"hearing:h{number}" for number in range(5)), "inquiry:1"]
    overdue = (await http.get("/v1/sla/open", params={"over": 0, "clock": "inquiry"})).json()
    assert overdue["items"] == []
    one = (await http.get("/v1/sla/open", params={"clock": "inquiry", "district": "Araria"})).json()
    hindi = (await http.get("/v1/sla/open", params={"clock": "inquiry", "district": "अररिया"})).json()
    assert [[item["clock_id"] for item in page["items"]] for page in (one, hindi)] == [["inquiry:1"], ["inquiry:1"]]


async def test_the_report_states_what_it_counts_and_as_of_when(ledger_rig: LedgerRig, http: httpx.AsyncClient) -> None:
    """The same figures as JSON, CSV and a page; each with as_of and definitions."""
    await ledger_rig.publish(*EVENTS)
    await complete(http, datetime.now(UTC))
    made = await report(http, by="station")
    rows = {row["group"]: row for row in made["rows"]}
    assert (rows["5140009"]["met"], rows["5140009"]["compliance"], rows["5140009"]["p90_s"]) == (1, 1.0, 10 * DAY)
    assert (rows["5140003"]["met"], rows["5140003"]["custody_s"]) == (0, 3 * DAY - 60)
    assert "met / (met + breached)" in made["definitions"]["compliance"]
    assert datetime.fromisoformat(made["as_of"]) > T0
    window = {"from": T0.isoformat(), "to": at(20 * DAY).isoformat(), "by": "station"}
    sheet = await http.get("/v1/sla/report", params=window | {"format": "csv"})
    assert sheet.headers["content-type"].startswith("text/csv")
    assert "5140009,inquiry" in sheet.text
    page = await http.get("/v1/sla/report", params=window | {"format": "html"})
    assert "<svg" in page.text
    assert "script" not in page.headers["content-security-policy"]


async def test_an_auditors_own_query_gives_the_reports_figures(
    ledger_rig: LedgerRig, http: httpx.AsyncClient, mongo_uri: str
) -> None:
    """The query of docs/how-a-figure-is-derived.md, run against MongoDB, agrees with the report."""
    await ledger_rig.publish(*EVENTS, visitor(0, "h1"), heard(10 * MINUTE, "h1"), visitor(0, "h2"), heard(HOUR, "h2"))
    await complete(http, datetime.now(UTC))
    made = {row["clock"]: row for row in (await report(http, by="district"))["rows"] if row["group"] == "Araria"}
    decided = {"$gte": T0, "$lt": at(20 * DAY)}
    query: list[dict[str, Any]] = [
        {"$match": {"owner": "police", "clock": "inquiry", "decided_at": decided, "state": {"$ne": "cancelled"}}},
        {
            "$group": {
                "_id": "$district",
                "met": {"$sum": {"$cond": [{"$eq": ["$state", "met"]}, 1, 0]}},
                "all": {"$sum": 1},
            }
        },
        {
            "$project": {
                "met": 1,
                "breached": {"$subtract": ["$all", "$met"]},
                "compliance": {"$divide": ["$met", "$all"]},
            }
        },
    ]
    mongo = Mongo(mongo_uri, ledger_rig.settings.mongo_database, app_name="auditor")
    (own,) = await mongo.collection("ledger_rounds").aggregate(query).to_list(None)
    mongo.close()
    assert own["_id"] == "Araria"
    assert {name: own[name] for name in ("met", "breached", "compliance")} == {
        name: made["inquiry"][name] for name in ("met", "breached", "compliance")
    }
    # One citizen was heard in ten minutes, the other after an hour.
    assert (made["hearing"]["met"], made["hearing"]["breached"]) == (1, 1)


async def test_each_officer_reads_of_his_own(ledger_rig: LedgerRig, http: httpx.AsyncClient) -> None:
    """A stranger reads nothing, a station its cases, a district its own, HQ and services all; a report likewise."""
    await ledger_rig.publish(*EVENTS)
    await complete(http, datetime.now(UTC))
    held, left = (
        officer_headers("sho", "SHO:5140009", station="5140009"),
        officer_headers("sho", "SHO:5140003", station="5140003"),
    )
    district = officer_headers("sp", "SP:ARARIA", district="ARARIA")
    elsewhere = officer_headers("sp", "SP:GAYA", district="GAYA")
    hq = officer_headers("hq", "HQ:control-room")
    statuses = {}
    for name, headers in (
        ("nobody", {"authorization": ""}),
        ("held", held),
        ("left", left),
        ("district", district),
        ("elsewhere", elsewhere),
        ("hq", hq),
        ("dispatcher", officer_headers("dispatcher", "HQ:control-room")),
        ("counter", officer_headers("counter", "SHO:5140009", station="5140009")),
    ):
        window = {"from": T0.isoformat(), "to": at(20 * DAY).isoformat()}
        case = await http.get(f"/v1/sla/cases/{CASE}", headers=headers)
        figures = await http.get("/v1/sla/report", headers=headers, params=window)
        counted = len(figures.json()["totals"]) if figures.status_code == 200 else None
        opened = (await http.get("/v1/sla/open", headers=headers)).status_code
        statuses[name] = (case.status_code, figures.status_code, counted, opened)
    assert statuses == {
        "nobody": (401, 401, None, 401),
        "held": (200, 200, 1, 200),
        "left": (404, 200, 0, 200),
        "district": (200, 200, 1, 200),
        "elsewhere": (404, 200, 0, 200),
        "hq": (200, 200, 1, 200),
        "dispatcher": (404, 403, None, 200),
        "counter": (200, 403, None, 200),
    }


async def test_a_report_of_dates_and_of_one_district(ledger_rig: LedgerRig, http: httpx.AsyncClient) -> None:
    """A date is India's day, both days inclusive; another district's figures are not in it."""
    await ledger_rig.publish(*EVENTS)
    await complete(http, datetime.now(UTC))
    first = (T0 - timedelta(days=1)).date().isoformat()
    answer = await http.get("/v1/sla/report", params={"from": first, "to": first})
    window = {name: datetime.fromisoformat(at) for name, at in answer.json()["window"].items()}
    assert window["from"].astimezone(INDIA).isoformat() == f"{first}T00:00:00+05:30"
    assert window["to"] - window["from"] == timedelta(days=1)
    groups = {row["group"] for row in (await report(http, by="district"))["rows"]}
    assert "Araria" in groups
    assert {row["group"] for row in (await report(http, by="district", district="araria"))["rows"]} == {"Araria"}
    nobody = await report(http, by="district", district="Atlantis")
    assert (nobody["rows"], nobody["totals"], nobody["filters"]) == ([], [], {"district": "Atlantis"})


async def test_bad_questions_are_problems(http: httpx.AsyncClient) -> None:
    """A window that ends before it begins, a foreign cursor, an unknown grouping, a time without a zone."""
    await complete(http, datetime.now(UTC) - timedelta(minutes=1))
    for path, code, status in (
        ("/v1/sla/report?from=2026-11-03T00:00:00Z&to=2026-11-02T00:00:00Z", "window_invalid", 422),
        ("/v1/sla/report?from=2020-11-03T00:00:00Z&to=2026-11-02T00:00:00Z", "window_invalid", 422),
        ("/v1/sla/report?from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z", "validation_failed", 422),
        ("/v1/sla/report?form=2026-11-01T00:00:00Z", "unknown_parameter", 422),
        ("/v1/sla/report?overdue=true", "unknown_parameter", 422),
        ("/v1/sla/report?district=Patna&district=Gaya", "validation_failed", 422),
        ("/v1/sla/report?by=officer", "validation_failed", 422),
        ("/v1/sla/report?from=2026-11-03T00:00:00", "validation_failed", 422),
        ("/v1/sla/open?cursor=bm9wZQ", "cursor_invalid", 400),
        ("/v1/sla/open?cursor=%F0%9F%98%80", "cursor_invalid", 400),
        ("/v1/sla/open?over=1e300", "window_invalid", 422),
        ("/v1/sla/open?limit=0", "validation_failed", 422),
    ):
        answer = await http.get(path)
        assert (answer.status_code, answer.json().get("code")) == (status, code), path
        assert answer.headers["content-type"] == "application/problem+json"


async def test_no_figure_before_the_log_was_read_once(ledger_rig: LedgerRig) -> None:
    """An empty ledger reports nothing rather than zero."""
    app = create_app(ledger_rig.settings.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://ledger",
            headers=SERVICE,
            event_hooks=documented("sla-ledger"),
        ) as client,
    ):
        await asyncio.sleep(0.2)
        answer = await client.get("/v1/sla/report")
    assert (answer.status_code, answer.json()["code"]) == (503, "ledger_not_complete")
