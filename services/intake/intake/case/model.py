"""A case as intake knows it: the authority on its state. Personal data are in its sealed fields alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from event_schemas import Lane, Location, Station
from event_schemas.base import IntakeEvent
from intake.case.clocks import NEVER_DUE, ClockView, Due
from intake.case.numbers import CaseId, TrackingNumber
from intake.case.officers import Investigator, Note
from intake.case.states import Family, State

# Ways in that only an officer can name: the citizen stood before him or called 112.
OFFICERS_CHANNELS = ("phone112", "counter")
# The post of a citizen in the trail of his case.
OWNER: Final = "owner"
# Statuses of a hearing that is still to come or under way.
OPEN_HEARINGS = frozenset({"booked", "checked_in", "started"})


@dataclass(frozen=True, slots=True)
class Idempotency:
    """`scope` names principal and key, `body` is an HMAC of what was sent; neither the key nor the body is kept."""

    scope: str
    body: str


@dataclass(frozen=True, slots=True)
class Join:
    """A repeat that added to an open emergency: what its own answer noted, and its idempotency key's traces if any."""

    at: datetime
    flags: tuple[str, ...] = ()
    scope: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """With what routing says of its doubt: how sure it is, how far the place lies from the boundary, and who else
    might have been the right office.
    """

    assignment_no: int
    station: Station | None
    officer_post: str
    reason: str
    provisional: bool
    confidence: float | None = None
    distance_to_edge_m: float | None = None
    ambiguous_with: tuple[str, ...] = ()
    boundary_version: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """Empty but for its id when its revocation arrives before its issue."""

    certificate_id: str
    kind: str | None = None
    verify_url: str | None = None
    issued_at: datetime | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class HearingRecord:
    """`status`: booked, checked_in, started, held, no_show, cancelled."""

    hearing_id: str
    place: str
    mode: str
    status: str
    starts_at: datetime
    ends_at: datetime | None = None
    officer_post: str | None = None
    join_url: str | None = None


class Scan(StrEnum):
    """What the virus scanner says of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """A file of the case: what it is. Its bytes are sealed elsewhere; `sha256` (hex) and `bytes` are the original's.

    `for_officers`: no copy without metadata can be made of it, so officers alone get it.
    """

    evidence_id: str
    at: datetime
    media_type: str
    bytes: int
    sha256: str
    scan: Scan
    document_type: str | None = None
    for_officers: bool = False


class IdentityState(StrEnum):
    """`held`: somebody else gave the same document before, and an officer has to look at it."""

    NEEDED = "needed"
    CLAIMED = "claimed"
    HELD = "held"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class CaseIdentity:
    """Whether the applicant is who he says, for a service that asks it. `claim` is the id of the document's claim."""

    state: IdentityState
    document: str | None = None
    last_four: str | None = None
    claim: str | None = None
    method: str | None = None


class Relation(StrEnum):
    """What another case is to this one: the emergency that its citizen called for, the filing it came out of, or one
    that is nearly the same and was filed before.
    """

    EMERGENCY = "emergency"
    FILING = "filing"
    FILED_BEFORE = "filed_before"


@dataclass(frozen=True, slots=True)
class CaseLink:
    """Another case of the same citizen. `hidden`: officers do not learn of it here. `filed_at`: of one filed before."""

    relation: Relation
    case_id: str
    tracking_number: str
    hidden: bool = False
    filed_at: datetime | None = None


class Writer(StrEnum):
    """Who wrote a message."""

    POLICE = "police"
    CITIZEN = "citizen"


@dataclass(frozen=True, slots=True)
class Message:
    """What the police and who gave a secret tip write to each other; the text is in `sealed` alone."""

    message_id: str
    at: datetime
    by: Writer
    sealed: str


@dataclass(frozen=True, slots=True)
class CounterFiling:
    """An officer filed it for the citizen before him, and read it back to him: never an OTP alone.

    `received_at`: when the paper that it was entered from came to the police, by `received_by` (hand or post).
    """

    post: str
    confirmation: str
    language: str
    received_at: datetime | None = None
    received_by: str | None = None


@dataclass(frozen=True, slots=True)
class CaseHelper:
    """Who filed for the person, and how the person agreed; name and number are in the case's `sealed` alone.

    `logged_in`: by the helper's own login, which then opens nothing of the case.
    """

    kind: str
    confirmation: str
    logged_in: bool = False


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What people may read about an event; `params` fill the text of the reader's language."""

    event_id: str
    case_id: str
    at: datetime
    event: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommandMark:
    """An accepted command by its idempotency scope, so that a repeat gets the answer of the first."""

    body: str
    event_id: str
    version: int
    state: State


@dataclass(frozen=True, slots=True)
class FIRRecord:
    """The newest FIR of a case. `online`: pending, online, withheld; or never, where the law keeps it back."""

    key: str
    number: str
    station: str
    year: int
    registered_at: datetime
    online: str


@dataclass(frozen=True, slots=True)
class Case:
    """`accused` is set for a complaint against police: the office it is about, "" where none was named.

    `asked` are the stations of which an answer is awaited, `marks` HMACs by which its filing again is noticed.
    `next_due` is when the first of the police's running clocks is due, by which the desk sorts; NEVER_DUE if none runs.
    """

    case_id: CaseId
    tracking_number: TrackingNumber
    service_code: str
    family: Family
    lane: Lane
    state: State
    filed_at: datetime
    channel: str
    language: str
    priority: str
    anonymous: bool
    sensitive: bool
    sealed: str | None
    due: tuple[Due, ...]
    version: int = 1
    changes: int = 1
    case_seq: int = 1
    assignment_no: int = 1
    category: str | None = None
    kinds: tuple[str, ...] = ()
    owner: str | None = None
    contact: str | None = None
    receipts: tuple[str, ...] = ()
    idempotency: Idempotency | None = None
    repeat_slot: str | None = None
    marks: tuple[str, ...] = ()
    call_received_at: datetime | None = None
    location: Location | None = None
    named_station: str | None = None
    accused: str | None = None
    district: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    desk_keys: tuple[str, ...] = ()
    joins: tuple[Join, ...] = ()
    assignment: Assignment | None = None
    clocks: Mapping[str, ClockView] = field(default_factory=dict)
    ended: tuple[str, ...] = ()
    certificates: Mapping[str, CertificateRecord] = field(default_factory=dict)
    hearings: Mapping[str, HearingRecord] = field(default_factory=dict)
    evidence: Mapping[str, EvidenceRecord] = field(default_factory=dict)
    history: tuple[TimelineEntry, ...] = ()
    fir: FIRRecord | None = None
    identity: CaseIdentity | None = None
    asked: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    notes: tuple[Note, ...] = ()
    investigator: Investigator | None = None
    next_due: datetime = NEVER_DUE
    links: tuple[CaseLink, ...] = ()
    counter: CounterFiling | None = None
    helper: CaseHelper | None = None
    sealed_contact: str | None = None
    feedback: int | None = None
    round: int = 1
    commands: Mapping[str, CommandMark] = field(default_factory=dict)
    erased_at: datetime | None = None

    @property
    def station_code(self) -> str | None:
        """Of the station that it is assigned to; None before, and with an office that is no station."""
        return self.assignment.station.code if self.assignment and self.assignment.station else None


@dataclass(frozen=True, slots=True)
class ActedBy:
    """Who acts or looks, for the trail: the post, and the officer's or login's subject if one is known."""

    post: str
    actor: str = ""


BY_OWNER: Final = ActedBy(OWNER)
BY_SYSTEM: Final = ActedBy("system")


@dataclass(frozen=True, slots=True)
class CaseUpdate:
    """What one accepted command changes; None leaves a field as it is. `by`: whose act the trail names.

    It adds one version and one `case_seq` for each event that it emits. `ended` are the clock rounds that end with it,
    `further` the timeline's entries of its events after the first.
    """

    state: State
    entry: TimelineEntry
    by: ActedBy
    emits: int = 1
    ended: tuple[str, ...] = ()
    assignment_no: int | None = None
    further: tuple[TimelineEntry, ...] = ()
    evidence: EvidenceRecord | None = None
    hearing: HearingRecord | None = None
    lapsed: tuple[HearingRecord, ...] = ()
    identity: CaseIdentity | None = None
    asked: tuple[str, ...] | None = None
    feedback: int | None = None
    round: int | None = None
    kinds: tuple[str, ...] | None = None
    location: Location | None = None
    sealed: str | None = None
    sealed_contact: str | None = None
    flags: tuple[str, ...] | None = None
    receipt: str | None = None
    join: Join | None = None
    message: Message | None = None
    note: Note | None = None
    investigator: Investigator | None = None
    link: CaseLink | None = None
    desk_keys: tuple[str, ...] | None = None
    due: tuple[Due, ...] = ()
    command: Idempotency | None = None
    fir: FIRRecord | None = None


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event with its id."""

    event_id: str
    event: IntakeEvent


@dataclass(frozen=True, slots=True)
class Trace:
    """What is looked at of another emergency to find those that may be the same."""

    case_id: str
    filed_at: datetime
    keys: frozenset[str]
    location: Location | None


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What one write does: the events in their order (none for what no other service needs), and the case's update."""

    events: tuple[Numbered, ...]
    update: CaseUpdate
