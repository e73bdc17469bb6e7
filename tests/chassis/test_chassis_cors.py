"""Which web pages may call from a browser, for every program."""

import importlib
import os
from functools import cache
from unittest import mock

import httpx
import pytest
from deploy.k8s.tools.services import PROGRAMS, package_of, settings_class, settings_of
from deploy.k8s.tools.settings_lint import stand_in
from fastapi import FastAPI

from chassis.settings import ServiceSettings
from tests.http_app import app_of

PAGE = "https://janseva.example"
SENT = ["Idempotency-Key", "X-Receipt", "If-Match", "Authorization", "Last-Event-ID", "Content-Type"]


@cache
def settings_with(program: str, origins: str) -> ServiceSettings:
    cls = settings_class(program)
    secrets = {name: stand_in(name) for name, one in settings_of(cls).items() if one.secret and one.required}
    with mock.patch.dict(os.environ, secrets | {"CORS_ORIGINS": origins}, clear=True):
        return cls()


@cache
def program_of(program: str) -> FastAPI:
    """The program as its composition root makes it, with one page named; kept, as its clients are."""
    app = importlib.import_module(f"{package_of(program)}.app").create_app(settings_with(program, PAGE))
    assert isinstance(app, FastAPI)
    return app


def app_with(origins: str) -> FastAPI:
    """An app with no routes but the operations'."""
    return app_of(settings=settings_with("intake", origins))


async def ask(app: FastAPI, method: str, path: str, origin: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path, headers={"origin": origin, **headers})


async def preflight(app: FastAPI, origin: str, method: str = "POST", headers: str = ",".join(SENT)) -> httpx.Response:
    asked = {"access-control-request-method": method, "access-control-request-headers": headers}
    return await ask(app, "OPTIONS", "/v1/complaints", origin, **asked)


@pytest.mark.parametrize("program", PROGRAMS)
async def test_every_program_lets_a_named_page_in(program: str) -> None:
    """The setting reaches the app of each program, and no other page profits from it."""
    named, other = (
        await preflight(program_of(program), PAGE),
        await preflight(program_of(program), "https://evil.example"),
    )
    assert (named.status_code, named.headers["access-control-allow-origin"]) == (200, PAGE)
    assert (other.status_code, other.json()["code"]) == (403, "origin_refused")


async def test_a_named_page_may_send_our_headers() -> None:
    """The preflight allows each header that a call of ours takes, and no cookies."""
    answer = await preflight(app_with(f"https://other.example, {PAGE}"), PAGE)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, PAGE)
    allowed = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert {name.lower() for name in SENT} <= allowed
    assert {"GET", "POST", "PATCH", "DELETE"} <= set(answer.headers["access-control-allow-methods"].split(", "))
    assert "access-control-allow-credentials" not in answer.headers


async def test_a_page_reads_the_headers_of_an_answer_and_of_a_refusal() -> None:
    """A 404 is no riddle to a page: it may be read, and so may ETag, Location and Retry-After."""
    answer = await ask(app_with(PAGE), "GET", "/v1/nowhere", PAGE)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, PAGE)
    exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert {"ETag", "Location", "Retry-After", "Content-Language"} <= exposed
    assert {name.strip().lower() for name in answer.headers["vary"].split(",")} == {"accept-language", "origin"}


async def test_another_page_may_not() -> None:
    """Neither a page nobody named nor a name that only begins like one is let in."""
    app = app_with(PAGE)
    for stranger in ("https://evil.example", f"{PAGE}.evil.example", "null", "http://janseva.example"):
        answer = await preflight(app, stranger)
        assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-origin" not in (await ask(app, "GET", "/v1/nowhere", stranger)).headers


async def test_a_header_that_no_call_accepts_is_refused() -> None:
    answer = await preflight(app_with(PAGE), PAGE, headers="X-Odd")
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")


async def test_none_may_by_default() -> None:
    """Without the setting no header names an origin, and OPTIONS is a method like others."""
    answer = await preflight(app_with(""), PAGE)
    assert answer.status_code in {404, 405}
    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_any_page_may_on_a_developers_machine() -> None:
    answer = await ask(app_with("*"), "GET", "/v1/nowhere", "http://localhost:5173")
    assert answer.headers["access-control-allow-origin"] == "*"
