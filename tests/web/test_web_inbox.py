"""The inbox: what each choice asks of intake, links for counts, and many acknowledged with each outcome named."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.web.fake_suite import CASE, FakeSuite, Tags, hidden, problem
from tests.web.test_web_desk import DESK_CASE, officer, suite_with_desk

NUMBER = "JS-26-WNX3-D03V-B"


def item(case_id: str, lane: str, due_at: str | None, status: str = "acknowledged") -> dict[str, Any]:
    clock = {**CASE["clocks"][0], "due_at": due_at}
    line = {name: DESK_CASE[name] for name in ("service_name", "status_text", "priority", "priority_text")}
    number = f"JS-{case_id}"
    clocks = [clock] if due_at else []
    return line | {"case_id": case_id, "tracking_number": number, "lane": lane, "status": status, "clocks": clocks}


def suite_with(*lines: dict[str, Any], cursor: str | None = None) -> FakeSuite:
    suite = suite_with_desk()
    page = {"items": list(lines), "next_cursor": cursor}
    suite.answers["GET /v1/desk/cases"] = lambda _: httpx.Response(200, json=page)
    return suite


def asked_of(suite: FakeSuite) -> dict[str, str]:
    return dict(next(one for one in reversed(suite.asked) if one.url.path == "/v1/desk/cases").url.params)


async def test_what_is_due_next_stands_first_and_a_running_emergency_above_it() -> None:
    """In intake's order otherwise."""
    suite = suite_with(
        item("sooner", "routine", "2026-12-01T00:00:00Z"),
        item("later", "routine", "2026-12-20T00:00:00Z"),
        item("urgent", "emergency", "2026-12-22T00:00:00Z"),
        item("over", "emergency", None, "closed"),
    )
    async with officer(suite) as http:
        page = await http.get("/desk")
    links = [str(one["href"]) for one in Tags(page.text).of("a") if str(one.get("href")).startswith("/desk/cases/")]
    assert [link.rpartition("/")[2] for link in links] == ["urgent", "sooner", "later", "over"]
    assert asked_of(suite) == {"limit": "50", "sort": "remaining", "open": "true"}
    assert "थानाध्यक्ष" in page.text


@pytest.mark.parametrize(
    ("address", "call"),
    [
        ("status=heard", {"status": "heard"}),
        ("status=all&sort=newest", {"sort": "newest"}),
        ("service=fir-copy&mine=1", {"service": "fir-copy", "open": "true", "mine": "true"}),
        ("overdue=1", {"open": "true", "overdue": "true"}),
        ("age=7&station=5140003", {"until": "2026-11-22T09:00:00+00:00", "station": "5140003", "open": "true"}),
        ("after=abc", {"cursor": "abc", "open": "true"}),
        # A number is looked for everywhere; what nobody offers is not asked.
        (f"q={NUMBER}&status=heard&mine=1", {"q": NUMBER}),
        ("age=8&status=%3Cb%3E&sort=x&service=..%2F..", {"open": "true"}),
    ],
)
async def test_each_choice_of_the_address_is_one_of_the_call(address: str, call: dict[str, str]) -> None:
    suite = suite_with()
    async with officer(suite) as http:
        assert (await http.get(f"/desk?{address}")).status_code == 200
    assert asked_of(suite) == {"limit": "50", "sort": "remaining"} | call


async def test_counts_are_links_to_their_lists_and_the_list_goes_on() -> None:
    """The choices go along to the next page and into what a script fetches, the place in the list does not."""
    suite = suite_with(item("one", "routine", None), cursor="next-1")
    async with officer(suite) as http:
        page = await http.get("/desk?service=fir-copy&after=before-1")
    links = {str(one["href"]) for one in Tags(page.text).of("a")}
    assert {"/desk", "/desk?overdue=yes", "/desk?mine=yes", "/desk?status=assigned"} <= links
    assert "/desk?service=fir-copy&after=next-1" in links
    assert [one["data-part"] for one in Tags(page.text).of("div") if "data-part" in one] == [
        "/desk?service=fir-copy&after=before-1&part=1"
    ]


async def test_a_mistyped_number_is_explained_at_its_field() -> None:
    suite = suite_with()
    lists = suite.answers["GET /v1/desk/cases"]
    suite.answers["GET /v1/desk/cases"] = lambda asked: (
        problem(400, "tracking_number_mistyped") if "q" in asked.url.params else lists(asked)
    )
    async with officer(suite) as http:
        page = await http.get("/desk", params={"q": "<b>12"})
    assert page.status_code == 422
    assert 'href="#q"' in page.text
    assert "&lt;b&gt;12" in page.text


async def test_of_many_each_outcome_is_named() -> None:
    """Only what waits has a box; the case that was refused says why, and the others are done."""
    lines = [item("c_1", "routine", None, "assigned"), item("c_2", "routine", None, "reopened")]
    suite = suite_with(*lines, item("c_3", "routine", None, "heard"))
    done = [
        {"case_id": "c_1", "status": "acknowledged", "version": 3, "code": None, "detail": None},
        {"case_id": "c_2", "status": None, "version": None, "code": "forbidden", "detail": "यह मामला दूसरे थाने का है।"},
    ]
    suite.answers["POST /v1/desk/cases/acknowledge"] = lambda _: httpx.Response(200, json={"items": done})
    async with officer(suite) as http:
        page = await http.get("/desk?mine=1")
        boxes = [str(one["value"]) for one in Tags(page.text).of("input") if one.get("name") == "cases"]
        nothing = await http.post("/desk/acknowledge", data=hidden(page.text))
        answer = await http.post("/desk/acknowledge?mine=yes", data={**hidden(page.text), "cases": boxes})
    assert boxes == ["c_1 JS-c_1", "c_2 JS-c_2"]
    assert nothing.status_code == 422
    assert suite.bodies("/v1/desk/cases/acknowledge") == [{"case_ids": ["c_1", "c_2"]}]
    assert "JS-c_1</b>: देख लिया गया" in answer.text
    assert "JS-c_2</b>: दर्ज नहीं हुआ। यह मामला दूसरे थाने का है।" in answer.text
    assert asked_of(suite)["mine"] == "true"
