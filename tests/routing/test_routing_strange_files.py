"""Files of jurisdictions as programs and people write them: taken as they are meant, or refused in one sentence."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import shapefile  # type: ignore[import-untyped]

from routing.importing.report import ImportRefused, Report
from tests.routing.routing_places import BASE, IN_SQUARE, NEXT, SQUARE, codes, collection, feature, imported, said

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
    "crs", ["EPSG:4326", {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, None, {}]
)
def test_every_way_to_say_wgs84_is_understood(tmp_path: Path, crs: object) -> None:
    """The member that GeoJSON had once, and what people write there."""
    imported(collection(tmp_path / "a.geojson", feature(OLD, SQUARE), crs=crs), Report())


@pytest.mark.parametrize("crs", ["EPSG:32645", {"properties": ["EPSG:4326"]}, [32645]])
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
    assert said(report) == {"unusable_code": 1}


def test_a_shape_that_the_database_could_not_take_is_rejected(tmp_path: Path) -> None:
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
