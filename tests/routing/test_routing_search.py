"""Stations are found however their name is spelt."""

import pytest

from routing.dataset import load_shipped
from routing.search import SearchIndex, fold

INDEX = SearchIndex(load_shipped().stations)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Sheohar", "5801016"),
        ("शिवहर", "5801016"),
        ("shivhar", "5801016"),
        ("kotvali patna", "5117044"),
        ("कोतवाली पटना", "5117044"),
        ("gandi maydan", "5117028"),
        ("गांधी मैदान", "5117028"),
        ("फुलवारी", "5117060"),
        ("तरियानी", "5801030"),
        ("bodh gaya", "5109010"),
        ("5140003", "5140003"),
    ],
)
def test_a_station_is_among_the_first_three(words: str, code: str) -> None:
    """English, Hindi and misspelt names all find their station."""
    assert code in [station.code for station in INDEX.find(q=words)[:3]]


def test_words_that_name_no_station_find_none() -> None:
    """A coincidence of letters is no match."""
    assert INDEX.find(q="xyzzy") == []


def test_spellings_of_one_name_sound_the_same() -> None:
    """The source's own two spellings of Muzaffarpur are one name."""
    assert fold("MUJAFFARPUR") == fold("Muzaffarpur")


def test_filters_narrow_what_words_find() -> None:
    """District and kind hold for every station found."""
    found = INDEX.find(q="mahila", district="patna")
    assert [station.code for station in found] == ["5117089"]


def test_a_code_in_devanagari_digits_finds_its_station() -> None:
    """Who types on a Hindi keyboard types its digits."""
    typed = "5117044".translate({ord(str(digit)): 0x966 + digit for digit in range(10)})
    assert [station.code for station in INDEX.find(q=typed)] == ["5117044"]
