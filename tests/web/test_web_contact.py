"""The forms ask, as the catalogue has it, how somebody is written to whose phone others may read."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from intake.catalogue import load_catalogue
from tests.web.fake_suite import FakeSuite, Tags, browser, hidden, logged_in, problem
from tests.web.test_web_filing import send

FIELDS = ["contact-neutral", "contact-opens", "contact-closes"]
ASKED: dict[str, str] = {"contact-neutral": "yes", "contact-opens": "10:00", "contact-closes": "16:00"}


async def person_page(http: httpx.AsyncClient, code: str = "e-complaint") -> httpx.Response:
    """The page on which the citizen says who he is, with what stands before it answered."""
    await logged_in(http)
    page = await http.get(f"/file/{code}")
    first = {**hidden(page.text), "go": "next", "a-category": "theft", "description": "साइकिल"}
    page = await http.post(f"/file/{code}", data=first)
    return await http.post(f"/file/{code}", data={**hidden(page.text), "step": "check", "go": "change:person"})


def contact_fields(page: str) -> list[str]:
    names = [str(one.get("name")) for one in Tags(page).of("input")]
    return list(dict.fromkeys(name for name in names if name.startswith("contact-")))


@pytest.mark.parametrize("service", [one for one in load_catalogue() if one.is_a_complaint], ids=lambda one: one.code)
async def test_the_families_of_the_catalogue_are_asked_and_no_others(service: Any) -> None:
    """A complaint, a report and a request for help; an emergency never."""
    asked = load_catalogue().contact_form(service, "hi") is not None
    assert asked == (service.family.value in {"complaint", "report", "help"})
    if service.family.value != "emergency":
        async with browser(FakeSuite()) as http:
            assert contact_fields((await person_page(http, service.code)).text) == (FIELDS if asked else [])


@pytest.mark.parametrize(
    ("language", "title"),
    [("hi", "क्या आपका फोन कोई और भी देखता है?"), ("en", "Does somebody else see your phone too?")],
)
async def test_it_is_asked_in_the_readers_language_with_help(language: str, title: str) -> None:
    """Each field has its label and its help, drawn without a script; the times are a browser's own."""
    async with browser(FakeSuite()) as http:
        await http.get(f"/language/{language}")
        page = (await person_page(http)).text
    assert title in page
    tags = Tags(page)
    fields = {str(one.get("id")): one for one in tags.of("input")}
    assert {"contact-neutral", "contact-opens", "contact-closes"} <= {str(one.get("for")) for one in tags.of("label")}
    assert (fields["contact-opens"]["type"], fields["contact-closes"]["type"]) == ("time", "time")
    assert "contact-opens-hint" in str(fields["contact-opens"].get("aria-describedby"))
    assert not re.search(r"<script(?![^>]*src=)", page)


@pytest.mark.parametrize(
    ("answers", "sent"),
    [
        (ASKED, {"neutral": True, "opens": "10:00", "closes": "16:00"}),
        ({"contact-neutral": "yes"}, {"neutral": True}),
        (
            {"contact-opens": "22:00", "contact-closes": "05:00"},
            {"neutral": False, "opens": "22:00", "closes": "05:00"},
        ),
        ({"contact-neutral": "no"}, {"neutral": False}),
        ({}, None),
    ],
)
async def test_it_is_sent_as_it_was_answered(answers: dict[str, str], sent: dict[str, Any] | None) -> None:
    """Shown on the last page; of nothing answered nothing is sent."""
    suite = FakeSuite()
    async with browser(suite) as http:
        page = await person_page(http)
        check = await send(http, page.text, name="आशा देवी", **answers)
        assert 'value="send"' in check.text
        for value in answers.values():
            assert value in {"yes", "no"} or value in check.text
        await send(http, check.text, "send")
    (body,) = suite.bodies("/v1/complaints")
    assert body.get("contact") == sent


async def test_a_fault_leads_to_its_field_with_the_answers_kept() -> None:
    """What intake refuses of the hours stands at the hours."""
    suite = FakeSuite()
    fault = {"pointer": "/contact/closes", "message": "समय कम है", "code": "hours_too_short"}
    suite.answers["POST /v1/complaints"] = lambda _: problem(422, "validation_failed", fault)
    async with browser(suite) as http:
        check = await send(http, (await person_page(http)).text, **ASKED)
        refused = await send(http, check.text, "send")
    assert refused.status_code == 422
    fields = {str(one.get("id")): one for one in Tags(refused.text).of("input")}
    assert fields["contact-closes"]["aria-invalid"] == "true"
    assert (fields["contact-closes"]["value"], fields["contact-opens"]["value"]) == ("16:00", "10:00")


@pytest.mark.parametrize(("ticked", "sent"), [({"neutral": "yes"}, {"neutral": True}), ({}, {})])
async def test_the_login_asks_for_a_code_that_names_nothing(ticked: dict[str, str], sent: dict[str, bool]) -> None:
    """Before any case is filed: a box on the page of the phone number, left alone by who has the phone alone."""
    suite = FakeSuite()
    async with browser(suite) as http:
        page = await http.get("/login")
        assert "neutral" in {str(one.get("for")) for one in Tags(page.text).of("label")}
        await http.post("/login", data={**hidden(page.text), "phone": "9876543210", **ticked})
    assert suite.bodies("/v1/auth/otp") == [{"phone": "9876543210", **sent}]
