"""Every route declares who may call it: by a dependency that checks, or by standing in the list of public routes."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from deploy.k8s.tools.services import PROGRAMS
from fastapi import APIRouter, Depends, FastAPI

from tests.architecture.apps import app_of

# The dependencies that turn a stranger away, by their qualified names.
GUARDS = frozenset(
    {
        "Authenticator.citizen",
        "Authenticator.optional_citizen",
        "Authenticator.anyone",
        "Authenticator.officer.<locals>.officer_of_role",
        "service_token.<locals>.check",
        "Access.caller",
        "Access.officer_or_service.<locals>.caller_of_role",
    }
)
Call = tuple[str, str]

EVERYWHERE: dict[Call, str] = {
    ("GET", "/health/live"): "the kubelet asks",
    ("GET", "/health/ready"): "the kubelet asks",
    ("GET", "/metrics"): "Prometheus asks; the network policy admits it alone",
}
PUBLIC: dict[str, dict[Call, str]] = {
    "intake": {
        ("POST", "/v1/complaints/{tracking_number}/receipt"): "for who holds the receipt's code, and nobody else",
        ("POST", "/v1/auth/otp"): "a citizen has no token yet",
        ("POST", "/v1/auth/token"): "the one-time password is the proof",
        ("POST", "/v1/auth/refresh"): "the refresh token is the proof",
        ("POST", "/v1/auth/logout"): "the refresh token is the proof",
        (
            "POST",
            "/v1/complaints",
        ): "the service's entry in the catalogue says whether a login is needed; the handler asks",
        ("POST", "/v1/emergencies"): "no emergency waits for a login",
        ("POST", "/v1/emergencies/"): "no emergency waits for a login, nor for a redirect",
        ("POST", "/v1/complaints/{tracking_number}/emergency"): "no emergency waits; what proves nothing links nothing",
        ("POST", "/v1/complaints/{tracking_number}/emergency/"): "no emergency waits, nor for a redirect",
        (
            "OPTIONS",
            "/v1/complaints/{tracking_number}/evidence",
        ): "what the upload protocol can do, for every case alike",
        ("GET", "/v1/registers/fir"): "released texts of FIRs are public",
        ("GET", "/v1/registers/notorious"): "proclaimed by a court, for everybody",
        ("GET", "/v1/registers/notorious/{entry_id}"): "proclaimed by a court, for everybody",
        ("GET", "/v1/registers/notorious/{entry_id}/photo"): "proclaimed by a court, for everybody",
        ("GET", "/v1/registers/rewarded/{entry_id}/photo"): "by a reward order, for everybody",
        ("GET", "/v1/registers/rewarded"): "by a reward order, for everybody",
        ("GET", "/v1/registers/rewarded/{entry_id}"): "by a reward order, for everybody",
        ("POST", "/v1/tips"): "secret information is given without a name",
        ("GET", "/v1/tips/{case_key}/messages"): "the case key and its passphrase are the proof",
        ("POST", "/v1/tips/{case_key}/messages"): "the case key and its passphrase are the proof",
        ("POST", "/v1/tips/{case_key}/evidence"): "the case key and its passphrase are the proof",
        ("POST", "/v1/e-sign/callback"): "the provider's signature in the body is the proof",
        ("GET", "/v1/registers"): "which registers there are is public",
        ("GET", "/v1/services"): "the catalogue is public",
        ("GET", "/v1/services/{code}"): "the catalogue is public",
    },
    "routing": {
        ("GET", "/v1/stations"): "the directory of police stations is public",
        ("GET", "/v1/stations/nearest"): "the directory of police stations is public",
        ("GET", "/v1/stations/{code}"): "the directory of police stations is public",
        ("GET", "/v1/route"): "anybody may ask which station answers for a place",
    },
    "sla-monitor": {
        ("GET", "/v1/policies"): "the promises are public",
    },
    "sla-ledger": {
        ("GET", "/v1/policies"): "the promises are public",
    },
    "notifier": {
        ("GET", "/v1/receipts/kannel"): "the address is signed",
        ("POST", "/v1/receipts/kannel"): "the address is signed",
    },
    "certificate": {
        ("GET", "/v1/verify/{name:path}"): "anybody may verify a certificate",
        ("GET", "/v1/verify/fonts/firago.ttf"): "the letters of the verification page",
        ("GET", "/v1/certificates/revoked"): "anybody may verify a certificate",
        (
            "GET",
            "/v1/certificates/{certificate_id}.pdf",
        ): "a signed link or the service token; the handler asks for either",
    },
}


def calls_of(app: FastAPI) -> Iterator[tuple[Call, bool]]:
    """Each method and path of an app, and whether a guard stands before it."""
    for route in _flat(app.routes):
        guarded = any(getattr(call, "__qualname__", "") in GUARDS for call in _dependencies(route.dependant))
        for method in sorted(route.methods - {"HEAD"}):
            yield (method, route.path), guarded


def _flat(routes: Iterable[Any]) -> Iterator[Any]:
    """FastAPI keeps included routers as branches; a leaf that serves calls knows its dependencies."""
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from _flat(route.effective_candidates())
        elif hasattr(route, "dependant"):
            yield route


def undeclared(calls: Iterable[tuple[Call, bool]], public: dict[Call, str]) -> Iterator[str]:
    known = dict(calls)
    for call, guarded in known.items():
        if not guarded and call not in public:
            yield f"{' '.join(call)} has no guard and is not declared public"
        if guarded and call in public:
            yield f"{' '.join(call)} is declared public and has a guard"
    yield from (f"{' '.join(call)} is declared public and is no route" for call in public.keys() - known.keys())


def _dependencies(dependant: Any) -> Iterator[Any]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _dependencies(dependency)


@pytest.mark.parametrize("service", PROGRAMS)
def test_every_route_declares_its_auth(service: str) -> None:
    """Who may call a route is decided where it is written, never by omission."""
    assert list(undeclared(calls_of(app_of(service)), EVERYWHERE | PUBLIC[service])) == []


@pytest.mark.parametrize("service", PROGRAMS)
def test_every_service_has_health_and_metrics(service: str) -> None:
    """The probes and the scrape of the manifests have something to ask."""
    assert EVERYWHERE.keys() <= dict(calls_of(app_of(service))).keys()


class Authenticator:
    """A guard of the same qualified name as the real one."""

    def citizen(self) -> str:
        return "somebody"


def test_an_open_route_is_found() -> None:
    """A route without a guard, a guard on a public route and a stale line of the list are each found."""
    guard = Authenticator()
    router = APIRouter()

    @router.get("/open")
    async def open_route() -> str:
        return ""

    @router.get("/closed", dependencies=[Depends(guard.citizen)])
    async def closed_route() -> str:
        return ""

    app = FastAPI(openapi_url=None)
    app.include_router(router)
    calls = list(calls_of(app))
    assert list(undeclared(calls, {})) == ["GET /open has no guard and is not declared public"]
    assert len(list(undeclared(calls, {("GET", "/open"): "", ("GET", "/closed"): "", ("GET", "/gone"): ""}))) == 2
