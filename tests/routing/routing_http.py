"""Routing's HTTP over a snapshot, without a socket."""

from datetime import timedelta

import httpx
from prometheus_client import CollectorRegistry

from chassis.health import Liveness
from chassis.http.app import create_http_app
from routing.api import create_router
from routing.domain import Snapshot
from routing.live import Live
from routing.metrics import RoutingMetrics
from tests.contract import documented
from tests.issuer import SERVICE, access


def client_of(snapshot: Snapshot) -> httpx.AsyncClient:
    registry = CollectorRegistry()
    live = Live(snapshot, RoutingMetrics(registry), dev_phones=True)
    app = create_http_app(
        title="routing",
        version="0",
        lifespan=None,
        liveness=Liveness(timedelta(seconds=30)),
        checks={},
        registry=registry,
        routers=[create_router(live, access())],
    )
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://routing",
        headers=SERVICE,
        event_hooks=documented("routing"),
    )
