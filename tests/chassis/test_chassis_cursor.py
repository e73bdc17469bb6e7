"""One codec for the cursors of all lists."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.http.cursor import read_cursor, read_time_cursor, write_cursor, write_time_cursor

TIMES = st.datetimes(
    datetime(1951, 1, 1),  # noqa: DTZ001  hypothesis adds the zone
    datetime(2199, 1, 1),  # noqa: DTZ001
    timezones=st.just(ZoneInfo("Asia/Kolkata")),
)


@given(TIMES, st.text(st.characters(codec="utf-8")))
def test_a_cursor_is_read_as_it_was_written(at: datetime, last_id: str) -> None:
    """The instant to the microsecond and any id, one with the separator in it too."""
    assert read_time_cursor(write_time_cursor(at, last_id)) == (at, last_id)
    assert read_cursor(write_cursor(last_id), 1) == (last_id,)


def test_a_cursor_with_padding_is_read() -> None:
    """A client may hold one that was written with the padding of base64."""
    assert read_cursor("NTE0MDAwMw==", 1) == ("5140003",)


@pytest.mark.parametrize(
    "cursor",
    [
        "zzzzz",
        "bm9wZQ",
        "😀",
        "n+/e",
        write_time_cursor(datetime(2026, 11, 3, tzinfo=UTC), "c_1") + " ",
        write_cursor("yesterday", "c_1"),
        write_cursor("2026-11-03T00:00:00", "c_1"),
        "_w",
        "",
    ],
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    """Foreign letters, bytes that are no text, too few parts, no time, and a time without a zone."""
    with pytest.raises(ValueError):  # noqa: PT011  the kinds of ValueError are no promise
        read_time_cursor(cursor)
