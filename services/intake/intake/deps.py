"""What the API is made of: stores, keys and clients, made by the service in its lifespan or by a test in memory."""

from collections.abc import Callable
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.sealing import KeyRing
from event_schemas.policies import PolicySet
from intake.auth import Authenticator
from intake.away.store import AwayStore
from intake.break_glass.store import OpeningStore
from intake.case.store import CaseStore
from intake.case.store.side import SideStore
from intake.case.trail.handlers import Trail
from intake.catalogue import Catalogue
from intake.evidence.scan import Scanner
from intake.evidence.store import FileStore
from intake.evidence.workshop import CopyMaker
from intake.hearings.store import SlotStore
from intake.identity.register import Register
from intake.identity.store import IdentityStore
from intake.metrics import IntakeMetrics
from intake.offices.domain import Offices
from intake.own_data.handlers import Accounts
from intake.own_data.messages import Messages
from intake.own_data.store import ErasureStore
from intake.registers.fir_store import FIRStore
from intake.registers.store import EntryStore
from intake.settings import IntakeSettings
from intake.signing.provider import Signer
from intake.tips.store import TipStore
from intake.tracking.papers import Papers
from intake.windows.store import WindowStore


@dataclass(frozen=True, slots=True)
class Deps:
    settings: IntakeSettings
    store: CaseStore
    side: SideStore
    trail: Trail
    ring: KeyRing
    clock: Clock
    policies: PolicySet
    catalogue: Catalogue
    metrics: IntakeMetrics
    authenticator: Authenticator
    contact_of: Callable[[str], str]
    slots: SlotStore
    offices: Offices
    papers: Papers
    files: FileStore
    scanner: Scanner
    copies: CopyMaker
    identities: IdentityStore
    register: Register
    entries: EntryStore
    firs: FIRStore
    signer: Signer
    tips: TipStore
    away: AwayStore
    windows: WindowStore
    erasures: ErasureStore
    openings: OpeningStore
    accounts: Accounts
    messages: Messages
