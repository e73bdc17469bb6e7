"""CloudEvents in Kafka's binary mode: what is written, how leniently it is read, and what is refused."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from event_schemas import (
    AssignedToStation,
    AssignmentReason,
    ComplaintFiled,
    DirectoryPost,
    EmergencyOutcome,
    InvalidEvent,
    Lane,
    ResponderKind,
    SLABreached,
    SLATick,
    decode,
    decode_post,
    decode_tick,
    encode,
    peek_id,
    peek_type,
)
from tests.schemas.wire import AT, CASE, TRACE, WRITTEN, Headers, body, filed


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


def test_a_reader_reads_an_unknown_enum_value_as_unknown() -> None:
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
