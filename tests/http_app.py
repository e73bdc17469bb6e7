"""The HTTP app of some routes in memory: no lifespan, no checks, alive."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry

from chassis.health import Liveness
from chassis.http.app import create_http_app


def app_of(*routers: APIRouter, registry: CollectorRegistry | None = None, **more: Any) -> FastAPI:
    """`more`: what create_http_app may be given besides."""
    return create_http_app(
        title="in memory",
        version="0",
        lifespan=None,
        liveness=Liveness(timedelta(hours=1)),
        checks={},
        registry=registry or CollectorRegistry(),
        routers=routers,
        **more,
    )
