"""Secret information: no cookie in or out, nothing logged, traced or counted, its key shown once and kept nowhere."""

from __future__ import annotations

import logging
import re
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.telemetry.logs import configure_logging
from chassis.telemetry.tracing import Tracing
from tests.web.fake_suite import MINUTE, FakeSuite, Tags, app_with, browser, hidden, logged_in, problem

KEY, PASSPHRASE = "GS-7K2M-Q9XD-T4WB-8", "4821-0937-5516-7240-1183"
BARE = (KEY.replace("-", ""), PASSPHRASE.replace("-", ""))
TEXT = "पुल के नीचे <script>alert(1)</script> रोज"
PLACE = f"/v1/tips/{BARE[0]}"
HOSTILE = "<img src=x onerror=alert(1)>"
FILED: dict[str, Any] = {
    "case_key": KEY,
    "passphrase": PASSPHRASE,
    "messages_url": "http://intake/v1/tips",
    "filed_at": "2026-11-29T09:00:00Z",
    "due": [],
    "notices": [{"code": "in_danger", "text": "112 पर कॉल करें", "action": "tel:112"}],
}
MESSAGES: dict[str, Any] = {
    "status": "assigned",
    "status_text": "सौंपा गया",
    "may_write": True,
    "items": [{"message_id": "m", "at": "2026-11-28T00:00:00Z", "by": "police", "by_text": "पुलिस", "text": HOSTILE}],
    "next_cursor": None,
}
REVEALING = {
    "authorization": "Bearer x",
    "x-forwarded-for": "203.0.113.77",
    "user-agent": "Tell-Tale/1.0",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "referer": "http://pages/cases",
}


def suite_with_tips() -> FakeSuite:
    suite = FakeSuite()

    def messages(request: httpx.Request) -> httpx.Response:
        right = request.headers.get("x-passphrase") == BARE[1]
        return httpx.Response(200, json=MESSAGES) if right else problem(404, "not_found")

    suite.answers |= {
        "POST /v1/tips": lambda _: httpx.Response(202, json=FILED),
        f"GET {PLACE}/messages": messages,
        f"POST {PLACE}/messages": lambda _: httpx.Response(202, json={"message_id": "m", "notices": []}),
        f"POST {PLACE}/evidence": lambda _: httpx.Response(201, json={"evidence_id": "e"}),
    }
    return suite


def form_of(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of one form of a page."""
    part = page.text.partition(f'action="{action}')[2].partition("</form>")[0]
    assert part, action
    return hidden(part)


async def given(http: httpx.AsyncClient, **fields: str) -> httpx.Response:
    page = await http.get("/tips")
    form = {**form_of(page, "/tips?"), "a-category": "liquor", "text": TEXT, **fields}
    return await http.post("/tips", params={"language": "hi"}, data=form)


async def opened(http: httpx.AsyncClient, key: str = KEY, passphrase: str = PASSPHRASE) -> httpx.Response:
    return await http.post("/tips/answer", data={"case_key": key, "passphrase": passphrase})


async def test_a_tip_is_given_as_it_was_written_and_its_key_is_shown_once() -> None:
    """By the members of the call; a double tap carries the same key of the form, and no later page shows the secret."""
    suite = suite_with_tips()
    async with browser(suite) as http:
        sent = await given(http, **{"a-tip_place": "बड़ा पुल", "a-going_on": "yes", "district": "अररिया"})
        assert sent.status_code == 200
        assert KEY in sent.text
        assert PASSPHRASE in sent.text
        assert "कागज पर लिखें" in sent.text
        for form in ("/tips/files?",):
            assert not any(secret in str(form_of(sent, form)) for secret in (KEY, PASSPHRASE, *BARE))
        later = await http.post(
            "/tips/files", data=form_of(sent, "/tips/files?"), files={"file": ("asha.jpg", b"x", "image/jpeg")}
        )
    assert later.status_code == 200
    assert not any(secret in later.text for secret in (KEY, PASSPHRASE, *BARE))
    assert suite.bodies("/v1/tips") == [
        {
            "about": "liquor",
            "where": "बड़ा पुल",
            "still_going_on": True,
            "text": TEXT,
            "district": "अररिया",
            "language": "hi",
        }
    ]
    asked = next(one for one in suite.asked if one.url.path == "/v1/tips")
    assert len(asked.headers["idempotency-key"]) == 36
    uploaded = next(one for one in suite.asked if one.url.path.endswith("/evidence"))
    assert b"asha.jpg" not in uploaded.content
    assert uploaded.headers["x-passphrase"] == BARE[1]


async def test_no_cookie_comes_in_or_goes_out() -> None:
    """Who is logged in reads these pages as anybody does: nothing of him reaches a page, a service or his browser."""
    suite = suite_with_tips()
    async with browser(suite) as http:
        await logged_in(http)
        await http.get("/language/en")
        before, kept = len(suite.asked), dict(http.cookies)
        assert kept
        pages = [
            await http.get("/tips", headers=REVEALING),
            await http.get("/tips/answer", headers=REVEALING),
            await http.get("/tips/nowhere", headers=REVEALING),
            await given(http),
            await opened(http),
            await opened(http, passphrase="1"),
            await http.post("/tips/messages", data={}),
            await http.post("/tips", data={}, headers={"sec-fetch-site": "cross-site"}),
        ]
        assert dict(http.cookies) == kept
    assert [page.status_code for page in pages] == [200, 200, 404, 200, 200, 422, 422, 403]
    for page in pages:
        assert "set-cookie" not in page.headers
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert '<html lang="hi"' in page.text, "the language of the cookie was not read"
        assert "/logout" not in page.text
        assert "form_token" not in page.text
    for request in suite.asked[before:]:
        assert not request.headers.keys() & {"authorization", "cookie", "x-forwarded-for", "traceparent", "x-receipt"}
        assert "Tell-Tale" not in str(request.headers)


async def test_nothing_of_it_is_logged_traced_or_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither when it goes well, nor when intake is away or answers nonsense; other pages are recorded as ever."""
    exporter, suite = InMemorySpanExporter(), suite_with_tips()
    configure_logging("web", "DEBUG")
    tracing = Tracing("web", SimpleSpanProcessor(exporter)).activate()
    monkeypatch.setattr(logging.getLogger(), "level", logging.getLogger().level)

    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    app = app_with(suite)
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pages") as http:
            await http.get("/tips", headers=REVEALING)
            await given(http)
            await opened(http)
            for answer in (away, lambda _: httpx.Response(202, json={"odd": 1})):
                suite.answers["POST /v1/tips"] = answer
                assert (await given(http)).status_code in {502, 503}
            assert not exporter.get_finished_spans()
            metrics = (await http.get("/metrics")).text
            assert "http_request" in metrics
            assert "tips" not in metrics
            assert 'route="/track"' not in metrics
            await http.get("/track")
            assert "/track" in (await http.get("/metrics")).text
        assert exporter.get_finished_spans()
    finally:
        tracing.shutdown()
    logged = capsys.readouterr()
    for secret in ("/tips", "tip", KEY, *BARE, PASSPHRASE, "service_unreachable"):
        assert secret not in (logged.out + logged.err).lower().replace("multipart", "")


@pytest.mark.parametrize(
    ("key", "passphrase"),
    [
        (KEY.lower(), PASSPHRASE.replace("-", " ")),
        (BARE[0], PASSPHRASE.translate(str.maketrans("0123456789", "०१२३४५६७८९"))),
    ],
)
async def test_key_and_passphrase_are_read_as_they_were_noted(key: str, passphrase: str) -> None:
    async with browser(suite_with_tips()) as http:
        page = await opened(http, key, passphrase)
    assert page.status_code == 200
    assert "&lt;img" in page.text
    assert not [one for one in Tags(page.text).of("img") if one.get("src") == "x"]


@pytest.mark.parametrize("wrong", ["1" * 20, "x" * 5_000, "é\u0000\n", "../../desk", HOSTILE])
async def test_a_wrong_key_and_a_wrong_passphrase_are_one_page(wrong: str) -> None:
    """Neither says which was wrong, and what was typed is not shown again."""
    suite = suite_with_tips()
    async with browser(suite) as http:
        one, other = await opened(http, KEY, wrong), await opened(http, wrong, PASSPHRASE)
    assert one.status_code == other.status_code == 422
    assert wrong not in one.text
    assert KEY not in one.text
    assert all(request.url.path.startswith("/v1/tips/") for request in suite.asked if "tips" in request.url.path)


async def test_who_comes_back_writes_again_until_it_is_closed() -> None:
    suite = suite_with_tips()
    async with browser(suite) as http:
        page = await opened(http)
        form = form_of(page, "/tips/messages?")
        added = await http.post("/tips/messages", data={**form, "message": "गाड़ी रात दस बजे"})
        assert "दर्ज हुई" in added.text
        empty = await http.post("/tips/messages", data=form)
        suite.answers[f"POST {PLACE}/messages"] = lambda _: problem(409, "transition_not_allowed")
        refused = await http.post("/tips/messages", data={**form, "message": "और"})
        closed = MESSAGES | {"may_write": False}
        suite.answers[f"GET {PLACE}/messages"] = lambda _: httpx.Response(200, json=closed)
        shut = await opened(http)
    assert suite.bodies(f"{PLACE}/messages") == [{"text": "गाड़ी रात दस बजे"}, {"text": "और"}]
    assert (empty.status_code, refused.status_code) == (422, 422)
    assert "detail of transition_not_allowed" in refused.text
    assert "<textarea" not in shut.text


@pytest.mark.parametrize("sealed", ["", "x", "A" * 400])
async def test_what_was_not_sealed_here_opens_nothing(sealed: str) -> None:
    """Nor what was sealed too long ago: the key is asked for again."""
    suite = suite_with_tips()
    async with browser(suite) as http:
        form = form_of(await opened(http), "/tips/messages?")
        suite.asked.clear()
        assert (await http.post("/tips/messages", data={**form, "opened": sealed, "message": "x"})).status_code == 422
        suite.clock.advance(31 * MINUTE)
        assert (await http.post("/tips/messages", data={**form, "message": "x"})).status_code == 422
    assert not suite.asked


async def test_what_is_wrong_leads_to_its_field_and_keeps_what_was_written() -> None:
    """What the page sees by itself, and what intake refuses by the member's name; hostile text stays text."""
    suite = suite_with_tips()
    async with browser(suite) as http:
        empty = await given(http, text="", **{"a-category": ""})
        suite.answers["POST /v1/tips"] = lambda _: problem(
            422, "validation_failed", {"pointer": "/district", "message": "no district"}
        )
        refused = await given(http, text=HOSTILE, district="Atlantis")
    links = {one.get("href") for one in Tags(empty.text).of("a")}
    assert {"#text", "#a-category"} <= links
    assert "#district" in {one.get("href") for one in Tags(refused.text).of("a")}
    assert "&lt;img src=x" in refused.text
    assert "Atlantis" in refused.text


@pytest.mark.parametrize("language", ["hi", "en", "ur"])
async def test_every_page_offers_to_leave_and_is_honest(language: str) -> None:
    """A plain link, the language in the address, no script but the one that keeps nothing, a title that hides it."""
    async with browser(suite_with_tips()) as http:
        pages = [
            await http.get("/tips", params={"language": language}),
            await http.get("/tips/answer", params={"language": language}),
            await http.post("/tips/answer", params={"language": language}, data={"case_key": KEY, "passphrase": "1"}),
        ]
    for page in pages:
        tags = Tags(page.text)
        (leave,) = [one for one in tags.of("a") if "data-leave" in one]
        assert str(leave["href"]).startswith("https://")
        assert f'<html lang="{language}"' in page.text
        assert [str(one["src"]).rpartition("/")[2] for one in tags.of("script")] == ["tips.js"]
        assert not [one for one in tags.of("link") if one.get("rel") == "manifest"]
        assert re.findall(r"<title>(.*)</title>", page.text) in (["जनसेवा"], ["Janseva"], ["جن سیوا"])
        for form in tags.of("form"):
            assert str(form["action"]).endswith(f"?language={language}")
            assert form["autocomplete"] == "off"
    assert len(Tags(pages[0].text).of("li")) > 8


async def test_the_home_page_leads_to_where_no_cookie_goes() -> None:
    """With another host for secret information its links lead there, and from there back."""
    async with browser(suite_with_tips(), tips_url="https://tips.example") as http:
        links = {str(one.get("href")) for one in Tags((await http.get("/")).text).of("a")}
        back = {str(one.get("href")) for one in Tags((await http.get("/tips")).text).of("a")}
        service = await http.get("/services/secret-tip")
    assert "https://tips.example/tips?language=hi" in links
    assert "http://127.0.0.1:8000/" in back
    assert service.headers["location"] == "/tips"


async def test_the_worker_leaves_it_alone() -> None:
    """Whatever it will keep one day: these addresses it hands to the browser untouched, before it looks at anything."""
    async with browser(FakeSuite()) as http:
        script = (await http.get("/worker.js")).text
    handler = script.partition('addEventListener("fetch"')[2]
    assert "/^\\/tips(\\/|$)/.test" in handler
    assert handler.index("tips") < handler.index("respondWith")
