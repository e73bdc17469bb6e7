"""Routing reads codes as people type them, costs by the length of what is asked, and refuses what it does not know."""

from collections.abc import AsyncIterator
from datetime import date
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio

from routing.domain import Snapshot
from tests.routing.routing_http import client_of
from tests.routing.routing_places import BASE
from tests.worst_inputs import cost_of, worst_texts

SNAPSHOT = Snapshot(BASE, date(2026, 12, 1))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(SNAPSHOT) as client:
        yield client


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("typed", ["८००००१", "۸۰۰۰۰۱", "800 001", "800-001", "8\u200b00001\ufeff", " 800001 "])
async def test_a_pin_code_is_read_in_every_spelling(http: httpx.AsyncClient, typed: str) -> None:
    plain = (await http.get("/v1/route", params={"pincode": "800001"})).json()
    answer = await http.get("/v1/route", params={"pincode": typed})
    assert (answer.status_code, answer.json()) == (200, plain)


@pytest.mark.parametrize("typed", ["000001", "80000", "8000011", "पटना", "8" * 41])
async def test_what_is_no_pin_code_is_refused(http: httpx.AsyncClient, typed: str) -> None:
    answer = await http.get("/v1/route", params={"pincode": typed})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "query.pincode")


async def test_a_station_code_is_read_in_every_spelling(http: httpx.AsyncClient) -> None:
    code = (await http.get("/v1/stations?limit=1")).json()["items"][0]["code"]
    typed = f" {''.join(chr(0x966 + int(d)) if d.isdigit() else d for d in code)}\u200b"
    assert (await http.get(f"/v1/stations/{quote(typed)}")).json()["code"] == code
    assert (await http.get("/v1/officers", params={"station": typed})).status_code == 200


@pytest.mark.parametrize("query", ["overdue=true", "distirct=Patna", "q=a&q=b"])
async def test_what_a_list_does_not_know_is_refused_by_name(http: httpx.AsyncClient, query: str) -> None:
    answer = await http.get(f"/v1/stations?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == f"query.{query.partition('=')[0]}"


async def test_a_search_costs_by_its_length(http: httpx.AsyncClient) -> None:
    """The longest accepted words, of the worst characters."""

    async def ask(search: bytes) -> httpx.Response:
        return await http.get("/v1/stations", params={"q": search.decode()})

    await ask("क".encode())
    plain, _ = await cost_of(ask, b"a" * 100)
    for name, text in worst_texts(100).items():
        seconds, answer = await cost_of(ask, text.encode())
        assert answer.status_code in {200, 422}
        assert seconds < max(20 * plain, 0.2), name
