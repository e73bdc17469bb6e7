"""Names in a broken or old encoding are findings, and never a name that a citizen reads."""

import csv
from pathlib import Path

import pytest

from chassis.importing.report import Report
from chassis.importing.spelt import KnownSpellings, fault_of, fault_of_hindi
from routing.importing.stations import import_stations
from tests.routing.routing_places import BASE, NEXT, SQUARE, collection, feature, imported

OLD, NEW = "5117044", "5117064"
HEADER = "code,name,name_hi,kind,police_district,lat,lon"
KNOWN = KnownSpellings(station.name_en for station in BASE.stations)

BROKEN = [
    "u;k xzke",
    "xk¡/kh eSnku",
    "à¤ªà¥\x81à¤°à¤¾à¤¨à¤¾",
    "à¤ªà¥à¤°à¤¾à¤¨à¤¾",
    "पुराना à¤ªà¥",
    "Cafã©",
    "Na\x00va Gram",
    "Nava\x07Gram",
    "Nava \ufffd Gram",
    "Nava \ue123 Gram",
    "Nava\u202eGram",
    "\ufeffNava",
    "िशवहर",
    "शााहपुर",
    "◌िशवहर",
    "‡§™‡•å",
    "????",
    "Nava Gram;",
    "\ud800",
]
WHOLE = [
    "Nava Gram",
    "Sc/St P.S.",
    "L.N.M. Univ. (Camp)",
    "Café",
    "नया ग्राम",
    "फ़ुलवारी शरीफ़",
    "ਨਵਾਂ",
    "کوتوالی",
    "Buddha's",
]


@pytest.mark.parametrize("name", BROKEN)
def test_lost_letters_are_noticed(name: str) -> None:
    """Old fonts, another encoding, control characters, private letters, vowel signs on nothing."""
    assert fault_of(name)
    assert fault_of_hindi(name)


@pytest.mark.parametrize("name", WHOLE)
def test_whole_names_are_left_alone(name: str) -> None:
    """Whatever script they are in."""
    assert fault_of(name) is None


@pytest.mark.parametrize("name", ["iVuk", "dksrokyh", "cDlj", "Nava Gram", "कोतवाली patna", "کوتوالی", "12"])
def test_a_hindi_name_is_devanagari(name: str) -> None:
    """Latin letters in it are abbreviations or an old font's."""
    assert fault_of_hindi(name)


@pytest.mark.parametrize(
    "name", ["कोतवाली", "एससी/एसटी थाना", "NTPC थाना", "क्षेत्र", "ज़ीरो\u200dमाइल", "थाना 2", "बेगूसराय (नगर)"]
)
def test_a_name_in_devanagari_is_one(name: str) -> None:
    """With abbreviations, joiners and digits."""
    assert fault_of_hindi(name) is None


@pytest.mark.parametrize("name", ["iVuk", "dksrokyh", "x;k eqQfLly".replace(";", ""), "cDlj", "njHkaxk", "gktihiqj"])
def test_hindi_typed_for_an_old_font_looks_strange_among_names(name: str) -> None:
    """Also where it has no sign in it that no name has."""
    assert KNOWN.strange(name)


def test_the_states_own_names_are_not_strange() -> None:
    """The known ones by themselves; and of districts that are taken out, fewer than one in fifty."""
    assert not [row.name_en for row in BASE.stations if fault_of(row.name_en)]
    strange = total = 0
    for district in sorted({row.district for row in BASE.stations}):
        others = KnownSpellings(row.name_en for row in BASE.stations if row.district != district)
        held_out = [row.name_en for row in BASE.stations if row.district == district]
        strange += sum(others.strange(name) for name in held_out)
        total += len(held_out)
    assert strange <= total / 50


def test_rows_with_broken_names_are_findings(tmp_path: Path) -> None:
    """A Hindi name is left out; without its own name a station is not taken."""
    path = tmp_path / "stations.csv"
    rows = [
        HEADER.split(","),
        ["5117902", "Nava Gram", "u;k xzke", "territorial", "PATNA", "25.6210", "85.1690"],
        ["5117903", "Purana Gram", "à¤ªà¥\x81à¤°à¤¾à¤¨à¤¾", "territorial", "PATNA", "25.6215", "85.1790"],
        ["5117904", "Na\x00va", "", "territorial", "PATNA", "25.6215", "85.1791"],
        ["5117905", "u;k xzke", "नया ग्राम", "territorial", "PATNA", "25.6215", "85.1792"],
        ["5117906", "dksrokyh", "कोतवाली", "territorial", "PATNA", "25.6215", "85.1793"],
        ["5117907", "Nayi  Basti", " नयी\nबस्ती ", "territorial", "PATNA", "25.6215", "85.1794"],
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    report = Report()
    found = {row.code: row for row in import_stations(path, BASE, report).stations}
    assert report.of("broken_name") == ["line 2", "line 3", "line 4", "line 5"]
    assert report.of("strange_spelling") == ["5117906"]
    assert {code for code in found if code.startswith("51179")} == {"5117902", "5117903", "5117906", "5117907"}
    assert [found[code].name_hi for code in ("5117902", "5117903", "5117907")] == ["", "", "नयी बस्ती"]
    assert "perhaps पुराना" in next(item.detail for item in report.findings if item.where == "line 3")


def test_a_jurisdiction_keeps_its_stations_name_where_its_own_is_broken(tmp_path: Path) -> None:
    """The ground is right all the same."""
    report = Report()
    path = collection(
        tmp_path / "a.geojson", feature(OLD, SQUARE, name="u;k xzke"), feature(NEW, NEXT, name="Na\x00va")
    )
    names = {row.station: row.name for row in imported(path, report).boundaries}
    stations = {row.code: row.name_en for row in BASE.stations}
    assert (names[OLD], names[NEW]) == (stations[OLD], stations[NEW])
    assert report.of("broken_name") == ["feature 1", "feature 2"]
