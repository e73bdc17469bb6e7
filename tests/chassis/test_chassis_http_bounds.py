"""What every HTTP app promises of odd requests: unknown parameters by name, HEAD, a short answer to many errors."""

import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from prometheus_client import CollectorRegistry
from pydantic import BaseModel, ConfigDict

from chassis.health import Liveness
from chassis.http.app import RequestRoute, create_http_app
from chassis.http.known_query import ANY_QUERY, MAX_QUERY_BYTES


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = ""
    counts: dict[str, int] = {}


def _paged(cursor: Annotated[str | None, Query()] = None) -> str | None:
    return cursor


async def _endless() -> AsyncIterator[str]:
    while True:
        yield "data: 1\n\n"


def _router() -> APIRouter:
    router = APIRouter()

    @router.get("/list")
    async def listed(
        page: Annotated[str | None, Depends(_paged)], begin: Annotated[int, Query(alias="from")] = 0
    ) -> dict[str, Any]:
        return {"page": page, "from": begin}

    @router.post("/things")
    async def post(body: Body) -> dict[str, str]:
        return {"name": body.name}

    @router.get("/stream")
    async def stream() -> Response:
        return StreamingResponse(_endless(), media_type="text/event-stream")

    quick = APIRouter(route_class=RequestRoute)

    @quick.post("/quick", openapi_extra={"parameters": [{"name": "known", "in": "query"}]})
    async def fast(request: Request) -> Response:
        return Response(request.url.query)

    @quick.post("/any", openapi_extra=ANY_QUERY)
    async def anything(request: Request) -> Response:
        return Response(request.url.query)

    router.routes.extend(quick.routes)
    return router


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    liveness = Liveness(timedelta(seconds=5))
    app = create_http_app(
        title="t",
        version="1",
        lifespan=None,
        liveness=liveness,
        checks={},
        registry=CollectorRegistry(),
        routers=[_router()],
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as made:
        yield made


@pytest.mark.parametrize(
    ("method", "path", "names"),
    [
        ("GET", "/list?form=1", ["query.form"]),
        ("GET", "/list?overdue=true&district=Patna&from=1", ["query.overdue", "query.district"]),
        ("GET", "/list?%66rom=1&From=2", ["query.From"]),
        ("POST", "/things?dry_run=1", ["query.dry_run"]),
        ("POST", "/quick?unknown=1", ["query.unknown"]),
        ("GET", "/health/ready?verbose", ["query.verbose"]),
        ("GET", "/openapi.json?x=1", ["query.x"]),
    ],
)
async def test_an_unknown_parameter_is_refused_by_name(
    client: httpx.AsyncClient, method: str, path: str, names: list[str]
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")
    assert [error["parameter"] for error in answer.json()["errors"]] == names


async def test_what_a_route_declares_is_known(client: httpx.AsyncClient) -> None:
    """Aliases, the parameters of dependencies, and those that a RequestRoute declares by hand."""
    assert (await client.get("/list?from=3&cursor=x")).json() == {"page": "x", "from": 3}
    assert (await client.post("/quick?known=1")).text == "known=1"
    assert (await client.post("/any?utm_source=x&a=1&a=2")).status_code == 200


async def test_one_value_is_not_two(client: httpx.AsyncClient) -> None:
    answer = await client.get("/list?from=1&from=2")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "repeated_parameter"


async def test_a_query_without_end_is_refused_at_once(client: httpx.AsyncClient) -> None:
    answer = await client.get("/list?" + "&".join(f"a{number}=1" for number in range(1_500)))
    assert answer.status_code == 422
    assert len(answer.content) < 1_000


async def test_a_query_of_more_than_8_kb_is_refused_even_if_its_parameter_is_known(client: httpx.AsyncClient) -> None:
    """The longest is read; one byte more is not, in an answer that does not repeat it."""
    fits = "x" * (MAX_QUERY_BYTES - len("cursor="))
    longest, longer = [await client.get(f"/list?cursor={value}") for value in (fits, fits + "x")]
    assert (longest.status_code, longest.json()["page"]) == (200, fits)
    assert (longer.status_code, longer.json()["code"]) == (422, "validation_failed")
    assert len(longer.content) < 1_000


@pytest.mark.parametrize("path", ["/list?from=2", "/health/live", "/health/ready", "/metrics", "/openapi.json", "/no"])
async def test_head_answers_as_get_without_the_body(client: httpx.AsyncClient, path: str) -> None:
    head, get = await client.head(path), await client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
    if path != "/metrics":
        assert head.headers["content-length"] == get.headers["content-length"]


async def test_head_of_a_stream_ends(client: httpx.AsyncClient) -> None:
    head = await client.head("/stream", timeout=60)
    assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert (await client.head("/things")).status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        {f"unknown{number}": number for number in range(4_000)},
        {"counts": {f"k{number}": "x" for number in range(4_000)}},
        {"x" * 100_000: 1},
    ],
    ids=["unknown fields", "wrong values", "a long name"],
)
async def test_many_errors_make_a_short_answer(client: httpx.AsyncClient, body: Any) -> None:
    answer = await client.post("/things", json=body)
    assert answer.status_code == 422
    assert len(answer.content) < 10_000
    shown, omitted = len(answer.json()["errors"]), answer.json().get("errors_omitted", 0)
    assert shown <= 20
    assert shown + omitted in {1, 4_000}


async def test_unknown_fields_by_the_ten_thousand_cost_no_more_than_their_bytes(client: httpx.AsyncClient) -> None:
    """769 kB of unknown fields were answered with 4.7 MB after 3.3 s; now with one error, in milliseconds."""
    body = json.dumps({f"unknown{number:06}": number for number in range(32_000)}).encode()
    began = time.process_time()
    answer = await client.post("/things", content=body, headers={"content-type": "application/json"})
    assert time.process_time() - began < 0.5
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["too_many_values"]


@pytest.mark.parametrize("depth", [65, 300, 1_000, 200_000])
async def test_a_deep_body_is_malformed(client: httpx.AsyncClient, depth: int) -> None:
    body = b'{"name":' + b"[" * depth + b"]" * depth + b"}"
    answer = await client.post("/things", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
