"""Stations are found however their name is spelt."""

import pytest

from chassis.sounds import fold
from routing.search import SearchIndex
from tests.routing.routing_places import BASE

INDEX = SearchIndex.of_version(BASE)


@pytest.mark.parametrize(
    ("search", "code"),
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
        ("रक्सौल", "RAXAUL"),
        ("raksaul", "RAXAUL"),
        ("raxol", "RAXAUL"),
        ("रक्सौल थाना", "RAXAUL"),
        ("Raxaul PS", "RAXAUL"),
        ("बक्सर", "BUXAR"),
        ("baksar", "BUXAR"),
        ("baxar", "BUXAR"),
        ("गड़खा", "GARKHA"),
        ("गडखा", "GARKHA"),
        ("gadkha", "GARKHA"),
        ("बाढ़", "BARH"),
        ("बाढ", "BARH"),
        ("तेघड़ा", "TEGHRA"),
        ("बड़हिया", "BARHAHIYA"),
        ("बछवाड़ा", "BACHHWARA"),
        ("आरा", "ARRAH"),
        ("फुलवारी शरीफ़", "PHULWARI"),
        ("fulwari", "PHULWARI"),
        ("नबादा", "NAWADA"),
        ("vikram", "BIKRAM"),
        ("राजनगर", "RAJNAGAR"),
        ("मँझागढ़", "MAJHAGARH"),
        ("सिंघवाड़ा", "SINGWARA"),
        ("सिङ्घवाडा", "SINGWARA"),
        ("रामगढवा", "RAMGARHWA"),
    ],
)
def test_a_station_is_among_the_first_three(search: str, code: str) -> None:
    """English, Hindi and misspelt names all find their station."""
    assert code in [one for station in INDEX.find(q=search)[:3] for one in (station.code, station.name_source)]


def test_a_search_that_names_no_station_finds_none() -> None:
    """A coincidence of letters is no match."""
    assert INDEX.find(q="xyzzy") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MUJAFFARPUR", "Muzaffarpur"),
        ("रक्सौल", "Raxaul"),
        ("क्षेत्र", "kshetr"),
        ("ज्ञान", "gyan"),
        ("फ़तुहा", "phatuha"),
        ("बाढ़", "barh"),
        ("संग्राम", "सङ्ग्राम"),
        ("चम्पा", "चंपा"),
        ("हुण्डा", "हुंडा"),
        ("क़ाज़ी", "काजी"),
        ("ARRAH", "आरा"),
    ],
)
def test_spellings_of_one_name_sound_the_same(one: str, other: str) -> None:
    """x and ksh, ph and f, a flapped r, a nasal by dot or letter, a nukta or none."""
    assert fold(one) == fold(other)


def test_filters_narrow_what_a_search_finds() -> None:
    """District and kind hold for every station found."""
    found = INDEX.find(q="mahila", district="patna")
    assert [station.code for station in found] == ["5117089"]


def test_a_code_in_devanagari_digits_finds_its_station() -> None:
    """Who types on a Hindi keyboard types its digits."""
    typed = "5117044".translate({ord(str(digit)): 0x966 + digit for digit in range(10)})
    assert [station.code for station in INDEX.find(q=typed)] == ["5117044"]


@pytest.mark.parametrize("spelling", ["Patna", "patna", "PATNA", "पटना", " पटना "])
def test_a_district_is_named_in_either_script(spelling: str) -> None:
    """`district=` finds by the district's sound where the spelling is another."""
    assert {row.district for row in INDEX.find(district=spelling)} == {"Patna"}
    assert INDEX.find(district="Atlantis") == []
