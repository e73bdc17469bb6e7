"""What is kept of a person: a whole copy or none, a request to erase with the law named, the decision of its post."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from janseva_web.desk.erasures import DECISIONS, KEEPS, REASONS
from tests.web.fake_suite import MINUTE, FakeSuite, Tags, browser, hidden, logged_in, problem
from tests.web.test_web_desk import DOCUMENT, ISSUER, officer, suite_with_desk

HOSTILE = "<img src=x onerror=alert(1)>"
WAITING: dict[str, Any] = {
    "erasure_id": "er_1",
    "state": "waiting",
    "state_text": "अनुरोध दर्ज है",
    "asked_at": "2026-11-25T09:00:00Z",
    "not_before": "2026-11-28T09:00:00Z",
    "decided_at": None,
    "decided_by": None,
    "reason_code": None,
    "reason_text": None,
    "law": None,
    "cases": [
        {"case_id": "c_1", "tracking_number": "JS-1", "kept_by": None, "text": None, "law": None},
        {"case_id": "c_2", "tracking_number": "JS-2", "kept_by": "case_open", "text": HOSTILE, "law": "DPDP Act 2023"},
    ],
}
REFUSED = WAITING | {"state": "refused", "state_text": "अस्वीकृत", "reason_text": "स्वामी सिद्ध नहीं", "law": "DPDP 12(1)"}
PROFILE = {"exported_at": "2026-11-29T09:00:00Z", "note": "n", "profile": {"name": "आशा"}}


def suite_with_data(suite: FakeSuite | None = None, erasure: dict[str, Any] | None = None) -> FakeSuite:
    suite = suite or FakeSuite()

    def export(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("format") == "html":
            return httpx.Response(200, text="<h1>x</h1>", headers={"content-type": "text/html; charset=utf-8"})
        second = request.url.params.get("cursor") == "c2"
        page = {**PROFILE, "items": [{"case": 2 if second else 1}], "next_cursor": None if second else "c2"}
        return httpx.Response(200, json=page)

    asked = {} if erasure is None else erasure
    found = httpx.Response(200, json=asked) if asked else problem(404, "erasure_not_asked")
    suite.answers |= {
        "GET /v1/me/export": export,
        "GET /v1/me/erasure": lambda _: found,
        "POST /v1/me/erasure": lambda _: httpx.Response(202, json=WAITING),
        "DELETE /v1/me/erasure": lambda _: httpx.Response(200, json=WAITING | {"state": "cancelled"}),
        "GET /v1/desk/erasures": lambda _: httpx.Response(200, json={"items": [WAITING], "next_cursor": None}),
        "GET /v1/desk/erasures/er_1": lambda _: httpx.Response(200, json=WAITING),
        "POST /v1/desk/erasures/er_1/decide": lambda _: httpx.Response(200, json=WAITING | {"state": "done"}),
    }
    return suite


async def test_a_copy_is_whole_and_is_kept_as_a_file() -> None:
    """All its pages in one; neither form of it is shown inside our pages."""
    async with browser(suite_with_data()) as http:
        await logged_in(http)
        whole, readable = await http.get("/own-data/copy.json"), await http.get("/own-data/copy.html")
    assert json.loads(whole.text) == {**PROFILE, "items": [{"case": 1}, {"case": 2}], "next_cursor": None}
    for answer in (whole, readable):
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("second", [problem(503, "messages_unavailable"), httpx.Response(200, json={"odd": 1})])
async def test_a_copy_that_lacks_something_is_none(second: httpx.Response) -> None:
    suite = suite_with_data()
    first = suite.answers["GET /v1/me/export"]
    suite.answers["GET /v1/me/export"] = lambda request: second if "cursor" in request.url.params else first(request)
    async with browser(suite) as http:
        await logged_in(http)
        answer = await http.get("/own-data/copy.json")
    assert answer.status_code in {502, 503}
    assert "content-disposition" not in answer.headers


async def test_an_erasure_is_asked_for_knowingly() -> None:
    """Not without the tick; a refusal is explained on the page."""
    suite = suite_with_data()
    async with browser(suite) as http:
        await logged_in(http)
        form = hidden((await http.get("/own-data")).text)
        unread = await http.post("/own-data/erasure", data=form)
        assert not [one for one in suite.asked if one.method == "POST" and one.url.path == "/v1/me/erasure"]
        asked = await http.post("/own-data/erasure", data={**form, "agreed": "yes"})
        suite.answers["POST /v1/me/erasure"] = lambda _: problem(503, "owner_unreached")
        failed = await http.post("/own-data/erasure", data={**form, "agreed": "yes"})
    assert unread.status_code == 422
    assert asked.headers["location"] == "/own-data?done=asked"
    assert "detail of owner_unreached" in failed.text


async def test_a_request_shows_what_goes_and_by_which_law_the_rest_stays() -> None:
    """And may be cancelled; while it waits it can't be asked for twice."""
    suite = suite_with_data(erasure=WAITING)
    async with browser(suite) as http:
        await logged_in(http)
        page = await http.get("/own-data")
        cancelled = await http.post("/own-data/erasure/cancel", data=hidden(page.text))
    assert "JS-1" in page.text
    assert "DPDP Act 2023" in page.text
    assert "&lt;img src=x" in page.text
    assert "/own-data/erasure" not in [one.get("action") for one in Tags(page.text).of("form")]
    assert cancelled.headers["location"] == "/own-data?done=cancelled"


@pytest.mark.parametrize("language", ["hi", "en", "ur"])
async def test_a_refusal_names_its_law(language: str) -> None:
    """And what of it can't be erased anyway is not promised."""
    suite = suite_with_data(erasure=REFUSED)
    async with browser(suite) as http:
        await http.get(f"/language/{language}")
        await logged_in(http)
        page = await http.get("/own-data")
    assert "DPDP 12(1)" in page.text
    assert "JS-1" not in page.text
    assert "/own-data/erasure" in [one.get("action") for one in Tags(page.text).of("form")]


async def test_the_named_post_decides_and_keeps_a_case() -> None:
    """A case that the law keeps is not asked about; a refusal needs its reason."""
    suite = suite_with_data(suite_with_desk())
    place = "/desk/erasures/er_1"
    async with officer(suite) as http:
        assert place in [one.get("href") for one in Tags((await http.get("/desk/erasures")).text).of("a")]
        page = await http.get(place)
        form = hidden(page.text)
        assert "keep-c_1" in page.text
        assert "keep-c_2" not in page.text
        for given in ({}, {"decision": "refuse"}, {"decision": "dream"}):
            assert (await http.post(place, data={**form, **given})).status_code == 422
        kept = {"decision": "erase", "keep-c_1": "court_order", "keep-c_2": "court_order", "keep-c_9": "court_order"}
        done = await http.post(place, data={**form, **kept})
        await http.post(place, data={**form, "decision": "refuse", "reason": "not_the_owner"})
        suite.answers["POST /v1/desk/erasures/er_1/decide"] = lambda _: problem(409, "erasure_decided")
        late = await http.post(place, data={**form, "decision": "erase"})
    assert "निर्णय दर्ज हुआ" in done.text
    assert suite.bodies("/v1/desk/erasures/er_1/decide") == [
        {"decision": "erase", "keep": {"c_1": "court_order"}},
        {"decision": "refuse", "reason_code": "not_the_owner"},
        {"decision": "erase", "keep": {}},
    ]
    assert "detail of erasure_decided" in late.text


async def test_nothing_is_decided_before_its_time() -> None:
    suite = suite_with_data(suite_with_desk())
    early = WAITING | {"not_before": (suite.clock.now() + MINUTE).isoformat()}
    suite.answers["GET /v1/desk/erasures/er_1"] = lambda _: httpx.Response(200, json=early)
    async with officer(suite) as http:
        page = await http.get("/desk/erasures/er_1")
    assert "/desk/erasures/er_1" not in [one.get("action") for one in Tags(page.text).of("form")]


def test_the_codes_are_those_of_the_document() -> None:
    """A reason that intake adds is offered here, too."""
    asked = DOCUMENT["components"]["schemas"]["DecideErasure"]["properties"]
    (kept,) = asked["keep"]["patternProperties"].values()
    assert set(KEEPS) == set(kept["enum"])
    assert set(DECISIONS) == set(asked["decision"]["enum"])
    reason = asked["reason_code"]["anyOf"][0]
    assert set(REASONS) == set(reason.get("enum", [reason.get("const")]))


@pytest.mark.parametrize("path", ["/own-data", "/own-data/copy.json", "/own-data/copy.html", "/desk/erasures"])
async def test_a_stranger_gets_nothing(path: str) -> None:
    suite = suite_with_data()
    async with browser(suite, officer_login_url=ISSUER) as http:
        assert (await http.get(path)).status_code == 303
    assert not suite.asked or all("/me/" not in one.url.path and "erasure" not in one.url.path for one in suite.asked)
