"""Ids that are derived wherever one fact could be emitted twice, and drawn where a fact has one author alone."""

import hashlib
import secrets
import time
from datetime import datetime
from json.encoder import encode_basestring
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from event_schemas.values import CaseId, ClockId, EventId, PostId


def _namespace(name: str) -> bytes:
    return uuid5(NAMESPACE_URL, f"urn:janseva:{name}").bytes


ASSIGNMENT: Final = _namespace("assignment")
SLA: Final = _namespace("sla")
NOTIFICATION: Final = _namespace("notification")
CLOCK_END: Final = _namespace("clock-end")
HEARING_CANCELLED: Final = _namespace("hearing-cancelled")
FOLLOW_UP: Final = _namespace("follow-up")
CERTIFICATE: Final = _namespace("certificate")
DIRECTORY: Final = _namespace("directory")


def _to_json(parts: tuple[str | int, ...]) -> str:
    """JSON keeps the parts apart: ("a:b", "c") and ("a", "b:c") must never give one id. An encoder is made at each use
    of one, which takes several times as long as a few strings and numbers do.
    """
    return f"[{','.join([encode_basestring(part) if isinstance(part, str) else str(part) for part in parts])}]"


def _derive(namespace: bytes, *parts: str | int) -> str:
    """``str(uuid5(namespace, ...))``, without the objects in between: it is needed for every event that is emitted."""
    digest = hashlib.sha1(namespace + _to_json(parts).encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 0b11]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def assignment_id(case_id: str, assignment_no: int) -> EventId:
    """The id of AssignedToStation: a case has one answer for each number."""
    return EventId(_derive(ASSIGNMENT, case_id, assignment_no))


def sla_event_id(case_id: str, clock_id: str, type_: str, qualifier: str | int, due_ms: int) -> EventId:
    """The id of an SLA event; ``qualifier`` is the level, the fraction or the revision, as text: 1 and "1" are one."""
    return EventId(_derive(SLA, case_id, clock_id, type_, str(qualifier), due_ms))


def notification_id(event_id: str, audience: str, channel: str) -> str:
    """A message is sent once for each event, audience and channel."""
    return _derive(NOTIFICATION, event_id, str(audience), str(channel))


def notification_event_id(notification: str, type_: str) -> EventId:
    """The id of NotificationDelivered or NotificationFailed of that message."""
    return EventId(_derive(NOTIFICATION, notification, type_))


def clock_ended_id(event_id: str, clock_id: str) -> EventId:
    """The id of the ClockEnded by which the command behind that event ends a round."""
    return EventId(_derive(CLOCK_END, event_id, clock_id))


def hearing_cancelled_id(event_id: str, hearing_id: str) -> EventId:
    """The id of the HearingCancelled by which the command behind that event ends an appointment with its case."""
    return EventId(_derive(HEARING_CANCELLED, event_id, hearing_id))


def follow_up_id(event_id: str, type_: str) -> EventId:
    """The id of a further event of the command behind that event, such as the transfer of a reopened case."""
    return EventId(_derive(FOLLOW_UP, event_id, type_))


def certificate_id(case_id: str, kind: str, round_no: int = 1) -> str:
    """A case has one certificate of a kind in each of its rounds: reopened, it may be decided anew."""
    return _derive(CERTIFICATE, case_id, str(kind), *(() if round_no == 1 else (round_no,)))


def certificate_event_id(certificate: str, type_: str) -> EventId:
    """The id of CertificateIssued or CertificateRevoked of that certificate."""
    return EventId(_derive(CERTIFICATE, certificate, type_))


def post_id(post: str, place: str) -> PostId:
    """How events name a post, such as ``SHO:5140003``, ``SP:ARARIA`` or ``HQ:control-room``."""
    return PostId(f"{post}:{place}")


def directory_record_id(key: str, revision: str | int) -> EventId:
    """The id of a DirectoryPost record; ``revision`` is whatever changes when the record does."""
    return EventId(_derive(DIRECTORY, key, str(revision)))


def clock_id(clock: str, key: str | int) -> ClockId:
    """One round of a clock, such as ``dial112_response:police``, ``hearing:h_7`` or ``inquiry:1``."""
    return ClockId(f"{clock}:{key}")


def new_event_id(at: datetime | None = None) -> EventId:
    """A version 7 UUID: drawn, but sorted by the millisecond of ``at`` (or of the system's clock)."""
    millis = time.time_ns() // 1_000_000 if at is None else int(at.timestamp() * 1000)
    drawn = secrets.randbits(74)
    value = (millis & (2**48 - 1)) << 80 | 0x7 << 76 | drawn >> 62 << 64 | 0b10 << 62 | drawn & (2**62 - 1)
    digits = f"{value:032x}"
    return EventId(f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}")


def first_event_id(at: datetime) -> EventId:
    """No id of `new_event_id` from the millisecond of ``at`` on sorts before it, and none of a millisecond before
    sorts behind it.
    """
    digits = f"{int(at.timestamp() * 1000) & (2**48 - 1):012x}"
    return EventId(f"{digits[:8]}-{digits[8:]}-7000-8000-000000000000")


_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Two symbols at a look: a filing is given several ids.
_PAIRS: Final = tuple(first + second for first in _CROCKFORD for second in _CROCKFORD)


def new_case_id(at: datetime | None = None) -> CaseId:
    """``c_`` and a ULID: 48 bits of time, 80 drawn."""
    millis = time.time_ns() // 1_000_000 if at is None else int(at.timestamp() * 1000)
    value = (millis & (2**48 - 1)) << 80 | secrets.randbits(80)
    return CaseId("c_" + "".join([_PAIRS[value >> shift & 1023] for shift in range(120, -1, -10)]))
