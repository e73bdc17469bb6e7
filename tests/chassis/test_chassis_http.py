"""The HTTP app's promises: problems, limits, health, metrics."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from pydantic import BaseModel, ConfigDict, Field
from pymongo.errors import AutoReconnect, DuplicateKeyError

from chassis.faults import PublishFailed, StoreUnavailable, UnknownOutcome
from chassis.health import Liveness
from chassis.http.app import RequestRoute, create_http_app
from chassis.http.middleware import BodyLimits
from chassis.http.problems import NOT_FOUND, Problem, language_of
from tests.http_app import app_of

LIMIT = 10_000


class Place(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lat: float


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=5)]
    location: Place | None = None


ERRORS: dict[str, Exception] = {
    "crash": RuntimeError("Sita Devi 9876543210"),
    "store": StoreUnavailable("x"),
    "unknown": UnknownOutcome("x"),
    "kafka": PublishFailed("x"),
    "driver": AutoReconnect("10.0.0.1"),
    "duplicate": DuplicateKeyError("dup key: {phone: 9876543210}"),
    "problem": Problem(NOT_FOUND, "no_clock_here", extra={"more": 1}, headers={"x-more": "2"}),
}


def _router() -> APIRouter:
    router = APIRouter()

    @router.post("/things/{thing_id}")
    async def post(thing_id: int, body: Body) -> dict[str, Any]:
        return {"id": thing_id, "name": body.name}

    @router.get("/fail/{kind}")
    async def fail(kind: str) -> None:
        raise ERRORS[kind]

    return router


class Rig:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.time = 0.0
        self.liveness = Liveness(timedelta(seconds=5), monotonic=lambda: self.time)
        self.checks: dict[str, Callable[[], Awaitable[None]]] = {}
        self.app: FastAPI = create_http_app(
            title="t",
            version="1",
            lifespan=None,
            liveness=self.liveness,
            checks=self.checks,
            registry=self.registry,
            routers=[_router()],
            body=BodyLimits(bytes=LIMIT, drain_bytes=15_000),
            problem_extra={"call": "help"},
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://test")


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    async with made.client:
        yield made


async def _post(rig: Rig, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await rig.client.post("/things/1", content=content, headers={"content-type": "application/json", **headers})


@pytest.mark.parametrize(
    ("body", "status", "code", "pointers"),
    [
        (b"{not json", 400, "malformed_json", None),
        (b"\xff\xfe\x00", 400, "malformed_json", None),
        (b"[" * 9_000, 400, "malformed_json", None),
        ({"name": 5}, 422, "validation_failed", ["/name"]),
        ({}, 422, "validation_failed", ["/name"]),
        ({"name": "ok", "colour": "red"}, 422, "unknown_field", ["/colour"]),
        (
            {"name": "ok", "location": {"lat": "x", "a/b~c": 1}},
            422,
            "validation_failed",
            ["/location/lat", "/location/a~1b~0c"],
        ),
        ([], 422, "validation_failed", [""]),
        (b"", 422, "validation_failed", [""]),
    ],
)
async def test_bad_bodies_are_problems_with_pointers(
    rig: Rig, body: Any, status: int, code: str, pointers: list[str] | None
) -> None:
    """Each kind of bad body has its own code, and every wrong value is pointed to."""
    answer = await _post(rig, body)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in problem.get("errors", [])] == (pointers or [])
    assert problem["type"]
    assert problem["title"]
    assert problem["call"] == "help"


async def test_a_validation_problem_never_echoes_the_input(rig: Rig) -> None:
    """What a citizen typed into the wrong field does not come back, nor reach a log by way of the answer."""
    answer = await _post(rig, {"name": "Sita Devi of Araria", "location": {"lat": "9876543210x"}})
    assert answer.status_code == 422
    assert "Sita" not in answer.text
    assert "9876543210" not in answer.text


async def test_problems_are_in_hindi_or_english(rig: Rig) -> None:
    """Titles, details and messages follow Accept-Language."""
    english = (await _post(rig, {})).json()
    hindi = await _post(rig, {}, **{"accept-language": "hi-IN,en;q=0.5"})
    assert english["title"] == "Some values are not valid"
    assert hindi.json()["title"] == "कुछ मान सही नहीं हैं"
    assert hindi.json()["errors"][0]["message"] == "आवश्यक है"
    assert hindi.headers["content-language"] == "hi"
    assert (
        (await rig.client.get("/fail/problem", headers={"accept-language": "hi"}))
        .json()["detail"]
        .startswith("इस मामले की")
    )


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("hi", "hi"),
        ("en-GB, hi;q=0.9", "en"),
        ("fr, hi;q=0.2", "hi"),
        ("hi;q=x, en;q=0.1", "en"),
    ],
)
def test_the_better_liked_language_wins(header: str | None, language: str) -> None:
    """Quality values decide; nonsense counts as none."""
    assert language_of(header) == language


async def test_unknown_routes_and_methods_are_problems(rig: Rig) -> None:
    """404 and 405 look like every other error."""
    assert (await rig.client.get("/nowhere")).json()["code"] == "not_found"
    answer = await rig.client.delete("/things/1")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"
    bad = (await rig.client.post("/things/abc", json={"name": "a"})).json()
    assert bad["errors"][0]["parameter"] == "path.thing_id"


async def test_an_announced_body_over_the_limit_is_refused_unread(rig: Rig) -> None:
    """Content-Length alone is enough for a 413."""
    answer = await _post(rig, b"x" * (LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_a_streamed_body_is_cut_at_the_limit(rig: Rig) -> None:
    """A body of unknown length is refused as soon as it passes the limit; and little of the rest is read."""
    received = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal received
        for _ in range(1_000):
            received += 1
            yield b"x" * 1_000

    answer = await rig.client.post("/things/1", content=endless(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert received < 20


async def test_a_crash_reveals_nothing(rig: Rig) -> None:
    """An unhandled exception is a 500 whose body holds none of its text."""
    answer = await rig.client.get("/fail/crash")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "Sita" not in answer.text
    duplicate = await rig.client.get("/fail/duplicate")
    assert (duplicate.status_code, duplicate.json()["code"]) == (500, "internal")
    assert "9876543210" not in duplicate.text


@pytest.mark.parametrize("kind", ["store", "unknown", "kafka", "driver"])
async def test_an_unconfirmed_write_is_503_with_retry_after(rig: Rig, kind: str) -> None:
    """What could not be confirmed is never a success; the client is asked to come again."""
    answer = await rig.client.get(f"/fail/{kind}")
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_problem_keeps_its_headers_and_extras(rig: Rig) -> None:
    """Members and headers a service adds reach the client, and can't overwrite the standard ones."""
    answer = await rig.client.get("/fail/problem")
    assert answer.headers["x-more"] == "2"
    assert answer.json()["more"] == 1
    assert answer.json()["detail"].startswith("No clock of this case")


async def test_liveness_is_about_the_loop_and_readiness_about_dependencies(rig: Rig) -> None:
    """A dead dependency makes the service unready, never dead; a silent loop makes it dead."""

    async def broken() -> None:
        raise ConnectionError("secret host name")

    rig.checks["mongo"] = broken
    ready = await rig.client.get("/health/ready")
    assert (ready.status_code, ready.json()["checks"]) == (503, {"mongo": "ConnectionError"})
    assert (await rig.client.get("/health/live")).status_code == 200
    rig.time = 6.0
    assert (await rig.client.get("/health/live")).status_code == 503
    rig.liveness.beat()
    assert (await rig.client.get("/health/live")).status_code == 200


async def test_requests_are_measured_by_route_template(rig: Rig) -> None:
    """A metric's labels hold the route, never the path: paths are without bound and name people's cases."""
    await _post(rig, {"name": "ok"})
    await rig.client.get("/secret-path-77")
    text = generate_latest(rig.registry).decode()
    assert 'janseva_http_request_seconds_count{method="POST",route="/things/{thing_id}",status="200"} 1.0' in text
    assert 'route="unmatched",status="404"' in text
    assert "secret-path" not in text
    assert (await rig.client.get("/metrics")).status_code == 200


async def test_a_request_route_answers_itself_and_its_problems_are_answered_as_ever() -> None:
    """An endpoint that takes the request alone has the app's 404, 405, 413, 500 and problems, and stands in OpenAPI."""
    router = APIRouter(route_class=RequestRoute)

    @router.post("/direct", status_code=202)
    async def direct(request: Request) -> Response:
        body = await request.body()
        if body == b"crash":
            raise ERRORS["crash"]
        if body == b"problem":
            raise ERRORS["problem"]
        return Response(request.method, 202)

    app = app_of(router, body=BodyLimits(bytes=LIMIT))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as http:
        answers = [await http.post("/direct", content=body) for body in (b"", b"crash", b"problem", b"x" * (LIMIT + 1))]
        assert [answer.status_code for answer in answers] == [202, 500, 404, 413]
        assert answers[0].text == "POST"
        assert {answer.headers["content-type"] for answer in answers[1:]} == {"application/problem+json"}
        assert (await http.get("/direct")).status_code == 405
        assert "/direct" in (await http.get("/openapi.json")).json()["paths"]


def test_a_request_route_receives_the_request_alone() -> None:
    """An endpoint with more parameters is refused when it is declared: nobody would fill them."""
    router = APIRouter(route_class=RequestRoute)
    with pytest.raises(TypeError, match="takes `request` alone"):

        @router.get("/wrong/{name}")
        async def wrong(request: Request, name: str) -> Response:
            return Response(f"{request.url.path} {name}")
