"""What an import makes of good, doubtful and bad files."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapefile  # type: ignore[import-untyped]

from chassis.importing.report import ImportRefused, Report
from routing.directory import build_directory
from routing.domain import Dataset, Filing, Point, Reason, Snapshot, assign_station
from routing.importing.boundaries import Fields, import_boundaries
from routing.importing.features import read_features
from routing.importing.officers import import_officers
from routing.importing.stations import import_stations
from routing.store.rows import content_name, from_rows, to_rows
from tests.routing.routing_places import BASE

SQUARE = [[85.10, 25.60], [85.12, 25.60], [85.12, 25.62], [85.10, 25.62], [85.10, 25.60]]
NEXT = [[85.12, 25.60], [85.14, 25.60], [85.14, 25.62], [85.12, 25.62], [85.12, 25.60]]
BOWTIE = [[85.10, 25.60], [85.12, 25.62], [85.12, 25.60], [85.10, 25.62], [85.10, 25.60]]
HEADER = "code,name,kind,police_district,lat,lon\n"


def feature(code: object, ring: list[list[float]], **more: object) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"PS_Code": code, **more}, "geometry": geometry}


def collection(path: Path, *features: dict[str, Any], **more: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **more}), "utf-8")
    return path


def imported(path: Path, report: Report, fields: Fields | None = None) -> Dataset:
    return import_boundaries(read_features(path, report), BASE, report, fields)


def answer(dataset: Dataset, lat: float, lon: float) -> str:
    decision = assign_station(Snapshot(dataset), Filing(emergency=False, point=Point(lat, lon)))
    assert decision.reason is Reason.JURISDICTION
    return decision.office.code


def test_boundaries_decide_after_the_import(tmp_path: Path) -> None:
    """A file of jurisdictions replaces those of its districts and leaves the other districts alone."""
    report = Report()
    path = collection(tmp_path / "patna.geojson", feature(5117044, SQUARE), feature("5117064", NEXT))
    dataset = imported(path, report)
    assert answer(dataset, 25.61, 85.11) == "5117044"
    assert answer(dataset, 25.61, 85.13) == "5117064"
    assert answer(dataset, 26.5163, 85.2962) == "5801016"
    assert report.figures["jurisdictions accepted"] == 2


def test_newline_delimited_and_shapefile_mean_the_same(tmp_path: Path) -> None:
    """The same polygons in three formats make one and the same version."""
    features = [feature("5117044", SQUARE), feature("5117064", NEXT)]
    plain = imported(collection(tmp_path / "a.geojson", *features), Report())
    lines = tmp_path / "a.geojsonl"
    lines.write_text("\n".join(map(json.dumps, features)) + "\nnot json\n", "utf-8")
    report = Report()
    assert content_name(imported(lines, report)) == content_name(plain)
    assert report.of("unreadable_line") == ["line 3"]
    with shapefile.Writer(str(tmp_path / "a.shp"), shapeType=shapefile.POLYGON) as writer:
        writer.field("PS_Code", "C", 12)
        for row in features:
            writer.poly(row["geometry"]["coordinates"])
            writer.record(row["properties"]["PS_Code"])
    shapes = imported(tmp_path / "a.shp", Report())
    assert answer(shapes, 25.61, 85.11) == "5117044"


def test_self_intersections_are_repaired_and_reported(tmp_path: Path) -> None:
    """A bow-tie becomes its two triangles, and the report says by how much the area changed."""
    report = Report()
    dataset = imported(collection(tmp_path / "a.geojson", feature("5117044", BOWTIE)), report)
    assert report.of("repair_changed_the_area") == ["5117044"]
    assert all(boundary.geometry.is_valid for boundary in dataset.boundaries)


def test_a_jurisdiction_drawn_twice_is_rejected(tmp_path: Path) -> None:
    """The second polygon of a code over the same ground is not another part of it."""
    report = Report()
    imported(collection(tmp_path / "a.geojson", feature("5117044", SQUARE), feature("5117044", SQUARE)), report)
    assert report.of("duplicate_code") == ["feature 2"]


def test_overlaps_gaps_and_lonely_stations_are_reported(tmp_path: Path) -> None:
    """The coverage report names pairs that overlap, polygons without a point, stations outside their polygon."""
    wide = [[85.10, 25.60], [85.13, 25.60], [85.13, 25.62], [85.10, 25.62], [85.10, 25.60]]
    report = Report()
    imported(
        collection(
            tmp_path / "a.geojson", feature("5117044", wide), feature("5117064", NEXT), feature("5117999", SQUARE)
        ),
        report,
    )
    assert len(report.of("overlap")) == 3 - 1
    assert report.of("station_created") == ["5117999"]
    assert "5117999" in report.of("polygon_without_station_point")
    assert report.of("station_outside_its_polygon")


@pytest.mark.parametrize(
    "crs", [{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32645"}}], ids=["UTM zone 45"]
)
def test_another_coordinate_system_is_refused(tmp_path: Path, crs: object) -> None:
    """Metres are not taken for degrees, whether the file says so or its numbers do."""
    with pytest.raises(ImportRefused, match="32645"):
        imported(collection(tmp_path / "a.geojson", feature("5117044", SQUARE), crs=crs), Report())
    metres = [[x * 1e5, y * 1e5] for x, y in SQUARE]
    with pytest.raises(ImportRefused, match="degrees"):
        imported(collection(tmp_path / "b.geojson", feature("5117044", metres)), Report())


@pytest.mark.parametrize("text", ["", "{}", "[1, 2]", '{"type": "FeatureCollection", "features": []}'])
def test_an_empty_file_changes_nothing(tmp_path: Path, text: str) -> None:
    """A file without a jurisdiction is refused as a whole."""
    path = tmp_path / "a.geojson"
    path.write_text(text, "utf-8")
    with pytest.raises(ImportRefused):
        imported(path, Report())


def test_stations_are_added_checked_and_put_right(tmp_path: Path) -> None:
    """Swapped columns are turned, doubtful points are kept away from distances, bad rows are named by line."""
    path = tmp_path / "stations.csv"
    path.write_text(
        HEADER
        + "5117901,NEW TOWN,territorial,PATNA,25.61,85.11\n"
        + "5117902,SWAPPED,territorial,patna,85.12,25.61\n"
        + "5117903,FAR AWAY,territorial,PATNA,26.5163,85.2962\n"
        + "5117904,NOWHERE,territorial,PATNA,,\n"
        + "5117905,PARIS,territorial,PATNA,48.85,2.35\n"
        + "5117901,TWICE,territorial,PATNA,25.61,85.11\n"
        + "5117906,ODD,space,PATNA,25.61,85.11\n"
        + "5117907,LOST,territorial,ATLANTIS,25.61,85.11\n"
        + "5117908,,territorial,PATNA,25.61,85.11\n",
        "utf-8",
    )
    report = Report()
    dataset = import_stations(path, BASE, report)
    stations = {station.code: station for station in dataset.stations}
    assert len(dataset.stations) == len(BASE.stations) + 5
    assert stations["5117901"].located
    assert (stations["5117902"].lat, stations["5117902"].lon) == (25.61, 85.12)
    assert [code for code in stations if code.startswith("51179") and not stations[code].located] == [
        "5117903",
        "5117904",
        "5117905",
    ]
    assert report.counts() == {
        "rejected:duplicate_code": 1,
        "rejected:missing_value": 1,
        "rejected:unknown_kind": 1,
        "rejected:unknown_police_district": 1,
        "suspicious:coordinates_outside_india": 1,
        "suspicious:misplaced": 1,
        "suspicious:no_coordinates": 1,
        "suspicious:shared_coordinates": 1,
        "suspicious:swapped_coordinates": 1,
    }


def test_a_file_that_is_no_list_of_stations_is_refused(tmp_path: Path) -> None:
    """Without the needed columns, or with no usable row, the version in force stays."""
    path = tmp_path / "stations.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(ImportRefused, match="code"):
        import_stations(path, BASE, Report())
    path.write_text(HEADER, "utf-8")
    with pytest.raises(ImportRefused, match="no usable station"):
        import_stations(path, BASE, Report())


def test_a_version_survives_the_database_bit_by_bit() -> None:
    """Rows and back give the same content, named by it."""
    back = from_rows("again", to_rows(BASE))
    assert content_name(back) == content_name(BASE)
    assert back.stations == BASE.stations


def test_officers_name_known_posts_only(tmp_path: Path) -> None:
    """Vacancies, acting posts and telephones are taken for posts that exist; the rest is rejected by line."""
    path = tmp_path / "posts.csv"
    path.write_text(
        "station,post,office_phone,office_email,vacant,acting\n"
        "5801016,SHO,+916122222222,sho@example.org,0,\n"
        "5801011,SHO,,,yes,5801016:SHO\n"
        "42,SHO,,,,\n"
        "5801019,SHO,call me,,,\n",
        "utf-8",
    )
    report = Report()
    found = import_officers(path, build_directory(Snapshot(BASE)), report)
    assert set(found) == {"5801016:SHO", "5801011:SHO"}
    assert found["5801011:SHO"].vacant
    assert report.counts() == {"rejected:unknown_post": 1, "rejected:unreadable_phone": 1}
