from itertools import combinations

import pytest

from chassis.crockford import ALPHABET, LONGEST, canonical, check_character


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


def test_a_code_too_long_for_the_weights_is_refused() -> None:
    """Beyond it two places would weigh the same."""
    with pytest.raises(ValueError, match="30"):
        check_character("0" * (LONGEST + 1))
