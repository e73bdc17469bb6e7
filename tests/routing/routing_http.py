"""Routing's HTTP over a snapshot, without a socket."""

import httpx
from prometheus_client import CollectorRegistry

from routing.api import create_router
from routing.domain import Snapshot
from routing.live import Live
from routing.metrics import RoutingMetrics
from tests.contract import documented
from tests.http_app import app_of
from tests.issuer import SERVICE, access


def client_of(snapshot: Snapshot) -> httpx.AsyncClient:
    registry = CollectorRegistry()
    live = Live(snapshot, RoutingMetrics(registry), dev_phones=True)
    app = app_of(create_router(live, access()), registry=registry)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://routing",
        headers=SERVICE,
        event_hooks=documented("routing"),
    )
