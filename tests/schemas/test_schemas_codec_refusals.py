"""Whatever lies on a topic, the codec reads it or says in one word why not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_schemas import InvalidEvent, decode, peek_id, peek_source, peek_type
from tests.schemas.wire import CASE, WRITTEN, body, headers_with


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
        decode(WRITTEN.headers, None)
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
