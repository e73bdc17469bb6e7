"""Puts the API together from its parts: the same for the running service and for tests in memory."""

from dataclasses import dataclass, replace
from datetime import timedelta

from fastapi import APIRouter
from prometheus_client import CollectorRegistry

from chassis.clock import Clock
from chassis.http.rates import RateLimit
from intake.appeals.api import appeals_router
from intake.appeals.domain import SERVICE as APPEAL_SERVICE
from intake.appeals.handlers import AppealDesk
from intake.auth import Principal
from intake.away.api import AwayParts, away_router, desk_away_router
from intake.away.domain import SERVICE as AWAY_SERVICE
from intake.away.handlers import AwayDesk
from intake.break_glass.api import BreakGlassParts, break_glass_router
from intake.break_glass.handlers import BreakGlass
from intake.case.contact import SafeContacts
from intake.case.keys import Keys
from intake.catalogue import Catalogue, CatalogueError, Service
from intake.catalogue.api import services_router
from intake.commands.handlers import CommandDesk
from intake.deps import Deps
from intake.desk.api import DeskParts, desk_router
from intake.desk.inbox import inbox_router
from intake.desk.live import LiveDesk
from intake.desk.papers import desk_papers_router
from intake.desk.stream import DeskStreamParts, desk_stream_router
from intake.desk.visits import WALK_IN_SERVICE, VisitParts, visits_router
from intake.disputes.api import DisputeParts, disputes_router
from intake.evidence.api import EvidenceParts, evidence_router
from intake.evidence.domain import EvidenceLimits
from intake.evidence.handlers import EvidenceDesk
from intake.evidence.sweep import EvidenceSweep, listed_in_case
from intake.filing.answers import Answers
from intake.filing.api import EMERGENCY, FilingParts, filing_router
from intake.filing.emergencies import EmergencyDesk
from intake.filing.filed_before import FiledBefore
from intake.filing.handlers import FilingDesk
from intake.handoff.api import HandoffParts, handoff_router
from intake.handoff.handlers import HandoffDesk
from intake.identity.api import me_router
from intake.identity.domain import IdentityClaim
from intake.identity.handlers import IdentityDesk
from intake.identity.standing import Standings
from intake.metrics import IntakeMetrics
from intake.own_data.api import OwnDataParts, own_data_router
from intake.own_data.export import Exporter
from intake.own_data.handlers import ErasureDesk
from intake.registers.api import RegisterParts, registers_router
from intake.registers.desk_api import DeskRegisterParts, desk_registers_router
from intake.registers.fir_api import FIRParts, fir_router
from intake.registers.fir_desk import FIRDesk
from intake.registers.handlers import RegisterDesk
from intake.registers.kinds import load_registers
from intake.registers.photos import Photos, shown_by_entry
from intake.signing.api import signing_router
from intake.signing.handlers import SigningDesk
from intake.texts import Texts, load_texts
from intake.tips.api import TipParts, tips_router
from intake.tips.domain import SERVICE as TIP_SERVICE
from intake.tips.domain import CoarseClock
from intake.tips.handlers import TRIES, TRIES_WINDOW, TipDesk
from intake.tracking.api import StatusReader, status_router
from intake.tracking.live import LiveCases
from intake.tracking.papers import papers_router
from intake.tracking.printing import Printing, printing_router
from intake.tracking.stream import StreamParts, StreamSlots, stream_router
from intake.verifying.persons import SealedPersons
from intake.windows.api import WindowParts, windows_router
from intake.windows.handlers import WindowDesk


@dataclass(frozen=True, slots=True)
class CaseApi:
    """The routers, and the parts that have tasks to run besides."""

    routers: list[APIRouter]
    live: LiveCases
    stream: StreamParts
    desk_stream: DeskStreamParts
    evidence: EvidenceDesk
    sweep: EvidenceSweep
    registers: RegisterDesk
    erasures: ErasureDesk
    away: AwayDesk
    glass: BreakGlass


def case_api(deps: Deps) -> CaseApi:
    """Every route of the API but login."""
    settings, keys, texts = deps.settings, Keys(deps.settings.receipt_key), load_texts()
    live = LiveCases(deps.store, live_desk := LiveDesk(deps.store))
    answers = Answers(texts, deps.catalogue, settings.public_url)
    filing = _filing_desk(deps, keys, deps.clock, deps.metrics)
    emergencies = EmergencyDesk(
        service=_service(deps.catalogue, EMERGENCY),
        filing=filing,
        store=deps.store,
        ring=deps.ring,
        keys=keys,
        contact_of=deps.contact_of,
        window=settings.emergency_repeat_window,
    )
    standings = Standings(store=deps.identities, catalogue=deps.catalogue, keys=keys, ring=deps.ring, clock=deps.clock)
    commands = _command_desk(deps, keys, standings, texts, deps.clock, deps.metrics)
    reader = StatusReader(
        store=deps.store, texts=texts, clock=deps.clock, public_url=settings.public_url, catalogue=deps.catalogue
    )
    evidence = EvidenceDesk(
        cases=deps.store,
        files=deps.files,
        ring=deps.ring,
        scanner=deps.scanner,
        copies=deps.copies,
        policies=deps.policies,
        catalogue=deps.catalogue,
        clock=deps.clock,
        limits=EvidenceLimits(
            settings.evidence_max_bytes, settings.evidence_max_files, settings.evidence_max_case_bytes
        ),
        upload_ttl=settings.evidence_upload_ttl,
    )
    glass = BreakGlass(deps.openings, deps.store, deps.trail, deps.offices, deps.ring, deps.metrics, deps.clock)
    desk = DeskParts(
        store=deps.store,
        trail=deps.trail,
        ring=deps.ring,
        clock=deps.clock,
        commands=commands,
        reader=reader,
        code_names=texts.code_names,
        catalogue=deps.catalogue,
        authenticator=deps.authenticator,
        identities=standings,
        glass=glass,
    )
    signing = SigningDesk(
        store=deps.store,
        commands=commands,
        catalogue=deps.catalogue,
        keys=keys,
        clock=deps.clock,
        signer=deps.signer,
        personal_of=desk.personal,
    )
    appeals = AppealDesk(
        store=deps.store,
        filing=filing,
        service=_service(deps.catalogue, APPEAL_SERVICE),
        personal_of=desk.personal,
        safe_contact_of=desk.safe_contact,
    )
    stream = StreamParts(
        reader=reader,
        store=deps.store,
        side=deps.side,
        live=live,
        keys=keys,
        clock=deps.clock,
        heartbeat=settings.stream_heartbeat,
        ticket_ttl=settings.stream_ticket_ttl,
        authenticator=deps.authenticator,
        slots=StreamSlots(settings.streams_per_viewer, settings.streams_at_most),
    )
    desk_stream = DeskStreamParts(desk, live_desk, stream.slots, keys, settings.stream_heartbeat)
    visits = VisitParts(
        desk=desk,
        filing=filing,
        catalogue=deps.catalogue,
        answers=answers,
        keys=keys,
        service=_service(deps.catalogue, WALK_IN_SERVICE),
        contact_of=deps.contact_of,
        offices=deps.offices,
    )
    identity = IdentityDesk(
        store=deps.identities,
        register=deps.register,
        catalogue=deps.catalogue,
        keys=keys,
        ring=deps.ring,
        clock=deps.clock,
    )

    async def settle(citizen: Principal, claim: IdentityClaim) -> None:
        await standings.settle(citizen, claim, deps.store, commands)

    checks = RateLimit(settings.identity_checks_per_hour, timedelta(hours=1), deps.clock)
    filings = FilingParts(
        catalogue=deps.catalogue,
        desk=filing,
        emergencies=emergencies,
        answers=answers,
        before=FiledBefore(filing, deps.store, deps.ring, keys),
        keys=keys,
        metrics=deps.metrics,
        authenticator=deps.authenticator,
        today=lambda: deps.clock.now().date(),
        rate=RateLimit(settings.filings_per_source, settings.filings_window, deps.clock),
        contact_of=deps.contact_of,
        identities=standings,
    )
    searches = RateLimit(settings.searches_per_source, settings.searches_window, deps.clock)
    handoff = HandoffDesk(deps.store, filing, emergencies, keys, desk.personal)
    registers = RegisterDesk(
        registers=load_registers(),
        entries=deps.entries,
        photos=Photos(deps.files, deps.copies, deps.ring, deps.clock),
        clock=deps.clock,
        offices=deps.offices,
    )
    own_data = _own_data(deps, reader, identity, texts)
    away = AwayParts(
        AwayDesk(
            notices=deps.away,
            cases=deps.store,
            trail=deps.trail,
            ring=deps.ring,
            catalogue=deps.catalogue,
            service=_service(deps.catalogue, AWAY_SERVICE),
            clock=deps.clock,
        ),
        reader,
        desk.personal,
        texts.code_names,
        deps.authenticator,
    )
    routers = [
        filing_router(filings),
        handoff_router(HandoffParts(filings, reader, handoff)),
        stream_router(stream),
        status_router(reader, commands, deps.store, deps.authenticator, deps.clock),
        evidence_router(EvidenceParts(evidence, reader, deps.trail, texts, deps.authenticator, settings.public_url)),
        signing_router(reader, signing, deps.authenticator, settings.public_url),
        appeals_router(reader, appeals, answers, keys, deps.authenticator),
        disputes_router(
            DisputeParts(deps.store, commands, SealedPersons(deps.catalogue, deps.ring), deps.authenticator)
        ),
        papers_router(reader, deps.papers, deps.authenticator),
        printing_router(Printing(reader, deps.store, deps.papers, deps.ring, deps.clock, settings.pages_url)),
        me_router(identity, texts, deps.catalogue, deps.authenticator, checks, settle),
        services_router(deps.catalogue, deps.policies, texts, deps.clock),
        visits_router(visits),
        inbox_router(desk),
        desk_stream_router(desk_stream),
        break_glass_router(BreakGlassParts(glass, texts.code_names, deps.authenticator)),
        desk_router(desk),
        desk_papers_router(desk, deps.papers),
        fir_router(FIRParts(FIRDesk(deps.firs, deps.store, deps.clock, deps.policies), deps.authenticator, searches)),
        tips_router(_tips(deps, keys, standings, answers, texts, evidence)),
        away_router(away),
        desk_away_router(away),
        windows_router(
            WindowParts(WindowDesk(deps.windows, deps.offices, deps.clock), texts.code_names, deps.authenticator)
        ),
        own_data_router(own_data),
        registers_router(RegisterParts(registers, deps.authenticator, settings.public_url, searches)),
        desk_registers_router(DeskRegisterParts(registers, deps.authenticator, settings.public_url)),
    ]
    sweep = EvidenceSweep(deps.files, (listed_in_case(deps.store), shown_by_entry(deps.entries)), deps.clock)
    return CaseApi(routers, live, stream, desk_stream, evidence, sweep, registers, own_data.desk, away.desk, glass)


def _own_data(deps: Deps, reader: StatusReader, identity: IdentityDesk, texts: Texts) -> OwnDataParts:
    exporter = Exporter(
        cases=deps.store,
        trail=deps.trail,
        identity=identity,
        reader=reader,
        messages=deps.messages,
        ring=deps.ring,
        catalogue=deps.catalogue,
        texts=texts,
        metrics=deps.metrics,
        clock=deps.clock,
    )
    desk = ErasureDesk(
        erasures=deps.erasures,
        cases=deps.store,
        trail=deps.trail,
        files=deps.files,
        identities=deps.identities,
        accounts=deps.accounts,
        messages=deps.messages,
        ring=deps.ring,
        policies=deps.policies,
        metrics=deps.metrics,
        clock=deps.clock,
        wait=deps.settings.erasure_wait,
        is_discreet=SafeContacts(deps.store, deps.ring).is_discreet,
    )
    rate = RateLimit(deps.settings.own_data_calls_per_hour, timedelta(hours=1), deps.clock)
    return OwnDataParts(exporter, desk, deps.store, texts, deps.authenticator, rate)


def _tips(
    deps: Deps, keys: Keys, standings: Standings, answers: Answers, texts: Texts, evidence: EvidenceDesk
) -> TipParts:
    """Its own desks: their clock is coarse, and what they count is read by nobody."""
    clock, uncounted = CoarseClock(deps.clock, deps.settings.tip_time_grain), IntakeMetrics(CollectorRegistry())
    filing = _filing_desk(deps, keys, clock, uncounted)
    commands = _command_desk(deps, keys, standings, texts, clock, uncounted)
    desk = TipDesk(
        filing=filing,
        commands=commands,
        cases=deps.store,
        tips=deps.tips,
        keys=keys,
        ring=deps.ring,
        tries=RateLimit(TRIES, TRIES_WINDOW, deps.clock),
        evidence=replace(evidence, clock=clock),
    )
    return TipParts(
        desk=desk,
        filing=filing,
        service=_service(deps.catalogue, TIP_SERVICE),
        catalogue=deps.catalogue,
        answers=answers,
        code_names=texts.code_names,
        keys=keys,
        public_url=deps.settings.public_url,
    )


def _filing_desk(deps: Deps, keys: Keys, clock: Clock, metrics: IntakeMetrics) -> FilingDesk:
    return FilingDesk(store=deps.store, policies=deps.policies, ring=deps.ring, keys=keys, clock=clock, metrics=metrics)


def _command_desk(
    deps: Deps, keys: Keys, standings: Standings, texts: Texts, clock: Clock, metrics: IntakeMetrics
) -> CommandDesk:
    return CommandDesk(
        identities=standings,
        store=deps.store,
        slots=deps.slots,
        offices=deps.offices,
        policies=deps.policies,
        keys=keys,
        clock=clock,
        metrics=metrics,
        code_names=texts.code_names,
        seal=deps.ring.seal,
        persons=SealedPersons(deps.catalogue, deps.ring),
    )


def _service(catalogue: Catalogue, code: str) -> Service:
    if (service := catalogue.get(code)) is None:
        raise CatalogueError(f"the catalogue lacks {code}, which intake cannot do without")
    return service
