"""The operator's commands through their own main() on a real MongoDB: what they make, and what they refuse."""

import json
from datetime import timedelta

import pytest
import shapefile  # type: ignore[import-untyped]

from chassis.clock import SystemClock
from routing.domain import Snapshot
from routing.store.posts import Posts
from routing.store.versions import Versions
from tests.integration.routing_desk import NOW, Desk, features
from tests.routing.routing_places import BASE as SHIPPED

SQUARE = [[85.10, 25.60], [85.12, 25.60], [85.12, 25.62], [85.10, 25.62], [85.10, 25.60]]
NEXT = [[85.12, 25.60], [85.14, 25.60], [85.14, 25.62], [85.12, 25.62], [85.12, 25.60]]
BOWTIE = [[85.10, 25.60], [85.12, 25.62], [85.12, 25.60], [85.10, 25.62], [85.10, 25.60]]
HEADER = "code,name,kind,police_district,lat,lon,sub_division,valid_from,valid_to\n"


def test_stations_become_a_version_that_a_switch_puts_in_force(desk: Desk) -> None:
    """An import alone changes nothing; a switch does, a rollback undoes it, and the audit shows all three."""
    file = desk.text(
        "stations.csv",
        HEADER
        + "5117901,NEW TOWN,territorial,PATNA,25.61,85.11,Patna City,2026-01-01,2030-12-31\n"
        + "5117902,SWAPPED,territorial,PATNA,85.12,25.61,,,\n"
        + "5117901,TWICE,territorial,PATNA,25.61,85.11,,,\n"
        + "5117903,ODD DAY,territorial,PATNA,25.61,85.11,,05.06.2026,\n",
    )
    report = desk.folder / "findings.json"
    status, output = desk.run("import-stations", file, "--report", str(report))
    assert status == 0
    assert {line.split()[1] for line in output.splitlines() if line.startswith(("rejected", "suspicious"))} == {
        "swapped_coordinates",
        "duplicate_code",
        "unreadable_date",
    }
    assert json.loads(report.read_text("utf-8"))["counts"]["rejected:duplicate_code"] == 1
    version = desk.saved(output)
    assert desk.in_force() == SHIPPED.version
    assert desk.saved(desk.run("import-stations", file)[1]) == version

    assert desk.run("switch", version, "--by", "hq", "--why", "new thanas")[0] == 0
    assert desk.in_force() == version
    loaded = desk.ask(lambda mongo: Versions(mongo, SystemClock()).load(version))
    station = Snapshot(loaded).stations["5117901"]
    assert (station.sub_division, str(station.valid_from), str(station.valid_to)) == (
        "Patna City",
        "2026-01-01",
        "2030-12-31",
    )

    assert desk.run("rollback", "--by", "hq", "--why", "wrong")[0] == 0
    assert desk.in_force() == SHIPPED.version
    _, output = desk.run("versions")
    assert f"* {SHIPPED.version}" in output
    assert [line.split()[0] for line in output.partition("switches:")[2].splitlines() if line] == ["1", "2", "3"]


@pytest.mark.parametrize("kind", ["geojson", "geojsonl", "shp"])
def test_boundaries_in_three_formats_come_into_force_at_their_time(desk: Desk, kind: str) -> None:
    """The same jurisdictions from each kind of file decide from the time that was given."""
    rings = (("5117044", SQUARE), ("5117064", NEXT))
    file = desk.geojson("a.geojson", *rings)
    if kind == "geojsonl":
        file = desk.text("a.geojsonl", "\n".join(map(json.dumps, features(*rings))))
    if kind == "shp":
        file = str(desk.folder / "a.shp")
        with shapefile.Writer(file, shapeType=shapefile.POLYGON) as writer:
            writer.field("PS_Code", "C", 12)
            for code, ring in rings:
                writer.poly([ring])
                writer.record(code)
    status, output = desk.run("import-boundaries", file, "--effective-from", "2026-01-01", "--by", "hq")
    assert status == 0
    assert desk.in_force() == desk.saved(output)


def test_a_version_of_the_future_waits(desk: Desk) -> None:
    """Until its time has come the version before decides."""
    file = desk.geojson("a.geojson", ("5117044", SQUARE))
    status, _ = desk.run("import-boundaries", file, "--effective-from", f"{NOW + timedelta(days=30):%Y-%m-%d}")
    assert status == 0
    assert desk.in_force() == SHIPPED.version


def test_doubtful_boundaries_are_reported_and_put_right(desk: Desk) -> None:
    """A bow-tie is repaired, a code drawn twice is rejected, turned coordinates are turned back, all by name."""
    turned = [[lat, lon] for lon, lat in NEXT]
    file = desk.geojson("a.geojson", ("5117044", BOWTIE), ("5117044", BOWTIE), ("5117064", turned))
    status, output = desk.run("import-boundaries", file)
    assert status == 0
    for code in ("repair_changed_the_area", "duplicate_code", "swapped_coordinates"):
        assert code in output
    loaded = desk.ask(lambda mongo: Versions(mongo, SystemClock()).load(desk.saved(output)))
    found = Snapshot(loaded).boundaries.find(25.61, 85.13)
    assert found is not None
    assert found.station == "5117064"


UTM = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32645"}}


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("no.geojson", "", "no JSON"),
        ("list.geojson", "[1, 2]", "no GeoJSON FeatureCollection"),
        ("empty.geojson", '{"type": "FeatureCollection", "features": []}', "no usable jurisdiction"),
        ("utm.geojson", json.dumps({"type": "FeatureCollection", "features": [], "crs": UTM}), "32645"),
        ("metres.geojsonl", json.dumps(features(("5117044", [[x * 1e5, y * 1e5] for x, y in SQUARE]))[0]), "degrees"),
        ("sea.geojsonl", json.dumps(features(("5117044", [[x, y - 30] for x, y in SQUARE]))[0]), "no usable"),
        ("broken.shp", "this is no shapefile", "no shapefile"),
        ("page.pdf", "%PDF", "no kind of boundary file"),
    ],
)
def test_a_boundary_file_that_is_none_is_refused(desk: Desk, name: str, text: str, why: str) -> None:
    """Each kind of wrong file has its own sentence, status 1, and nothing changes."""
    status, output = desk.run("import-boundaries", desk.text(name, text), "--effective-from", "2026-01-01")
    assert status == 1
    assert output.splitlines()[-1].startswith("refused: ")
    assert why in output
    assert "stays as it is" in output
    assert desk.in_force() == SHIPPED.version


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"a,b\n1,2\n", "no column for code"),
        (HEADER.encode(), "no usable station"),
        ("code,name,kind,police_district\n5117901,caf\u00e9,territorial,PATNA\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_station_file_that_is_none_is_refused(desk: Desk, content: bytes, why: str) -> None:
    """Wrong columns, no rows and another encoding are distinguished, and nothing changes."""
    file = desk.folder / "stations.csv"
    file.write_bytes(content)
    status, output = desk.run("import-stations", str(file), "--effective-from", "2026-01-01")
    assert (status, why in output) == (1, True), output
    assert desk.in_force() == SHIPPED.version


def test_a_missing_file_and_an_unknown_version_are_refused(desk: Desk) -> None:
    """What is not there is named; a day that is none is refused before anything is read."""
    status, output = desk.run("import-stations", str(desk.folder / "nowhere.csv"))
    assert (status, "nowhere.csv" in output) == (1, True)
    status, output = desk.run("switch", "v-none")
    assert (status, "there is no version v-none" in output) == (1, True)
    status, output = desk.run("rollback")
    assert (status, "no version before" in output) == (1, True)
    assert desk.run("switch", SHIPPED.version, "--effective-from", "soon")[0] == 2


def test_officers_are_kept_and_garbage_is_refused(desk: Desk) -> None:
    """Vacancies and office telephones are kept for posts that exist; a file in another encoding changes nothing."""
    file = desk.text(
        "posts.csv",
        "station,post,office_phone,office_email,vacant,acting\n"
        "5801016,SHO,+916122222222,,,\n5801011,SHO,,,yes,5801016:SHO\n42,SHO,,,,\n",
    )
    status, output = desk.run("import-officers", file)
    assert status == 0
    assert "unknown_post" in output
    kept = desk.ask(lambda mongo: Posts(mongo).all())
    assert set(kept) == {"5801016:SHO", "5801011:SHO"}
    assert kept["5801011:SHO"].acting == "5801016:SHO"
    (desk.folder / "latin.csv").write_bytes(b"station,post\n\xe9,SHO\n")
    status, output = desk.run("import-officers", str(desk.folder / "latin.csv"))
    assert (status, "not UTF-8" in output) == (1, True)


def test_what_if_names_the_cases_that_would_move(desk: Desk) -> None:
    """A table of from, to and how many, and a map of the points without a case's id; nothing comes into force."""
    desk.decide_some()
    moved = desk.folder / "moved.geojson"
    file = desk.geojson("a.geojson", ("5117044", SQUARE))
    days = ("--from", f"{NOW - timedelta(days=1):%Y-%m-%d}", "--to", f"{NOW + timedelta(days=2):%Y-%m-%d}")
    status, output = desk.run("what-if", file, *days, "--geojson", str(moved))
    assert status == 0
    assert "2 of 3 cases would move; 0 could not be compared" in output
    points = json.loads(moved.read_text("utf-8"))["features"]
    assert [point["properties"]["to"] for point in points] == ["5117044", "5117044"]
    assert "c_0" not in moved.read_text("utf-8")
    assert desk.in_force() == SHIPPED.version
    status, output = desk.run("what-if", SHIPPED.version, *days)
    assert (status, "0 of 3 cases would move" in output) == (0, True)
    status, output = desk.run("what-if", "v-none", *days)
    assert (status, "there is no version v-none" in output) == (1, True)


def test_the_map_is_one_page_with_stations_and_decisions(desk: Desk) -> None:
    """The page needs nothing but itself and shows stations, jurisdictions and what was decided."""
    desk.decide_some()
    page = desk.folder / "map.html"
    assert desk.run("map", "--out", str(page))[0] == 0
    text = page.read_text("utf-8")
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert text.count("<circle") >= len([station for station in SHIPPED.stations if station.lat is not None]) + 3
    assert "3 decisions" in text
    status, output = desk.run("map", "--version", "v-none", "--out", str(page))
    assert (status, "there is no version v-none" in output) == (1, True)
