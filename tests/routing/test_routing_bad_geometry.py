"""Boundary files that are wrong in the ways boundary files are: each has its own line in the report."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapefile  # type: ignore[import-untyped]
import shapely

from chassis.importing.report import ImportRefused, Report
from routing.domain import Boundary, Dataset, Reason, StationKind, StationRecord
from routing.importing.boundaries import import_boundaries
from routing.importing.features import read_features
from routing.importing.stations import import_stations
from tests.routing.routing_places import (
    BASE,
    IN_NEXT,
    IN_SQUARE,
    NEXT,
    SQUARE,
    Ring,
    collection,
    decide,
    feature,
    imported,
)

ACROSS: Ring = [[179.5, 25.6], [-179.5, 25.6], [-179.5, 25.7], [179.5, 25.7], [179.5, 25.6]]
STRIP: Ring = [[85.1, 25.6], [179.9, 25.6], [179.9, 25.7], [85.1, 25.7], [85.1, 25.6]]
POLE: Ring = [[85.10, 25.60], [85.12, 25.60], [85.12, 90.0], [85.10, 90.0], [85.10, 25.60]]
TYPED: Ring = [[85.10, 25.60], [85.12, 25.60], [58.12, 25.62], [85.10, 25.62], [85.10, 25.60]]
TURNED: Ring = [[lat, lon] for lon, lat in SQUARE]


@pytest.mark.parametrize(
    ("ring", "code"),
    [
        (ACROSS, "crosses_the_antimeridian"),
        (STRIP, "reaches_beyond_the_state"),
        (POLE, "reaches_beyond_the_state"),
        (TYPED, "reaches_beyond_the_state"),
        ([[x, -y] for x, y in SQUARE], "outside_the_state"),
        ([SQUARE[0], [float("nan"), 25.6], *SQUARE[2:]], "impossible_coordinates"),
        ([[85.10, 25.60]], "unreadable_geometry"),
        ([["85.10", "x"], *SQUARE[1:]], "unreadable_geometry"),
    ],
    ids=["antimeridian", "strip of the world", "pole", "mistyped vertex", "south", "no number", "one point", "words"],
)
def test_nonsense_is_rejected_by_name_and_the_rest_is_imported(tmp_path: Path, ring: Ring, code: str) -> None:
    """A wrong feature is named, decides nothing, and does not spoil the file."""
    report = Report()
    dataset = imported(collection(tmp_path / "a.geojson", feature("5117044", ring), feature("5117064", NEXT)), report)
    assert len(report.of(code)) == 1, report.counts()
    assert decide(dataset, IN_NEXT).office.code == "5117064"
    assert all(row.station != "5117044" for row in dataset.boundaries)


def test_turned_coordinates_are_put_right_and_named(tmp_path: Path) -> None:
    """Latitudes in the place of longitudes: turned back, and reported."""
    report = Report()
    dataset = imported(collection(tmp_path / "a.geojson", feature("5117044", TURNED)), report)
    assert report.of("swapped_coordinates") == ["5117044"]
    assert decide(dataset, IN_SQUARE).office.code == "5117044"


def test_a_pole_is_rejected_where_no_outline_bounds_the_state(tmp_path: Path) -> None:
    """Without outlines only the impossible is reported: a jurisdiction at a pole is."""
    station = StationRecord("7", "Seven", StationKind.TERRITORIAL, "P", "D")
    base = Dataset("v", (station,), BASE.police_districts)
    report = Report()
    file = collection(tmp_path / "a.geojson", feature("7", POLE))
    with pytest.raises(ImportRefused, match="no usable"):
        import_boundaries(read_features(file, report), base, report)
    assert report.of("at_a_pole") == ["7"]


@pytest.mark.parametrize("members", [["no feature"], [None, 7]])
def test_members_that_are_no_features_are_reported(tmp_path: Path, members: list[Any]) -> None:
    """Nothing of a file is passed over in silence."""
    report = Report()
    imported(collection(tmp_path / "a.geojson", *members, feature("5117044", SQUARE)), report)
    assert len(report.of("not_a_feature")) == len(members)
    lines = tmp_path / "a.geojsonl"
    lines.write_text("\n".join(map(json.dumps, [*members, feature("5117044", SQUARE)])), "utf-8")
    report = Report()
    imported(lines, report)
    assert report.of("not_a_feature") == [f"line {number}" for number in range(1, len(members) + 1)]


@pytest.mark.parametrize("suffix", ["geojson", "geojsonl"])
def test_a_byte_order_mark_is_no_garbage(tmp_path: Path, suffix: str) -> None:
    """Files that went through a spreadsheet's editor begin with a mark nobody sees."""
    path = collection(tmp_path / "a.geojson", feature("5117044", SQUARE))
    if suffix == "geojsonl":
        path = tmp_path / "a.geojsonl"
        path.write_text(json.dumps(feature("5117044", SQUARE)), "utf-8")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    report = Report()
    assert decide(imported(path, report), IN_SQUARE).office.code == "5117044"
    assert report.of("unreadable_line") == []


def test_lines_and_points_are_no_jurisdictions(tmp_path: Path) -> None:
    """Only ground can be a jurisdiction; empty and missing geometries are distinguished."""
    wrong = [
        {"type": "Feature", "properties": {"PS_Code": "5117044"}, "geometry": geometry}
        for geometry in (
            {"type": "Point", "coordinates": [85.11, 25.61]},
            {"type": "LineString", "coordinates": [[85.11, 25.61], [85.12, 25.62]]},
            {"type": "Polygon", "coordinates": []},
            None,
        )
    ]
    report = Report()
    imported(collection(tmp_path / "a.geojson", *wrong, feature("5117064", NEXT)), report)
    assert report.of("not_a_polygon") == ["feature 1", "feature 2", "feature 3"]
    assert report.of("unreadable_geometry") == ["feature 4"]


@pytest.mark.parametrize("spelling", ["PS_Code", "ps_code", "PS CODE", "PsCode", "ps_code_bhugoal", "Station_Code"])
def test_the_code_is_found_however_its_name_is_written(tmp_path: Path, spelling: str) -> None:
    """Public layers write one column in many ways, and numbers as numbers with a fraction of nothing."""
    row = feature("", SQUARE)
    row["properties"] = {spelling: 5117044.0, "THANA_NAME": "KOTWALI"}
    dataset = imported(collection(tmp_path / "a.geojson", row), Report())
    assert [(found.station, found.name) for found in dataset.boundaries if found.station == "5117044"] == [
        ("5117044", "Kotwali")
    ]


def test_a_shapefile_in_metres_is_refused(tmp_path: Path) -> None:
    """A projection file that names another system, or numbers that are no degrees, refuse the whole file."""
    for name, prj, size in (("utm", 'PROJCS["WGS_1984_UTM_Zone_45N"]', 1.0), ("metres", None, 1e5)):
        path = tmp_path / f"{name}.shp"
        with shapefile.Writer(str(path), shapeType=shapefile.POLYGON) as writer:
            writer.field("PS_Code", "C", 12)
            writer.poly([[[x * size, y * size] for x, y in SQUARE]])
            writer.record("5117044")
        if prj:
            path.with_suffix(".prj").write_text(prj, "utf-8")
        with pytest.raises(ImportRefused, match="degrees"):
            imported(path, Report())


@pytest.mark.parametrize("lost", [".dbf", ".shx", "half"])
def test_a_shapefile_with_a_part_missing_is_reported(tmp_path: Path, lost: str) -> None:
    """Without its table nothing has a code; without its index it is read all the same; cut in two it is refused."""
    path = tmp_path / "a.shp"
    with shapefile.Writer(str(path), shapeType=shapefile.POLYGON) as writer:
        writer.field("PS_Code", "C", 12)
        for code, ring in (("5117044", SQUARE), ("5117064", NEXT)):
            writer.poly([ring])
            writer.record(code)
    if lost == "half":
        path.write_bytes(path.read_bytes()[:150])
    else:
        path.with_suffix(lost).unlink()
    if lost == ".shx":
        assert decide(imported(path, Report()), IN_SQUARE).office.code == "5117044"
        return
    with pytest.raises(ImportRefused):
        imported(path, Report())


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [
        ("abc", "85.1", "unreadable_coordinates"),
        ("25,61", "85,1", "unreadable_coordinates"),
        ("nan", "85.1", "coordinates_outside_india"),
        ("inf", "85.1", "coordinates_outside_india"),
        ("91", "181", "coordinates_outside_india"),
        ("90", "85.1", "coordinates_outside_india"),
        ("25.61", "-179.9", "coordinates_outside_india"),
        ("0", "0", "coordinates_outside_india"),
        ("85.1", "25.61", "swapped_coordinates"),
        ("", "", "no_coordinates"),
    ],
)
def test_a_stations_coordinates_are_read_or_named(tmp_path: Path, lat: str, lon: str, code: str) -> None:
    """A station whose point can not be is in the version without it, and the report says why."""
    path = tmp_path / "stations.csv"
    path.write_text(f'code,name,kind,police_district,lat,lon\n5117901,NEW,territorial,PATNA,"{lat}","{lon}"\n', "utf-8")
    report = Report()
    station = next(row for row in import_stations(path, BASE, report).stations if row.code == "5117901")
    assert report.of(code) == ["5117901"]
    assert station.located is (code == "swapped_coordinates")


def test_a_point_on_a_common_vertex_has_one_answer_and_names_the_others() -> None:
    """Four jurisdictions meet in a point: the lowest code answers, always, and the other three are named."""
    corner = (25.61, 85.11)
    stations = ("5117044", "5117064", "5117028", "5117060")
    boxes = (
        shapely.box(85.10, 25.60, 85.11, 25.61),
        shapely.box(85.11, 25.60, 85.12, 25.61),
        shapely.box(85.10, 25.61, 85.11, 25.62),
        shapely.box(85.11, 25.61, 85.12, 25.62),
    )
    for order in (range(4), range(3, -1, -1)):
        boundaries = tuple(Boundary(stations[index], boxes[index]) for index in order)
        decision = decide(Dataset("v", BASE.stations, BASE.police_districts, boundaries=boundaries), corner)
        assert decision.office.code == min(stations)
        assert set(decision.ambiguous_with) == set(stations) - {min(stations)}
        assert decision.reason is Reason.JURISDICTION
        assert decision.distance_to_edge_m == pytest.approx(0.0, abs=1e-6)
        assert decision.confidence <= 0.5


@pytest.mark.parametrize(
    "place",
    [
        (25.6, 180.0),
        (25.6, -180.0),
        (25.6, 179.9999),
        (90.0, 85.1),
        (-90.0, 85.1),
        (89.9, 85.1),
        (86.0, 85.1),
        (0.0, 0.0),
    ],
)
def test_the_antimeridian_and_the_poles_are_outside_the_state(place: tuple[float, float]) -> None:
    """Places where a map tears are answered as any other place outside: the control room, with a word of zero FIR."""
    for version in (BASE, Dataset("v", BASE.stations, BASE.police_districts, boundaries=BASE.boundaries)):
        decision = decide(version, place)
        assert decision.reason is Reason.CONTROL_ROOM
        assert "zero_fir_at_any_station" in decision.notes
