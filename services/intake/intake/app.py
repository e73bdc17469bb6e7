"""The composition root: every client is made here and used from the lifespan on; nothing connects at import."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from chassis.clock import Clock, SystemClock
from chassis.health import Liveness, SlowestOf
from chassis.http.access.gate import issuer_keys
from chassis.http.app import create_http_app
from chassis.http.middleware import BodyLimits
from chassis.kafka.consumer import BatchConsumer
from chassis.kafka.producer import EventProducer
from chassis.mongo.client import Mongo
from chassis.outbox.publisher import Outbox
from chassis.policy_file import PoliciesRefused, load_policies
from chassis.run import Background, start
from chassis.sealing import KeyRing
from chassis.telemetry.metrics import ConsumerMetrics, OutboxMetrics
from chassis.telemetry.tracing import Tracing
from event_schemas import Lane, topics
from intake.auth import Authenticator, auth_router
from intake.auth.login import Login
from intake.auth.otp import NotifierOtpSender
from intake.auth.sessions import EndedSessions
from intake.auth.store import MongoLoginStore, MongoOtpStore, MongoSessionStore
from intake.auth.tokens import CitizenTokens
from intake.away import api as away
from intake.away.store import MongoAwayStore
from intake.break_glass.store import MongoOpeningStore
from intake.case.contact import SafeContacts
from intake.case.derived import DERIVED_TYPES
from intake.case.handlers import DerivedHandler
from intake.case.keys import Keys
from intake.case.publishing import SOURCE
from intake.case.store.mongo import CASES, MongoCaseStore
from intake.case.store.side import MongoSideStore
from intake.case.trail.adopting import adopt_reveals
from intake.case.trail.handlers import Trail
from intake.case.trail.store import TRAIL, MongoTrailStore
from intake.catalogue import CatalogueError, load_catalogue
from intake.deps import Deps
from intake.evidence.api import FORM_BYTES, LARGE_PATHS
from intake.evidence.scan import scanner_at
from intake.evidence.store import MongoFileStore
from intake.evidence.workshop import Workshop
from intake.filing.api import CUT_PATHS
from intake.hearings.store import MongoSlotStore
from intake.identity.register import register_at
from intake.identity.store import MongoIdentityStore
from intake.metrics import IntakeMetrics
from intake.offices.directory import OfficeDirectory
from intake.own_data.handlers import KeptLogins
from intake.own_data.messages import NotifierMessages
from intake.own_data.store import MongoErasureStore
from intake.registers.fir_store import MongoFIRStore
from intake.registers.photos import PHOTO_PATHS
from intake.registers.store import MongoEntryStore
from intake.routers import case_api
from intake.settings import IntakeSettings
from intake.signing.provider import signer_at
from intake.tips import api as tips
from intake.tips.store import MongoTipStore
from intake.tracking import papers
from intake.windows.store import WINDOWS, MongoWindowStore

MAX_SILENCE = timedelta(seconds=30)
LANES = (Lane.EMERGENCY, Lane.ROUTINE)
EMERGENCY_CALL = {"call": "tel:112"}
"""Stands in every problem: who cannot be served here must see where help is."""


def serve() -> int:
    """Serve until SIGTERM. The exit status."""
    return start(SOURCE, IntakeSettings, create_app, refusals=(PoliciesRefused, CatalogueError))


class _KeptCases:
    """Cases and their trails, each with its outbox: the heads of trails never keep an event waiting."""

    def __init__(
        self, mongo: Mongo, producer: EventProducer, clock: Clock, registry: CollectorRegistry, settings: IntakeSettings
    ) -> None:
        def outbox(collection: str, of: str) -> Outbox:
            metrics = OutboxMetrics(registry, of=of)
            return Outbox(mongo.collection(collection), mongo.relaxed(collection), producer, clock, metrics=metrics)

        self.outbox, self.heads = outbox(CASES, "outbox"), outbox(TRAIL, "audit_outbox")
        self.windows_outbox = outbox(WINDOWS, "windows_outbox")
        self.windows = MongoWindowStore(mongo, self.windows_outbox, clock)
        self.trails = MongoTrailStore(mongo, self.heads, clock)
        self.trail = Trail(self.trails, Keys(settings.receipt_key).trail)
        self.store = MongoCaseStore(mongo, self.outbox, clock, self.trail)


def create_app(
    settings: IntakeSettings, *, clock: Clock | None = None, background: Background | None = None
) -> FastAPI:
    clock = clock or SystemClock()
    background = background or Background()
    registry = CollectorRegistry()
    mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name=SOURCE)
    producer = EventProducer(settings.kafka_bootstrap, client_id=SOURCE)
    cases = _KeptCases(mongo, producer, clock, registry, settings)
    side, files, identities = MongoSideStore(mongo), MongoFileStore(mongo), MongoIdentityStore(mongo)
    entries, firs = MongoEntryStore(mongo), MongoFIRStore(mongo)
    erasures, openings = MongoErasureStore(mongo), MongoOpeningStore(mongo)
    ring, directory = KeyRing.from_json(settings.sealing_keys), OfficeDirectory(settings.kafka_bootstrap, clock)
    http = httpx.AsyncClient()
    certificates, notices = httpx.AsyncClient(limits=papers.LIMITS), MongoAwayStore(mongo)
    registers = httpx.AsyncClient(limits=papers.LIMITS, follow_redirects=False)
    citizens = CitizenTokens(settings.citizen_token_key, settings.phone_hash_key, ring, settings.access_token_ttl)
    challenges, sessions, logins = MongoOtpStore(mongo), MongoSessionStore(mongo), MongoLoginStore(mongo)
    ended = EndedSessions(sessions, clock, settings.access_token_ttl)
    metrics = IntakeMetrics(registry)
    login = Login(
        settings=settings,
        tokens=citizens,
        ring=ring,
        challenges=challenges,
        sessions=sessions,
        logins=logins,
        sender=NotifierOtpSender(http, settings.notifier_url, settings.service_token),
        is_discreet=SafeContacts(cases.store, ring).is_discreet,
        clock=clock,
        ended=ended,
        metrics=metrics,
    )
    officer_keys = issuer_keys(settings, clock, http, registry)
    deps = Deps(
        settings=settings,
        store=cases.store,
        side=side,
        trail=cases.trail,
        ring=ring,
        clock=clock,
        policies=load_policies(settings),
        catalogue=load_catalogue(settings.catalogue_file),
        metrics=metrics,
        authenticator=Authenticator(
            citizens,
            officer_keys,
            clock,
            officer_issuer=settings.officer_issuer,
            officer_audience=settings.officer_audience,
            ended=ended,
        ),
        contact_of=citizens.subject_of,
        slots=MongoSlotStore(mongo),
        offices=directory,
        papers=papers.CertificateService(certificates, settings.certificate_url, settings.service_token),
        files=files,
        scanner=scanner_at(settings.virus_scanner),
        copies=Workshop(),
        identities=identities,
        register=register_at(settings.identity_register_url, settings.identity_register_key, registers, clock),
        entries=entries,
        firs=firs,
        signer=signer_at(settings.esign_url, settings.esign_key, settings.esign_issuer, registers, clock),
        tips=MongoTipStore(mongo),
        away=notices,
        windows=cases.windows,
        erasures=erasures,
        openings=openings,
        accounts=KeptLogins(sessions, logins),
        messages=NotifierMessages(http, settings.notifier_url, settings.service_token),
    )
    api = case_api(deps)
    liveness = {lane: Liveness(MAX_SILENCE) for lane in LANES}
    checks: dict[str, Callable[[], Awaitable[None]]] = {"mongo": mongo.ping, "keys": settings.check_keys}

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tracing = Tracing.configure(SOURCE, settings.otlp_endpoint, sample_ratio=settings.trace_sample_ratio)
        beside = (
            cases.windows,
            side,
            files,
            identities,
            entries,
            firs,
            erasures,
            openings,
            notices,
            sessions,
            logins,
            challenges,
        )
        for indexed in (cases.trails, cases.store, *beside):
            await indexed.ensure_indexes()
        await adopt_reveals(mongo, cases.store, cases.trail)
        consumer_metrics = ConsumerMetrics(registry)
        for lane in LANES:
            consumer = BatchConsumer(
                bootstrap=settings.kafka_bootstrap,
                group_id=f"{SOURCE}.{lane}",
                topics=[topics.case_topic(lane)],
                types=DERIVED_TYPES,
                handler=DerivedHandler(cases.store),
                producer=producer,
                service=SOURCE,
                liveness=liveness[lane],
                metrics=consumer_metrics,
                ignore_sources=frozenset({SOURCE}),
            )
            background.add(f"consumer.{lane}", consumer.run, stop=consumer.stop)
        for name, outbox in (("outbox", cases.outbox), ("audit_heads", cases.heads), ("windows", cases.windows_outbox)):
            background.add(name, outbox.run, stop=outbox.stop)
        for name, task in (
            ("live", api.live.run),
            ("live_desk", api.desk_stream.live.run),
            ("registers", api.registers.run),
            ("away_notices", api.away.run),
            ("evidence_sweep", api.sweep.run),
            ("erasures", api.erasures.run),
            ("break_glass", api.glass.run),
        ):
            background.add(name, task)
        background.add("officer_keys", officer_keys.run)
        background.add("ended_sessions", ended.run)
        background.add("directory", directory.view.run, stop=directory.view.stop)
        await background.start()
        try:
            yield
        finally:
            await cases.store.drain()
            await background.stop()
            await producer.stop()
            await http.aclose()
            await certificates.aclose()
            await registers.aclose()
            mongo.close()
            tracing.shutdown()

    return create_http_app(
        title="Janseva intake",
        version=version("intake"),
        lifespan=lifespan,
        liveness=SlowestOf(liveness.values()),
        checks=checks,
        registry=registry,
        routers=[*api.routers, auth_router(login)],
        settings=settings,
        body=body_limits(settings),
        problem_extra=EMERGENCY_CALL,
        at_stop=(api.live.close,),
        unrecorded=UNRECORDED,
    )


UNRECORDED = re.compile(f"{tips.UNRECORDED.pattern}|{away.UNRECORDED.pattern}")
"""Paths of which no request leaves a span, a metric or a line in a log."""
_LARGE_PATHS = re.compile(f"{LARGE_PATHS.pattern}|{PHOTO_PATHS}")


def body_limits(settings: IntakeSettings) -> BodyLimits:
    """A file may be larger than any other body, and a form is a little larger than its file."""
    most = settings.evidence_max_bytes + FORM_BYTES
    return BodyLimits(cut_paths=CUT_PATHS, large_paths=_LARGE_PATHS, large_bytes=most, drain_bytes=most)
