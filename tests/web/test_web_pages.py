"""The pages as a whole: light, safe by their headers, usable without cookies, script or luck."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from janseva_web.pages import own_path
from janseva_web.static_files import StaticFiles
from tests.web.fake_suite import MINUTE, FakeSuite, Tags, browser, problem

FIRST_VIEW = 50_000


async def test_the_first_view_is_light() -> None:
    """The first page with all that it loads, unpacked, is less than 50 kB: seconds on 2G."""
    async with browser(FakeSuite()) as http:
        page = await http.get("/")
        weight = len(page.content)
        tags = Tags(page.text)
        loaded = {one["href"] for one in tags.of("link")} | {one["src"] for one in tags.of("img") + tags.of("script")}
        assert len(loaded) >= 3
        for address in loaded:
            answer = await http.get(address or "")
            assert answer.status_code == 200, address
            weight += len(answer.content)
    assert weight < FIRST_VIEW


async def test_hindi_first_and_english_by_one_tap() -> None:
    """A browser as it is sold (English) sees Hindi; one tap shows every page in English and comes back to it."""
    async with browser(FakeSuite()) as http:
        first = await http.get("/", headers={"accept-language": "en-US,en;q=0.9"})
        assert '<html lang="hi" dir="ltr">' in first.text
        assert "ई-शिकायत" in first.text
        (link,) = [one for one in Tags(first.text).of("a") if one.get("hreflang") == "en"]
        tapped = await http.get(link["href"] or "")
        assert (tapped.status_code, tapped.headers["location"]) == (303, "/")
        second = await http.get("/")
        assert '<html lang="en" dir="ltr">' in second.text
        assert "e-Complaint" in second.text


async def test_a_call_to_112_is_on_every_page() -> None:
    """Also on an error page."""
    async with browser(FakeSuite()) as http:
        for path in ("/", "/components", "/nowhere"):
            assert "tel:112" in [one.get("href") for one in Tags((await http.get(path)).text).of("a")], path


async def test_only_live_services_are_offered() -> None:
    async with browser(FakeSuite()) as http:
        links = {one.get("href") for one in Tags((await http.get("/")).text).of("a")}
    assert "/services/e-complaint" in links
    assert not {"/services/wanted-persons", "/services/emergency-112"} & links


@pytest.mark.parametrize("path", ["/", "/nowhere", "/components", "/language/en"])
async def test_every_answer_forbids_frames_inline_code_and_strangers(path: str) -> None:
    """One strict policy, also on refusals; no page carries a style or a script of its own, or an event attribute."""
    async with browser(FakeSuite()) as http:
        answer = await http.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", answer.text)


async def test_cookies_are_for_the_server_alone() -> None:
    """HttpOnly and SameSite; over https also Secure and bound to the host."""
    async with browser(FakeSuite()) as http:
        plain = (await http.get("/components")).headers.get_list("set-cookie")
    async with browser(FakeSuite(), public_url="https://janseva.example") as http:
        safe = (await http.get("/components")).headers.get_list("set-cookie")
    assert plain
    assert all("HttpOnly" in one and "SameSite=lax" in one for one in plain + safe)
    assert all(one.startswith("__Host-") and "Secure" in one for one in safe)


async def test_a_service_that_is_away_makes_a_page_that_states_it() -> None:
    """In the visitor's language, with 112, and no word of what broke."""
    suite = FakeSuite()

    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("10.0.0.7 refused")

    suite.answers["GET /v1/services"] = away
    async with browser(suite) as http:
        answer = await http.get("/")
    assert answer.status_code == 503
    assert "सेवा अभी उपलब्ध नहीं है" in answer.text
    assert "10.0.0.7" not in answer.text


async def test_a_refusal_of_a_service_is_shown_in_its_text_and_escaped() -> None:
    """A service's title reaches the page as text, whatever stands in it."""
    suite = FakeSuite()
    suite.answers["GET /v1/services"] = lambda _: problem(503, "x", title="<script>alert(1)</script>")
    async with browser(suite) as http:
        answer = await http.get("/")
    assert "&lt;script&gt;" in answer.text
    assert "<script>alert" not in answer.text


async def test_the_catalogue_of_a_minute_ago_is_better_than_no_page() -> None:
    suite = FakeSuite()
    async with browser(suite) as http:
        assert (await http.get("/")).status_code == 200
        suite.clock.advance(2 * MINUTE)
        suite.answers["GET /v1/services"] = lambda _: problem(503, "store_unavailable")
        assert (await http.get("/")).status_code == 200


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "",
        "/a\nb",
        "/" + "x" * 500,
        "javascript:1",
        "/\u0430",
    ],
)
def test_a_way_back_never_leaves_the_site(place: str) -> None:
    """What `to` names is a path of ours, or the first page."""
    assert own_path(place) == "/"
    assert own_path("/cases") == "/cases"


async def test_static_files_are_named_by_their_content() -> None:
    """So that a browser keeps them for good, packed; another release's name still leads to today's."""
    static = StaticFiles()
    async with browser(FakeSuite()) as http:
        answer = await http.get(static.address("style.css"), headers={"accept-encoding": "gzip"})
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        older = await http.get("/static/0123456789ab/style.css")
        assert (older.status_code, older.headers["cache-control"]) == (200, "no-cache")
        assert (await http.get("/static/x/..%2Fapp.py")).status_code == 404


async def test_a_phone_keeps_the_page_that_shows_that_nothing_was_sent() -> None:
    """Everything that the service worker keeps can be fetched; it offers 112 and carries no form."""
    async with browser(FakeSuite()) as http:
        script = await http.get("/worker.js")
        (listed,) = re.findall(r"KEPT = (\[.*\]);", script.text)
        kept = json.loads(listed)
        answers = {address: await http.get(address) for address in kept}
    assert kept[0] == "/offline"
    assert {answer.status_code for answer in answers.values()} == {200}
    page = Tags(answers["/offline"].text)
    assert "tel:112" in [one.get("href") for one in page.of("a")]
    assert not page.of("form")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    digits = colour.lstrip("#")
    digits = "".join(one * 2 for one in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


TOKENS = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{3,6})", (StaticFiles().files["style.css"].content).decode()))


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *((name, "#ffffff") for name in ("ink", "brand", "accent", "danger", "ok", "warn")),
        *((name, TOKENS["soft"]) for name in ("ink", "accent")),
        ("#44525f", "#ffffff"),
        ("#44525f", TOKENS["soft"]),
        *(("#ffffff", TOKENS[name]) for name in ("brand", "accent", "danger", "ok")),
        ("#7d120e", "#f9d6d4"),
        ("#0d4a28", "#d5eedd"),
        ("#0a3d73", "#d7e6f7"),
        ("#5e3800", "#fbe6c4"),
    ],
)
def test_every_colour_of_text_can_be_read(text: str, ground: str) -> None:
    """WCAG AA: at least 4.5 to 1 against what it stands on."""
    lighter, darker = sorted((luminance(TOKENS.get(text, text)), luminance(ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
