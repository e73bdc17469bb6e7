"""The status: for the owner alone, exact in shape, live."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from event_schemas import CertificateIssued, Event, SLABreached, SLABreachRevoked, SLAClockStarted, SLAClockStopped, ids
from intake.case.derived import derive
from intake.tracking.stream import status_messages
from intake.tracking.views import merged_timeline
from tests.architecture.apps import app_of
from tests.intake.intake_rig import ASHA, COMPLAINT, RAVI, STATION, Rig

DAYS_30 = timedelta(days=30)


def _clock(case_id: str, at: datetime) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "occurred_at": at,
        "cause_id": "cause",
        "clock": "inquiry",
        "clock_id": "inquiry:1",
        "owner": "police",
        "target_s": 2_592_000,
        "started_at": at,
        "due_at": at + DAYS_30,
    }


def clock_started(case_id: str, at: datetime) -> SLAClockStarted:
    return SLAClockStarted(**_clock(case_id, at), rev=1, state="running")


def clock_stopped(case_id: str, at: datetime, state: str, rev: int = 2) -> SLAClockStopped:
    stopped_at = at + timedelta(days=10)
    return SLAClockStopped(**_clock(case_id, at), rev=rev, state=state, stopped_at=stopped_at, elapsed_s=864_000)


def breached(case_id: str, at: datetime, breach_id: str = "b1") -> SLABreached:
    return SLABreached(
        case_id=case_id,
        occurred_at=at,
        cause_id="cause",
        clock="inquiry",
        clock_id="inquiry:1",
        rev=1,
        breach_id=breach_id,
        level=0,
        due_at=at,
        target_s=2_592_000,
        overdue_s=0,
        escalate_to="SHO:5140003",
    )


def revoked(case_id: str, at: datetime, breach_id: str = "b1") -> SLABreachRevoked:
    return SLABreachRevoked(
        case_id=case_id,
        occurred_at=at,
        cause_id="cause",
        breach_id=breach_id,
        clock_id="inquiry:1",
        reason_code="stopped_in_time",
    )


async def apply_derived(intake: Rig, *events: Event) -> None:
    await intake.store.apply_derived([derive(ids.new_event_id(), event) for event in events])


async def status(intake: Rig, case: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = await intake.get(f"/v1/complaints/{case['tracking_number']}", by=ASHA, **headers)
    assert answer.status_code == 200, answer.text
    parsed: dict[str, Any] = answer.json()
    return parsed


async def test_the_shape_is_the_contracts(intake: Rig) -> None:
    """Right after the 202 the status is there with every member, the due time of the answer included."""
    case = await intake.filed(COMPLAINT)
    view = await status(intake, case)
    assert list(view) == [
        "case_id", "tracking_number", "service_code", "lane", "service_name", "status", "status_text", "version",
        "filed_at", "received_at", "helper", "station", "officer_post", "office_name", "timeline", "clocks", "hearings",
        "visits", "certificates", "evidence", "documents", "identity", "outcome", "next_step", "appeal", "emergency",
        "links", "helplines",
    ]  # fmt: skip
    assert (view["status"], view["version"], view["station"], view["officer_post"]) == ("received", 1, None, None)
    assert view["clocks"] == [
        {
            "clock": "inquiry",
            "clock_id": "inquiry:1",
            "owner": "police",
            "state": "running",
            "state_text": "running",
            "target_s": 2_592_000,
            "due_at": "2026-12-22T06:30:00Z",
            "remaining_s": 2_592_000,
            "name": "inquiry",
        }
    ]


async def test_at_one_instant_the_filing_is_shown_before_what_followed(intake: Rig) -> None:
    """Whatever the ids of the events are."""
    filed = await intake.filed(COMPLAINT)
    case = intake.store.cases[filed["case_id"]]
    first = case.history[0]
    for event_id in ("00000000-0000-5000-8000-000000000000", "ffffffff-ffff-5fff-bfff-ffffffffffff"):
        followed = replace(first, event_id=event_id, event="AssignedToStation")
        assert [entry.event for entry in merged_timeline(case, [followed])] == ["ComplaintFiled", "AssignedToStation"]


async def test_derived_events_show(intake: Rig) -> None:
    """Station, post, timeline and clocks follow the events, in the reader's language."""
    case = await intake.filed(COMPLAINT)
    await intake.assign(case["case_id"])
    await apply_derived(intake, clock_started(case["case_id"], intake.clock.now()))
    intake.clock.advance(timedelta(days=29))
    english, hindi = await status(intake, case), await status(intake, case, accept_language="hi-IN")
    assert english["station"] == {"code": "5140003", "name": "ARARIA", "name_hi": None, "district": "Araria"}
    assert english["officer_post"] == "SHO:5140003"
    assert {"at", "event", "text"} == english["timeline"][0].keys()
    assert [entry["text"] for entry in english["timeline"]] == [
        "Your submission was received",
        "Sent to ARARIA police station",
    ]
    assert [entry["text"] for entry in hindi["timeline"]] == ["आपका आवेदन दर्ज हुआ", "ARARIA थाना को भेजा गया"]
    assert english["clocks"][0]["remaining_s"] == 86_400
    assert hindi["next_step"] == "ARARIA थाना को इसे देखना है"


async def test_a_station_is_named_in_the_readers_script(intake: Rig) -> None:
    """Who reads Hindi reads the Hindi name where routing knows one."""
    case = await intake.filed(COMPLAINT)
    named = STATION.model_copy(update={"name": "Araria", "name_hi": "अररिया"})
    await intake.assign(case["case_id"], station=named)
    english, hindi = await status(intake, case), await status(intake, case, accept_language="hi-IN")
    assert english["station"]["name_hi"] == "अररिया"
    assert "Araria" in english["timeline"][-1]["text"]
    assert "अररिया थाना" in hindi["timeline"][-1]["text"]
    assert "Araria" not in str((hindi["timeline"], hindi["next_step"]))


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (("breached",), "breached"),
        (("breached", "revoked"), "running"),
        (("revoked", "breached"), "running"),
        (("breached", "met", "revoked"), "met"),
        (("breached", "late"), "breached"),
    ],
)
async def test_a_clock_shows_what_is_true_now(intake: Rig, events: tuple[str, ...], state: str) -> None:
    """A breach shows at once, a revoked one does not count, and the outcome stands."""
    case = await intake.filed(COMPLAINT)
    case_id, now = case["case_id"], intake.clock.now()
    made: dict[str, Event] = {
        "breached": breached(case_id, now),
        "revoked": revoked(case_id, now),
        "met": clock_stopped(case_id, now, "met"),
        "late": clock_stopped(case_id, now, "breached"),
    }
    await apply_derived(intake, clock_started(case_id, now), *(made[name] for name in events))
    (clock,) = (await status(intake, case))["clocks"]
    assert clock["state"] == state


async def test_a_certificate_is_linked(intake: Rig) -> None:
    """An issued certificate stands in the status with its links."""
    case = await intake.filed({"service_code": "lost-property", "attributes": {"item": "document"}})
    issued = CertificateIssued(
        case_id=case["case_id"],
        occurred_at=intake.clock.now(),
        cause_id="cause",
        certificate_id="cert-1",
        kind="lost-report",
        verify_url="http://verify/cert-1",
        sha256="0" * 64,
    )
    await apply_derived(intake, issued)
    (certificate,) = (await status(intake, case))["certificates"]
    assert certificate.keys() == {"certificate_id", "kind", "kind_text", "url", "verify_url"}
    assert certificate["url"] == f"/v1/complaints/{case['tracking_number']}/certificates/cert-1.pdf"


async def test_nobody_else_learns_that_a_case_exists(intake: Rig) -> None:
    """Another citizen, a wrong receipt and no proof at all get the 404 of a number that does not exist."""
    case = await intake.filed(COMPLAINT)
    url = f"/v1/complaints/{case['tracking_number']}"
    assert (await intake.get(url, x_receipt=case["receipt_secret"])).status_code == 200
    assert (await intake.get(url, by=RAVI, x_receipt=case["receipt_secret"])).status_code == 200
    for answer in (
        await intake.get(url),
        await intake.get(url, by=RAVI),
        await intake.get(url, x_receipt="wrong"),
        await intake.post(f"{url}/withdraw", by=RAVI),
        await intake.post(f"{url}/stream-ticket"),
        await intake.get(f"{url}/stream", by=RAVI),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_mistyped_number_is_named_as_such(intake: Rig) -> None:
    """One wrong character is 400 tracking_number_mistyped, not "not found"."""
    number = (await intake.filed(COMPLAINT))["tracking_number"]
    wrong = number[:-1] + ("2" if number[-1] != "2" else "3")
    for path in (f"/v1/complaints/{wrong}", "/v1/complaints/nonsense", f"/v1/complaints/{wrong}/stream?ticket=x"):
        answer = await intake.get(path, by=ASHA)
        assert (answer.status_code, answer.json()["code"]) == (400, "tracking_number_mistyped")


async def test_an_unchanged_status_is_304(intake: Rig) -> None:
    """The ETag holds while nothing changes, even as seconds pass; each change and each language has its own."""
    case = await intake.filed(COMPLAINT)
    url = f"/v1/complaints/{case['tracking_number']}"
    etag = (await intake.get(url, by=ASHA)).headers["etag"]
    intake.clock.advance(timedelta(seconds=5))
    same = await intake.get(url, by=ASHA, if_none_match=f'"other", {etag}')
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    assert (await intake.get(url, by=ASHA, if_none_match=etag, accept_language="hi")).status_code == 200
    await apply_derived(intake, clock_started(case["case_id"], intake.clock.now()))
    assert (await intake.get(url, by=ASHA, if_none_match=etag)).status_code == 200


async def test_my_cases_are_mine(intake: Rig) -> None:
    """A citizen lists his own cases, and needs a login for it."""
    mine = await intake.filed(COMPLAINT)
    await intake.filed(COMPLAINT, by=RAVI)
    listed = (await intake.get("/v1/me/cases", by=ASHA, accept_language="hi")).json()
    assert [case["case_id"] for case in listed["items"]] == [mine["case_id"]]
    english = (await intake.get("/v1/me/cases", by=ASHA, accept_language="en")).json()
    texts = [(case["service_name"], case["status_text"]) for page in (listed, english) for case in page["items"]]
    assert texts == [("ऑनलाइन शिकायत", "प्राप्त"), ("online complaint", "received")]
    assert (await intake.get("/v1/me/cases")).status_code == 401


async def test_the_owner_withdraws_and_reopens(intake: Rig) -> None:
    """Withdrawn once; what is resolved can be rated and reopened, and a new round begins."""
    case = await intake.filed(COMPLAINT)
    url = f"/v1/complaints/{case['tracking_number']}"
    done = await intake.post(f"{url}/withdraw", {"reason_code": "settled"}, by=ASHA, idempotency_key="w")
    assert (done.status_code, done.json()["status"]) == (202, "withdrawn")
    assert (
        await intake.post(f"{url}/withdraw", {"reason_code": "settled"}, by=ASHA, idempotency_key="w")
    ).json() == done.json()
    assert (await intake.post(f"{url}/withdraw", by=ASHA)).json()["code"] == "transition_not_allowed"
    other = await intake.filed(COMPLAINT)
    await intake.assign(other["case_id"])
    await intake.command(other["case_id"], "complete-inquiry", {"finding": "unsubstantiated"})
    url = f"/v1/complaints/{other['tracking_number']}"
    assert (await intake.post(f"{url}/feedback", {"rating": 2}, by=ASHA)).status_code == 202
    assert (await intake.post(f"{url}/feedback", {"rating": 6}, by=ASHA)).status_code == 422
    assert (await intake.post(f"{url}/reopen", {"reason_code": "not_settled"}, by=ASHA)).json()["status"] == "reopened"
    assert [clock["clock_id"] for clock in (await status(intake, other))["clocks"]] == ["inquiry:1", "inquiry:2"]


async def test_the_stream_sends_each_change(intake: Rig) -> None:
    """A message at once, one per change, none when nothing changed since Last-Event-ID."""
    case = await intake.filed(COMPLAINT)
    parts = intake.stream
    tail = asyncio.create_task(intake.live.run())
    messages = status_messages(parts, case["case_id"], "en", None)
    assert (await anext(messages)).startswith("retry:")
    first = await anext(messages)
    assert json.loads(first.split("data: ")[1])["status"] == "received"
    assert (await anext(messages)).startswith(":")
    await intake.assign(case["case_id"])
    second = await anext(messages)
    assert json.loads(second.split("data: ")[1])["status"] == "assigned"
    last = second.splitlines()[0].removeprefix("id: ")
    resumed = status_messages(parts, case["case_id"], "en", last)
    assert (await anext(resumed)).startswith("retry:")
    assert (await anext(resumed)).startswith(":")
    await resumed.aclose()
    await messages.aclose()
    tail.cancel()


async def test_every_stream_ends_when_the_server_stops(intake: Rig) -> None:
    """At once, not with the next change or heartbeat: its reader goes on with another replica, at the same id."""
    case = await intake.filed(COMPLAINT)
    messages = status_messages(intake.stream, case["case_id"], "en", None)
    assert [(await anext(messages)).partition(":")[0] for _ in range(2)] == ["retry", "id"]
    waiting = asyncio.create_task(anext(messages, "ended"))
    await asyncio.sleep(0)
    intake.live.close()
    assert await waiting == "ended"
    late = status_messages(intake.stream, case["case_id"], "en", None)
    assert [one async for one in late] == ["retry: 2000\n\n"]
    assert [end.__qualname__ for end in app_of("intake").state.at_stop] == ["LiveCases.close"]


async def test_a_stream_ticket_opens_one_stream_within_a_minute(intake: Rig) -> None:
    """Single use, 60 seconds, for its own case only."""
    case, other = await intake.filed(COMPLAINT), await intake.filed(COMPLAINT)
    url = f"/v1/complaints/{case['tracking_number']}"

    async def ticket() -> str:
        answer = await intake.post(f"{url}/stream-ticket", by=ASHA)
        assert (answer.status_code, answer.json()["expires_in"]) == (201, 60)
        return str(answer.json()["ticket"])

    late = await ticket()
    intake.clock.advance(timedelta(seconds=61))
    for path in (f"{url}/stream?ticket={late}", f"{url}/stream?ticket=forged"):
        answer = await intake.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "stream_ticket_invalid")
    foreign = await intake.get(f"/v1/complaints/{other['tracking_number']}/stream?ticket={await ticket()}")
    assert foreign.status_code == 404
