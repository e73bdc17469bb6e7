"""CloudEvents in Kafka's binary mode: what is written, how leniently it is read, and what is refused."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from event_schemas import (
    AssignedToStation,
    AssignmentReason,
    ComplaintFiled,
    DirectoryPost,
    EmergencyOutcome,
    InvalidEvent,
    Lane,
    Location,
    ResponderKind,
    SLABreached,
    SLATick,
    decode,
    decode_post,
    decode_tick,
    encode,
    peek_id,
    peek_source,
    peek_type,
)

CASE = "c_01KB1M7Q2V8W3X9Y4Z5A6B7C8D"
AT = datetime(2026, 11, 3, 15, 31, 9, 412000, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
Headers = tuple[tuple[str, bytes], ...]


def filed(**changes: Any) -> ComplaintFiled:
    fields: dict[str, Any] = {
        "case_id": CASE,
        "case_seq": 1,
        "occurred_at": AT,
        "tracking_number": "JS-26-1F9C-7TRB-3",
        "service_code": "emergency-112",
        "lane": "emergency",
        "channel": "phone112",
        "language": "hi",
        "kinds": ["police", "ambulance"],
        "location": Location(lat=25.6127, lon=85.1432),
    }
    return ComplaintFiled(**(fields | changes))


def headers_with(headers: Headers, **changes: bytes | None) -> list[tuple[str, bytes]]:
    named = {name.replace("_", "-") if name == "content_type" else name: value for name, value in changes.items()}
    kept = [(name, value) for name, value in headers if name not in named]
    return kept + [(name, value) for name, value in named.items() if value is not None]


def body(record_value: bytes, **changes: Any) -> bytes:
    return json.dumps(json.loads(record_value) | changes).encode()


WRITTEN = encode(filed(), event_id="ev-1", source="intake", traceparent=TRACE)


def test_the_attributes_are_headers_the_key_is_the_case() -> None:
    """The record is as the contract says, header by header."""
    assert dict(WRITTEN.headers) == {
        "ce_id": b"ev-1",
        "ce_type": b"ComplaintFiled",
        "ce_source": b"intake",
        "ce_specversion": b"1.0",
        "ce_time": b"2026-11-03T15:31:09.412000Z",
        "ce_subject": CASE.encode(),
        "ce_dataschema": b"ComplaintFiled.v1",
        "content-type": b"application/json",
        "traceparent": TRACE.encode(),
    }
    assert WRITTEN.key == CASE.encode()
    data = json.loads(WRITTEN.value)
    assert data["kinds"] == ["police", "ambulance"]
    assert data["location"] == {"lat": 25.6127, "lon": 85.1432}
    assert "sealed" not in data


def test_what_was_written_is_read() -> None:
    """The envelope holds the headers' attributes and an equal event."""
    envelope = decode(WRITTEN.headers, WRITTEN.value)
    assert (envelope.event_id, envelope.type, envelope.source) == ("ev-1", "ComplaintFiled", "intake")
    assert (envelope.time, envelope.subject, envelope.traceparent) == (AT, CASE, TRACE)
    assert envelope.data == filed()


def test_times_are_utc_on_the_wire() -> None:
    """A time of another zone is written, and read, as the same instant in UTC."""
    kolkata = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    record = encode(filed(occurred_at=kolkata), event_id="e", source="intake")
    assert json.loads(record.value)["occurred_at"] == "2026-11-03T15:31:09.412000Z"
    assert decode(record.headers, record.value).data.occurred_at.tzinfo is UTC


def test_a_reader_leaves_out_what_a_later_writer_added() -> None:
    """Unknown fields do no harm, nested ones included."""
    value = body(WRITTEN.value, mood="angry", location={"lat": 25.6127, "lon": 85.1432, "floor": 3})
    assert decode(WRITTEN.headers, value).data == filed()


def test_a_reader_takes_an_unknown_enum_value_as_unknown() -> None:
    """Alone and in a list; the known ones beside it stay."""
    value = body(WRITTEN.value, lane="express", kinds=["police", "coast_guard"])
    data = decode(WRITTEN.headers, value).data
    assert isinstance(data, ComplaintFiled)
    assert data.lane is Lane.UNKNOWN
    assert data.kinds == (ResponderKind.POLICE, ResponderKind.UNKNOWN)


@pytest.mark.parametrize(
    "changes",
    [
        {"mood": "angry"},
        {"location": {"lat": 25.6, "lon": 85.1, "floor": 3}},
        {"lane": "express"},
        {"lane": "unknown"},
        {"lane": Lane.UNKNOWN},
        {"kinds": ["coast_guard"]},
        {"occurred_at": datetime(2026, 11, 3)},  # noqa: DTZ001
        {"location": {"lat": 90.01, "lon": 85.1}},
        {"location": {"lat": 25.6, "lon": -180.5}},
        {"location": {"lat": float("nan"), "lon": 85.1}},
        {"case_seq": 0},
        {"case_id": "1"},
        {"attributes": {"note": "x" * 81}},
        {"attributes": {"where": {"lat": 1}}},
    ],
    ids=str,
)
def test_a_writer_is_held_to_the_letter(changes: dict[str, Any]) -> None:
    """Unknown fields, unknown words and impossible values don't become events."""
    with pytest.raises(ValidationError):
        filed(**changes)


def test_what_was_read_as_unknown_is_not_written_on() -> None:
    """A service that does not know a word must not pass it on as 'unknown'."""
    read = decode(WRITTEN.headers, body(WRITTEN.value, lane="express")).data
    with pytest.raises(ValueError, match="lane"):
        encode(read, event_id="e", source="intake")


def test_a_copy_that_skipped_validation_is_not_written() -> None:
    """model_copy takes anything; the codec does not."""
    with pytest.raises(ValueError, match="case_seq"):
        encode(filed().model_copy(update={"case_seq": -4}), event_id="e", source="intake")


def test_a_breach_is_written_under_its_own_id_alone() -> None:
    """breach_id is the event's id, so that a revocation finds it."""
    breach = SLABreached.model_validate(
        {
            "case_id": CASE,
            "occurred_at": AT,
            "cause_id": "ev-1",
            "clock": "inquiry",
            "clock_id": "inquiry:1",
            "rev": 1,
            "breach_id": "b-1",
            "level": 0,
            "due_at": AT,
            "target_s": 60,
            "overdue_s": 0.25,
            "escalate_to": "SHO:5140003",
        }
    )
    assert decode(*parts(breach, "b-1")).data == breach
    with pytest.raises(ValueError, match="breach_id"):
        encode(breach, event_id="other", source="sla-monitor")


def parts(event: Any, event_id: str) -> tuple[Headers, bytes]:
    record = encode(event, event_id=event_id, source=event.producer)
    return record.headers, record.value


@pytest.mark.parametrize(
    "header", ["ce_id", "ce_type", "ce_source", "ce_specversion", "ce_time", "ce_subject", "ce_dataschema"]
)
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, {"missing_header"}),
        (b"", {"malformed_header"}),
        (b"\xff\xfe\x00", {"malformed_header"}),
        (b"x" * 100_000, {"malformed_header"}),
        (
            b"nonsense",
            {"unknown_type", "unsupported_specversion", "malformed_header", "subject_mismatch", "unknown_version"},
        ),
    ],
)
def test_a_header_that_is_missing_or_mistaken_is_named(header: str, content: bytes | None, reason: set[str]) -> None:
    """Each has a reason code of its own; an id and a source may be any word."""
    headers = headers_with(WRITTEN.headers, **{header: content})
    if content == b"nonsense" and header in {"ce_id", "ce_source"}:
        assert decode(headers, WRITTEN.value).subject == CASE
        return
    with pytest.raises(InvalidEvent) as caught:
        decode(headers, WRITTEN.value)
    assert caught.value.reason_code in reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ce_type": b"PizzaOrdered"}, "unknown_type"),
        ({"ce_dataschema": b"ComplaintFiled.v2"}, "unknown_version"),
        ({"ce_specversion": b"0.3"}, "unsupported_specversion"),
        ({"ce_subject": b"c_other"}, "subject_mismatch"),
        ({"ce_time": b"2026-11-03T15:31:09"}, "malformed_header"),
        ({"content_type": b"application/avro"}, "unsupported_content_type"),
        ({"traceparent": b"x" * 9000}, "malformed_header"),
    ],
)
def test_what_a_reader_can_not_judge_is_refused_with_its_reason(changes: dict[str, bytes], reason: str) -> None:
    """Dead letters are sorted by these codes."""
    with pytest.raises(InvalidEvent) as caught:
        decode(headers_with(WRITTEN.headers, **changes), WRITTEN.value)
    assert caught.value.reason_code == reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "malformed_json"),
        (b"{", "malformed_json"),
        (b"\xff\xfe", "malformed_json"),
        (b"[" * 100_000, "malformed_json"),
        (b"null", "schema"),
        (b"[]", "schema"),
        (b"{}", "schema"),
    ],
)
def test_a_body_that_is_no_event_is_refused(value: bytes, reason: str) -> None:
    """Garbage never raises anything but InvalidEvent."""
    with pytest.raises(InvalidEvent) as caught:
        decode(WRITTEN.headers, value)
    assert caught.value.reason_code == reason


def test_a_tombstone_is_no_event() -> None:
    """Kafka may hand out a record without a value."""
    with pytest.raises(InvalidEvent) as caught:
        decode(WRITTEN.headers, None)  # type: ignore[arg-type]
    assert caught.value.reason_code == "no_value"


def test_the_detail_names_the_place_and_not_the_value() -> None:
    """Details go to headers and logs, where personal data must not be."""
    value = body(WRITTEN.value, case_seq="98765 43210", lane=7, attributes={"a": {"name": "secret-name"}})
    with pytest.raises(InvalidEvent) as caught:
        decode(WRITTEN.headers, value)
    assert "/case_seq" in caught.value.detail
    assert not any(secret in str(caught.value) for secret in ("98765", "secret-name"))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


names = st.one_of(st.sampled_from([name for name, _ in WRITTEN.headers]), st.text(max_size=8))
garbage = st.lists(st.tuples(names, st.one_of(st.binary(max_size=40), st.none())), max_size=12)


@given(garbage, st.binary(max_size=60))
def test_garbage_is_peeked_at_and_refused_without_surprise(headers: list[tuple[str, Any]], value: bytes) -> None:
    """Whatever lies on a topic, only InvalidEvent comes of it, and peeking returns a word or None."""
    for peek in (peek_type, peek_source, peek_id):
        assert peek(headers) is None or isinstance(peek(headers), str)
    with pytest.raises(InvalidEvent):
        decode(headers, value)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | inner))
def test_any_json_value_in_any_field_is_read_or_refused(value: Any) -> None:
    """A mistyped field is a 'schema' fault, not a crash."""
    for name in ("case_seq", "kinds", "location", "attributes", "occurred_at", "lane"):
        try:
            decode(WRITTEN.headers, body(WRITTEN.value, **{name: value}))
        except InvalidEvent as fault:
            assert fault.reason_code == "schema"  # noqa: PT017


def test_the_first_header_of_a_name_counts_everywhere() -> None:
    """A dead letter's copied headers don't make peek and decode see two different events."""
    headers = (*WRITTEN.headers, ("ce_type", b"ComplaintClosed"), ("ce_id", b"ev-2"))
    envelope = decode(headers, WRITTEN.value)
    assert (envelope.type, envelope.event_id) == (peek_type(headers), peek_id(headers)) == ("ComplaintFiled", "ev-1")


def test_a_post_is_keyed_by_its_place_and_rank() -> None:
    """The directory is compacted by this key; its records have no time of their own."""
    post = DirectoryPost.model_validate(
        {"station": "5140003", "post": "SHO", "name_en": "SHO, Araria", "name_hi": "थानाध्यक्ष, अररिया"}
    )
    record = encode(post, event_id="p-1", source="routing")
    assert record.key == b"5140003:SHO"
    assert post.post_id == "SHO:5140003"
    assert "ce_time" not in dict(record.headers)
    assert decode_post(record.headers, record.value) == post
    with pytest.raises(InvalidEvent):
        decode(record.headers, record.value)
    with pytest.raises(InvalidEvent):
        decode_tick(record.headers, record.value)


def test_a_tick_has_no_key() -> None:
    """Ticks go to a named partition."""
    tick = SLATick(at=AT, target_offset=7, partition=2)
    record = encode(tick, event_id="t", source="sla-monitor")
    assert record.key is None
    assert decode_tick(record.headers, record.value) == tick


def test_every_enum_has_an_unknown_for_readers() -> None:
    """The fall-back is a member of its own, which no schema offers to writers."""
    for enum in (Lane, AssignmentReason, EmergencyOutcome, ResponderKind):
        assert enum("unknown") not in enum.known()
    choices = AssignedToStation.model_json_schema()["properties"]["reason"]["enum"]
    assert "unknown" not in choices
