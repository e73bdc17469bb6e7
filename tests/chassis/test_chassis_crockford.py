from itertools import combinations

import pytest

from chassis.crockford import ALPHABET, LONGEST, canonical, check_character, encoded


def test_confused_symbols_are_one() -> None:
    """O is 0, I and L are 1; U and signs are of no code."""
    assert canonical("OIL0") == "0110"
    assert canonical("U") is None
    assert canonical("a") is None


@pytest.mark.parametrize("length", [1, 14, LONGEST])
def test_one_wrong_symbol_and_any_swap_change_the_check_character(length: int) -> None:
    """At every place, for every symbol, up to the longest code."""
    code = (ALPHABET * 2)[3 : 3 + length]
    right = check_character(code)
    for place in range(length):
        for symbol in ALPHABET.replace(code[place], ""):
            assert check_character(code[:place] + symbol + code[place + 1 :]) != right
    for one, other in combinations(range(length), 2):
        swapped = list(code)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        assert (check_character("".join(swapped)) == right) == (code[one] == code[other])


@pytest.mark.parametrize(
    ("code", "check"), [("26ABCDEFGH", "M"), ("00000000001", "7"), ("270H4JKM9PQRSTVWXYZ0123456789A", "3")]
)
def test_the_check_character_of_a_code_never_changes(code: str, check: str) -> None:
    """Numbers are printed on receipts: another weight anywhere would refuse them all."""
    assert check_character(code) == check


def test_a_number_is_written_with_its_highest_symbol_first() -> None:
    """With zeros in front, and without what does not fit."""
    assert encoded(0, 2) == "00"
    assert encoded(31 * 32 + 1, 4) == "00Z1"
    assert encoded(32**3 + 5, 3) == "005"


def test_a_code_too_long_for_the_weights_is_refused() -> None:
    """Beyond it two places would weigh the same."""
    with pytest.raises(ValueError, match="30"):
        check_character("0" * (LONGEST + 1))
