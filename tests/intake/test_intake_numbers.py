"""Tracking numbers and receipts."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chassis.crockford import ALPHABET, check_character
from intake.case.numbers import (
    MistypedTrackingNumber,
    new_receipt_secret,
    new_tracking_number,
    parse_tracking_number,
    receipt_hash,
    receipt_secret,
)

BODIES = st.builds(
    lambda year, rest: year + rest,
    st.from_regex(r"[0-9]{2}", fullmatch=True),
    st.text(ALPHABET, min_size=8, max_size=8),
)


def written(body: str) -> str:
    return f"JS-{body[:2]}-{body[2:6]}-{body[6:]}-{check_character(body)}"


@given(BODIES)
def test_a_right_number_is_read_as_it_was_written(body: str) -> None:
    """Every number with its own check character is accepted and keeps its form."""
    assert parse_tracking_number(written(body)) == written(body)


@given(BODIES, st.integers(0, 10), st.sampled_from(ALPHABET))
def test_any_one_wrong_character_is_noticed(body: str, place: int, other: str) -> None:
    """A number with any single character replaced is refused as mistyped, never read as another one."""
    symbols = body + check_character(body)
    assume(symbols[place] != other)
    wrong = symbols[:place] + other + symbols[place + 1 :]
    with pytest.raises(MistypedTrackingNumber):
        parse_tracking_number(f"JS-{wrong[:2]}-{wrong[2:6]}-{wrong[6:10]}-{wrong[10]}")


@given(BODIES, st.integers(0, 9))
def test_any_two_neighbours_swapped_are_noticed(body: str, place: int) -> None:
    """A number with two neighbouring characters swapped is refused as mistyped, the check character included."""
    symbols = list(body + check_character(body))
    assume(symbols[place] != symbols[place + 1])
    symbols[place], symbols[place + 1] = symbols[place + 1], symbols[place]
    wrong = "".join(symbols)
    with pytest.raises(MistypedTrackingNumber):
        parse_tracking_number(f"JS-{wrong[:2]}-{wrong[2:6]}-{wrong[6:10]}-{wrong[10]}")


@given(BODIES)
def test_what_people_write_by_hand_is_forgiven(body: str) -> None:
    """Lower case, missing hyphens, spaces, O for 0 and I or L for 1 still find the number."""
    number = written(body)
    by_hand = number.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert parse_tracking_number(by_hand) == number
    assert parse_tracking_number(number.replace("-", "").replace("1", "I")) == number


@pytest.mark.parametrize(
    "text", ["", "JS", "JS-26", "AB-26-AAAA-AAAA-A", "JS-26-AAAA-AAA!-A", "JS-26-UUUU-AAAA-A", "नमस्ते", "JS" * 40]
)
def test_what_is_no_number_is_mistyped(text: str) -> None:
    """Whatever cannot be a tracking number is refused as mistyped."""
    with pytest.raises(MistypedTrackingNumber):
        parse_tracking_number(text)


def test_a_new_number_has_the_announced_form() -> None:
    """JS-YY-XXXX-XXXX-C, with the year it is in India."""
    new_year_in_india = datetime(2026, 12, 31, 19, 0, tzinfo=UTC)
    assert re.fullmatch(
        r"JS-27-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]", new_tracking_number(new_year_in_india)
    )


def test_a_receipt_has_192_bits_and_only_its_hash_resembles_it() -> None:
    """A repeat gets the same secret; another case or key gets another; the hash does not show it."""
    secret = receipt_secret(b"k" * 32, "c_1", "key")
    assert len(secret) == len(new_receipt_secret()) == 32
    assert secret == receipt_secret(b"k" * 32, "c_1", "key")
    others = {
        receipt_secret(b"k" * 32, "c_2", "key"),
        receipt_secret(b"k" * 32, "c_1", "other"),
        receipt_secret(b"x" * 32, "c_1", "key"),
    }
    assert len(others | {secret}) == 4
    assert secret not in receipt_hash(secret)
