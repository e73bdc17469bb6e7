"""Events, topics, ids and policies: what the services of Janseva say to each other. Depends on pydantic alone."""

from event_schemas import ids, policies, topics
from event_schemas.base import DerivedEvent, DeskEvent, Event, IntakeEvent, Record, UtcTime
from event_schemas.codec import (
    Envelope,
    InvalidEvent,
    WireRecord,
    decode,
    decode_head,
    decode_named,
    decode_post,
    decode_tick,
    decode_window,
    encode,
    headers_by_name,
    peek_id,
    peek_source,
    peek_type,
    record_of,
)
from event_schemas.events import (
    EVENT_CLASSES,
    assignment,
    certificates,
    emergency,
    filing,
    hearings,
    identity,
    inquiry,
    notifications,
    sla,
    visits,
)
from event_schemas.events.assignment import *
from event_schemas.events.certificates import *
from event_schemas.events.emergency import *
from event_schemas.events.filing import *
from event_schemas.events.hearings import *
from event_schemas.events.identity import *
from event_schemas.events.inquiry import *
from event_schemas.events.notifications import *
from event_schemas.events.sla import *
from event_schemas.events.visits import *
from event_schemas.records import (
    AuditHead,
    DirectoryPost,
    SLATick,
    WindowClosed,
    WindowOpened,
    WindowPublished,
    WindowRecord,
    WindowWithdrawn,
    holder_of,
)
from event_schemas.services import SERVICE_CODES
from event_schemas.values import (
    AssignmentReason,
    Audience,
    CaseId,
    ClockEnding,
    ClockEndReason,
    ClockId,
    ClockOwner,
    ClockState,
    Confirmation,
    EmergencyOutcome,
    EventId,
    FilingChannel,
    Finding,
    FixSource,
    HearingId,
    HearingMode,
    HearingParty,
    Lane,
    Language,
    Location,
    MessageChannel,
    PersonalData,
    Post,
    PostId,
    Presence,
    Priority,
    ResponderKind,
    SafeContact,
    Station,
    StationCode,
    VerificationOutcome,
    WindowKind,
)

__all__ = [
    "EVENT_CLASSES",
    "SERVICE_CODES",
    "AssignmentReason",
    "Audience",
    "AuditHead",
    "CaseId",
    "ClockEndReason",
    "ClockEnding",
    "ClockId",
    "ClockOwner",
    "ClockState",
    "Confirmation",
    "DerivedEvent",
    "DeskEvent",
    "DirectoryPost",
    "EmergencyOutcome",
    "Envelope",
    "Event",
    "EventId",
    "FilingChannel",
    "Finding",
    "FixSource",
    "HearingId",
    "HearingMode",
    "HearingParty",
    "IntakeEvent",
    "InvalidEvent",
    "Lane",
    "Language",
    "Location",
    "MessageChannel",
    "PersonalData",
    "Post",
    "PostId",
    "Presence",
    "Priority",
    "Record",
    "ResponderKind",
    "SLATick",
    "SafeContact",
    "Station",
    "StationCode",
    "UtcTime",
    "VerificationOutcome",
    "WindowClosed",
    "WindowKind",
    "WindowOpened",
    "WindowPublished",
    "WindowRecord",
    "WindowWithdrawn",
    "WireRecord",
    "decode",
    "decode_head",
    "decode_named",
    "decode_post",
    "decode_tick",
    "decode_window",
    "encode",
    "headers_by_name",
    "holder_of",
    "ids",
    "peek_id",
    "peek_source",
    "peek_type",
    "policies",
    "record_of",
    "topics",
]
__all__ += assignment.__all__
__all__ += certificates.__all__
__all__ += emergency.__all__
__all__ += filing.__all__
__all__ += hearings.__all__
__all__ += identity.__all__
__all__ += inquiry.__all__
__all__ += notifications.__all__
__all__ += sla.__all__
__all__ += visits.__all__
