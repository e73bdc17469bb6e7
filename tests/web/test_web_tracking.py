"""A case opens to its owner alone; no secret stands in an address; what changed is fetched with the own cookie."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from janseva_web.cookies import Purpose, Sealer
from janseva_web.desk.login import LONGEST_TOKEN, SHOWN
from janseva_web.suite.client import place
from janseva_web.tracking.qr import Receipts
from janseva_web.visit import CITIZEN, OFFICER, Receipt
from tests.web.fake_suite import CASE, KEY, MINUTE, NUMBER, SECRET, FakeSuite, Tags, browser, hidden, logged_in, problem

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


async def opened(http: httpx.AsyncClient, number: str = NUMBER, code: str = SECRET) -> httpx.Response:
    page = await http.get("/track")
    return await http.post("/track", data={**hidden(page.text), "number": number, "code": code})


async def test_number_and_code_open_the_case_once_and_for_all() -> None:
    """One POST exchanges the code for a sealed cookie; no address and no page after it carries the code."""
    suite = FakeSuite()
    async with browser(suite) as http:
        answer = await opened(http, NUMBER.lower())
        assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{NUMBER}")
        assert SECRET not in str(answer.headers)
        case = await http.get(f"/cases/{NUMBER}")
    assert case.status_code == 200
    assert CASE["next_step"] in case.text
    assert SECRET not in case.text
    assert all(SECRET not in str(one.url) for one in suite.asked)


@pytest.mark.parametrize("code", ["wrong", "x" * 5_000, "\u0000", "' or 1=1"])
async def test_a_stranger_learns_nothing(code: str) -> None:
    """A wrong code and a number that is not there are answered alike, and without a cookie nothing opens."""
    async with browser(FakeSuite()) as http:
        refused = await opened(http, NUMBER, code)
        absent = await opened(http, "JS-26-0000-0000-0", code)
        shut = await http.get(f"/cases/{NUMBER}")
    assert (refused.status_code, absent.status_code) == (422, 422)
    assert "नहीं मिला" in refused.text
    assert "नहीं मिला" in absent.text
    assert CASE["next_step"] not in shut.text


async def test_a_mistyped_number_is_called_so() -> None:
    suite = FakeSuite()
    suite.answers[f"GET /v1/complaints/{NUMBER}"] = lambda _: problem(400, "tracking_number_mistyped")
    async with browser(suite) as http:
        assert "detail of tracking_number_mistyped" in (await opened(http)).text


def test_the_picture_holds_the_code_behind_the_hash() -> None:
    """A browser never sends what stands there: no log of a server or proxy has it."""
    receipts = Receipts("https://janseva.example")
    address = receipts.address(Receipt(NUMBER, SECRET))
    assert httpx.URL(address).path == "/track"
    assert httpx.URL(address).query == b""
    assert httpx.URL(address).fragment == f"{NUMBER}~{SECRET}"
    drawn = str(receipts.picture(Receipt(NUMBER, SECRET)))
    assert drawn.startswith("<svg")
    assert SECRET not in drawn
    assert "style=" not in drawn


async def test_a_login_shows_its_cases_and_a_logout_forgets_all() -> None:
    """Also the receipts that this browser kept, for who uses it next."""
    suite = FakeSuite()
    async with browser(suite) as http:
        assert (await http.get("/cases")).headers["location"] == "/login?to=/cases"
        answer = await logged_in(http)
        assert answer.headers["location"] == "/cases"
        listed = await http.get("/cases")
        assert NUMBER in listed.text
        await opened(http)
        await http.post("/logout", data=hidden(listed.text))
        assert (await http.get("/cases")).headers["location"] == "/login?to=/cases"
        assert CASE["next_step"] not in (await http.get(f"/cases/{NUMBER}")).text
    assert suite.bodies("/v1/auth/logout") == [{"refresh_token": "refresh-token-1"}]


async def test_a_session_is_renewed_before_it_ends_and_ends_when_it_is_refused() -> None:
    suite = FakeSuite()
    async with browser(suite) as http:
        await logged_in(http)
        suite.clock.advance(14 * MINUTE)
        assert (await http.get("/cases")).status_code == 200
        assert suite.asked[-1].headers["authorization"] == "Bearer access-2"
        suite.clock.advance(20 * MINUTE)
        suite.answers["POST /v1/auth/refresh"] = lambda _: problem(401, "session_ended")
        assert (await http.get("/cases")).status_code == 303


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_a_login_never_leads_to_another_site(to: str) -> None:
    async with browser(FakeSuite()) as http:
        assert (await logged_in(http, to)).headers["location"] == "/cases"


async def test_the_live_news_shows_that_something_changed_and_nothing_of_what() -> None:
    """The page asks for its part again, with its own cookie."""
    suite = FakeSuite()
    events = 'id: 7\nevent: status\ndata: {"status": "secret"}\n\n'
    suite.answers[f"GET /v1/complaints/{NUMBER}/stream"] = lambda _: httpx.Response(200, text=events)
    async with browser(suite) as http:
        assert (await http.get(f"/cases/{NUMBER}/live")).status_code == 404
        await opened(http)
        answer = await http.get(f"/cases/{NUMBER}/live", headers={"last-event-id": "6"})
        part = await http.get(f"/cases/{NUMBER}", params={"part": "1"})
    assert answer.text == "id: 7\nevent: status\ndata: changed\n\n"
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "<html" not in part.text
    assert CASE["next_step"] in part.text
    asked = next(one for one in suite.asked if one.url.path.endswith("/stream"))
    assert (asked.headers["x-receipt"], asked.headers["last-event-id"]) == (SECRET, "6")


async def test_a_file_goes_to_intake_with_what_it_is() -> None:
    suite = FakeSuite()
    suite.answers[f"POST /v1/complaints/{NUMBER}/evidence"] = lambda _: httpx.Response(201, json={"evidence_id": "e"})
    async with browser(suite) as http:
        await opened(http)
        page = await http.get(f"/cases/{NUMBER}")
        form = {"form_token": hidden(page.text)["form_token"], "document": "evidence"}
        files = {"file": ("फोटो.jpg", b"\xff\xd8\xff" + b"x" * 2_000_000, "image/jpeg")}
        answer = await http.post(f"/cases/{NUMBER}/files", data=form, files=files)
        assert answer.headers["location"] == f"/cases/{NUMBER}?done=files"
        nothing = await http.post(f"/cases/{NUMBER}/files", data=form, files={"file": ("", b"", "image/jpeg")})
    assert nothing.status_code == 422
    sent = next(one for one in suite.asked if one.url.path.endswith("/evidence"))
    assert b'name="document_type"' in sent.content
    assert b"\xff\xd8\xff" in sent.content


async def test_what_cannot_be_done_now_is_explained_on_the_case() -> None:
    suite = FakeSuite()
    suite.answers[f"POST /v1/complaints/{NUMBER}/withdraw"] = lambda _: problem(409, "transition_not_allowed")
    async with browser(suite) as http:
        await opened(http)
        page = await http.get(f"/cases/{NUMBER}")
        token = hidden(page.text)["form_token"]
        answer = await http.post(f"/cases/{NUMBER}/withdraw", data={"form_token": token})
    assert answer.status_code == 422
    assert "detail of transition_not_allowed" in answer.text


async def test_texts_of_a_service_are_escaped() -> None:
    """Whatever an officer or a citizen wrote reaches the page as text."""
    suite = FakeSuite()
    evil = "<img src=x onerror=alert(1)>"
    hurt = CASE | {"next_step": evil, "office_name": evil, "timeline": [CASE["timeline"][0] | {"text": evil}]}
    suite.answers[f"GET /v1/complaints/{NUMBER}"] = lambda _: httpx.Response(200, json=hurt)
    async with browser(suite) as http:
        await opened(http)
        page = await http.get(f"/cases/{NUMBER}")
    assert not [one for one in Tags(page.text).of("img") if one.get("src") == "x"]
    assert page.text.count("&lt;img") == 3


def test_a_sealed_cookie_opens_for_its_purpose_and_time_alone() -> None:
    """Nothing that a browser, another key or another purpose made opens; nothing of it can be read."""
    sealer, other = Sealer(SecretStr(KEY)), Sealer(SecretStr(KEY.swapcase()))
    purpose = Purpose("citizen", timedelta(days=1))
    sealed = sealer.seal(purpose, {"access": "token-of-asha"}, NOW)
    assert "token-of-asha" not in sealed
    assert sealer.open(purpose, sealed, NOW) == {"access": "token-of-asha"}
    assert sealer.open(Purpose("officer", timedelta(days=1)), sealed, NOW) is None
    assert other.open(purpose, sealed, NOW) is None
    assert sealer.open(purpose, sealed, NOW + timedelta(days=1, seconds=2)) is None
    for broken in ("", "x", sealed[:-4], f"A{sealed[1:]}", "é" * 40, "A" * 300_000):
        assert sealer.open(purpose, broken, NOW) is None


@pytest.mark.parametrize("number", ["..", ".", "../../v1/desk/cases", "a/b", "a?b=c", "a%2Fb", "ā\n", ""])
async def test_a_number_never_becomes_another_path(number: str) -> None:
    """What stands in an address of ours stays one part of the service's."""
    path = place("/v1/complaints/{}/stream", number)
    asked = httpx.URL(f"http://intake{path}")
    assert asked.path.startswith("/v1/complaints/")
    assert asked.raw_path.count(b"/") == 4
    assert asked.query == b""


def test_no_cookie_of_a_login_outgrows_a_browser() -> None:
    """4,096 bytes are all that a browser keeps of one."""
    sealer = Sealer(SecretStr(KEY))
    citizen = {"access": "x" * 1_200, "refresh": "y" * 200, "ends": 1_800_000_000}
    officer = {"access": "x" * LONGEST_TOKEN, **dict.fromkeys(SHOWN, "z" * 40)}
    assert len(sealer.seal(CITIZEN, citizen, NOW)) < 4_000
    assert len(sealer.seal(OFFICER, officer, NOW)) < 4_000
