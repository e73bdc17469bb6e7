"""Filing by forms drawn from the catalogue alone, kept nowhere between two pages, filed once."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from intake.catalogue import load_catalogue
from janseva_web.filing.draft import Draft
from janseva_web.filing.steps import Kind, steps_of
from janseva_web.suite.shapes import Service, ServiceList
from tests.web.fake_suite import (
    FILED,
    MINUTE,
    NUMBER,
    SECRET,
    FakeSuite,
    Tags,
    app_with,
    browser,
    hidden,
    logged_in,
    problem,
)
from tests.worst_inputs import worst_texts

CODES = [
    service.code
    for service in load_catalogue()
    if service.family.value not in ("lookup", "emergency") and service.own_call is None
]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7*7 }}{% raw %}",
    "</textarea><svg/onload=alert(1)>",
]


async def services() -> dict[str, Service]:
    async with httpx.AsyncClient(transport=FakeSuite().transport(), base_url="http://intake") as http:
        answer = await http.get("/v1/services", headers={"accept-language": "hi"})
    return {service.code: service for service in ServiceList.model_validate(answer.json()).items}


async def send(http: httpx.AsyncClient, page: str, go: str = "next", **fields: Any) -> httpx.Response:
    """A page of the form, sent as a browser does."""
    action = next(str(one["action"]) for one in Tags(page).of("form") if str(one.get("action")).startswith("/file/"))
    return await http.post(action, data={**hidden(page), "go": go, **fields})


async def to_the_check(http: httpx.AsyncClient, first: dict[str, str]) -> httpx.Response:
    """An e-complaint up to its last page."""
    answer = await http.get("/file/e-complaint")
    answer = await send(http, answer.text, **first)
    for _ in range(8):
        if 'value="send"' in answer.text:
            return answer
        answer = await send(http, answer.text, name="आशा देवी", **{"a-incident_place": "बाजार, अररिया 854311"})
    raise AssertionError("the last page never came")


async def test_a_tip_has_no_form_that_would_keep_a_trace() -> None:
    """Neither link nor address leads to a form or a login: its pages are apart."""
    async with browser(FakeSuite()) as http:
        for address in ("/services/secret-tip", "/file/secret-tip"):
            begun = await http.get(address)
            assert (begun.status_code, begun.headers["location"]) == (303, "/tips")


@pytest.mark.parametrize("code", CODES)
async def test_every_service_of_the_catalogue_has_its_form(code: str) -> None:
    """Each question is on one page, what is needed before what is not, and each page can be drawn."""
    suite = FakeSuite()
    service = (await services())[code]
    steps = steps_of(service, {})
    asked = [name for step in steps for name in step.questions]
    assert sorted(asked) == sorted(service.attributes.properties)
    assert sum(step.describes for step in steps) == 1
    assert steps[-1].kind is Kind.CHECK
    async with browser(suite) as http:
        await logged_in(http)
        page = await http.get(f"/file/{code}")
        seen = set(re.findall(r'name="a-([a-z0-9_]+)"', page.text))
        for step in steps[1:]:
            form = {**hidden(page.text), "step": steps[0].name, "go": f"change:{step.name}"}
            shown = await http.post(f"/file/{code}", data=form)
            assert shown.status_code == 200, step
            seen |= set(re.findall(r'name="a-([a-z0-9_]+)"', shown.text))
    assert seen == set(service.attributes.properties)


async def test_every_field_has_a_label_and_an_error_leads_to_it() -> None:
    """WCAG: a label for each field; the summary of errors links to the field, which says that it is wrong."""
    async with browser(FakeSuite()) as http:
        await logged_in(http)
        page = await http.get("/file/e-complaint")
        wrong = await send(http, page.text, **{"a-category": "theft"})
    tags = Tags(wrong.text)
    labelled = {one.get("for") for one in tags.of("label")}
    fields = [one for one in tags.of("input") + tags.of("select") + tags.of("textarea") if one.get("type") != "hidden"]
    assert fields
    assert all(one.get("id") in labelled for one in fields)
    assert wrong.status_code == 422
    assert "#description" in [one.get("href") for one in tags.of("a")]
    (description,) = tags.of("textarea")
    assert description["aria-invalid"] == "true"
    assert "description-fault" in str(description["aria-describedby"])
    assert "<title>त्रुटि:" in wrong.text


async def test_a_complaint_is_filed_as_it_was_answered() -> None:
    """With the visitor's own token, under a key that was made with the form, as intake's document says."""
    suite = FakeSuite()
    async with browser(suite) as http:
        await logged_in(http)
        first = {
            "a-category": "theft",
            "a-accused_known": "no",
            "a-incident_day": "2026-11-20",
            "description": "साइकिल",
        }
        check = await to_the_check(http, first)
        assert "अररिया" in check.text
        filed = await send(http, check.text, "send")
    assert filed.status_code == 200
    assert NUMBER in filed.text
    assert "<svg" in filed.text
    (body,) = suite.bodies("/v1/complaints")
    assert body == {
        "service_code": "e-complaint",
        "language": "hi",
        "channel": "web",
        "complainant": {"name": "आशा देवी"},
        "description": "साइकिल",
        "attributes": {
            "category": "theft",
            "accused_known": "no",
            "incident_day": "2026-11-20",
            "incident_place": "बाजार, अररिया 854311",
        },
    }
    sent = suite.asked[-1]
    assert sent.headers["authorization"] == "Bearer access-1"
    assert re.fullmatch(r"[0-9a-f-]{36}", sent.headers["idempotency-key"])


async def test_what_is_like_an_earlier_filing_is_pointed_out() -> None:
    """On the confirmation: intake's sentence, with the number of the earlier case, which leads there."""
    suite, number = FakeSuite(), "JS-26-7K3M-9QXD-4"
    earlier = {"tracking_number": number, "service_code": "e-complaint", "text": "ऐसा ही एक मामला पहले से है"}
    answer = FILED | {"possible_duplicates": [earlier | {"filed_at": "2026-11-20T06:30:00Z"}]}
    suite.answers["POST /v1/complaints"] = lambda _: httpx.Response(202, json=answer)
    async with browser(suite) as http:
        await logged_in(http)
        check = await to_the_check(http, {"a-category": "theft", "description": "x"})
        filed = await send(http, check.text, "send")
    assert NUMBER in filed.text
    assert "ऐसा ही एक मामला पहले से है" in filed.text
    assert f'<a href="/cases/{number}">{number}</a>' in filed.text


async def test_a_form_sent_twice_is_filed_once() -> None:
    """A double tap, the back button and a reload carry the same key."""
    suite = FakeSuite()
    async with browser(suite) as http:
        await logged_in(http)
        check = await to_the_check(http, {"a-category": "theft", "description": "x"})
        await send(http, check.text, "send")
        await send(http, check.text, "send")
    keys = {one.headers["idempotency-key"] for one in suite.asked if one.url.path == "/v1/complaints"}
    assert len(keys) == 1


async def test_nothing_is_lost_when_intake_is_away() -> None:
    """The page says that it is not sent, keeps every answer, and sends the same again."""
    suite = FakeSuite()
    suite.answers["POST /v1/complaints"] = lambda _: problem(503, "store_unavailable")
    async with browser(suite) as http:
        await logged_in(http)
        check = await to_the_check(http, {"a-category": "theft", "description": "मेरी साइकिल"})
        away = await send(http, check.text, "send")
        assert "मेरी साइकिल" in away.text
        suite.answers["POST /v1/complaints"] = lambda _: httpx.Response(202, json=FILED)
        assert NUMBER in (await send(http, away.text, "send")).text
    first, second = suite.bodies("/v1/complaints")
    assert first == second


async def test_a_refusal_of_intake_stands_at_its_field() -> None:
    """The page of the wrong answer comes back with intake's words, in the visitor's language."""
    suite = FakeSuite()
    wrong = {"pointer": "/attributes/incident_day", "code": "attribute", "message": "यह दिन अभी नहीं आया"}
    suite.answers["POST /v1/complaints"] = lambda _: problem(422, "validation_failed", wrong)
    async with browser(suite) as http:
        await logged_in(http)
        check = await to_the_check(http, {"a-category": "theft", "description": "x", "a-incident_day": "2027-01-01"})
        answer = await send(http, check.text, "send")
    assert answer.status_code == 422
    assert "#a-incident_day" in [one.get("href") for one in Tags(answer.text).of("a")]
    assert "यह दिन अभी नहीं आया" in answer.text
    assert 'value="2027-01-01"' in answer.text


async def test_a_login_that_ended_loses_no_answer() -> None:
    suite = FakeSuite()
    suite.answers["POST /v1/complaints"] = lambda _: problem(401, "token_expired")
    async with browser(suite) as http:
        await logged_in(http)
        check = await to_the_check(http, {"a-category": "theft", "description": "मेरी साइकिल"})
        answer = await send(http, check.text, "send")
    assert "मेरी साइकिल" in answer.text
    assert "/login" in [one.get("href") for one in Tags(answer.text).of("a")]


async def test_a_station_is_found_by_its_name_without_a_script() -> None:
    """The name is looked up, chosen, and sent by its code."""
    suite = FakeSuite()
    async with browser(suite) as http:
        await logged_in(http)
        page = await send(http, (await http.get("/file/e-complaint")).text, description="x", **{"a-category": "theft"})
        found = await send(http, page.text, "find", station_text="अररिया")
        assert "अररिया (Araria)" in found.text
        chosen = await send(http, found.text, station="5140003")
        for _ in range(4):
            if 'value="send"' in chosen.text:
                break
            chosen = await send(http, chosen.text)
        await send(http, chosen.text, "send")
    (body,) = suite.bodies("/v1/complaints")
    assert body["named_station"] == "5140003"
    routed = next(one for one in suite.asked if one.url.path == "/v1/route")
    assert routed.url.params["named_station"] == "5140003"


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_a_visitor_writes_is_text_and_nothing_else(text: str) -> None:
    """On the page it was written, on the last page, and in what is sent."""
    suite = FakeSuite()
    async with browser(suite) as http:
        await logged_in(http)
        check = await to_the_check(http, {"a-category": "theft", "description": text, "a-accused_known": text})
        back = await send(http, check.text, "change:questions-1")
        await send(http, check.text, "send")
    for page in (check.text, back.text):
        tags = Tags(page)
        assert not [one for one in tags.of("img") if one.get("src") == "x"]
        assert not [name for _, attributes in tags.tags for name in attributes if name.startswith("on")]
        assert all(one.get("src") for one in tags.of("script"))
        assert text in unescape(page)
    assert suite.bodies("/v1/complaints")[0]["description"] == text


@pytest.mark.parametrize("name", sorted(worst_texts(1)))
async def test_the_worst_texts_cost_little_and_break_nothing(name: str) -> None:
    """Everything that is dear to read goes through a form page and back."""
    text = worst_texts(9_000)[name]
    async with browser(FakeSuite()) as http:
        await logged_in(http)
        page = await http.get("/file/e-complaint")
        answer = await send(http, page.text, **{"description": text, "a-category": text, "a-incident_day": text})
    assert answer.status_code in (200, 422)


async def test_a_draft_opens_for_its_service_and_its_time_alone() -> None:
    """A day later, at another service, or changed by one letter, it is no draft: the form begins anew."""
    suite = FakeSuite()
    async with browser(suite) as http:
        await logged_in(http)
        page = (await http.get("/file/e-complaint")).text
        form = hidden(page) | {"go": "next"}
        other = await http.post("/file/e-fir", data=form)
        changed = await http.post("/file/e-complaint", data=form | {"draft": form["draft"][:-6] + "AAAA=="})
        suite.clock.advance(23 * 60 * MINUTE + 59 * MINUTE)
        fresh = hidden((await http.get("/login")).text)
        late_form = form | {"form_token": fresh.get("form_token", form["form_token"])}
        suite.clock.advance(5 * MINUTE)
        late = await http.post("/file/e-complaint", data=late_form)
    assert (other.status_code, changed.status_code) == (303, 303)
    assert late.status_code in (303, 403)


async def test_every_post_needs_this_browsers_token_but_a_call_for_help() -> None:
    """Without it, with another browser's, or sent by another site: 403, and no service is asked.

    Secret information has no cookie that a token could be of; another site's form is refused there too.
    """
    suite = FakeSuite()
    app = app_with(suite)
    paths = [one.path for one in app.routes if isinstance(one, APIRoute) and "POST" in (one.methods or ())]
    assert len(paths) >= 9
    async with browser(suite) as http, browser(suite) as other:
        await http.get("/login")
        strange = hidden((await other.get("/login")).text)["form_token"]
        own = hidden((await http.get("/login")).text)["form_token"]
        for path in paths:
            place = re.sub(r"{[a-z]+}", lambda found: "e-complaint" if "code" in found.group() else NUMBER, path)
            suite.asked.clear()
            answers = [
                await http.post(place, data={"phone": "9876543210"}),
                await http.post(place, data={"form_token": strange, "phone": "9876543210"}),
                await http.post(place, data={"form_token": own}, headers={"sec-fetch-site": "cross-site"}),
            ]
            if path.endswith("/emergency"):
                # Sent on; of a filing this suite knows no emergency, and the page states that it is not sent.
                assert {one.status_code for one in answers} == ({200} if path == "/emergency" else {503})
                assert {one.method for one in suite.asked} == {"POST"}, path
                continue
            without = 422 if path.startswith("/tips") else 403
            assert [one.status_code for one in answers] == [without, without, 403], path
            assert not [one for one in suite.asked if one.method == "POST"], path


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"kinds=police&note=" + b"x" * 50_000, "note=बचाओ".encode(), b"lat=abc&lon=9e99&kinds=dragon"],
    ids=["nothing", "no text", "long", "hindi", "nonsense"],
)
async def test_no_call_for_help_is_refused_for_its_content(content: bytes) -> None:
    """Without cookies, without a token, with anything in it: it goes out."""
    suite = FakeSuite()
    async with browser(suite) as http:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = await http.post("/emergency", content=content, headers=headers)
    assert answer.status_code == 200
    assert NUMBER in answer.text
    assert SECRET in answer.text
    assert len(suite.bodies("/v1/emergencies")) == 1


async def test_a_call_for_help_that_did_not_go_out_is_marked_so_and_keeps_its_text() -> None:
    suite = FakeSuite()
    suite.answers["POST /v1/emergencies"] = lambda _: problem(503, "store_unavailable")
    async with browser(suite) as http:
        page = await http.get("/emergency")
        sent = {**hidden(page.text), "kinds": ["police", "fire"], "note": "आग लगी है", "lat": "25.6", "lon": "85.1"}
        answer = await http.post("/emergency", data=sent)
    assert answer.status_code == 503
    assert "अनुरोध नहीं पहुँचा" in answer.text
    assert "आग लगी है" in answer.text
    assert "tel:112" in answer.text
    (body,) = suite.bodies("/v1/emergencies")
    assert body == {"kinds": ["police", "fire"], "location": {"lat": "25.6", "lon": "85.1"}, "note": "आग लगी है"}


def test_numbers_and_times_are_sent_as_json_has_them() -> None:
    """Devanagari digits are a number, a browser's time is India's; nonsense stays as written, for intake to name."""
    service = Service.model_validate(
        {
            "code": "x",
            "family": "report",
            "lane": "routine",
            "live": True,
            "login": "none",
            "names": {},
            "how_to": {},
            "attributes": {
                "properties": {
                    "age": {"title": "a", "type": "integer"},
                    "at": {"title": "b", "type": "string", "format": "date-time"},
                    "yes": {"title": "c", "type": "boolean"},
                    "many": {"title": "d", "type": "array", "items": {"type": "string"}},
                    "odd": {"title": "e", "type": "integer"},
                }
            },
        }
    )
    draft = Draft(answers={"age": "४२", "at": "2026-11-20T10:00", "yes": "no", "many": "क\n\nख", "odd": "9" * 400})
    assert draft.attributes(service) == {
        "age": 42,
        "at": "2026-11-20T10:00:00+05:30",
        "yes": False,
        "many": ["क", "ख"],
        "odd": "9" * 400,
    }
