"""Public registers: drawn from their own description, searched by GET, open to whom intake opens them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.web.fake_suite import FakeSuite, Tags, browser, logged_in, problem

INFO: dict[str, Any] = {
    "kind": "wanted",
    "name": "वांछित व्यक्ति",
    "note": "पकड़ने की कोशिश न करें।",
    "login": "citizen",
    "path": "/v1/registers/wanted",
    "asks_one_of": ["q"],
}
ENTRY = {
    "entry_id": "e1",
    "district": "Araria",
    "since": "2026-11-01",
    "fields": [{"field": "name", "title": "नाम", "value": "x", "text": "<b>मोहन</b>"}],
}
RELEASED: dict[str, Any] = {
    "station": "5140003",
    "number": "123",
    "year": 2026,
    "registered_at": "2026-11-20T10:00:00Z",
    "text": "प्राथमिकी का पाठ",
}


def suite_with_registers() -> FakeSuite:
    suite = FakeSuite()
    page = {"kind": "wanted", "name": INFO["name"], "note": None, "items": [ENTRY], "next_cursor": "c&2"}
    suite.answers |= {
        "GET /v1/registers": lambda _: httpx.Response(200, json={"items": [INFO], "next_cursor": None}),
        "GET /v1/registers/wanted": lambda _: httpx.Response(200, json=page),
        "GET /v1/registers/fir": lambda _: httpx.Response(200, json=RELEASED),
    }
    return suite


async def test_a_register_is_searched_by_who_may() -> None:
    """Its note stands before its entries, values are text, and a search goes on to the next page."""
    suite = suite_with_registers()
    async with browser(suite) as http:
        assert "/registers/wanted" in (await http.get("/registers")).text
        assert (await http.get("/registers/wanted")).headers["location"] == "/login?to=/registers/wanted"
        await logged_in(http)
        first = await http.get("/registers/wanted")
        found = await http.get("/registers/wanted", params={"q": "मोहन"})
    assert not [one for one in suite.asked if one.url.path == "/v1/registers/wanted" and "q" not in one.url.params]
    assert INFO["note"] in first.text
    assert "&lt;b&gt;मोहन" in found.text
    more = [str(one["href"]) for one in Tags(found.text).of("a") if "cursor" in str(one.get("href"))]
    assert httpx.URL(f"http://pages{more[0]}").params["cursor"] == "c&2"


async def test_a_service_for_looking_up_leads_to_the_registers() -> None:
    """It makes no case, so it has no form."""
    async with browser(suite_with_registers()) as http:
        assert (await http.get("/services/wanted-persons")).headers["location"] == "/registers"
        assert (await http.get("/file/wanted-persons")).headers["location"] == "/registers"


@pytest.mark.parametrize("name", ["nothing", "..%2Fcases", "fir%2Fx"])
async def test_a_register_that_is_not_there_is_no_page(name: str) -> None:
    async with browser(suite_with_registers()) as http:
        assert (await http.get(f"/registers/{name}")).status_code == 404


async def test_a_released_fir_is_read_and_a_withheld_one_is_as_an_absent_one() -> None:
    suite = suite_with_registers()
    query = {"station": "5140003", "year": "2026", "number": "123"}
    async with browser(suite) as http:
        assert RELEASED["text"] in (await http.get("/registers/fir", params=query)).text
        suite.answers["GET /v1/registers/fir"] = lambda _: problem(404, "fir_not_online")
        absent = await http.get("/registers/fir", params=query)
    assert absent.status_code == 404
    assert "detail of fir_not_online" in absent.text
