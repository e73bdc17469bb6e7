"""Registered seniors: visits answered, notices given and taken back unrecorded, help by one tap; rounds of the desk."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.web.fake_suite import CASE, FILED, NUMBER, FakeSuite, Tags, browser, hidden, logged_in, problem
from tests.web.test_web_desk import ISSUER, officer, suite_with_desk

HOSTILE = "<img src=x onerror=alert(1)>"
OWN = f"/v1/complaints/{NUMBER}/away-notices"
HOME_VISIT = {"visit_no": 1, "state": "made", "state_text": "दर्ज", "visitor": "beat_officer", "visitor_text": HOSTILE}
REGISTERED: dict[str, Any] = CASE | {
    "service_code": "senior-citizen-registration",
    "visits": [HOME_VISIT | {"visit_by": None, "visited_at": "2026-11-28T09:00:00Z", "may_answer": True}],
    "station": {"code": "5140003", "name": "ARARIA", "name_hi": "अररिया", "district": "Araria"},
}
NOTICE: dict[str, Any] = {
    "notice_id": "n_1",
    "state": "open",
    "state_text": "सूचना चल रही है",
    "away_from": "2026-12-01",
    "away_until": "2026-12-20",
    "house": "locked",
    "house_text": "बंद",
    "key_with": HOSTILE,
    "phone_away": None,
    "seen_at": None,
    "visits": [{"at": "2026-12-02T09:00:00Z", "found": "all_well", "found_text": "घर ठीक मिला"}],
    "deleted_after": "2026-12-27",
}
READ = NOTICE | {"tracking_number": NUMBER, "name": "सीता देवी", "address": HOSTILE}
LINE = {"notice_id": "n_1", "state": "open", "state_text": "चल रही", "created_at": "2026-11-28T09:00:00Z", "visits": 1}
DAYS = {"a-away_from": "2026-12-01", "a-away_until": "2026-12-20", "a-house": "locked"}


def suite_with_senior(suite: FakeSuite | None = None) -> FakeSuite:
    suite = suite or FakeSuite()
    suite.answers |= {
        f"GET /v1/complaints/{NUMBER}": lambda _: httpx.Response(200, json=REGISTERED),
        "GET /v1/me/cases": lambda _: httpx.Response(200, json={"items": [REGISTERED], "next_cursor": None}),
        f"GET {OWN}": lambda _: httpx.Response(200, json={"items": [NOTICE], "next_cursor": None}),
        f"POST {OWN}": lambda _: httpx.Response(201, json=NOTICE),
        f"PATCH {OWN}/n_1": lambda _: httpx.Response(200, json=NOTICE),
        f"POST {OWN}/n_1/return": lambda _: httpx.Response(200, json=NOTICE),
        f"DELETE {OWN}/n_1": lambda _: httpx.Response(204),
        f"POST /v1/complaints/{NUMBER}/confirm-visit": lambda _: httpx.Response(202, json={}),
        f"POST /v1/complaints/{NUMBER}/dispute-visit": lambda _: httpx.Response(202, json={}),
        "GET /v1/desk/away-notices": lambda _: httpx.Response(200, json={"items": [LINE], "next_cursor": None}),
        "GET /v1/desk/away-notices/n_1": lambda _: httpx.Response(200, json=READ),
        "POST /v1/desk/away-notices/n_1/visits": lambda _: httpx.Response(200, json=LINE),
    }
    return suite


async def test_help_is_asked_for_by_one_tap() -> None:
    """At the station of the registration, under a key of the page: a double tap is one request."""
    suite = suite_with_senior()
    async with browser(suite) as http:
        await logged_in(http)
        page = await http.get("/cases")
        part = page.text.partition(f'action="/cases/{NUMBER}/help"')[2].partition("</form>")[0]
        filed = await http.post(f"/cases/{NUMBER}/help", data=hidden(part))
        again = await http.post(f"/cases/{NUMBER}/help", data=hidden(part))
    assert "tel:112" in page.text
    assert (filed.status_code, again.status_code) == (200, 200)
    assert FILED["tracking_number"] in filed.text
    first, second = suite.bodies("/v1/complaints")
    assert first == second
    assert first["attributes"] == {"kind": "elder", "needed_now": True}
    assert (first["service_code"], first["named_station"]) == ("help-request", "5140003")
    assert NUMBER in first["description"]
    keys = {one.headers["idempotency-key"] for one in suite.asked if one.url.path == "/v1/complaints"}
    assert len(keys) == 1


async def test_who_is_not_registered_has_no_such_button() -> None:
    """And no way around it: another's service leads to the ordinary form."""
    suite = FakeSuite()
    async with browser(suite) as http:
        await logged_in(http)
        page = await http.get("/cases")
        assert "/help" not in page.text
        form = {"form_token": hidden(page.text)["form_token"], "key": "k" * 36}
        around = await http.post(f"/cases/{NUMBER}/help", data=form)
        lost = await http.get("/away")
    assert around.headers["location"] == "/file/help-request"
    assert "/services/senior-citizen-registration" in lost.text
    assert not suite.bodies("/v1/complaints")


async def test_a_visit_is_confirmed_or_disputed_on_the_case() -> None:
    suite = suite_with_senior()
    async with browser(suite) as http:
        await logged_in(http)
        page = await http.get(f"/cases/{NUMBER}")
        token = {"form_token": hidden(page.text)["form_token"]}
        for act in ("confirm-visit", "dispute-visit"):
            assert f"/cases/{NUMBER}/{act}" in page.text
            done = await http.post(f"/cases/{NUMBER}/{act}", data=token)
            assert done.headers["location"] == f"/cases/{NUMBER}?done={act}"
            assert 'class="notice ok"' in (await http.get(f"/cases/{NUMBER}", params={"done": act})).text
    assert "&lt;img src=x" in page.text


async def test_a_notice_is_given_changed_and_deleted() -> None:
    """By the catalogue's questions; what is shown is escaped."""
    suite = suite_with_senior()
    async with browser(suite) as http:
        await logged_in(http)
        assert (await http.get("/services/senior-away-notice")).headers["location"] == "/away"
        assert (await http.get("/away")).headers["location"] == f"/cases/{NUMBER}/away"
        page = await http.get(f"/cases/{NUMBER}/away")
        given = await http.post(f"/cases/{NUMBER}/away", data={**hidden(page.text), **DAYS, "a-key_with": "पड़ोसी"})
        one = await http.get(f"/cases/{NUMBER}/away/n_1")
        form = hidden(one.text)
        for go, done in (("change", "changed"), ("return", "returned"), ("delete", "deleted")):
            answer = await http.post(f"/cases/{NUMBER}/away/n_1", data={**form, **DAYS, "go": go})
            assert answer.headers["location"] == f"/cases/{NUMBER}/away?done={done}"
    assert given.headers["location"] == f"/cases/{NUMBER}/away?done=given"
    assert "घर ठीक मिला" in page.text
    assert "&lt;img src=x" in one.text
    posted, patched = (next(one for one in suite.asked if one.method == how) for how in ("POST", "PATCH"))
    posted = next(one for one in suite.asked if one.method == "POST" and one.url.path == OWN)
    answers = {"away_from": "2026-12-01", "away_until": "2026-12-20", "house": "locked"}
    assert json.loads(posted.content) == {"attributes": {**answers, "key_with": "पड़ोसी"}}
    assert json.loads(patched.content) == {"attributes": answers}
    assert len(posted.headers["idempotency-key"]) == 36


async def test_what_is_wrong_with_a_notice_leads_to_its_field() -> None:
    suite = suite_with_senior()
    async with browser(suite) as http:
        await logged_in(http)
        page = await http.get(f"/cases/{NUMBER}/away")
        empty = await http.post(f"/cases/{NUMBER}/away", data=hidden(page.text))
        error = {"pointer": "/attributes/away_until", "message": "too late"}
        suite.answers[f"POST {OWN}"] = lambda _: problem(422, "validation_failed", error)
        late = await http.post(f"/cases/{NUMBER}/away", data={**hidden(page.text), **DAYS})
        suite.answers[f"POST {OWN}"] = lambda _: problem(409, "not_registered")
        refused = await http.post(f"/cases/{NUMBER}/away", data={**hidden(page.text), **DAYS})
    links = {one.get("href") for one in Tags(empty.text).of("a")}
    assert {"#a-away_from", "#a-away_until", "#a-house"} <= links
    assert "too late" in late.text
    assert "#a-away_until" in {one.get("href") for one in Tags(late.text).of("a")}
    assert "detail of not_registered" in refused.text


async def test_a_round_is_listed_without_days_and_read_and_recorded() -> None:
    """The list shows neither day nor address; the notice does, and says that the reading is recorded."""
    suite = suite_with_senior(suite_with_desk())
    async with officer(suite) as http:
        listed = await http.get("/desk/away")
        assert NOTICE["house_text"] not in listed.text
        read = await http.get("/desk/away/n_1")
        assert "&lt;img src=x" in read.text
        assert "आपका पढ़ना दर्ज हुआ" in read.text
        nothing = await http.post("/desk/away/n_1", data=hidden(read.text))
        done = await http.post("/desk/away/n_1", data={**hidden(read.text), "found": "all_well"})
        suite.answers["GET /v1/desk/away-notices/n_1"] = lambda _: problem(404, "not_found")
        assert (await http.get("/desk/away/n_1")).status_code == 404
    assert nothing.status_code == 422
    assert done.headers["location"] == "/desk/away?done=1"
    assert suite.bodies("/v1/desk/away-notices/n_1/visits") == [{"found": "all_well"}]


async def test_an_empty_house_is_in_no_metric() -> None:
    """Neither the owner's page nor the round's; the case beside it is counted as ever."""
    suite = suite_with_senior(suite_with_desk())
    async with officer(suite) as http:
        await logged_in(http)
        for path in ("/away", f"/cases/{NUMBER}/away", f"/cases/{NUMBER}/away/n_1", "/desk/away", "/desk/away/n_1"):
            assert (await http.get(path)).status_code in {200, 303}
        await http.get(f"/cases/{NUMBER}")
        metrics = (await http.get("/metrics")).text
    assert "away" not in metrics
    assert "/cases/{number}" in metrics


@pytest.mark.parametrize("path", [f"/cases/{NUMBER}/away", f"/cases/{NUMBER}/away/n_1", "/desk/away", "/away"])
async def test_a_stranger_opens_nothing(path: str) -> None:
    suite = suite_with_senior()
    async with browser(suite, officer_login_url=ISSUER) as http:
        shut = await http.get(path)
    assert shut.status_code in {200, 303}
    assert NOTICE["house_text"] not in shut.text
    assert not [one for one in suite.asked if "away" in one.url.path]
