"""The services as the pages meet them: a transport that answers from intake's own catalogue and documented shapes."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from fastapi import FastAPI

from chassis.settings import load_yaml
from event_schemas import policies
from intake.catalogue import load_catalogue
from intake.catalogue.api import CatalogueReader
from intake.texts import load_texts
from janseva_web.app import create_app
from janseva_web.settings import WebSettings
from tests.manual_clock import ManualClock

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
NUMBER = "JS-26-WNX3-D03V-B"
SECRET = "8HuVscQS1-urWd-ZkOOpoBREnS-vMGj6"
KEY = base64.b64encode(bytes(range(7, 39))).decode()

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

    def _services(self, request: httpx.Request) -> httpx.Response:
        language = "en" if request.headers["accept-language"].startswith("en") else "hi"
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


MINUTE = timedelta(minutes=1)
