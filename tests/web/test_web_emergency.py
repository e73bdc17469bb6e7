"""In danger after filing with the wrong form: one button sends help, without a script, and never says so untruly."""

from __future__ import annotations

from functools import partial

import httpx
import pytest

from tests.web.fake_suite import (
    CASE,
    FILED,
    MINUTE,
    NUMBER,
    SECRET,
    FakeSuite,
    Tags,
    browser,
    hidden,
    logged_in,
    problem,
)
from tests.web.test_web_filing import send, to_the_check

HELP = "JS-26-7777-7777-7"
ROUTE = f"POST /v1/complaints/{NUMBER}/emergency"
ACTION = f"/cases/{NUMBER}/emergency"


def helpful() -> FakeSuite:
    suite = FakeSuite()
    help_ = FILED | {"lane": "emergency", "tracking_number": HELP, "receipt_secret": "help-secret", "emergency": None}
    suite.answers[ROUTE] = lambda _: httpx.Response(202, json=help_)
    return suite


async def opened(http: httpx.AsyncClient) -> httpx.Response:
    page = await http.get("/track")
    await http.post("/track", data={**hidden(page.text), "number": NUMBER, "code": SECRET})
    return await http.get(f"/cases/{NUMBER}")


def asked(suite: FakeSuite) -> list[httpx.Request]:
    return [one for one in suite.asked if one.url.path.endswith("/emergency")]


async def test_the_page_of_a_case_sends_help_with_its_receipt() -> None:
    """By a plain form: the call goes out with what opens the case, and this browser can follow the emergency."""
    suite = helpful()
    async with browser(suite) as http:
        page = await opened(http)
        assert CASE["emergency"]["text"] in page.text
        assert ACTION in [form["action"] for form in Tags(page.text).of("form")]
        answer = await http.post(ACTION, data=hidden(page.text))
        assert answer.status_code == 200
        assert HELP in answer.text
        assert "tel:112" in answer.text
        assert [one.headers["x-receipt"] for one in asked(suite)] == [SECRET]
        suite.answers[f"GET /v1/complaints/{HELP}"] = lambda _: httpx.Response(200, json=CASE)
        await http.get(f"/cases/{HELP}")
    assert suite.asked[-1].headers["x-receipt"] == "help-secret"


async def test_after_filing_in_fear_the_button_stands_open() -> None:
    """With a notice that says to call; without one it is there, folded."""
    for notices, stands_open in ((FILED["notices"], True), ([], False)):
        suite = helpful()
        answered = httpx.Response(202, json=FILED | {"notices": notices})
        suite.answers["POST /v1/complaints"] = partial(_same, answered)
        async with browser(suite) as http:
            await logged_in(http)
            check = await to_the_check(http, {"description": "x", "a-category": "theft"})
            page = await send(http, check.text, "send")
        details = [one for one in Tags(page.text).of("details") if one.get("class") == "danger-now"]
        assert [("open" in one) for one in details] == [stands_open]


def _same(answer: httpx.Response, _: httpx.Request) -> httpx.Response:
    return answer


async def test_a_form_of_another_site_calls_without_what_opens_the_case() -> None:
    """Help is sent, but no stranger's page makes this browser's case known."""
    suite = helpful()
    async with browser(suite) as http:
        await logged_in(http)
        await opened(http)
        answer = await http.post(ACTION, data={"form_token": "another"})
    assert answer.status_code == 200
    (call,) = asked(suite)
    assert not {"x-receipt", "authorization"} & set(call.headers)


async def test_a_login_that_cannot_be_renewed_does_not_hold_it_up() -> None:
    """The receipt is enough."""
    suite = helpful()
    async with browser(suite) as http:
        await logged_in(http)
        page = await opened(http)
        suite.clock.advance(15 * MINUTE)
        suite.answers["POST /v1/auth/refresh"] = lambda _: problem(503, "unavailable")
        answer = await http.post(ACTION, data=hidden(page.text))
    assert answer.status_code == 200
    assert asked(suite)[0].headers["x-receipt"] == SECRET


@pytest.mark.parametrize("status", [400, 404, 422, 429, 500, 503])
async def test_what_was_not_sent_is_called_so(status: int) -> None:
    """With the number to call and a form to try again."""
    suite = FakeSuite()
    suite.answers[ROUTE] = lambda _: problem(status, "broken")
    async with browser(suite) as http:
        page = await opened(http)
        answer = await http.post(ACTION, data=hidden(page.text))
    assert answer.status_code == 503
    assert "tel:112" in answer.text
    assert 'action="/emergency"' in answer.text
