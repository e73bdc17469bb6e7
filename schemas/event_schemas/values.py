"""The enumerations and small values that events are made of."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Any, NewType, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from event_schemas.calendars import DailyHours
from event_schemas.open_enum import READING, OpenEnum

CaseId = NewType("CaseId", str)
EventId = NewType("EventId", str)
ClockId = NewType("ClockId", str)
StationCode = NewType("StationCode", str)
PostId = NewType("PostId", str)
"""A post and its place, such as ``SHO:5140003`` or ``SP:ARARIA``: posts, never people."""
HearingId = NewType("HearingId", str)

Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")]
"""A stable machine word: a reason, a service, a certificate's kind."""
ClearText = Annotated[str, StringConstraints(max_length=80)]
"""A short value that travels unsealed: never personal data."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""In hexadecimal digits."""
Seconds = Annotated[float, Field(ge=0)]
LocalMinute = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A minute of any day, by India's clock: ``10:00``."""


class Value(BaseModel):
    """Frozen; what a writer misspells is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Location(Value):
    """A point in WGS84 degrees; ``accuracy_m`` is the radius the device reported."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    accuracy_m: float | None = Field(default=None, ge=0)


class Station(Value):
    """A police office; ``district`` is the revenue district, ``police_district`` the police's own.

    ``name_hi`` is its name in Devanagari where one is known: a station's without थाना, an office's in full.
    """

    code: StationCode = Field(min_length=1, max_length=40)
    name: Text
    district: Text
    police_district: Text
    name_hi: Text | None = None


class PersonalData(BaseModel):
    """What travels inside ``sealed`` alone. Its representation shows nothing, so a log line can't leak it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str | None = Field(default=None, repr=False)
    phone: str | None = Field(default=None, repr=False)
    email: str | None = Field(default=None, repr=False)
    address: str | None = Field(default=None, repr=False)
    description: str | None = Field(default=None, repr=False)
    location: Location | None = Field(default=None, repr=False)
    attributes: dict[str, Any] = Field(default_factory=dict, repr=False)

    def to_json(self) -> bytes:
        """The bytes to seal."""
        return self.model_dump_json(exclude_none=True).encode()

    @classmethod
    def from_json(cls, opened: bytes) -> Self:
        """Read what was unsealed; fields of a later version are left out. Raises pydantic's ValidationError."""
        return cls.model_validate_json(opened, extra="ignore", context=READING)


class SafeContact(BaseModel):
    """How to write to somebody whose phone others may read. It travels inside ``sealed_contact`` alone.

    ``neutral``: in texts that name nothing of the case. ``opens`` and ``closes``: the time of India's clock between
    which alone a message goes out, over midnight if it closes first; both or neither.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    neutral: bool = Field(default=True, repr=False)
    opens: LocalMinute | None = Field(default=None, repr=False)
    closes: LocalMinute | None = Field(default=None, repr=False)

    @property
    def hours(self) -> DailyHours | None:
        """None: at any time."""
        if self.opens is None or self.closes is None:
            return None
        return DailyHours(time.fromisoformat(self.opens), time.fromisoformat(self.closes))

    def to_json(self) -> bytes:
        """The bytes to seal."""
        return self.model_dump_json(exclude_none=True).encode()

    @classmethod
    def from_json(cls, opened: bytes) -> Self:
        """Read what was unsealed; fields of a later version are left out. Raises pydantic's ValidationError."""
        return cls.model_validate_json(opened, extra="ignore", context=READING)


class Lane(OpenEnum):
    EMERGENCY = "emergency"
    ROUTINE = "routine"
    UNKNOWN = "unknown"


class Priority(OpenEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"
    UNKNOWN = "unknown"


class FilingChannel(OpenEnum):
    WEB = "web"
    APP = "app"
    WHATSAPP = "whatsapp"
    OPEN311 = "open311"
    COUNTER = "counter"
    PHONE112 = "phone112"
    UNKNOWN = "unknown"


class Language(OpenEnum):
    HI = "hi"
    EN = "en"
    UNKNOWN = "unknown"


class ResponderKind(OpenEnum):
    POLICE = "police"
    AMBULANCE = "ambulance"
    FIRE = "fire"
    UNKNOWN = "unknown"


class AssignmentReason(OpenEnum):
    JURISDICTION = "jurisdiction"
    NEAREST = "nearest"
    NAMED = "named"
    SPECIALIST = "specialist"
    TRANSFER = "transfer"
    ZERO_FIR = "zero_fir"
    AGAINST_POLICE = "against_police"
    CONTROL_ROOM = "control_room"
    UNKNOWN = "unknown"


class FixSource(OpenEnum):
    """How the place of a responder became known."""

    GPS = "gps"
    BUTTON = "button"
    CALLER = "caller"
    UNKNOWN = "unknown"


class EmergencyOutcome(OpenEnum):
    ATTENDED = "attended"
    RESOLVED_BY_PHONE = "resolved_by_phone"
    DUPLICATE_OF = "duplicate_of"
    HOAX = "hoax"
    CALLER_CANCELLED = "caller_cancelled"
    UNKNOWN = "unknown"


class Presence(OpenEnum):
    """How it was proved that the visitor is there: a code on the wall, the counter, or not at all."""

    CODE = "code"
    COUNTER = "counter"
    NONE = "none"
    UNKNOWN = "unknown"


class HearingMode(OpenEnum):
    IN_PERSON = "in_person"
    VIDEO = "video"
    FACEBOOK_LIVE = "facebook_live"
    UNKNOWN = "unknown"


class WindowKind(OpenEnum):
    """``land_dispute``: Saturday's joint hearing of the circle officer and the officer in charge of the station."""

    HEARING = "hearing"
    LAND_DISPUTE = "land_dispute"
    UNKNOWN = "unknown"


class HearingParty(OpenEnum):
    CITIZEN = "citizen"
    OFFICER = "officer"
    UNKNOWN = "unknown"


class Confirmation(OpenEnum):
    """How the citizen agreed that a hearing took place."""

    OTP = "otp"
    KIOSK = "kiosk"
    WITNESS = "witness"
    NONE = "none"
    UNKNOWN = "unknown"


class Visitor(OpenEnum):
    """Who of the station calls at a person's home."""

    BEAT_OFFICER = "beat_officer"
    OFFICER_IN_CHARGE = "officer_in_charge"
    WOMAN_OFFICER = "woman_officer"
    PATROL = "patrol"
    UNKNOWN = "unknown"


class VisitOutcome(OpenEnum):
    MET = "met"
    NOT_AT_HOME = "not_at_home"
    DECLINED = "declined"
    UNKNOWN = "unknown"


class VerificationOutcome(OpenEnum):
    CLEAR = "clear"
    ADVERSE = "adverse"
    UNABLE = "unable"
    UNKNOWN = "unknown"


class SubRequestMode(OpenEnum):
    """How the police of another place are asked: over their desk, or by letter in another state."""

    STATION = "station"
    LETTER = "letter"
    UNKNOWN = "unknown"


class DisputeDecision(OpenEnum):
    """What became of an objection to a verification's result."""

    UPHELD = "upheld"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Finding(OpenEnum):
    SUBSTANTIATED = "substantiated"
    UNSUBSTANTIATED = "unsubstantiated"
    PARTLY = "partly"
    UNKNOWN = "unknown"


class InvestigationLimit(OpenEnum):
    """Within which time the law has an investigation completed, by the kind of offence; it names no offence."""

    GENERAL = "general"
    TWO_MONTHS = "two_months"
    SIXTY_DAYS = "sixty_days"
    UNKNOWN = "unknown"


class PublicationPortal(OpenEnum):
    """Where a registered FIR, or a missing child's particulars, are put online."""

    FIR_ONLINE = "fir_online"
    MISSING_CHILDREN = "missing_children"
    UNKNOWN = "unknown"


class ReopeningReason(OpenEnum):
    """Why a citizen has a case opened again."""

    NOT_SETTLED = "not_settled"
    FINDING_WRONG = "finding_wrong"
    NEW_FACTS = "new_facts"
    NOT_HEARD = "not_heard"
    RENEWAL = "renewal"
    OTHER = "other"
    UNKNOWN = "unknown"


class SignatureMethod(OpenEnum):
    """How information that was given electronically came to be signed."""

    IN_PERSON = "in_person"
    E_SIGN = "e_sign"
    UNKNOWN = "unknown"


class HelperKind(OpenEnum):
    """Who files for somebody who can't, or would rather not, do it himself."""

    RELATIVE = "relative"
    REPRESENTATIVE = "representative"
    CSC = "csc"
    SAHAJ = "sahaj"
    KIOSK = "kiosk"
    OTHER = "other"
    UNKNOWN = "unknown"


class IdentityOutcome(OpenEnum):
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class IdentityMethod(OpenEnum):
    """How it was found out who somebody is."""

    REGISTER = "register"
    ORIGINAL_SEEN = "original_seen"
    KNOWN_IN_PERSON = "known_in_person"
    UNKNOWN = "unknown"


class ClockOwner(OpenEnum):
    POLICE = "police"
    CITIZEN = "citizen"
    UNKNOWN = "unknown"


class ClockState(OpenEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class ClockEnding(OpenEnum):
    """As what a round ends that an officer's closing or decision ends, if it was not overdue."""

    CANCELLED = "cancelled"
    MET = "met"
    UNKNOWN = "unknown"


class ClockEndReason(StrEnum):
    """Why a round ended without what it was promised for; each is a column of the report of its own."""

    WITHDRAWN = "withdrawn"
    CALLER_CANCELLED = "caller_cancelled"
    RESOLVED_BY_PHONE = "resolved_by_phone"
    DUPLICATE_OF = "duplicate_of"
    HOAX = "hoax"
    STOOD_DOWN = "stood_down"
    NO_SHOW = "no_show"
    HEARING_CANCELLED = "hearing_cancelled"
    FIR_DECLINED = "fir_declined"
    DECIDED = "decided"
    CASE_CLOSED = "case_closed"
    OTHER_REASON = "other_reason"
    """What is not in this list, such as a reason of an earlier version."""


class Audience(OpenEnum):
    CITIZEN = "citizen"
    OFFICE = "office"
    UNKNOWN = "unknown"


class MessageChannel(OpenEnum):
    SMS = "sms"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    VOICE = "voice"
    UNKNOWN = "unknown"


class Post(OpenEnum):
    """The ladder of posts, from the station house officer to headquarters."""

    SHO = "SHO"
    SDPO = "SDPO"
    SP = "SP"
    DIG = "DIG"
    HQ = "HQ"
    UNKNOWN = "unknown"
