"""Polygons from GeoJSON, newline-delimited GeoJSON or a shapefile, as properties and a geometry in WGS84 degrees."""

import json
import struct
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapefile  # type: ignore[import-untyped]
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from routing.importing.report import ImportRefused, Report

WGS84: Final = ("CRS84", "EPSG::4326", "EPSG:4326")
POLYGONAL: Final = frozenset({"Polygon", "MultiPolygon"})
LINEAR: Final = POLYGONAL | {"LineString", "MultiLineString"}
HALF_THE_WORLD: Final = 180.0

Feature = tuple[str, dict[str, Any], BaseGeometry]


def read_features(path: Path, report: Report, kinds: Collection[str] = POLYGONAL) -> Iterator[Feature]:
    """Where it stands, properties and geometry of each feature; a feature without one of these kinds is reported.

    Raises ImportRefused for a file of no known kind or with coordinates that are no degrees.
    """
    suffix = path.suffix.casefold()
    if suffix in {".geojsonl", ".geojsonseq", ".ndjson", ".jsonl"}:
        raw = _lines(path, report)
    elif suffix in {".geojson", ".json"}:
        raw = _collection(path, report)
    elif suffix == ".shp":
        raw = _shapes(path)
    else:
        raise ImportRefused(f"{path.suffix or 'a file without a suffix'} is no kind of boundary file that is known")
    for where, feature in raw:
        geometry = _geometry(feature, report, where, kinds)
        if geometry is not None:
            yield where, _properties(feature), geometry


def _lines(path: Path, report: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            text = line.strip().lstrip("\x1e")
            if not text:
                continue
            try:
                feature = json.loads(text)
            except json.JSONDecodeError as error:
                report.reject("unreadable_line", f"line {number}", error.msg)
                continue
            if isinstance(feature, dict):
                yield f"line {number}", feature
            else:
                report.reject("not_a_feature", f"line {number}", type(feature).__name__)


def _collection(path: Path, report: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise ImportRefused("the file is no JSON") from None
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise ImportRefused("the file is no GeoJSON FeatureCollection")
    named = str(((document.get("crs") or {}).get("properties") or {}).get("name", ""))
    if named and not named.endswith(WGS84):
        raise ImportRefused(f"the coordinates are in {named}; WGS84 degrees are needed")
    for number, feature in enumerate(document["features"], start=1):
        if isinstance(feature, dict):
            yield f"feature {number}", feature
        else:
            report.reject("not_a_feature", f"feature {number}", type(feature).__name__)


def _shapes(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    projection = path.with_suffix(".prj")
    if projection.exists() and not _is_wgs84(projection.read_text("utf-8", "replace")):
        raise ImportRefused(f"{projection.name} names another coordinate system; WGS84 degrees are needed")
    try:
        with _opened(path) as reader:
            for number, record in enumerate(reader.iterShapeRecords(), start=1):
                yield f"shape {number}", dict(record.__geo_interface__)
    except (shapefile.ShapefileException, shapefile.PossiblyCorruptFileHeader, struct.error) as error:
        raise ImportRefused(f"the file is no shapefile: {error}") from None


def _opened(path: Path) -> shapefile.Reader:
    """A file whose header names another size than it has was cut off on its way: what is left is not the state."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", shapefile.PossiblyCorruptFileHeader)
        return shapefile.Reader(str(path))


def _is_wgs84(text: str) -> bool:
    flat = text.replace("_", "").replace(" ", "").upper()
    return not flat.startswith("PROJCS") and ("WGS1984" in flat or "WGS84" in flat)


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    return dict(properties) if isinstance(properties, dict) else {}


def _geometry(feature: dict[str, Any], report: Report, where: str, kinds: Collection[str]) -> BaseGeometry | None:
    try:
        # What is no number is looked for below: the library's own warning would name no feature.
        with np.errstate(invalid="ignore"):
            geometry = shapely.force_2d(shape(feature["geometry"]))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, ShapelyError):
        report.reject("unreadable_geometry", where)
        return None
    if geometry.is_empty or geometry.geom_type not in kinds:
        report.reject("not_a_polygon" if kinds is POLYGONAL else "not_a_line", where, geometry.geom_type)
        return None
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        report.reject("impossible_coordinates", where, "a coordinate is no number")
        return None
    west, south, east, north = geometry.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise ImportRefused(f"{where}: coordinates beyond 180 degrees; the file is not in WGS84 degrees")
    if east - west > HALF_THE_WORLD:
        report.reject("crosses_the_antimeridian", where, f"{west:.2f} to {east:.2f} east")
        return None
    return geometry
