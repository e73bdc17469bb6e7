"""Hearing windows: published, opened and closed by their post, and reported when they are not kept."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from event_schemas import decode_window
from intake.auth import Principal
from tests.intake.intake_rig import ASHA, COUNTER, HQ, OTHER_SHO, SDPO, SHO, SP, START, TOKENS, Rig

WINDOWS = "/v1/desk/hearing-windows"
TOMORROW = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
SATURDAY = "2026-11-28T05:30:00Z"
FAR_SP = Principal("dev-sp-2", "sp", None, "SP:PATNA", None, "PATNA")
TOKENS |= {FAR_SP.sub: FAR_SP}


def at(starts_at: datetime, **more: Any) -> dict[str, Any]:
    return {"starts_at": starts_at.isoformat(), **more}


async def published(intake: Rig, starts_at: datetime = TOMORROW, by: Principal = SHO, **more: Any) -> dict[str, Any]:
    answer = await intake.post(WINDOWS, at(starts_at, **more), by=by)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def acted(intake: Rig, window: dict[str, Any], act: str, by: Principal = SHO) -> tuple[int, dict[str, Any]]:
    body = {"reason_code": "law_and_order"} if act == "withdraw" else {}
    answer = await intake.post(f"{WINDOWS}/{window['window_id']}/{act}", body, by=by)
    return answer.status_code, answer.json()


def until(intake: Rig, at: datetime) -> None:
    intake.clock.advance(at - intake.clock.now())


def records(intake: Rig) -> list[Any]:
    return [decode_window(one.record.headers, one.record.value) for one in intake.windows.published]


async def test_a_window_is_published_opened_and_closed_and_each_act_is_an_event(intake: Rig) -> None:
    """Two hours from its beginning, with what was asked for in it; the key of each event is the window's id."""
    window = await published(intake, modes=["in_person", "video"], video_url="https://meet.example.org/a")
    assert (window["place"], window["officer_post"], window["state"]) == ("5140003", "SHO:5140003", "published")
    assert datetime.fromisoformat(window["ends_at"]) - TOMORROW == timedelta(hours=2)
    until(intake, TOMORROW + timedelta(minutes=9))
    assert (await acted(intake, window, "open"))[1]["late"] is False
    until(intake, TOMORROW + timedelta(hours=1, minutes=51))
    status, closed = await acted(intake, window, "close")
    assert (status, closed["state"], closed["short"]) == (200, "closed", False)
    assert [one.type for one in records(intake)] == ["WindowPublished", "WindowOpened", "WindowClosed"]
    assert {one.record.key for one in intake.windows.published} == {window["window_id"].encode()}
    (row,) = (await intake.get(f"{WINDOWS}/report", by=SHO)).json()["items"]
    assert (row["published"], row["kept"], row["missed"]) == (1, 1, 0)


async def test_fifty_clicks_publish_one_window(intake: Rig) -> None:
    """The others learn which one stands in the way; the same key gives the first answer."""
    answers = await asyncio.gather(*(intake.post(WINDOWS, at(TOMORROW), by=SHO) for _ in range(50)))
    (made,) = (one.json() for one in answers if one.status_code == 201)
    assert {one.json().get("window_id") for one in answers} == {made["window_id"]}
    assert len(intake.windows.documents) == 1
    later, key = TOMORROW + timedelta(hours=2), "a-key-of-this-window"
    first, again = [await intake.post(WINDOWS, at(later), by=SHO, idempotency_key=key) for _ in range(2)]
    assert (first.status_code, again.json()) == (201, first.json())
    other = await intake.post(WINDOWS, at(later + timedelta(days=1)), by=SHO, idempotency_key=key)
    assert other.json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (at(TOMORROW + timedelta(minutes=15)), "window_overlaps"),
        (at(TOMORROW - timedelta(minutes=105)), "window_overlaps"),
        (at(TOMORROW + timedelta(minutes=1)), "validation_failed"),
        (at(START - timedelta(minutes=30)), "hearing_in_the_past"),
        (at(TOMORROW + timedelta(days=93)), "hearing_too_far"),
        (at(TOMORROW, modes=["video"]), "window_link_missing"),
        (at(TOMORROW, modes=["facebook_live"], video_url="https://meet.example.org/a"), "window_link_missing"),
        (at(TOMORROW, modes=["video"], video_url="http://meet.example.org/a"), "validation_failed"),
        (at(TOMORROW, modes=[]), "validation_failed"),
        (at(TOMORROW, modes=["by_letter"]), "validation_failed"),
        (at(TOMORROW, slot_minutes=7), "validation_failed"),
        (at(TOMORROW, place="9999999"), "place_unknown"),
        (at(TOMORROW, place="5140012"), "window_place_elsewhere"),
        (at(TOMORROW, kind="land_dispute", circle="अररिया"), "window_not_for_land_disputes"),
        ({"starts_at": SATURDAY, "kind": "land_dispute"}, "window_not_for_land_disputes"),
    ],
)
async def test_what_is_no_window_is_refused_and_changes_nothing(intake: Rig, body: dict[str, Any], code: str) -> None:
    """Overlapping, past, far, without a link, at no office or another's: each has an error of its own."""
    intake.offices.lines = {"5140003": ("ARARIA",), "5140012": ("ARARIA",), "1010001": ("PATNA",)}
    await published(intake)
    answer = await intake.post(WINDOWS, body, by=SHO)
    assert answer.json()["code"] == code
    assert len(intake.windows.documents) == 1


async def test_the_next_window_may_begin_when_the_last_ends_and_another_post_is_free(intake: Rig) -> None:
    """Touching is no overlap; a withdrawn window gives its time back."""
    first = await published(intake)
    await published(intake, TOMORROW + timedelta(hours=2))
    await published(intake, by=SP)
    assert (await acted(intake, first, "withdraw"))[0] == 200
    await published(intake)
    withdrawn = [one for one in records(intake) if one.type == "WindowWithdrawn"]
    assert [one.reason_code for one in withdrawn] == ["law_and_order"]


async def test_missed_late_short_and_unclosed_windows_are_reported_by_post(intake: Rig) -> None:
    """What was never opened is missed, and can't be withdrawn any more to hide it."""
    windows = [await published(intake, TOMORROW + timedelta(hours=2 * number)) for number in range(4)]
    hours = [datetime.fromisoformat(one["starts_at"]) for one in windows]
    missed, late, short, unclosed = windows
    until(intake, hours[0])
    assert (await acted(intake, missed, "withdraw"))[1]["code"] == "window_state"
    until(intake, hours[1] + timedelta(minutes=11))
    assert (await acted(intake, late, "open"))[1]["late"] is True
    assert (await acted(intake, missed, "open"))[1]["code"] == "window_state"
    until(intake, hours[2] - timedelta(minutes=1))
    assert (await acted(intake, late, "close"))[1]["short"] is False
    until(intake, hours[2])
    assert (await acted(intake, short, "open"))[0] == 200
    until(intake, hours[2] + timedelta(hours=1))
    assert (await acted(intake, short, "close"))[1]["short"] is True
    assert (await acted(intake, short, "close"))[1]["code"] == "window_state"
    until(intake, hours[3])
    assert (await acted(intake, unclosed, "open"))[0] == 200
    until(intake, hours[3] + timedelta(hours=3))
    span = "?from=2026-11-22&until=2026-11-24"
    (row,) = (await intake.get(f"{WINDOWS}/report{span}", by=HQ)).json()["items"]
    counted = {name: row[name] for name in ("published", "kept", "late", "short", "missed", "not_closed", "to_come")}
    assert counted == dict.fromkeys(("late", "short", "missed", "not_closed"), 1) | {
        "published": 4,
        "kept": 0,
        "to_come": 0,
    }


async def test_who_may_act_on_a_window_and_who_sees_it(intake: Rig) -> None:
    """Its post alone acts; the counter and the district's officers see it; another district's finds no such window."""
    window = await published(intake)
    assert (await intake.post(WINDOWS, at(TOMORROW), by=ASHA)).status_code == 403
    for by, expected in ((COUNTER, 403), (HQ, 403), (SP, 403), (SDPO, 403), (OTHER_SHO, 404), (FAR_SP, 404)):
        assert (await acted(intake, window, "withdraw", by))[0] == expected, by
    intake.offices.lines = {"5140003": ("ARARIA",), "1010001": ("PATNA",), "ARARIA": ()}
    for place, status in (("5140003", 201), ("1010001", 403)):
        assert (await intake.post(WINDOWS, at(TOMORROW, place=place), by=SP)).status_code == status
    intake.windows.documents = {window["window_id"]: intake.windows.documents[window["window_id"]]}
    for by, count in ((SHO, 1), (COUNTER, 1), (SP, 1), (SDPO, 1), (HQ, 1), (OTHER_SHO, 0), (FAR_SP, 0)):
        assert len((await intake.get(WINDOWS, by=by)).json()["items"]) == count, by


async def test_the_list_has_pages_and_a_span_of_its_own(intake: Rig) -> None:
    """Each window once, in the order of its beginning; a span that is none, and a cursor that is none, are refused."""
    made = [await published(intake, TOMORROW + timedelta(days=number)) for number in range(3)]
    seen, cursor = [], ""
    while cursor is not None:
        page = (await intake.get(f"{WINDOWS}?limit=1&cursor={cursor}", by=SHO)).json()
        seen += [one["window_id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [one["window_id"] for one in made]
    odd = await intake.get(f"{WINDOWS}?from=2026-11-24&until=2026-11-22", by=SHO)
    assert odd.json()["code"] == "window_span"
    assert (await intake.get(f"{WINDOWS}?cursor=x", by=SHO)).json()["code"] == "cursor_invalid"


async def test_saturdays_joint_hearing_of_land_disputes(intake: Rig) -> None:
    """Of the officer in charge with the circle officer, whose circle it names; nobody else's kind of window."""
    body = {"starts_at": SATURDAY, "kind": "land_dispute", "circle": "अररिया"}
    window = (await intake.post(WINDOWS, body, by=SHO)).json()
    assert (window["kind_text"], window["circle"]) == ("joint hearing of land disputes", "अररिया")
    assert json.loads(intake.windows.published[-1].record.value)["kind"] == "land_dispute"
    assert (await intake.post(WINDOWS, body, by=SP)).json()["code"] == "window_not_for_land_disputes"
