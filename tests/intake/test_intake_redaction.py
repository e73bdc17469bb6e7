"""No Aadhaar number passes, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.filing.redaction import MASK, is_aadhaar, redact_text, redact_value


def with_check_digit(eleven: str) -> str:
    return next(eleven + digit for digit in "0123456789" if is_aadhaar(eleven + digit))


AADHAAR = st.from_regex(r"[2-9][0-9]{10}", fullmatch=True).map(with_check_digit)
SEPARATOR = st.sampled_from(["", " ", "-", ".", " - ", "\u2013", "\n"])
LETTERS = st.text(st.characters(categories=["L", "Zs"]), max_size=20)
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")


@given(AADHAAR, SEPARATOR, LETTERS, LETTERS, st.booleans())
def test_no_aadhaar_number_is_left(number: str, separator: str, before: str, after: str, hindi: bool) -> None:
    """In any grouping, in Devanagari digits too, the number is gone and the words around it stay."""
    written = separator.join((number[:4], number[4:8], number[8:]))
    written = written.translate(DEVANAGARI) if hindi else written
    redacted, found = redact_text(f"{before}{written}{after}")
    assert found
    assert redacted == f"{before}{MASK}{after}"


@given(AADHAAR, st.from_regex(r"[6-9][0-9]{9}", fullmatch=True))
def test_other_numbers_around_do_not_hide_it(number: str, phone: str) -> None:
    """Written in fours beside a phone number or a PIN code it is found all the same."""
    fours = f"{number[:4]} {number[4:8]} {number[8:]}"
    for written in (f"{fours} {phone}", f"{phone} {fours}", f"{number},{phone}", f"800001 {number}"):
        redacted, found = redact_text(written)
        assert found
        assert number not in redacted.replace(" ", "")


@given(AADHAAR, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_no_aadhaar_number(number: str, place: int, shift: int) -> None:
    """The Verhoeff check notices every single wrong digit."""
    wrong = str((int(number[place]) + shift) % 10)
    assert not is_aadhaar(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "call 9876543210", "IMEI 356938035643809", "PIN 854311", "26.1358, 87.4659", "22-11-2026 10:30"]
)
def test_other_numbers_stay(text: str) -> None:
    """Phones, IMEIs, PIN codes, coordinates and dates are left as they are."""
    assert redact_text(text) == (text, False)


@given(AADHAAR)
def test_values_are_searched_to_the_bottom(number: str) -> None:
    """Numbers, nested texts and the names of members are searched as well."""
    redacted, found = redact_value(
        {"a": [{"b": f"no {number}"}], "c": int(number), f"k{' '}{number}": 1, "d": None, "e": True}
    )
    assert found
    assert number not in str(redacted)
