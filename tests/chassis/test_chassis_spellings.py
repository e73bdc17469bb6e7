"""Codes, languages, media types and filters are read as people and clients write them, everywhere alike."""

from datetime import UTC, datetime

import pytest

from chassis.bounds import TooLongError
from chassis.codes import bare_code, plain_code
from chassis.http.moments import read_since, read_until
from chassis.http.negotiation import language_of, preferred_type


@pytest.mark.parametrize(
    "typed",
    [
        "785113",
        " 785 113",
        "७८५११३",
        "۷۸۵۱۱۳",
        "٧٨٥١١٣",
        "৭৮৫১১৩",
        "".join(chr(0xFF10 + int(digit)) for digit in "785113"),
        "7\u200b8\u200d5\u206011\ufeff3\u200f",
        "785\u2011113",
        "785\u2212113",
        "\u00a0785\u2003113",
        "7.8.5/1_1-3",
    ],
)
def test_six_digits_in_every_spelling(typed: str) -> None:
    assert bare_code(typed) == "785113"


def test_a_code_keeps_what_belongs_to_it() -> None:
    assert bare_code("js-२६-a२w३-cz६y-४") == "JS26A2W3CZ6Y4"
    assert bare_code("\uff2c\uff32\u201026") == "LR26"
    assert plain_code(" SHO:५१-x_y ") == "SHO:51-x_y"
    # A half and a roman four are no digits, and a letter of another script stays what it is.
    assert bare_code("½Ⅳक") == "½Ⅳक"


def test_a_code_without_end_is_refused() -> None:
    with pytest.raises(TooLongError):
        bare_code("1" * 201)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "en"),
        ("", "en"),
        ("hi", "hi"),
        ("en;q=0.1, hi;q=0.9", "hi"),
        ("hi;q=0.1, en;q=0.9", "en"),
        ("fr, en;q=0.8, hi;q=0.5", "en"),
        ("hi-IN,hi;q=0.9,en-US;q=0.8", "hi"),
        ("HI ; Q=0.5 , en;q=0.4", "hi"),
        ("en;q=0", "hi"),
        ("en;q=0, *;q=0.5", "hi"),
        ("hi;q=0, en;q=0", "en"),
        ("hi;q=nonsense, en;q=0.1", "en"),
        ("hi;q=nan, en;q=0.1", "en"),
        ("hi;q=1e400, en;q=0.1", "en"),
        ("fr, de", "en"),
        ("*", "en"),
        ("x," * 40 + "hi", "hi"),
    ],
)
def test_languages_by_quality(header: str | None, expected: str) -> None:
    assert language_of(header) == expected


def test_who_likes_neither_gets_the_default_of_the_place() -> None:
    assert language_of(None, "hi") == "hi"
    assert language_of("fr", "hi") == "hi"
    assert language_of("en;q=0.2", "hi") == "en"
    assert language_of("hi;q=0", "hi") == "en"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json, text/html;q=0.1", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/*;q=0.5, application/json;q=0.4", "text/html"),
        ("text/html;q=0", "application/json"),
        ("application/json;q=0, */*;q=0.1", "text/html"),
        ("TEXT/HTML;level=1", "text/html"),
        ("*/*, application/json;q=0.1", "text/html"),
        ("text/*;q=0.9, text/html;q=0.1, application/json;q=0.5", "application/json"),
        ("image/png", "application/json"),
    ],
)
def test_media_types_by_quality(header: str | None, expected: str) -> None:
    assert preferred_type(header, ("application/json", "text/html")) == expected


def test_a_date_is_indias_day_from_its_first_instant_to_its_last() -> None:
    """from=2026-11-01&to=2026-11-01 is the whole of that day in India."""
    begins, ends = datetime(2026, 10, 31, 18, 30, tzinfo=UTC), datetime(2026, 11, 1, 18, 30, tzinfo=UTC)
    assert (read_since("2026-11-01"), read_until("2026-11-01")) == (begins, ends)
    assert read_since(" २०२६-११-०१ ") == begins
    assert read_since("2026-11-01T00:00:00+05:30") == begins
    # A "+" that was not encoded in the address.
    assert read_since("2026-11-01T00:00:00 05:30") == begins


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "2026-11-01T00:00:00", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00", "1" * 5_000],
)
def test_what_is_no_sane_moment_is_refused(written: str) -> None:
    for read in (read_since, read_until):
        with pytest.raises(ValueError, match=r".*"):
            read(written)
