"""Health and metrics on a port of their own, as the cluster sets it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry

from chassis.health import Liveness
from chassis.http.app import create_http_app
from chassis.run import Background, serve
from chassis.settings import ServiceSettings

PATHS = ("/hello", "/health/live", "/health/ready", "/metrics")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_the_api_does_not_know_health_and_metrics_and_their_port_nothing_else() -> None:
    """Each port answers its own calls alone; when the service ends, both are closed."""
    api, ops = free_port(), free_port()
    settings = ServiceSettings(mongo_database="x", http_port=api, ops_port=ops)
    router = APIRouter()
    statuses: dict[int, list[int]] = {}

    @router.get("/hello")
    async def hello() -> str:
        return "hello"

    async def ask() -> None:
        async with httpx.AsyncClient() as http:
            while len(statuses) < 2:
                await asyncio.sleep(0.05)
                try:
                    for port in (api, ops):
                        answers = [await http.get(f"http://127.0.0.1:{port}{path}") for path in PATHS]
                        statuses[port] = [answer.status_code for answer in answers]
                except httpx.ConnectError:
                    statuses.clear()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        background = Background()
        background.add("asker", ask)
        await background.start()
        yield
        await background.stop()

    app = create_http_app(
        title="t",
        version="1",
        lifespan=lifespan,
        liveness=Liveness(timedelta(seconds=60)),
        checks={},
        registry=CollectorRegistry(),
        routers=[router],
        settings=settings,
    )
    # The asker's end ends the service, with the status of a background task that died.
    assert serve(app, settings) == 1
    assert statuses == {api: [200, 404, 404, 404], ops: [404, 200, 200, 200]}
    for port in (api, ops):
        with socket.socket() as again:
            assert again.connect_ex(("127.0.0.1", port)) != 0
