"""The composition root: every client is made here, and nothing connects before the lifespan."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import Response

from chassis.clock import Clock, SystemClock
from chassis.health import Liveness
from chassis.http.app import create_http_app
from chassis.http.middleware import BodyLimits
from chassis.run import start
from chassis.sentences import CodeNames
from chassis.telemetry.tracing import Tracing
from janseva_web.account.api import account_router
from janseva_web.apart import PATHS, Apart
from janseva_web.components.api import components_router
from janseva_web.cookies import Sealer
from janseva_web.desk.api import desk_router
from janseva_web.desk.away import desk_away_router
from janseva_web.desk.commands import CommandForms
from janseva_web.desk.counter import counter_router
from janseva_web.desk.erasures import erasures_router
from janseva_web.desk.inbox import inbox_router
from janseva_web.desk.login import OfficerLogin
from janseva_web.desk.visits import visits_router
from janseva_web.emergency.api import emergency_router
from janseva_web.errors import ErrorPages
from janseva_web.filing.api import filing_router
from janseva_web.home.api import home_router
from janseva_web.home.offline import offline_router
from janseva_web.languages import Languages
from janseva_web.own_data.api import own_data_router
from janseva_web.pages import Pages
from janseva_web.registers.api import registers_router
from janseva_web.security import SecurityHeaders
from janseva_web.seniors import api as seniors
from janseva_web.seniors.api import seniors_router
from janseva_web.settings import WebSettings
from janseva_web.static_files import StaticFiles
from janseva_web.suite.away import Away
from janseva_web.suite.client import Api, Refused
from janseva_web.suite.desk import Desk
from janseva_web.suite.ledger import Ledger
from janseva_web.suite.own_data import OwnData
from janseva_web.suite.registers import Registers
from janseva_web.suite.services import Catalogue, Citizens, Geography
from janseva_web.suite.tips import Tips
from janseva_web.tips.api import tips_router
from janseva_web.tracking.acts import LARGE_FORMS, acts_router
from janseva_web.tracking.api import tracking_router
from janseva_web.tracking.owner import CaseDoor
from janseva_web.tracking.qr import Receipts
from janseva_web.tracking.streams import streams_router
from janseva_web.visit import FormExpired
from janseva_web.wall.api import wall_router

SERVICE = "web"
# No loop of its own runs here: the process is alive as long as it answers.
NEVER = timedelta.max
# Secret information, and that a house is empty.
UNRECORDED = re.compile(f"{PATHS.pattern}|{seniors.UNRECORDED.pattern}")


def serve() -> int:
    """Serve until SIGTERM. The exit status."""
    return start(SERVICE, WebSettings, create_app)


def create_app(
    settings: WebSettings, *, transport: httpx.AsyncBaseTransport | None = None, clock: Clock | None = None
) -> FastAPI:
    """`transport` stands in for the services in tests."""
    clock = clock or SystemClock()
    registry = CollectorRegistry()
    languages, static = Languages.load(registry), StaticFiles()
    # Redirects are never followed, and nothing of the environment (proxies, .netrc) is used.
    http = httpx.AsyncClient(transport=transport, trust_env=False)
    intake = Api("intake", settings.intake_url, http)
    citizens, geography = Citizens(intake), Geography(Api("routing", settings.routing_url, http))
    pages = Pages(
        languages,
        Sealer(settings.cookie_key),
        static,
        clock,
        secure=settings.is_secure,
        shown=settings.shown,
    )
    login = OfficerLogin(settings.officer_login_url, settings.officer_client_id, settings.public_url, http)
    desk, door = Desk(intake), CaseDoor(pages, citizens)
    catalogue, receipts = Catalogue(intake, clock), Receipts(settings.public_url)
    code_names = CodeNames.load()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tracing = Tracing.configure(SERVICE, settings.otlp_endpoint, sample_ratio=settings.trace_sample_ratio)
        try:
            yield
        finally:
            await http.aclose()
            tracing.shutdown()

    app = create_http_app(
        title="Janseva web",
        version=version("janseva-web"),
        lifespan=lifespan,
        liveness=Liveness(NEVER),
        settings=settings,
        checks={"intake": intake.ready, "keys": settings.check_keys},
        registry=registry,
        routers=[
            static.router(),
            home_router(pages, catalogue),
            offline_router(pages, static),
            account_router(pages, citizens),
            filing_router(pages, catalogue, citizens, geography, receipts),
            emergency_router(pages, citizens, receipts),
            tracking_router(door),
            acts_router(door),
            streams_router(door, intake),
            registers_router(pages, Registers(intake), citizens),
            counter_router(pages, catalogue, citizens, geography, receipts, code_names),
            inbox_router(pages, desk, catalogue, code_names),
            desk_router(pages, desk, login, CommandForms(code_names), geography),
            visits_router(pages, desk, receipts),
            seniors_router(door, catalogue, Away(intake), receipts),
            desk_away_router(pages, Away(intake)),
            own_data_router(pages, OwnData(intake), citizens),
            erasures_router(pages, OwnData(intake)),
            tips_router(pages, catalogue, Tips(intake)),
            wall_router(pages, Ledger(Api("ledger", settings.ledger_url, http))),
            components_router(pages),
        ],
        unrecorded=UNRECORDED,
        body=BodyLimits(large_paths=LARGE_FORMS, large_bytes=settings.largest_file_bytes + 65_536),
    )
    _answer_as_pages(app, pages)
    app.add_middleware(ErrorPages, pages=pages)
    app.add_middleware(Apart)
    app.add_middleware(SecurityHeaders, secure=settings.is_secure)
    return app


def _answer_as_pages(app: FastAPI, pages: Pages) -> None:
    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return pages.refused(pages.visit(request), error)

    async def on_expired(request: Request, _: Exception) -> Response:
        visit = pages.visit(request)
        text = visit.language.text
        return pages.error(visit, 403, title=text("error.form_expired.title"), detail=text("error.form_expired.detail"))

    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(FormExpired, on_expired)
