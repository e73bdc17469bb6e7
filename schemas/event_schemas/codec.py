"""CloudEvents 1.0 in Kafka's binary mode: attributes as headers, the data as JSON, the case id as the key."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Final, NamedTuple, TypeVar, get_args

from pydantic import ValidationError

from event_schemas.base import Event, Record
from event_schemas.events import EVENT_CLASSES
from event_schemas.events.sla import SLABreached
from event_schemas.open_enum import READING
from event_schemas.records import WINDOW_RECORDS, AuditHead, DirectoryPost, SLATick, WindowRecord
from event_schemas.times import read_time

Headers = Iterable[tuple[str, bytes]]
R = TypeVar("R", bound=Record)


class WireRecord(NamedTuple):
    """What a producer hands to Kafka."""

    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class Envelope(NamedTuple):
    """An event as it was read, with the attributes of its headers."""

    event_id: str
    type: str
    source: str
    time: datetime
    subject: str
    traceparent: str | None
    data: Event


class InvalidEvent(Exception):
    """A record no retry will mend. ``reason_code`` is stable; ``detail`` never quotes the record's values."""

    def __init__(self, reason_code: str, detail: str = "") -> None:
        super().__init__(f"{reason_code}: {detail}" if detail else reason_code)
        self.reason_code = reason_code
        self.detail = detail


def encode(
    data: Event | DirectoryPost | SLATick | AuditHead | WindowRecord,
    *,
    event_id: str,
    source: str,
    traceparent: str | None = None,
    fresh: bool = False,
) -> WireRecord:
    """Write a record. Raises ValueError when it is not one that today's readers accept.

    ``fresh``: the caller has just made it by its constructor, which has validated it; a copy or a record that was read
    is not.
    """
    value = data.__pydantic_serializer__.to_json(data, exclude_none=True)
    _refuse_unwritable(data, value, event_id, fresh=fresh)
    subject, time = _subject_and_time(data)
    record = record_of(type(data), value, subject, event_id=event_id, source=source, at=time, traceparent=traceparent)
    return record if not isinstance(data, SLATick) else record._replace(key=None)


def record_of(
    record_class: type[Record],
    value: bytes,
    subject: str,
    *,
    event_id: str,
    source: str,
    at: datetime | None,
    traceparent: str | None,
) -> WireRecord:
    """The record of a JSON that the caller has written, and answers for: nothing here looks into it.

    For a producer that writes so many that to make each a model first is its greatest cost. ``subject`` is the body's
    case, ``at`` its ``occurred_at``.
    """
    about, (type_, schema) = subject.encode(), _names(record_class)
    headers = (
        ("ce_id", event_id.encode()),
        type_,
        ("ce_source", source.encode()),
        SPECVERSION,
        *(() if at is None else (("ce_time", _format_time(at).encode()),)),
        ("ce_subject", about),
        schema,
        CONTENT_TYPE,
        *(() if traceparent is None else (("traceparent", traceparent.encode()),)),
    )
    return WireRecord(about, value, headers)


def decode(headers: Headers, value: bytes | None) -> Envelope:
    """Read an event of a case. Raises InvalidEvent; fields and enum values of a later writer do no harm."""
    return decode_named(headers_by_name(headers), value)


def decode_named(found: Mapping[str, bytes], value: bytes | None) -> Envelope:
    """As ``decode``, for a caller that has looked into ``headers_by_name`` already."""
    type_ = _text(found, "ce_type")
    event_class = EVENT_CLASSES.get(type_)
    if event_class is None:
        raise InvalidEvent("unknown_type", "no event class has the record's ce_type")
    _check_fixed_headers(found, event_class)
    event_id, source, subject = _text(found, "ce_id"), _text(found, "ce_source"), _text(found, "ce_subject")
    time = _parse_time(_text(found, "ce_time"))
    data = _read(event_class, value)
    if data.case_id != subject:
        raise InvalidEvent("subject_mismatch", "ce_subject is not the data's case_id")
    traceparent = _text(found, "traceparent") if "traceparent" in found else None
    return Envelope(event_id, type_, source, time, subject, traceparent, data)


def decode_post(headers: Headers, value: bytes) -> DirectoryPost:
    """Read a record of ``directory.posts``. Raises InvalidEvent."""
    return _decode_record(DirectoryPost, headers, value)


def decode_tick(headers: Headers, value: bytes) -> SLATick:
    """Read a record of ``sla.ticks.*``. Raises InvalidEvent."""
    return _decode_record(SLATick, headers, value)


def decode_head(headers: Headers, value: bytes) -> AuditHead:
    """Read a record of ``audit.heads``. Raises InvalidEvent."""
    return _decode_record(AuditHead, headers, value)


def decode_window(headers: Headers, value: bytes) -> WindowRecord:
    """Read a record of ``hearing.windows``. Raises InvalidEvent."""
    found = headers_by_name(headers)
    of_type = next((one for one in WINDOW_RECORDS if one.type == _text(found, "ce_type")), None)
    if of_type is None:
        raise InvalidEvent("unknown_type", "ce_type is no record of a hearing window")
    return _decode_record(of_type, headers, value)


def headers_by_name(headers: Headers) -> dict[str, bytes]:
    """The first header of each name, as in ``peek_*``."""
    return dict(reversed(headers if isinstance(headers, tuple) else tuple(headers)))


def peek_type(headers: Headers) -> str | None:
    """The event's type without a look at the body; None if the header is absent or no text."""
    return _peek(headers, "ce_type")


def peek_source(headers: Headers) -> str | None:
    return _peek(headers, "ce_source")


def peek_id(headers: Headers) -> str | None:
    return _peek(headers, "ce_id")


MAX_HEADER_BYTES: Final = 512
# As seconds ten thousand years. No count, duration or size of a case is larger, and every store keeps it as it is.
LARGEST_NUMBER: Final = 315_576_000_000
# No store takes it in a name, and no person types it.
_ESCAPED_NUL: Final = rb"\u0000"
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
SPECVERSION: Final = ("ce_specversion", b"1.0")
CONTENT_TYPE: Final = ("content-type", b"application/json")


def _subject_and_time(data: Record) -> tuple[str, datetime | None]:
    match data:
        case Event():
            return data.case_id, data.occurred_at
        case DirectoryPost():
            return data.key, None
        case SLATick():
            return f"partition:{data.partition}", data.at
        case AuditHead():
            return data.case_id, data.at
        case WindowRecord():
            return data.window_id, data.occurred_at
    raise TypeError(f"{type(data).__name__} is no record of a topic")


def _refuse_unwritable(data: Record, value: bytes, event_id: str, *, fresh: bool) -> None:
    # model_copy and model_construct skip validation, and a value read as unknown may be sent on: read it as a writer.
    if not fresh:
        type(data).__pydantic_validator__.validate_json(value)
    too_large = _beyond(data)
    if too_large is not None:
        raise ValueError(f"{too_large} is beyond what can be reckoned with")
    if isinstance(data, SLABreached) and data.breach_id != event_id:
        raise ValueError("the breach_id of SLABreached must be its event id")


@cache
def _numbers(record_class: type[Record]) -> tuple[str, ...]:
    """The fields that hold a number, or None."""
    annotations = {name: field.annotation for name, field in record_class.model_fields.items()}
    return tuple(name for name, kind in annotations.items() if {kind, *get_args(kind)} & {int, float})


@cache
def _names(record_class: type[Record]) -> tuple[tuple[str, bytes], tuple[str, bytes]]:
    """The headers that are the same for each record of a class: its type and its schema."""
    return ("ce_type", record_class.type.encode()), ("ce_dataschema", record_class.dataschema().encode())


@lru_cache(maxsize=64)
def _format_time(time: datetime) -> str:
    utc = time if time.tzinfo is UTC else time.astimezone(UTC)
    return f"{utc.isoformat()[:-6]}Z"


def _text(found: Mapping[str, bytes], name: str) -> str:
    content = found.get(name)
    if content is None:
        raise InvalidEvent("missing_header", name)
    # As in _header_text(), without the call: six of them a record.
    if isinstance(content, bytes) and 0 < len(content) <= MAX_HEADER_BYTES:
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise InvalidEvent("malformed_header", name) from error
    raise InvalidEvent("malformed_header", name)


def _header_text(content: object) -> str | None:
    if not isinstance(content, bytes) or len(content) > MAX_HEADER_BYTES:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _peek(headers: Headers, wanted: str) -> str | None:
    for name, content in headers:
        if name == wanted:
            return _header_text(content) or None
    return None


def _check_fixed_headers(found: Mapping[str, bytes], record_class: type[Record]) -> None:
    (schema, expected), (version, one), (kind, json) = _names(record_class)[1], SPECVERSION, CONTENT_TYPE
    if found.get(schema) == expected and found.get(version) == one and found.get(kind) == json:
        return
    if _text(found, "ce_specversion") != "1.0":
        raise InvalidEvent("unsupported_specversion", "ce_specversion is not 1.0")
    if _text(found, "ce_dataschema") != record_class.dataschema():
        raise InvalidEvent("unknown_version", f"ce_dataschema is not {record_class.dataschema()}")
    if "content-type" in found and not _text(found, "content-type").startswith("application/json"):
        raise InvalidEvent("unsupported_content_type", "content-type is not application/json")


def _parse_time(text: str) -> datetime:
    try:
        return read_time(text)
    except ValueError:
        raise InvalidEvent("malformed_header", "ce_time is no instant of the years 1950 to 2199") from None


def _read(record_class: type[R], value: bytes | None) -> R:
    if not isinstance(value, bytes | bytearray):
        raise InvalidEvent("no_value", "the record has no body")
    # The plain search costs a hundredth of the pattern's, which tries every byte.
    if _ESCAPED_NUL in value and _NUL.search(value):
        raise InvalidEvent("schema", "a text with the character NUL")
    try:
        # What model_validate_json() asks in its turn.
        read: R = record_class.__pydantic_validator__.validate_json(value, extra="ignore", context=READING)
    except ValidationError as error:
        raise _invalid(error) from None
    too_large = _beyond(read)
    if too_large is not None:
        raise InvalidEvent("schema", f"/{too_large} is beyond what can be reckoned with")
    return read


def _beyond(data: Record) -> str | None:
    """The first field whose number is too large for every store and reckoning."""
    for name in _numbers(type(data)):
        number = getattr(data, name)
        if number is not None and not -LARGEST_NUMBER <= number <= LARGEST_NUMBER:
            return name
    return None


def _invalid(error: ValidationError) -> InvalidEvent:
    """Name places and kinds of error, never the values: the detail goes to headers and logs."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    if problems[0]["type"] == "json_invalid":
        return InvalidEvent("malformed_json", "the value is no JSON document")
    shown = "; ".join(f"/{'/'.join(str(part)[:40] for part in p['loc'])} {p['type']}" for p in problems[:5])
    return InvalidEvent("schema", shown[:400])


def _decode_record(record_class: type[R], headers: Headers, value: bytes) -> R:
    found = headers_by_name(headers)
    if _text(found, "ce_type") != record_class.type:
        raise InvalidEvent("unknown_type", f"ce_type is not {record_class.type}")
    _check_fixed_headers(found, record_class)
    return _read(record_class, value)
