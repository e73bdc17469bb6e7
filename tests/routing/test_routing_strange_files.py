"""Files of jurisdictions as programs and people write them: taken as they are meant, or refused in one sentence."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import shapefile  # type: ignore[import-untyped]

from chassis.importing.report import ImportRefused, Report
from tests.routing.routing_places import BASE, IN_SQUARE, NEXT, SQUARE, codes, collection, counts, feature, imported

OLD, NEW = "5117044", "5117064"
ELSEWHERE: Final = 'GEOGCS["GCS_Kalianpur_1975",DATUM["D_Kalianpur_1975"]]'


def shapes(path: Path, *, encoding: str = "utf-8", name: str = "Naya Tola", day: date | None = None) -> Path:
    with shapefile.Writer(str(path), shapeType=shapefile.POLYGON, encoding=encoding) as writer:
        writer.field("PS_CODE", "C", 12)
        writer.field("NAME", "C", 60)
        writer.field("VALID_FROM", "D")
        writer.poly([SQUARE[::-1]])
        writer.record(NEW, name, day)
    return path


def test_the_days_in_a_shapefiles_capitals_count(tmp_path: Path) -> None:
    """A jurisdiction of the future whose column is VALID_FROM does not begin today."""
    before = imported(collection(tmp_path / "now.geojson", feature(OLD, SQUARE)), Report())
    later = imported(shapes(tmp_path / "later.shp", day=date(2027, 1, 1)), Report(), before)
    assert codes(later, IN_SQUARE, date(2026, 12, 31), date(2027, 1, 1)) == [OLD, NEW]


def test_a_projection_in_capitals_is_looked_at(tmp_path: Path) -> None:
    """A file from Windows names its coordinate system in X.PRJ: degrees of another datum lie elsewhere."""
    path = shapes(tmp_path / "windows.shp")
    (tmp_path / "windows.PRJ").write_text(ELSEWHERE, "utf-8")
    with pytest.raises(ImportRefused, match=r"windows\.PRJ names another coordinate system"):
        imported(path, Report())


def test_the_encoding_of_a_shapefiles_names_is_its_own(tmp_path: Path) -> None:
    """A .cpg file says it; without one, or with an unknown one, an operator reads what to do."""
    path = shapes(tmp_path / "old.shp", encoding="cp1252", name="Café")
    with pytest.raises(ImportRefused, match=r"name it in a \.cpg file"):
        imported(path, Report())
    (tmp_path / "old.cpg").write_text("no such thing", "utf-8")
    with pytest.raises(ImportRefused, match=r"\.cpg file beside it: unknown encoding"):
        imported(path, Report())
    (tmp_path / "old.cpg").write_text("1252", "utf-8")
    names = {row.name for row in imported(path, Report()).boundaries}
    assert "Café" in names


@pytest.mark.parametrize(
    "crs",
    [
        None,
        {},
        4326,
        "EPSG:4326",
        "epsg:4326",
        "EPSG::4326",
        "EPSG 4326",
        "CRS84",
        "OGC:CRS84",
        "WGS 84",
        "WGS84",
        "GCS_WGS_1984",
        "urn:ogc:def:crs:EPSG::4326",
        "urn:ogc:def:crs:EPSG:6.9:4326",
        "urn:x-ogc:def:crs:EPSG:4326",
        "URN:OGC:DEF:CRS:OGC:1.3:CRS84",
        "urn:ogc:def:crs:OGC::CRS84",
        "http://www.opengis.net/def/crs/EPSG/0/4326",
        "https://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "http://www.opengis.net/gml/srs/epsg.xml#4326",
        "http://spatialreference.org/ref/epsg/4326/",
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        {"type": "name", "properties": {"name": "epsg:4326"}},
        {"type": "EPSG", "properties": {"code": 4326}},
        {"type": "link", "properties": {"href": "http://www.opengis.net/def/crs/OGC/1.3/CRS84", "type": "proj4"}},
        {"type": "GeographicCRS", "name": "WGS 84", "id": {"authority": "EPSG", "code": 4326}},
    ],
)
def test_every_way_to_write_wgs84_is_understood(tmp_path: Path, crs: object) -> None:
    """The member that GeoJSON had once, and what people write there."""
    imported(collection(tmp_path / "a.geojson", feature(OLD, SQUARE), crs=crs), Report())


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:32645",
        {"properties": ["EPSG:4326"]},
        [32645],
        "EPSG:43260",
        "EPSG:24326",
        "EPSG:3857",
        "urn:ogc:def:crs:EPSG::7755",
        "EPSG:32645 EPSG:4326",
        "WGS 84 / UTM zone 45N",
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32645"}},
        {"type": "EPSG", "properties": {"code": 32645}},
        {"type": "unknown"},
    ],
)
def test_a_coordinate_system_that_is_another_or_none_is_refused(tmp_path: Path, crs: object) -> None:
    """Also where it is written in a way that nobody expects."""
    with pytest.raises(ImportRefused, match="WGS84 degrees are needed"):
        imported(collection(tmp_path / "a.geojson", feature(OLD, SQUARE), crs=crs), Report())


def test_the_wrong_ending_of_a_file_is_no_riddle(tmp_path: Path) -> None:
    """Lines under .geojson name the ending that they need; a collection in a line is read."""
    lines = "\n".join(json.dumps(feature(code, ring)) for code, ring in ((OLD, SQUARE), (NEW, NEXT)))
    (tmp_path / "lines.geojson").write_text(lines, "utf-8")
    with pytest.raises(ImportRefused, match=r"need the ending \.geojsonl"):
        imported(tmp_path / "lines.geojson", Report())
    whole: dict[str, Any] = {"type": "FeatureCollection", "features": [feature(OLD, SQUARE), 7]}
    (tmp_path / "whole.geojsonl").write_text(json.dumps(whole), "utf-8")
    report = Report()
    imported(tmp_path / "whole.geojsonl", report)
    assert report.figures["jurisdictions accepted"] == 1
    assert report.of("not_a_feature") == ["line 1, feature 2"]


def test_a_code_in_other_digits_is_the_same_station(tmp_path: Path) -> None:
    """Devanagari digits and a number with a point make no second station; what is no code is rejected."""
    digits = str.maketrans({str(digit): chr(0x966 + digit) for digit in range(10)})
    report = Report()
    path = collection(
        tmp_path / "a.geojson",
        feature(OLD.translate(digits), SQUARE),
        feature(f"{NEW}.0", NEXT),
        feature("x" * 60, NEXT),
    )
    dataset = imported(path, report)
    assert len(dataset.stations) == len(BASE.stations)
    assert counts(report) == {"unusable_code": 1}


def test_a_shape_that_the_database_could_not_store_is_rejected(tmp_path: Path) -> None:
    """A jurisdiction of a million vertices is data; one of more is rejected by name, and the rest is imported."""
    many = 1_100_000
    ring = [[85.10 + 0.01 * number / many, 25.60] for number in range(many)] + [[85.11, 25.61], [85.10, 25.60]]
    report = Report()
    imported(collection(tmp_path / "a.geojson", feature(OLD, ring), feature(NEW, NEXT)), report)
    assert report.of("too_many_vertices") == ["feature 1"]
    assert report.figures["jurisdictions accepted"] == 1


def test_ground_in_another_district_than_its_station_is_noticed(tmp_path: Path) -> None:
    """A wrong code hands a neighbourhood of Patna to a station of Sheohar; a neighbour's border is no matter."""
    report = Report()
    imported(collection(tmp_path / "a.geojson", feature("5801016", SQUARE), feature(NEW, NEXT)), report)
    assert report.of("ground_in_another_district") == ["5801016"]


@pytest.mark.parametrize("level", ["feature", "line"])
def test_a_coordinate_system_of_a_single_feature_counts(tmp_path: Path, level: str) -> None:
    """GeoJSON had the member on each object; a file of lines has it nowhere else."""
    one = feature(OLD, SQUARE) | {"crs": {"type": "name", "properties": {"name": "EPSG:32645"}}}
    path = collection(tmp_path / "a.geojson", one)
    if level == "line":
        path = tmp_path / "a.geojsonl"
        path.write_text(json.dumps(one), "utf-8")
    with pytest.raises(ImportRefused, match="EPSG:32645; WGS84 degrees are needed"):
        imported(path, Report())


def test_a_projection_of_wgs84_is_not_read_as_degrees(tmp_path: Path) -> None:
    """Written as WKT 2 it does not begin with PROJCS."""
    path = shapes(tmp_path / "utm.shp")
    (tmp_path / "utm.prj").write_text('PROJCRS["WGS 84 / UTM zone 45N",BASEGEOGCRS["WGS 84"]]', "utf-8")
    with pytest.raises(ImportRefused, match="another coordinate system"):
        imported(path, Report())


@pytest.mark.parametrize(
    "more", [[12.0], [12.0, 1.5], [12.0, 1.5, 7], [None][:0]], ids=["height", "measure", "more", "none"]
)
def test_heights_and_measures_change_nothing_on_whose_ground_it_is(tmp_path: Path, more: list[float]) -> None:
    """A position is its first two numbers, also where only some positions have more."""
    ring = [[*position, *(more if number % 2 else [12.0])] for number, position in enumerate(SQUARE)]
    plain = imported(collection(tmp_path / "a.geojson", feature(OLD, SQUARE)), Report())
    tall = imported(collection(tmp_path / "b.geojson", feature(OLD, ring)), Report())
    assert [row.geometry.wkb for row in tall.boundaries] == [row.geometry.wkb for row in plain.boundaries]


@pytest.mark.parametrize(
    ("geometry", "why"),
    [
        (None, "it has no geometry"),
        ("Polygon", "it has no geometry"),
        ({}, "no type or no coordinates"),
        ({"type": "Polygon"}, "no type or no coordinates"),
        ({"type": "Polygon", "coordinates": [["85.1", "25.6"]]}, "are no positions of a Polygon"),
        ({"type": "Polygon", "coordinates": [[[85.1], [85.2], [85.3], [85.1]]]}, "are no positions of a Polygon"),
        ({"type": "Ploygon", "coordinates": [SQUARE]}, "are no positions of a Ploygon"),
        ({"type": ["Polygon"], "coordinates": [SQUARE]}, "no type or no coordinates"),
    ],
)
def test_a_geometry_that_can_not_be_read_is_explained(tmp_path: Path, geometry: object, why: str) -> None:
    """The rest of the file is imported."""
    report = Report()
    one = feature(OLD, SQUARE) | {"geometry": geometry}
    imported(collection(tmp_path / "a.geojson", one, feature(NEW, NEXT)), report)
    (found,) = [item for item in report.findings if item.code == "unreadable_geometry"]
    assert (found.where, why in found.detail) == ("feature 1", True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"type":"FeatureCollection","features":' + "[" * 200_000 + "]" * 200_000 + "}", "nested too deep"),
        ('{"a":' * 200_000 + "1" + "}" * 200_000, "nested too deep"),
        ("[" * 300_000, "nested too deep"),
        ('{"type":"FeatureCollection","features":[{"id":' + "9" * 5_000 + "}]}", "can not be read"),
        (
            '{"type":"FeatureCollection","features":[{"properties":{"ps_code":"1","ps_code":"2"}}]}',
            "the key 'ps_code' stands twice",
        ),
    ],
    ids=["features", "objects", "unclosed", "digits", "twice"],
)
def test_json_that_no_program_writes_is_refused_in_a_sentence(tmp_path: Path, text: str, why: str) -> None:
    """Never a traceback; in a file of lines it is that line which is rejected."""
    (tmp_path / "a.geojson").write_text(text, "utf-8")
    with pytest.raises(ImportRefused, match=why):
        imported(tmp_path / "a.geojson", Report())
    (tmp_path / "a.geojsonl").write_text(f"{text}\n{json.dumps(feature(OLD, SQUARE))}\n", "utf-8")
    report = Report()
    imported(tmp_path / "a.geojsonl", report)
    assert report.of("unreadable_line") == ["line 1"]
