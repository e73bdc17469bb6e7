"""The services as the pages meet them: a transport that answers from intake's own catalogue and documented shapes."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from typing import Any

import httpx
from fastapi import FastAPI

from chassis.bilingual import Language
from chassis.settings import load_yaml
from event_schemas import policies
from intake.catalogue import load_catalogue
from intake.catalogue.api import CatalogueReader
from intake.texts import load_texts
from janseva_local.folder import ROOT
from janseva_web.app import create_app
from janseva_web.settings import WebSettings
from tests.manual_clock import ManualClock

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
NUMBER = "JS-26-WNX3-D03V-B"
SECRET = "8HuVscQS1-urWd-ZkOOpoBREnS-vMGj6"
KEY = base64.b64encode(bytes(range(7, 39))).decode()

STATION = {"code": "5140003", "name": "ARARIA", "name_hi": "अररिया", "district": "Araria"}
TOKENS = {"access_token": "access-1", "refresh_token": "refresh-token-1", "expires_in": 900}
_DOCUMENT = json.loads((ROOT / "docs/openapi/intake.json").read_text("utf-8"))


def example(path: str, method: str, status: str) -> Any:
    """The answer that the OpenAPI document gives as its example."""
    content = _DOCUMENT["paths"][path][method]["responses"][status]["content"]["application/json"]
    return content["example"] if "example" in content else next(iter(content["examples"].values()))["value"]


FILED: dict[str, Any] = example("/v1/complaints", "post", "202") | {"tracking_number": NUMBER, "receipt_secret": SECRET}
CASE: dict[str, Any] = example("/v1/complaints/{tracking_number}", "get", "200") | {"tracking_number": NUMBER}

Handler = Callable[[httpx.Request], httpx.Response]


def problem(status: int, code: str, *errors: dict[str, str], **members: Any) -> httpx.Response:
    body = {"type": f"urn:problem:{code}", "title": f"title of {code}", "status": status, "code": code}
    body = {**body, "detail": f"detail of {code}", **({"errors": list(errors)} if errors else {}), **members}
    return httpx.Response(status, json=body, headers={"content-type": "application/problem+json"})


@dataclass
class FakeSuite:
    """Answers by method and path; `asked` keeps every request. Another answer: `suite.answers["POST /v1/x"] = ...`."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    asked: list[httpx.Request] = field(default_factory=list)
    answers: dict[str, Handler] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.answers = {
            "GET /v1/services": self._services,
            "POST /v1/auth/otp": lambda _: httpx.Response(202, json={"challenge_id": "challenge-1", "expires_in": 300}),
            "POST /v1/auth/token": lambda _: httpx.Response(200, json=TOKENS),
            "POST /v1/auth/refresh": lambda _: httpx.Response(200, json=TOKENS | {"access_token": "access-2"}),
            "POST /v1/auth/logout": lambda _: httpx.Response(204),
            "POST /v1/complaints": lambda _: httpx.Response(202, json=FILED),
            "POST /v1/emergencies": lambda _: httpx.Response(202, json=FILED | {"lane": "emergency"}),
            f"GET /v1/complaints/{NUMBER}": self._case,
            "GET /v1/me/cases": lambda _: httpx.Response(200, json={"items": [CASE], "next_cursor": None}),
            "GET /v1/stations": lambda _: httpx.Response(200, json={"items": [STATION], "next_cursor": None}),
            "GET /v1/stations/5140003": lambda _: httpx.Response(200, json=STATION),
            "GET /v1/route": lambda _: httpx.Response(200, json={"station": STATION, "provisional": False}),
            "GET /health/live": lambda _: httpx.Response(200, json={"status": "alive", "silence_s": 0.0}),
        }

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """What was posted to a path."""
        return [json.loads(one.content) for one in self.asked if one.method == "POST" and one.url.path == path]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        handler = self.answers.get(f"{request.method} {request.url.path}")
        return problem(404, "not_found") if handler is None else handler(request)

    def _case(self, request: httpx.Request) -> httpx.Response:
        """The owner's alone: by the receipt, or by the token of who filed it."""
        owner = request.headers.get("x-receipt") == SECRET or "access" in request.headers.get("authorization", "")
        return httpx.Response(200, json=CASE) if owner else problem(404, "not_found")

    def _services(self, request: httpx.Request) -> httpx.Response:
        language: Language = "en" if request.headers["accept-language"].startswith("en") else "hi"
        return httpx.Response(200, content=_catalogue().all(language, self.clock.now()).body)


@cache
def _catalogue() -> CatalogueReader:
    shipped = policies.load(load_yaml(policies.DEFAULT_PATH))
    return CatalogueReader(load_catalogue(), shipped, load_texts())


def settings(**given: Any) -> WebSettings:
    return WebSettings.model_validate({"cookie_key": KEY, **given})


def app_with(suite: FakeSuite, **given: Any) -> FastAPI:
    return create_app(settings(**given), transport=suite.transport(), clock=suite.clock)


@asynccontextmanager
async def browser(suite: FakeSuite, **given: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Keeps cookies, follows nothing by itself."""
    transport = httpx.ASGITransport(app_with(suite, **given))
    async with httpx.AsyncClient(transport=transport, base_url="http://pages") as http:
        yield http


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms, as a browser sends them back."""
    fields = Tags(page).of("input")
    return {str(one["name"]): one.get("value") or "" for one in fields if one.get("type") == "hidden"}


async def logged_in(http: httpx.AsyncClient, to: str = "/cases") -> httpx.Response:
    """Through both pages of the login."""
    first = await http.get("/login", params={"to": to})
    second = await http.post("/login", data={**hidden(first.text), "phone": "9876543210"})
    return await http.post("/login/code", data={**hidden(second.text), "code": "123456"})


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


MINUTE = timedelta(minutes=1)
