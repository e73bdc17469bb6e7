"""The counter: an officer files for the citizen before him by the citizens' forms, reads it back, prints a receipt."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from janseva_web.filing.counter import PLACES
from tests.web.fake_suite import NUMBER, SECRET, FakeSuite, Tags, browser, hidden, problem
from tests.web.test_web_desk import ISSUER, officer, suite_with_desk

HOSTILE = "<img src=x onerror=alert(1)>"
AGREED = {"read_back": "yes", "confirmation": "thumb"}
PDF = b"%PDF-1.7 receipt"


def suite_with_counter() -> FakeSuite:
    suite = suite_with_desk()

    def paper(request: httpx.Request) -> httpx.Response:
        if request.headers.get("x-receipt") != SECRET:
            return problem(404, "not_found")
        headers = {"content-type": "application/pdf", "content-disposition": 'inline; filename="receipt.pdf"'}
        return httpx.Response(200, content=PDF, headers=headers)

    suite.answers[f"POST /v1/complaints/{NUMBER}/receipt"] = paper
    return suite


async def sent(http: httpx.AsyncClient, page: str, service: str, go: str = "next", **fields: str) -> httpx.Response:
    return await http.post(f"/desk/counter/{service}", data={**hidden(page), "go": go, **fields})


async def read_aloud(http: httpx.AsyncClient, service: str = "e-complaint") -> httpx.Response:
    """The form up to the page that is read to the person."""
    answers = {"a-category": "theft", "a-accused_known": "no", "description": HOSTILE, "name": "आशा देवी"}
    answers |= {"a-incident_place": "बाजार, अररिया 854311", "phone": "9876543210"}
    answer = await http.get(f"/desk/counter/{service}")
    for _ in range(8):
        if 'name="read_back"' in answer.text:
            return answer
        answer = await sent(http, answer.text, service, **answers)
    raise AssertionError("the last page never came")


async def test_who_stands_there_is_filed_for_as_it_was_read_to_him() -> None:
    """By the catalogue's form with the officer's token; his phone is asked for, and what was written stays text."""
    suite = suite_with_counter()
    async with officer(suite) as http:
        listed = await http.get("/desk/counter")
        links = {one.get("href") for one in Tags(listed.text).of("a")}
        assert "/desk/counter/e-complaint" in links
        assert not {"/desk/counter/secret-tip", "/desk/counter/emergency-112"} & links
        page = await read_aloud(http)
        assert "&lt;img src=x" in page.text
        filed = await sent(http, page.text, "e-complaint", "send", **(AGREED | {"spoken": "maithili"}))
    assert filed.status_code == 200
    assert NUMBER in filed.text
    (body,) = suite.bodies("/v1/complaints")
    assert body["counter"] == {"read_back": True, "confirmation": "thumb", "language": "maithili"}
    assert body["complainant"] == {"name": "आशा देवी", "phone": "9876543210"}
    assert "helper" not in body
    asked = next(one for one in suite.asked if one.url.path == "/v1/complaints")
    assert asked.headers["authorization"].startswith("Bearer e30.")
    assert len(asked.headers["idempotency-key"]) == 36


async def test_paper_and_helper_and_seen_identity_are_recorded() -> None:
    """India's time is meant; paper that came in earlier need not be read back."""
    suite = suite_with_counter()
    given = {"confirmation": "signature", "received_at": "2026-11-27T11:30", "received_by": "post"}
    helper = {"helper_kind": "relative", "helper_name": "मोहन", "helper_agreed": "yes", "helper_confirmation": "unable"}
    async with officer(suite) as http:
        page = await read_aloud(http)
        await sent(http, page.text, "e-complaint", "send", **given, **helper, paper="voter_card", last_four="12ab")
    (body,) = suite.bodies("/v1/complaints")
    assert body["counter"] == {
        "read_back": False,
        "confirmation": "signature",
        "received_at": "2026-11-27T11:30:00+05:30",
        "received_by": "post",
        "identity": {"document": "voter_card", "last_four": "12AB"},
    }
    assert body["helper"] == {"kind": "relative", "name": "मोहन", "agreed": True, "confirmation": "unable"}


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"confirmation": "thumb"}, "read_back"),
        ({"read_back": "yes"}, "confirmation"),
        ({**AGREED, "helper_name": "मोहन"}, "helper_agreed"),
        ({**AGREED, "helper_agreed": "yes"}, "helper_name"),
    ],
)
async def test_what_was_not_read_back_or_agreed_is_not_sent(given: dict[str, str], wrong: str) -> None:
    """The page leads to the field and keeps everything, the form's key too; nothing reaches intake."""
    suite = suite_with_counter()
    async with officer(suite) as http:
        page = await read_aloud(http)
        again = await sent(http, page.text, "e-complaint", "send", **given)
    assert again.status_code == 422
    assert f"#{wrong}" in {one.get("href") for one in Tags(again.text).of("a")}
    assert "आशा देवी" in again.text
    assert not suite.bodies("/v1/complaints")


async def test_a_refusal_of_intake_leads_to_its_field() -> None:
    """Each member of the counter and of the helper has its place on the page."""
    suite = suite_with_counter()
    errors = [{"pointer": pointer, "message": pointer} for pointer in PLACES]
    suite.answers["POST /v1/complaints"] = lambda _: problem(422, "validation_failed", *errors)
    async with officer(suite) as http:
        page = await read_aloud(http)
        again = await sent(http, page.text, "e-complaint", "send", **AGREED)
        suite.answers["POST /v1/complaints"] = lambda _: problem(401, "unauthenticated")
        ended = await sent(http, page.text, "e-complaint", "send", **AGREED)
        assert (await http.get("/desk/counter")).status_code == 303
    links = {str(one.get("href")) for one in Tags(again.text).of("a")}
    assert {f"#{field}" for field in PLACES.values()} <= links
    assert ended.status_code == 401


async def test_the_printed_receipt_opens_as_a_paper() -> None:
    """By the code of this filing, which travels sealed; what was not sealed here prints nothing."""
    suite = suite_with_counter()
    async with officer(suite) as http:
        page = await read_aloud(http)
        filed = await sent(http, page.text, "e-complaint", "send", **AGREED)
        printed = await http.post("/desk/counter/receipt", data=hidden(filed.text))
        strange = await http.post("/desk/counter/receipt", data={**hidden(filed.text), "receipt": "x"})
    assert printed.content == PDF
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.headers["content-disposition"].startswith("inline")
    assert printed.headers["cache-control"] == "no-store"
    assert strange.status_code == 404
    assert SECRET not in str(hidden(filed.text))


@pytest.mark.parametrize("path", ["/desk/counter", "/desk/counter/e-complaint"])
async def test_nobody_but_an_officer_files_at_a_counter(path: str) -> None:
    suite = suite_with_counter()
    async with browser(suite, officer_login_url=ISSUER) as http:
        shut = await http.get(path)
    assert (shut.status_code, shut.headers["location"]) == (303, f"/desk/login?to={path}")


@pytest.mark.parametrize("code", ["secret-tip", "senior-away-notice", "wanted-persons", "emergency-112", "nothing"])
async def test_what_has_no_form_has_none_here(code: str) -> None:
    async with officer(suite_with_counter()) as http:
        assert (await http.get(f"/desk/counter/{code}")).status_code == 404


async def test_every_field_has_a_label() -> None:
    """And groups have a legend; in both languages."""
    async with officer(suite_with_counter()) as http:
        for language in ("hi", "en"):
            await http.get(f"/language/{language}")
            tags = Tags((await read_aloud(http, "e-complaint")).text)
            labelled = {one.get("for") for one in tags.of("label")}
            fields: list[dict[str, Any]] = [
                one for one in tags.of("input") + tags.of("select") if one.get("type") != "hidden"
            ]
            assert len(fields) > 8
            assert all(one.get("id") in labelled for one in fields)
