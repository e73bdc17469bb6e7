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
PROJECTIONS: Final = (".prj", ".PRJ", ".Prj")
# The database takes 16 MB at once: a shape of a million vertices.
MOST_BYTES: Final = 16_500_000

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
            if isinstance(feature, dict) and feature.get("type") == "FeatureCollection":
                yield from _members(feature, report, f"line {number}, ")
            elif isinstance(feature, dict):
                yield f"line {number}", feature
            else:
                report.reject("not_a_feature", f"line {number}", type(feature).__name__)


def _collection(path: Path, report: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise ImportRefused("the file is no JSON: it is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        hint = "; features line by line need the ending .geojsonl" if error.msg == "Extra data" else ""
        raise ImportRefused(f"the file is no JSON: {error.msg} in line {error.lineno}{hint}") from None
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise ImportRefused("the file is no GeoJSON FeatureCollection")
    yield from _members(document, report, "")


def _members(document: dict[str, Any], report: Report, before: str) -> Iterator[tuple[str, dict[str, Any]]]:
    named = _crs(document.get("crs"))
    if named and not named.endswith(WGS84):
        raise ImportRefused(f"the coordinates are in {named}; WGS84 degrees are needed")
    features = document.get("features")
    for number, feature in enumerate(features if isinstance(features, list) else (), start=1):
        if isinstance(feature, dict):
            yield f"{before}feature {number}", feature
        else:
            report.reject("not_a_feature", f"{before}feature {number}", type(feature).__name__)


def _crs(said: object) -> str:
    """The name of the coordinate system, written in the way of GeoJSON 2008 or plainly."""
    properties = said.get("properties") if isinstance(said, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else said
    return str(name or "").strip()[:80]


def _shapes(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    projection = next((path.with_suffix(ending) for ending in PROJECTIONS if path.with_suffix(ending).exists()), None)
    if projection is not None and not _is_wgs84(projection.read_text("utf-8", "replace")):
        raise ImportRefused(f"{projection.name} names another coordinate system; WGS84 degrees are needed")
    try:
        with _opened(path) as reader:
            for number, record in enumerate(reader.iterShapeRecords(), start=1):
                yield f"shape {number}", dict(record.__geo_interface__)
    except shapefile.dbfFileException as error:
        if "decode" not in str(error):
            raise ImportRefused(f"the file is no shapefile: {error}") from None
        raise ImportRefused("the table (.dbf) is in another encoding: name it in a .cpg file beside it") from None
    except LookupError as error:
        raise ImportRefused(f"the .cpg file beside it: {error}") from None
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
        detail = f"{geometry.geom_type}{', empty' if geometry.is_empty else ''}"
        report.reject("not_a_polygon" if kinds is POLYGONAL else "not_a_line", where, detail)
        return None
    if len(shapely.to_wkb(geometry)) > MOST_BYTES:
        vertices = int(shapely.get_num_coordinates(geometry))
        report.reject("too_many_vertices", where, f"{vertices:,}; about a million at most: simplify it")
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
