"""The newest value of each key of a compacted topic."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from chassis.kafka.compacted import CompactedMap, CompactedView
from event_schemas import InvalidEvent


def decode(_headers: Iterable[tuple[str, bytes]], value: bytes) -> str:
    if value == b"broken":
        raise InvalidEvent("not_json")
    return value.decode()


def test_the_newest_value_of_a_key_counts() -> None:
    """Later records replace earlier ones, and one without a value deletes its key, be it None or empty."""
    changes: list[tuple[str | None, str | None]] = []
    found = CompactedMap(decode, log_event="refused", on_change=lambda before, after: changes.append((before, after)))
    for key, value in [(b"a", b"1"), (b"b", b"2"), (b"a", b"3"), (b"b", b""), (b"c", None)]:
        found.on_record(key, value, ())
    assert dict(found) == {"a": "3"}
    assert changes == [(None, "1"), (None, "2"), ("1", "3"), ("2", None), (None, None)]


def test_a_record_that_nobody_can_decode_changes_nothing() -> None:
    """It is logged under the caller's name, with its key and the reason."""
    found = CompactedMap(decode, log_event="directory_record_invalid")
    found.on_record(b"a", b"1", ())
    with capture_logs() as logs:
        found.on_record(b"a", b"broken", ())
    assert dict(found) == {"a": "1"}
    assert [(one["event"], one["key"], one["reason"]) for one in logs] == [
        ("directory_record_invalid", "a", "not_json")
    ]


def test_a_publisher_s_own_view_forgets_what_nobody_can_decode() -> None:
    """So that it writes its value over the garbage; what it has just written it knows without reading it back."""
    found = CompactedMap(decode, log_event="directory_record_unreadable", forget_invalid=True)
    found.put("a", "1")
    assert dict(found) == {"a": "1"}
    found.on_record(b"a", b"broken", ())
    assert dict(found) == {}


@pytest.mark.parametrize("read", [True, False])
async def test_what_needs_the_topic_starts_without_it_in_the_end(read: bool) -> None:
    """At once when the topic has been read, else after the longest wait."""
    view, runs = CompactedView("127.0.0.1:9", "topic", lambda *_: None), list[str]()
    if read:
        view._caught_up.set()  # noqa: SLF001

    async def run() -> None:
        runs.append("run")

    await view.once_caught_up(run, timedelta(seconds=60) if read else timedelta(milliseconds=1))()
    assert runs == ["run"]
