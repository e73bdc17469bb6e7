"""Every program's app, answering from memory: its stores are empty or hold one case, and its callers are let in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

import httpx
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from certificate import api as certificate_api
from certificate.domain import Status
from certificate.kind_rules import checked
from certificate.links import LinkSigner
from certificate.metrics import CertificateMetrics
from certificate.receipt import ReceiptTexts
from certificate.records import Certificate
from certificate.render import Renderer
from certificate.spelling import Name
from certificate.store import StoredPdf
from chassis.http.app import add_routes
from intake.auth.api import auth_router
from intake.registers.kinds import load_registers
from intake.signing.provider import HttpSigner
from janseva_local.esign import LocalEsign, esign_app
from notifier import api as notifier_api
from notifier.lint import lint
from notifier.messages import DirectMessages
from notifier.metrics import NotifierMetrics
from notifier.receipts import ReceiptAddress
from notifier.records import LoggedDispatch
from notifier.templates import DEFAULT_PATH
from routing.api import create_router
from routing.domain import Snapshot
from routing.live import Live
from routing.metrics import RoutingMetrics
from tests.architecture.apps import CLOCK, made_app
from tests.certificate.certificate_fakes import certificate
from tests.http_app import app_of
from tests.intake.evidence_rig import begin
from tests.intake.intake_rig import ASHA, COMPLAINT, COUNTER, DATA_POST, HQ, OTHER_SHO, SDPO, SHO, SP, Rig, bearer, rig
from tests.intake.intake_rig import START as FILED_AT
from tests.intake.test_intake_auth_login import Desk
from tests.intake.test_intake_esign import E_FIR, KEY
from tests.intake.test_intake_tips import filed_tip
from tests.issuer import SERVICE, SERVICE_TOKEN, access
from tests.manual_clock import ManualClock
from tests.notifier.notifier_fakes import CASE, KEYS, START, FakeGateway, FixedCards, card
from tests.routing.routing_places import BASE


@dataclass(frozen=True)
class Answering:
    """`known` stands in the path for what its parameters name; `callers` are headers, by the longest fitting path.
    `forget` makes the stores as they were."""

    app: FastAPI
    known: Mapping[str, str]
    callers: Mapping[str, Mapping[str, str]]
    forget: Callable[[], None] = lambda: None
    stores: tuple[object, ...] = ()
    """What is asked for an answer."""

    def headers(self, path: str) -> dict[str, str]:
        fitting = max((prefix for prefix in self.callers if path.startswith(prefix)), key=len)
        return dict(self.callers[fitting])


@asynccontextmanager
async def answering(program: str) -> AsyncIterator[tuple[Answering, httpx.AsyncClient]]:
    async with (
        _APPS[program]() as made,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(made.app, raise_app_exceptions=False), base_url="http://test"
        ) as http,
    ):
        yield made, http


_OF_THE_SUPERINTENDENT = ("answer-tip", "confirm-withdrawal", "dismiss-withdrawal")


@asynccontextmanager
async def _intake() -> AsyncIterator[Answering]:
    provider = httpx.ASGITransport(esign_app(LocalEsign(KEY)))
    async with (
        httpx.AsyncClient(transport=provider) as http,
        rig(signer=HttpSigner(http, "http://esign", SecretStr(KEY), "esign", ManualClock(FILED_AT))) as made,
    ):
        add_routes(made.app, auth_router(Desk().login))
        filed = await made.filed(COMPLAINT)
        await made.assign(filed["case_id"])
        known = {name: filed[name] for name in ("case_id", "tracking_number")}
        known |= {"code": "e-complaint", "certificate_id": "none", "command": "acknowledge"}
        begun = await begin(made, filed, 100_000)
        known["evidence_id"] = begun.json()["evidence_id"]
        kind = next(iter(load_registers()))
        entry = await made.post(f"/v1/desk/registers/{kind.kind}", kind.example.model_dump(mode="json"), by=SHO)
        known |= {"register": kind.kind, "entry_id": entry.json()["entry_id"]}
        tip = await filed_tip(made)
        erasure = await made.post("/v1/me/erasure", by=ASHA)
        known |= {"notice_id": "an_none", "erasure_id": erasure.json()["erasure_id"]}
        window = {"starts_at": (FILED_AT + timedelta(days=1, minutes=30)).isoformat()}
        known["window_id"] = (await made.post("/v1/desk/hearing-windows", window, by=SHO)).json()["window_id"]
        another = {"description": "रास्ते में पीछा करता है।", "attributes": {"category": "crime_against_women"}}
        sealed = await made.filed(COMPLAINT | another)
        await made.assign(sealed["case_id"])
        reason = {"reason": "The victim is at this station"}
        opened = await made.post(f"/v1/desk/cases/{sealed['case_id']}/break-glass", reason, by=OTHER_SHO)
        known |= {"opening_id": opened.json()["opening_id"]}
        known |= {"case_key": tip["case_key"], "transaction": await _begun_signature(made)}
        callers = {"/": bearer(ASHA), "/v1/desk": bearer(SHO), "/v1/desk/visits": bearer(COUNTER)}
        callers |= {"/v1/tips/": {"x-passphrase": tip["passphrase"]}}
        callers |= {"/v1/desk/registers/fir/withhold": bearer(SDPO), "/v1/desk/erasures": bearer(DATA_POST)}
        callers |= {"/v1/desk/break-glass": bearer(SP), "/v1/desk/stations/": bearer(HQ)}
        callers |= {f"/v1/desk/cases/{{case_id}}/{act}": bearer(SP) for act in _OF_THE_SUPERINTENDENT}
        stores = (
            made.store,
            made.side,
            made.trails,
            made.files,
            made.entries,
            made.firs,
            made.tips,
            made.away,
            made.windows,
            made.erasures,
            made.openings,
        )
        asked = (*stores, made.identities, made.papers, made.slots, made.offices, made.register)
        yield Answering(made.app, known, callers, _restorer(*stores), asked)


async def _begun_signature(made: Rig) -> str:
    """A transaction at the provider, for a case of its own: the known one needs no signature."""
    service = (await made.get("/v1/services/e-fir")).json()
    filed = await made.filed(E_FIR | {"attributes": service["example"]["attributes"]})
    begun = await made.post(f"/v1/complaints/{filed['tracking_number']}/e-sign", by=ASHA)
    return str(begun.json()["transaction"])


def _restorer(*stores: object) -> Callable[[], None]:
    """Puts back what the stores hold now: a thousand filings would be a thousand cases to look through."""
    held = [
        (
            vars(store),
            {name: copy(value) for name, value in vars(store).items() if isinstance(value, dict | list | set)},
        )
        for store in stores
    ]

    def restore() -> None:
        for now, before in held:
            now.update({name: copy(value) for name, value in before.items()})

    return restore


@asynccontextmanager
async def _routing() -> AsyncIterator[Answering]:
    registry = CollectorRegistry()
    live = Live(Snapshot(BASE, date(2026, 12, 1)), RoutingMetrics(registry), dev_phones=True)
    yield Answering(_app(registry, create_router(live, access())), {"code": "5140003"}, {"/": SERVICE})


_SENT = LoggedDispatch(
    "n-1", "e-1", CASE, "citizen", "sms", "filed", "hi", "delivered", 1, START, START, None, "gateway:1"
)


class _OneDispatch:
    async def of_case(self, case_id: str, _after: Any) -> list[LoggedDispatch]:
        return [_SENT] if case_id == CASE else []

    async def apply(self, *_reported: Any) -> bool:
        return False


@asynccontextmanager
async def _notifier() -> AsyncIterator[Answering]:
    registry, nothing = CollectorRegistry(), cast("Any", _OneDispatch())
    messages = DirectMessages(lint(DEFAULT_PATH), FakeGateway(), NotifierMetrics(registry))
    routers = (
        notifier_api.internal_router(messages, SERVICE_TOKEN),
        notifier_api.log_router(nothing, FixedCards(card()), access()),
        notifier_api.receipts_router(nothing, ReceiptAddress("http://test", SERVICE_TOKEN, CLOCK, signing_key="key")),
    )
    yield Answering(_app(registry, *routers), {}, {"/": SERVICE})


_PAPER = certificate()
_REVOKED = certificate(
    "lost-report", status=Status.REVOKED, revoked_at=_PAPER.issued_at, reason_code="obtained_by_fraud"
)


class _OnePaper:
    async def get(self, certificate_id: str) -> Certificate | None:
        return _PAPER if certificate_id == _PAPER.certificate_id else None

    async def named(self, name: Name) -> Certificate | None:
        return _PAPER if name.certificate_id == _PAPER.certificate_id or _PAPER.number in name.numbers else None

    async def pdf(self, certificate_id: str) -> StoredPdf | None:
        sealed = KEYS.seal(_PAPER.case_id, b"%PDF-1.7", _PAPER.issued_at)
        return StoredPdf(_PAPER, sealed) if certificate_id == _PAPER.certificate_id else None

    async def revoked(self, _after: Any) -> list[Certificate]:
        return [_REVOKED]


@asynccontextmanager
async def _certificate() -> AsyncIterator[Answering]:
    registry, papers, renderer = CollectorRegistry(), cast("Any", _OnePaper()), Renderer()
    signer = LinkSigner("http://test", SERVICE_TOKEN)
    routers = (
        certificate_api.verify_router(papers, CertificateMetrics(registry), checked(), CLOCK),
        certificate_api.pdf_router(papers, KEYS, signer, CLOCK, SERVICE_TOKEN),
        certificate_api.internal_router(papers, signer, CLOCK, SERVICE_TOKEN, timedelta(minutes=5)),
        certificate_api.receipts_router(renderer, ReceiptTexts.load(), SERVICE_TOKEN),
    )
    known = {"name": _PAPER.number, "certificate_id": _PAPER.certificate_id}
    try:
        yield Answering(_app(registry, *routers), known, {"/": SERVICE}, stores=(papers,))
    finally:
        renderer.close()


@asynccontextmanager
async def _sla_monitor() -> AsyncIterator[Answering]:
    yield Answering(made_app("sla-monitor"), {"case_id": card().case_id}, {"/": SERVICE})


@asynccontextmanager
async def _sla_ledger() -> AsyncIterator[Answering]:
    yield Answering(made_app("sla-ledger"), {"case_id": card().case_id}, {"/": SERVICE})


def _app(registry: CollectorRegistry, *routers: APIRouter) -> FastAPI:
    return app_of(*routers, registry=registry)


_APPS = {
    "intake": _intake,
    "routing": _routing,
    "sla-monitor": _sla_monitor,
    "sla-ledger": _sla_ledger,
    "notifier": _notifier,
    "certificate": _certificate,
}
