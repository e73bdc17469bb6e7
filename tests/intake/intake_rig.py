"""The API of intake in memory, with callers who need no login server."""

import asyncio
import base64
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from fastapi import FastAPI, Request
from prometheus_client import CollectorRegistry

from chassis.health import Liveness
from chassis.http.access.problems import TOKEN_INVALID
from chassis.http.app import create_http_app
from chassis.http.problems import FORBIDDEN, UNAUTHENTICATED, Problem
from chassis.outbox.publisher import OutboxEntry
from chassis.policy_file import read_policies
from chassis.sealing import KeyRing
from event_schemas import AssignedToStation, Event, PersonalData, Station, decode, ids, policies
from intake.app import EMERGENCY_CALL, UNRECORDED, body_limits
from intake.auth import Authenticator, Principal
from intake.away.handlers import AwayDesk
from intake.break_glass.handlers import BreakGlass
from intake.case.derived import derive
from intake.case.keys import Keys
from intake.case.trail.handlers import Trail
from intake.catalogue import load_catalogue
from intake.deps import Deps
from intake.desk.live import LiveDesk
from intake.desk.stream import DeskStreamParts
from intake.evidence.handlers import EvidenceDesk
from intake.evidence.sweep import EvidenceSweep
from intake.metrics import IntakeMetrics
from intake.own_data.handlers import ErasureDesk
from intake.routers import case_api
from intake.settings import IntakeSettings
from intake.signing.provider import NoSigner, Signer
from intake.tracking.live import LiveCases
from intake.tracking.papers import Paper
from intake.tracking.stream import StreamParts
from tests.as_born import restorer
from tests.contract import documented
from tests.intake.away_memory import MemoryAwayStore
from tests.intake.break_glass_memory import MemoryOpenings
from tests.intake.evidence_memory import InThread, MemoryFileStore, TestScanner
from tests.intake.identity_memory import KnownRegister, MemoryIdentityStore
from tests.intake.intake_memory import KnownOffices, MemoryCaseStore, MemorySideStore, MemorySlotStore
from tests.intake.own_data_memory import KeptAccounts, KeptMessages, MemoryErasures
from tests.intake.registers_memory import MemoryEntryStore, MemoryFIRStore
from tests.intake.tips_memory import MemoryTipStore
from tests.intake.trail_memory import MemoryTrailStore
from tests.intake.windows_memory import MemoryWindowStore
from tests.manual_clock import ManualClock

# Read once: they are data, and frozen.
POLICIES, CATALOGUE = read_policies(policies.DEFAULT_PATH), load_catalogue()
_SHIPPED = CATALOGUE
START = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
STATION = Station(code="5140003", name="ARARIA", district="Araria", police_district="ARARIA")
OTHER_STATION = Station(code="5140012", name="SIKTI", district="Araria", police_district="ARARIA")
KNOWN_SINCE = START - timedelta(days=1)
ASHA = Principal("citizen:asha", "citizen", "+919876543210", known_since=KNOWN_SINCE)
RAVI = Principal("citizen:ravi", "citizen", "+919876543211", known_since=KNOWN_SINCE)
SHO = Principal("dev-sho", "sho", None, "SHO:5140003", "5140003", "ARARIA")
OTHER_SHO = Principal("dev-sho-2", "sho", None, "SHO:5140012", "5140012", "ARARIA")
COUNTER = Principal("dev-counter", "counter", None, "SHO:5140003", "5140003", "ARARIA")
DISPATCHER = Principal("dev-dispatcher", "dispatcher", None, "HQ:control-room")
SP = Principal("dev-sp", "sp", None, "SP:ARARIA", None, "ARARIA")
SDPO = Principal("dev-sdpo", "sdpo", None, "SDPO:ARARIA", None, "ARARIA")
DATA_POST = Principal("dev-data", "hq", None, "HQ:data-protection")
HQ = Principal("dev-hq", "hq", None, "HQ:control-room")
TOKENS = {p.sub: p for p in (ASHA, RAVI, SHO, OTHER_SHO, COUNTER, DISPATCHER, SP, SDPO, HQ, DATA_POST)}


class KnownTokens(Authenticator):
    """A token is the subject's name; everything else is the real thing."""

    def __init__(self) -> None:
        """No keys are needed."""

    async def optional_citizen(self, request: Request) -> Principal | None:
        principal = _named(request)
        if principal is not None and principal.role != "citizen":
            raise Problem(FORBIDDEN)
        return principal

    async def anyone(self, request: Request) -> Principal | None:
        return _named(request)

    def officer(self, *roles: str) -> Callable[[Request], Awaitable[Principal]]:
        async def officer_of_role(request: Request) -> Principal:
            principal = _named(request)
            if principal is None:
                raise Problem(UNAUTHENTICATED)
            if principal.role not in roles:
                raise Problem(FORBIDDEN)
            return principal

        return officer_of_role


def _named(request: Request) -> Principal | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    principal = TOKENS.get(header.removeprefix("Bearer "))
    if principal is None:
        raise Problem(TOKEN_INVALID)
    return principal


def key32(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


def settings(**more: Any) -> IntakeSettings:
    given: dict[str, Any] = {
        "receipt_key": key32("r"),
        "citizen_token_key": key32("c"),
        "phone_hash_key": key32("p"),
        "sealing_keys": json.dumps({"2026-11": key32("s")}),
        # A test's citizens all come from one address.
        "filings_per_source": 100_000,
        "searches_per_source": 100_000,
    }
    return IntakeSettings(**(given | more))


class PaperShelf:
    """The certificate service's papers; what is asked for is kept, `fault` is raised instead of an answer."""

    def __init__(self) -> None:
        self.papers: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.fault: Problem | None = None
        self.receipts: list[Mapping[str, Any]] = []

    async def receipt(self, facts: Mapping[str, Any]) -> bytes:
        if self.fault is not None:
            raise self.fault
        self.receipts.append(facts)
        return b"%PDF-1.7 a receipt"

    async def get(self, certificate_id: str, if_none_match: str | None) -> Paper:
        self.asked.append(certificate_id)
        if self.fault is not None:
            raise self.fault
        etag = f'"{certificate_id}"'
        headers = {"content-type": "application/pdf", "etag": etag, "content-disposition": 'inline; filename="LR.pdf"'}
        if if_none_match == etag:
            return Paper(304, headers, b"")
        return Paper(200, headers, self.papers[certificate_id])


@dataclass
class Rig:
    app: FastAPI
    http: httpx.AsyncClient
    store: MemoryCaseStore
    side: MemorySideStore
    clock: ManualClock
    ring: KeyRing
    live: LiveCases
    live_desk: LiveDesk
    stream: StreamParts
    desk_stream: DeskStreamParts
    evidence: EvidenceDesk
    sweep: EvidenceSweep
    slots: MemorySlotStore
    offices: KnownOffices
    papers: PaperShelf
    files: MemoryFileStore
    scanner: TestScanner
    identities: MemoryIdentityStore
    register: KnownRegister
    entries: MemoryEntryStore
    firs: MemoryFIRStore
    tips: MemoryTipStore
    erasures: MemoryErasures
    messages: KeptMessages
    accounts: KeptAccounts
    own_data: ErasureDesk
    away: MemoryAwayStore
    away_desk: AwayDesk
    trail: Trail
    trails: MemoryTrailStore
    windows: MemoryWindowStore
    openings: MemoryOpenings
    glass: BreakGlass
    metrics: IntakeMetrics

    async def post(self, path: str, body: Any = None, *, by: Principal | None = None, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | bearer(by)
        if isinstance(body, bytes):
            return await self.http.post(path, content=body, headers=sent)
        return await self.http.post(path, json={} if body is None else body, headers=sent)

    async def get(self, path: str, *, by: Principal | None = None, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | bearer(by)
        return await self.http.get(path, headers=sent)

    async def file(self, body: dict[str, Any], *, by: Principal | None = ASHA, **headers: str) -> httpx.Response:
        key = headers.pop("idempotency_key", str(uuid.uuid4()))
        return await self.post("/v1/complaints", body, by=by, idempotency_key=key, **headers)

    async def filed(self, body: dict[str, Any], *, by: Principal | None = ASHA) -> dict[str, Any]:
        answer = await self.file(body, by=by)
        assert answer.status_code == 202, answer.text
        parsed: dict[str, Any] = answer.json()
        return parsed

    async def assign(self, case_id: str, number: int = 1, station: Station = STATION) -> None:
        event = assigned(case_id, number, station, self.clock.now())
        await self.store.apply_derived([derive(ids.assignment_id(case_id, number), event)])

    async def command(
        self, case_id: str, command: str, body: Any = None, by: Principal = SHO, **headers: str
    ) -> httpx.Response:
        return await self.post(f"/v1/desk/cases/{case_id}/{command}", body, by=by, **headers)

    def events(self, case_id: str) -> list[Event]:
        return [event for event in map(decoded, self.store.published) if event.case_id == case_id]

    def personal(self, case_id: str) -> PersonalData:
        sealed = self.store.cases[case_id].sealed
        assert sealed is not None
        return PersonalData.from_json(self.ring.open(case_id, sealed))


def subject_of(phone: str) -> str:
    """The subject that a login with this phone gets."""
    return {citizen.phone: citizen.sub for citizen in (ASHA, RAVI)}.get(phone, f"citizen:{phone[-4:]}")


def bearer(by: Principal | None) -> dict[str, str]:
    return {} if by is None else {"Authorization": f"Bearer {by.sub}"}


def decoded(entry: OutboxEntry) -> Event:
    return decode(entry.record.headers, entry.record.value).data


def assigned(case_id: str, number: int, station: Station, at: datetime) -> AssignedToStation:
    return AssignedToStation(
        case_id=case_id,
        occurred_at=at,
        cause_id="cause",
        assignment_no=number,
        station=station,
        officer_post=f"SHO:{station.code}",
        reason="jurisdiction",
        provisional=False,
        confidence=0.9,
        boundary_version="v1",
    )


@asynccontextmanager
async def rig(*, signer: Signer | None = None, **more: Any) -> AsyncIterator[Rig]:
    """The usual one is built once for an event loop and put back as it was; one with settings of its own, each time."""
    loop = asyncio.get_running_loop()
    usual = signer is None and not more and CATALOGUE is _SHIPPED
    kept = _USUAL.pop(loop, None) if usual else None
    made, restore = kept or _built(signer or NoSigner(), more)
    before = asyncio.all_tasks()
    async with _client(made.app) as http:
        yield replace(made, http=http)
    # What a test left running would go on in the next one's stores.
    if usual and asyncio.all_tasks() <= {*before, asyncio.current_task()}:
        restore()
        _USUAL[loop] = made, restore


_USUAL: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Rig, Callable[[], None]]] = WeakKeyDictionary()


def _client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://intake", event_hooks=documented("intake"))


def _built(signer: Signer, more: dict[str, Any]) -> tuple[Rig, Callable[[], None]]:
    """A rig, and a call that puts it back as it is now."""
    side, clock = MemorySideStore(), ManualClock(START)
    slots, offices = MemorySlotStore(), KnownOffices()
    papers, files, scanner = PaperShelf(), MemoryFileStore(), TestScanner()
    identities, register = MemoryIdentityStore(), KnownRegister()
    entries, firs, tips = MemoryEntryStore(), MemoryFIRStore(), MemoryTipStore()
    away, windows = MemoryAwayStore(), MemoryWindowStore()
    erasures, messages, accounts = MemoryErasures(), KeptMessages(), KeptAccounts()
    configured = settings(**({"stream_heartbeat": timedelta(milliseconds=20)} | more))
    ring = KeyRing.from_json(configured.sealing_keys)
    trails, openings = MemoryTrailStore(), MemoryOpenings()
    trail = Trail(trails, Keys(configured.receipt_key).trail)
    store = MemoryCaseStore(trail)
    registry = CollectorRegistry()
    metrics = IntakeMetrics(registry)
    deps = Deps(
        settings=configured,
        store=store,
        side=side,
        trail=trail,
        ring=ring,
        clock=clock,
        policies=POLICIES,
        catalogue=CATALOGUE,
        metrics=metrics,
        authenticator=KnownTokens(),
        contact_of=subject_of,
        slots=slots,
        offices=offices,
        papers=papers,
        files=files,
        scanner=scanner,
        copies=InThread(),
        identities=identities,
        register=register,
        entries=entries,
        firs=firs,
        signer=signer,
        tips=tips,
        away=away,
        windows=windows,
        erasures=erasures,
        openings=openings,
        accounts=accounts,
        messages=messages,
    )
    api = case_api(deps)
    app = create_http_app(
        title="intake",
        version="0",
        lifespan=None,
        liveness=Liveness(timedelta(hours=1)),
        checks={},
        registry=registry,
        routers=api.routers,
        body=body_limits(configured),
        problem_extra=EMERGENCY_CALL,
        unrecorded=UNRECORDED,
    )
    app.middleware_stack = app.build_middleware_stack()
    beside = (slots, offices, papers, files, scanner, identities, register)
    parts = (api.live, api.desk_stream.live, api.stream, api.desk_stream, api.evidence, api.sweep, *beside)
    own = (entries, firs, tips, erasures, messages, accounts, api.erasures, away, api.away)
    kept = (trail, trails, windows, openings, api.glass, metrics)
    made = Rig(app, _client(app), store, side, clock, ring, *parts, *own, *kept)
    state = (deps, api, app.middleware_stack, app.router.routes, app.dependency_overrides, app.state)
    return made, restorer(*state)


COMPLAINT: dict[str, Any] = {
    "service_code": "e-complaint",
    "language": "hi",
    "channel": "web",
    "complainant": {"name": "आशा देवी", "address": "वार्ड 4, अररिया"},
    "description": "मेरी साइकिल बाज़ार से चोरी हो गई।",
    "location": {"lat": 26.1358, "lon": 87.4659, "accuracy_m": 20},
    "attributes": {"category": "theft", "accused": "अज्ञात"},
}
