"""Names in Devanagari: where each is from, how far it can be trusted, and where a reader meets it."""

import csv
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bench.routing_names import names, tried
from bench.routing_replay import GEO
from chassis.importing.report import Report
from chassis.importing.spelt import fault_of_hindi
from event_schemas.districts import names as names_of_districts
from routing.build_data import build_data
from routing.directory import build_directory, called_hi
from routing.domain import NameOrigin, Snapshot, StationKind, StationRecord
from routing.importing.stations import import_stations
from routing.naming.accuracy import at_least, same
from routing.naming.names import LEAST_RULE, Witnesses
from routing.naming.speller import Speller, aligned
from routing.search import SearchIndex
from routing.store.rows import content_name, from_rows, to_rows
from tests.routing.routing_http import client_of
from tests.routing.routing_places import BASE

STATIONS = {row.code: row for row in BASE.stations}
SNAPSHOT = Snapshot(BASE)
PATNA_SHO, MAHILA, RAILWAY = "5117044", "5117089", StationKind.RAILWAY
LATIN = re.compile("[A-Za-z]")
# A small set of the project's own, to see the rules work without the public sources.
NAMES = [
    {"kind": "block", "name_en": "Lalganj", "name_hi": "लालगंज", "witnesses": "3", "other_forms": ""},
    {"kind": "block", "name_en": "Jale", "name_hi": "जाले", "witnesses": "1", "other_forms": ""},
]
ROWS = [
    {**row, "matched_station_codes": codes, "same_name_elsewhere_codes": elsewhere}
    for row, codes, elsewhere in zip(NAMES, ("1;2", "3"), ("9", ""), strict=True)
]
PARTS = [
    {"part_en": "MUFASSIL;MUFFASSIL", "part_hi": "मुफस्सिल", "whole_station_codes": "4"},
    {"part_en": "NAGAR;TOWN", "part_hi": "नगर", "whole_station_codes": ""},
]


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("1", "LALGANJ", ("लालगंज", "witnessed", 0.95)),
        ("2", "LALGANJ TOWN", ("लालगंज नगर", "parts", 0.85)),
        ("3", "JALAI", ("जाले", "witnessed", 0.7)),
        ("4", "MUFFASSIL", ("मुफस्सिल", "parts", 0.95)),
        ("9", "LALGANJ", ("लालगंज", "witnessed", 0.6)),
        ("8", "LALGANJ", ("", "", 0.0)),
    ],
)
def test_a_name_is_its_witnesses_its_parts_or_none(code: str, name: str, expected: tuple[str, str, float]) -> None:
    """A place with known parts around it is put together; a station that no source names has no Hindi name."""
    assert tuple(Witnesses(ROWS, PARTS).of_station(code, name)) == expected


def test_letters_are_aligned_only_between_spellings_of_one_name() -> None:
    """What the rules learn from is a spelling of the same name."""
    found = aligned("patna", "पटना")
    assert found is not None
    assert "".join(hindi for _, hindi in found) == "पटना"
    assert aligned("patna", "गया") is None


def test_the_rule_table_writes_what_it_learned_and_states_how_sure_it_is() -> None:
    """Known words are written whole; a name with a letter that nothing is known of is not written."""
    speller = Speller.learned_from([("Rampur", "रामपुर"), ("Sitapur", "सीतापुर")])
    spelled = speller.spell("RAM NAGAR")
    assert spelled is not None
    assert (spelled.text, spelled.confidence > LEAST_RULE) == ("राम नगर", True)
    assert speller.spell("Zwx") is None
    assert speller.spell("123") is None


def test_the_rule_tables_accuracy_is_measured_and_no_name_claims_more() -> None:
    """Each witnessed name written by a table that did not see it: the shipped names say no more of themselves."""
    missed = [f"{one.name}: {one.value:.3f}" for one in names() if not one.fine]
    assert not missed
    measured = at_least(tried(), LEAST_RULE).right
    by_rule = [row for row in BASE.stations if row.name_hi_origin is NameOrigin.RULE]
    assert by_rule
    assert max(row.name_hi_confidence for row in by_rule) <= round(measured, 2)


def test_every_shipped_name_has_its_origin_or_stays_latin_and_is_marked() -> None:
    """676 names from witnesses and parts, a few by rule; what is not known well enough is empty."""
    origins = Counter(row.name_hi_origin for row in BASE.stations)
    assert origins[NameOrigin.WITNESSED] + origins[NameOrigin.PARTS] >= 676
    assert origins[NameOrigin.RULE] >= 30
    for row in BASE.stations:
        assert bool(row.name_hi) == (row.name_hi_origin is not None) == (row.name_hi_confidence > 0)
        assert not row.name_hi or fault_of_hindi(row.name_hi) is None
    assert all(row.name_hi for row in BASE.outlines)
    assert all(row.name_hi for row in BASE.police_districts)


def test_the_sources_give_the_shipped_names_again(tmp_path: Path) -> None:
    """Where the public sources lie beside the checkout: the same bytes, and all districts as their source has them."""
    if not (GEO / "bihar_names_hi.csv").is_file():
        pytest.skip(f"{GEO} is not beside this checkout")
    build_data(GEO, tmp_path)
    shipped = Path(__file__).parents[2] / "services/routing/routing/data/stations.csv"
    assert (tmp_path / "stations.csv").read_bytes() == shipped.read_bytes()
    with (GEO / "bihar_names_hi.csv").open(encoding="utf-8", newline="") as file:
        known = {row["district"]: row["name_hi"] for row in csv.DictReader(file) if row["kind"] == "district"}
    assert {row.district: row.name_hi for row in BASE.outlines} == known


def test_a_version_keeps_the_names_and_one_without_them_its_old_name() -> None:
    """Saved and read back, nothing is lost; an empty field that came later renames no version."""
    again = from_rows(BASE.version, to_rows(BASE))
    assert [(row.name_hi, row.name_hi_origin, row.name_hi_confidence) for row in again.stations] == [
        (row.name_hi, row.name_hi_origin, row.name_hi_confidence) for row in sorted(BASE.stations, key=lambda r: r.code)
    ]
    assert content_name(again) == content_name(BASE)
    bare = replace(BASE.stations[0], name_hi="", name_hi_origin=None, name_hi_confidence=0.0)
    rows = to_rows(replace(BASE, stations=(bare,)))["stations"]
    assert not {"name_hi_origin", "name_hi_confidence"} & rows[0].keys()


def test_an_import_corrects_a_name_and_removes_none(tmp_path: Path) -> None:
    """An operator's Hindi name is right; a file without one keeps what is known, unless the station is another."""
    path = tmp_path / "stations.csv"
    path.write_text(
        "code,name,name_hi,kind,police_district,lat,lon\n"
        "5801016,Sheohar,शिवहर नगर,territorial,SHEOHAR,26.5163,85.2962\n"
        "5801030,TARIYANI,,territorial,SHEOHAR,26.3879,85.3106\n"
        "5801011,Another Place,,territorial,SHEOHAR,26.5674,85.3132\n",
        "utf-8",
    )
    found = {row.code: row for row in import_stations(path, BASE, Report()).stations}
    assert (found["5801016"].name_hi, found["5801016"].name_hi_origin) == ("शिवहर नगर", NameOrigin.IMPORT)
    assert found["5801016"].name_hi_confidence == 1.0
    assert (found["5801030"].name_hi, found["5801030"].name_hi_origin) == ("तरियानी", NameOrigin.WITNESSED)
    assert (found["5801011"].name_hi, found["5801011"].name_hi_origin) == ("", None)


@pytest.mark.parametrize(
    ("kind", "name", "called"),
    [
        (StationKind.TERRITORIAL, "कदमकुआँ", "कदमकुआँ थाना"),
        (StationKind.OUTPOST, "नया टोला", "नया टोला ओपी"),
        (StationKind.RAILWAY, "पटना", "पटना रेल थाना"),
        (StationKind.MAHILA, "महिला", "महिला थाना"),
        (StationKind.SC_ST, "एससी/एसटी थाना", "एससी/एसटी थाना"),
        (StationKind.TERRITORIAL, "", ""),
    ],
)
def test_a_station_is_called_what_it_is(kind: StationKind, name: str, called: str) -> None:
    """A station is a थाना, an outpost an ओपी, a railway's a रेल थाना; nothing twice."""
    assert called_hi(StationRecord("1", "X", kind, "PATNA", "Patna", name_hi=name)) == called


def test_posts_and_offices_have_hindi_names_and_no_office_is_a_station() -> None:
    """In the directory and in every answer: an SP's office is a कार्यालय, a control room a नियंत्रण कक्ष."""
    posts = build_directory(SNAPSHOT).posts
    assert posts["5801016:SHO"].name_hi == "थानाध्यक्ष, शिवहर थाना"
    assert posts["PATNA:SP"].name_hi == "पुलिस अधीक्षक, पटना"
    assert posts["control-room:HQ"].name_hi == "नियंत्रण कक्ष, बिहार"
    assert SNAPSHOT.superintendent("PATNA").name_hi == "पुलिस अधीक्षक कार्यालय, पटना"
    offices = [post for post in posts.values() if post.post.value != "SHO"]
    assert offices
    assert not [post.name_hi for post in offices if "थाना" in post.name_hi]
    assert not [post.name_hi for post in offices if LATIN.search(post.name_hi)]


async def test_the_list_of_stations_shows_names_with_their_origin() -> None:
    """A Hindi reader reads Hindi; what is not known is null and not a guess; both scripts filter and find."""
    async with client_of(SNAPSHOT) as http:
        one = (await http.get("/v1/stations/5801016")).json()
        assert (one["name"], one["name_hi"]) == ("Sheohar", "शिवहर")
        assert (one["name_hi_origin"], one["name_hi_confidence"]) == ("witnessed", 0.95)
        patna = (await http.get("/v1/stations", params={"district": "पटना", "limit": 500})).json()["items"]
        same_list = (await http.get("/v1/stations", params={"district": "Patna", "limit": 500})).json()["items"]
        assert patna == same_list != []
        latin = [row for row in patna if row["name_hi"] is None]
        assert all(row["name_hi_origin"] is None and row["name_hi_confidence"] is None for row in latin)
        champaran = (await http.get("/v1/stations", params={"district": "पश्चिमी चंपारण"})).json()["items"]
        assert {row["district"] for row in champaran} == {"West Champaran"}


async def test_a_decision_by_a_districts_hindi_name() -> None:
    """Who writes पटना as the district is not sent to the control room."""
    async with client_of(SNAPSHOT) as http:
        hindi = (await http.get("/v1/route", params={"district": "पटना"})).json()
        english = (await http.get("/v1/route", params={"district": "Patna"})).json()
    assert hindi["station"] == english["station"]
    named = (hindi["station"]["name_hi"], SNAPSHOT.stations[hindi["station"]["code"]].name_hi)
    assert named[0] == named[1] != ""


def test_all_stations_are_found_by_a_plain_transliteration_of_their_hindi_names() -> None:
    """By sound alone, without their Hindi names in the index, and by their Hindi names: among the first three.

    Where more than three stations bear one name, the district is named too, as anybody would.
    """
    bare = SearchIndex([replace(row, name_hi="") for row in BASE.stations])
    whole = SearchIndex.of_version(BASE)
    named = [row for row in BASE.stations if row.name_hi]
    crowded = Counter((row.name_hi, row.district) for row in named)
    missed = [row.name_source for row in named if not _found(whole, row)]
    assert missed == []
    assert len(named) > 700
    # A part such as मद्यनिषेध is a translation of Prohibition: no sound leads from one to the other.
    witnessed = [row for row in named if row.name_hi_origin is NameOrigin.WITNESSED]
    alone = [row for row in witnessed if crowded[row.name_hi, row.district] <= 3]
    by_sound = [row.name_source for row in alone if not _found(bare, row)]
    assert len(by_sound) <= len(alone) * 0.01


def _found(index: SearchIndex, row: StationRecord) -> bool:
    first = index.find(q=row.name_hi)[:3]
    return row in first or row.code in {one.code for one in index.find(q=row.name_hi, district=row.district)[:3]}


def test_spellings_that_differ_in_dots_alone_are_one() -> None:
    """So figures of accuracy do not count a chandrabindu as a mistake, and do count a vowel's length."""
    assert same("कदमकुआँ", "कदमकुआं")
    assert same("चम्पारण", "चंपारण")
    assert not same("रामपुर", "रमपुर")


def test_the_list_of_districts_is_the_shipped_one() -> None:
    """Filters of other services name districts as routing's answers do."""
    assert names_of_districts() == {
        spelling.casefold(): row.district for row in BASE.outlines for spelling in (row.district, row.name_hi)
    }
