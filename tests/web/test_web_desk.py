"""The desk: who is logged in, what is due next, and commands as intake's own document describes them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from chassis.sentences import CodeNames
from janseva_local.folder import ROOT
from janseva_web.desk.commands import LEFT_OUT, OWN_CODES, VOCABULARIES, CommandForms, body_schema
from janseva_web.languages import Languages
from janseva_web.suite.desk import DeskCase
from tests.texts.readable import CODE
from tests.web.fake_suite import CASE, FakeSuite, Tags, browser, hidden, problem

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/openapi/intake.json").read_text("utf-8"))
ACTS = sorted(
    path.rpartition("/")[2]
    for path, calls in DOCUMENT["paths"].items()
    if path.startswith("/v1/desk/cases/{case_id}/") and "post" in calls
)
COMMANDS = [act for act in ACTS if act not in ("reveal", "break-glass")]
CASE_ID = CASE["case_id"]
ISSUER = "http://issuer.example"
DESK_CASE: dict[str, Any] = CASE | {
    "priority": "normal",
    "priority_text": "सामान्य",
    "kinds": [],
    "kinds_text": [],
    "flags_text": [],
    "possible_duplicates": [],
    "personal": {"name": "आ***", "phone": "***02", "address": None, "description": "<b>साइकिल</b>"},
    "masked": True,
    "allowed": ["acknowledge", "complete-inquiry"],
    "allowed_text": {"acknowledge": "देख लिया, दर्ज करना", "complete-inquiry": "जाँच पूरी करना"},
}
COUNTS = {"open": 61, "overdue": 7, "mine": 3, "by_status": {"assigned": 9, "acknowledged": 52}}


def token_of(**claims: str) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{part}.c2ln"


def item(case_id: str, lane: str, due_at: str | None) -> dict[str, Any]:
    clock = {**CASE["clocks"][0], "due_at": due_at}
    line = {name: DESK_CASE[name] for name in ("service_name", "status", "status_text", "priority", "priority_text")}
    return line | {"case_id": case_id, "tracking_number": case_id, "lane": lane, "clocks": [clock] if due_at else []}


def suite_with_desk() -> FakeSuite:
    suite = FakeSuite()
    configuration = {"authorization_endpoint": f"{ISSUER}/authorize", "token_endpoint": f"{ISSUER}/token"}
    token = token_of(role="sho", post="SHO:5140003", station="5140003")
    suite.answers |= {
        "GET /.well-known/openid-configuration": lambda _: httpx.Response(200, json=configuration),
        "POST /token": lambda _: httpx.Response(200, json={"access_token": token, "token_type": "Bearer"}),
        "GET /openapi.json": lambda _: httpx.Response(200, json=DOCUMENT),
        f"GET /v1/desk/cases/{CASE_ID}": lambda _: httpx.Response(200, json=DESK_CASE),
        f"POST /v1/desk/cases/{CASE_ID}/acknowledge": lambda _: httpx.Response(202, json={}),
        f"POST /v1/desk/cases/{CASE_ID}/complete-inquiry": lambda _: httpx.Response(202, json={}),
        "GET /v1/desk/cases": lambda _: httpx.Response(200, json={"items": [], "next_cursor": None}),
        "GET /v1/desk/cases/counts": lambda _: httpx.Response(200, json=COUNTS),
    }
    return suite


@asynccontextmanager
async def officer(suite: FakeSuite) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which an officer has logged in."""
    async with browser(suite, officer_login_url=ISSUER) as http:
        state = parse_qs(urlsplit((await http.get("/desk/login")).headers["location"]).query)["state"][0]
        await http.get("/desk/callback", params={"code": "c-1", "state": state})
        yield http


async def test_the_login_is_the_code_flow_with_pkce() -> None:
    """The challenge goes to the issuer, the verifier to its token endpoint alone; the token stands in no address."""
    suite = suite_with_desk()
    async with browser(suite, officer_login_url=ISSUER) as http:
        sent = await http.get("/desk")
        assert sent.headers["location"] == "/desk/login?to=/desk"
        asked = await http.get("/desk/login")
        query = parse_qs(urlsplit(asked.headers["location"]).query)
        answer = await http.get("/desk/callback", params={"code": "c-1", "state": query["state"][0]})
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
        assert (await http.get("/desk")).status_code == 200
    form = parse_qs(next(one for one in suite.asked if one.url.path == "/token").content.decode())
    digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
    assert query["code_challenge"] == [base64.urlsafe_b64encode(digest).rstrip(b"=").decode()]
    assert query["code_challenge_method"] == ["S256"]
    assert form["code"] == ["c-1"]


@pytest.mark.parametrize("query", [{}, {"code": "c-1", "state": "x"}, {"code": "c-1"}, {"state": "é", "code": "1"}])
async def test_an_answer_to_no_login_of_this_browser_is_none(query: dict[str, str]) -> None:
    """Another's code, or no state: nobody is logged in, and the issuer is not asked."""
    suite = suite_with_desk()
    async with browser(suite, officer_login_url=ISSUER) as http:
        await http.get("/desk/login")
        assert (await http.get("/desk/callback", params=query)).status_code == 400
        assert (await http.get("/desk")).status_code == 303
    assert not [one for one in suite.asked if one.url.path == "/token"]


async def test_a_command_is_sent_as_the_document_describes_it() -> None:
    """With the officer's token, the version of his screen and a key that makes a double click one act."""
    suite = suite_with_desk()
    async with officer(suite) as http:
        page = await http.get(f"/desk/cases/{CASE_ID}")
        assert "&lt;b&gt;साइकिल" in page.text
        fields = hidden(page.text)
        form = {**fields, "complete-inquiry-finding": "substantiated", "complete-inquiry-fir_recommended": "yes"}
        answer = await http.post(f"/desk/cases/{CASE_ID}/complete-inquiry", data=form)
    assert answer.headers["location"] == f"/desk/cases/{CASE_ID}?done=complete-inquiry"
    assert suite.bodies(f"/v1/desk/cases/{CASE_ID}/complete-inquiry") == [
        {"finding": "substantiated", "fir_recommended": True}
    ]
    sent = suite.asked[-1]
    assert sent.headers["if-match"] == f'"{CASE["version"]}"'
    assert len(sent.headers["idempotency-key"]) == 36
    assert sent.headers["authorization"].startswith("Bearer e30.")


async def test_a_stale_screen_is_explained_and_shows_the_case_as_it_is_now() -> None:
    suite = suite_with_desk()
    suite.answers[f"POST /v1/desk/cases/{CASE_ID}/acknowledge"] = lambda _: problem(412, "version_mismatch")
    async with officer(suite) as http:
        page = await http.get(f"/desk/cases/{CASE_ID}")
        newer = DESK_CASE | {"version": 9, "allowed": []}
        suite.answers[f"GET /v1/desk/cases/{CASE_ID}"] = lambda _: httpx.Response(200, json=newer)
        answer = await http.post(f"/desk/cases/{CASE_ID}/acknowledge", data=hidden(page.text))
    assert answer.status_code == 422
    assert "इस बीच मामले में कुछ और दर्ज हुआ" in answer.text


async def test_a_withdrawn_post_ends_the_session() -> None:
    """The services refuse the token: the browser forgets it."""
    suite = suite_with_desk()
    async with officer(suite) as http:
        suite.answers["GET /v1/desk/cases"] = lambda _: problem(401, "token_invalid")
        assert (await http.get("/desk")).status_code == 401
        assert (await http.get("/desk")).status_code == 303


async def test_the_citizens_data_are_shown_for_a_reason_alone() -> None:
    suite = suite_with_desk()
    shown = DESK_CASE | {"masked": False, "personal": DESK_CASE["personal"] | {"name": "आशा देवी"}}
    suite.answers[f"POST /v1/desk/cases/{CASE_ID}/reveal"] = lambda _: httpx.Response(200, json=shown)
    async with officer(suite) as http:
        page = await http.get(f"/desk/cases/{CASE_ID}")
        assert "आशा देवी" not in page.text
        form = {**hidden(page.text), "reason": "पीड़ित को फोन करना है"}
        assert "आशा देवी" in (await http.post(f"/desk/cases/{CASE_ID}/reveal", data=form)).text
    assert suite.bodies(f"/v1/desk/cases/{CASE_ID}/reveal") == [{"reason": "पीड़ित को फोन करना है"}]


async def test_what_must_be_known_before_a_call_stands_above_the_number() -> None:
    """Safe hours, the notes of officers, to whom the case was given, and where routing was in doubt, by name."""
    suite = suite_with_desk()
    more: dict[str, Any] = {
        "safe_contact": {"neutral": True, "opens": "10:07", "closes": "16:23"},
        "notes": [{"note_id": "n_1", "at": "2026-11-28T09:00:00Z", "post": "SHO:5140003", "text": "<i>गवाह</i>"}],
        "officer": {"officer": "io-5140003-2", "post": "SHO:5140003", "at": "2026-11-28T09:00:00Z"},
        "assignment": {"reason_text": "स्थान इस थाने में है", "ambiguous_with": ["5140003", "5140012"], "confidence": 0.6},
        "allowed": ["note", "assign-officer"],
        "allowed_text": {"note": "टिप्पणी लिखना", "assign-officer": "सौंपना"},
    }
    suite.answers[f"GET /v1/desk/cases/{CASE_ID}"] = lambda _: httpx.Response(200, json=DESK_CASE | more)
    suite.answers[f"POST /v1/desk/cases/{CASE_ID}/note"] = lambda _: httpx.Response(202, json={})
    async with officer(suite) as http:
        page = await http.get(f"/desk/cases/{CASE_ID}")
        long = "गवाह का बयान " * 200
        await http.post(f"/desk/cases/{CASE_ID}/note", data={**hidden(page.text), "note-note": long})
    assert page.text.index("केवल 10:07 से 16:23 बजे के बीच") < page.text.index("***02")
    assert "यह फोन दूसरे भी देख सकते हैं" in page.text
    assert "&lt;i&gt;गवाह" in page.text
    assert "io-5140003-2" in page.text
    assert "अररिया (5140003), 5140012" in page.text
    assert [one["id"] for one in Tags(page.text).of("textarea")] == ["note-note"]
    assert suite.bodies(f"/v1/desk/cases/{CASE_ID}/note") == [{"note": long.strip()}]


async def test_a_case_is_printed_for_a_reason_that_is_on_record_first() -> None:
    """The paper has the citizen's data, who printed it and when, and neither menu nor form."""
    suite = suite_with_desk()
    shown = DESK_CASE | {"masked": False, "personal": DESK_CASE["personal"] | {"name": "आशा <देवी>"}}
    suite.answers[f"POST /v1/desk/cases/{CASE_ID}/reveal"] = lambda _: httpx.Response(200, json=shown)
    async with officer(suite) as http:
        page = await http.get(f"/desk/cases/{CASE_ID}")
        nothing = await http.post(f"/desk/cases/{CASE_ID}/print", data=hidden(page.text))
        assert (nothing.status_code, 'href="#print_reason"' in nothing.text) == (422, True)
        form = {**hidden(page.text), "print_reason": "न्यायालय की फाइल"}
        paper = await http.post(f"/desk/cases/{CASE_ID}/print", data=form)
        listed = await http.get("/desk", params={"mine": "yes", "print": "1"})
    assert suite.bodies(f"/v1/desk/cases/{CASE_ID}/reveal") == [{"reason": "छापा गया: न्यायालय की फाइल"}]
    assert "आशा &lt;देवी&gt;" in paper.text
    for one in (paper, listed):
        assert "छापा: थानाध्यक्ष (SHO:5140003), 29 नवंबर 2026, 2:30 pm" in one.text
        assert not Tags(one.text).of("form") + Tags(one.text).of("nav")


@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize("act", COMMANDS)
def test_every_command_of_the_document_has_a_form_for_people(act: str, language: str) -> None:
    """Each needed field is asked, each field and choice has a name, and no code is shown."""
    chosen = Languages.load().get(language)
    assert chosen is not None
    hearing = {"hearing_id": "h_1", "status": "booked", "when_text": "सोमवार"}
    case = DeskCase.model_validate(
        DESK_CASE
        | {"allowed": [act], "allowed_text": {act: "x"}, "hearings": [hearing], "possible_duplicates": ["c_9"]}
    )
    (form,) = CommandForms(CodeNames.load()).of(case, DOCUMENT, chosen)
    schema = body_schema(DOCUMENT, act)
    assert schema is not None
    assert set(schema.get("required", ())) <= {field.name for field in form.fields}
    for field in form.fields:
        assert field.title != f"desk.field.{field.name}"
        if field.shape in ("one", "many") and field.name not in ("clock_id", "hearing_id", "duplicate_of"):
            assert field.choices, field.name
            assert not [text for _, text in field.choices if CODE.search(text)], field.name


def test_what_the_desk_knows_of_fields_is_still_in_the_document() -> None:
    """A field that is gone from intake's commands leaves these lists."""
    known = {name for act in COMMANDS for name in (body_schema(DOCUMENT, act) or {}).get("properties", {})}
    assert known >= LEFT_OUT
    for act, name in (*VOCABULARIES, *OWN_CODES):
        assert name in ((body_schema(DOCUMENT, act) or {}).get("properties", {}) if act else known), (act, name)


async def test_the_wall_shows_the_three_promises() -> None:
    """By district, the most overdue first; a district leads to its stations."""
    suite = suite_with_desk()
    figures = {"met": 8, "breached": 2, "cancelled": 0, "open": 3, "overdue": 0, "compliance": 0.8, "clock": "inquiry"}
    report = {
        "as_of": "2026-11-29T09:00:00Z",
        "window": {"from": "2026-10-30T09:00:00Z", "to": "2026-11-29T09:00:00Z"},
        "rows": [figures | {"group": "Araria"}, figures | {"group": "Patna", "overdue": 2}],
        "totals": [figures | {"group": "all"}],
    }
    suite.answers["GET /v1/sla/report"] = lambda _: httpx.Response(200, json=report)
    suite.answers["GET /v1/sla/open"] = lambda _: httpx.Response(200, json={"items": []})
    async with officer(suite) as http:
        page = await http.get("/desk/wall")
        await http.get("/desk/wall", params={"district": "Patna"})
    assert page.text.index("Patna") < page.text.index("Araria")
    assert "80%" in page.text
    asked = [dict(one.url.params) for one in suite.asked if one.url.path == "/v1/sla/report"]
    assert asked == [{"by": "district"}, {"by": "station", "district": "Patna"}]


async def test_a_visitor_is_checked_in_and_gets_a_receipt() -> None:
    """By the number of a case, or by a name: then the case is new, and its receipt is the visitor's to take along."""
    suite = suite_with_desk()
    due = [{"clock": "hearing", "clock_id": "hearing:h_1", "due_at": "2026-11-29T09:30:00Z"}]
    done = {"case_id": CASE_ID, "tracking_number": CASE["tracking_number"], "hearing_id": "h_1", "due": due}
    suite.answers["POST /v1/desk/visits"] = lambda _: httpx.Response(202, json=done | {"receipt_secret": "the-code"})
    async with officer(suite) as http:
        page = await http.get("/desk/visits")
        nobody = await http.post("/desk/visits", data=hidden(page.text))
        named = await http.post("/desk/visits", data={**hidden(page.text), "name": "मोहन", "about": "जमीन"})
        suite.answers["POST /v1/desk/visits"] = lambda _: httpx.Response(202, json=done)
        known = await http.post("/desk/visits", data={**hidden(page.text), "number": "js-26-wnx3-d03v-b"})
    assert nobody.status_code == 422
    assert "the-code" in named.text
    assert "<svg" in named.text
    assert "<svg" not in known.text
    assert suite.bodies("/v1/desk/visits") == [
        {"presence": "counter", "language": "hi", "complainant": {"name": "मोहन"}, "description": "जमीन"},
        {"tracking_number": "JS-26-WNX3-D03V-B", "presence": "counter"},
    ]
