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

from chassis.importing.report import ImportRefused, Report
from routing.importing.crs import is_wgs84, is_wgs84_projection, name_of

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
                feature = _parsed(text)
            except ValueError as error:
                report.reject("unreadable_line", f"line {number}", getattr(error, "msg", str(error)))
                continue
            if isinstance(feature, dict) and feature.get("type") == "FeatureCollection":
                yield from _members(feature, report, f"line {number}, ")
            elif isinstance(feature, dict):
                _refuse_other_degrees(feature)
                yield f"line {number}", feature
            else:
                report.reject("not_a_feature", f"line {number}", type(feature).__name__)


def _collection(path: Path, report: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        document = _parsed(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise ImportRefused("the file is no JSON: it is not UTF-8 text") from None
    except NotPlain as error:
        raise ImportRefused(f"the file can not be read: {error}") from None
    except json.JSONDecodeError as error:
        hint = "; features line by line need the ending .geojsonl" if error.msg == "Extra data" else ""
        raise ImportRefused(f"the file is no JSON: {error.msg} in line {error.lineno}{hint}") from None
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise ImportRefused("the file is no GeoJSON FeatureCollection")
    yield from _members(document, report, "")


def _members(document: dict[str, Any], report: Report, before: str) -> Iterator[tuple[str, dict[str, Any]]]:
    _refuse_other_degrees(document)
    features = document.get("features")
    for number, feature in enumerate(features if isinstance(features, list) else (), start=1):
        if isinstance(feature, dict):
            _refuse_other_degrees(feature)
            yield f"{before}feature {number}", feature
        else:
            report.reject("not_a_feature", f"{before}feature {number}", type(feature).__name__)


class NotPlain(ValueError):
    """JSON that no program writes, and whose reading would fail or lose something."""


def _parsed(text: str) -> Any:
    """Raises NotPlain, and json.JSONDecodeError for what is no JSON."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise NotPlain("it is nested too deep") from None
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        # A number of thousands of digits, or a key given twice.
        raise NotPlain(str(error).partition(";")[0]) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Of a key given twice the last would be taken, without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for number, (key, _) in enumerate(pairs) if key in dict(pairs[:number]))
        raise NotPlain(f"the key '{twice[:40]}' stands twice in one object")
    return found


def _refuse_other_degrees(member: dict[str, Any]) -> None:
    named = name_of(member.get("crs"))
    if named and not is_wgs84(named):
        raise ImportRefused(f"the coordinates are in {named}; WGS84 degrees are needed")


def _shapes(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    projection = next((path.with_suffix(ending) for ending in PROJECTIONS if path.with_suffix(ending).exists()), None)
    if projection is not None and not is_wgs84_projection(projection.read_text("utf-8", "replace")):
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


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    return dict(properties) if isinstance(properties, dict) else {}


def _geometry(feature: dict[str, Any], report: Report, where: str, kinds: Collection[str]) -> BaseGeometry | None:
    geometry = _drawn(feature.get("geometry"), report, where)
    if geometry is None:
        return None
    fault = _fault(geometry, kinds)
    if fault is not None:
        report.reject(fault[0], where, fault[1])
        return None
    west, south, east, north = geometry.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise ImportRefused(f"{where}: coordinates beyond 180 degrees; the file is not in WGS84 degrees")
    if east - west > HALF_THE_WORLD:
        report.reject("crosses_the_antimeridian", where, f"{west:.2f} to {east:.2f} east")
        return None
    return geometry


def _fault(geometry: BaseGeometry, kinds: Collection[str]) -> tuple[str, str] | None:
    """Why a geometry that could be read is no use, as a finding's code and detail."""
    if geometry.is_empty or geometry.geom_type not in kinds:
        detail = f"{geometry.geom_type}{', empty' if geometry.is_empty else ''}"
        return ("not_a_polygon" if kinds is POLYGONAL else "not_a_line"), detail
    if len(shapely.to_wkb(geometry)) > MOST_BYTES:
        vertices = int(shapely.get_num_coordinates(geometry))
        return "too_many_vertices", f"{vertices:,}; about a million at most: simplify it"
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        return "impossible_coordinates", "a coordinate is no number"
    return None


def _drawn(drawn: object, report: Report, where: str) -> BaseGeometry | None:
    if not isinstance(drawn, dict):
        report.reject("unreadable_geometry", where, "it has no geometry")
        return None
    try:
        return _shape(drawn)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, ShapelyError, RecursionError) as error:
        report.reject("unreadable_geometry", where, _reason(drawn, error))
        return None


def _shape(drawn: dict[str, Any]) -> BaseGeometry:
    # What is no number is looked for afterwards: the library's own warning would name no feature.
    with np.errstate(invalid="ignore"):
        try:
            return shapely.force_2d(shape(drawn))
        except (TypeError, ValueError, ShapelyError):
            # Heights and measures: the library reads x y z, and not x y z m nor some with and some without.
            return shapely.force_2d(shape({**drawn, "coordinates": _flat(drawn["coordinates"])}))


def _flat(coordinates: Any) -> Any:
    """Positions by their first two numbers: what comes after says nothing on whose ground it is."""
    if not isinstance(coordinates, list | tuple):
        raise TypeError("a position is no list of numbers")
    if coordinates and all(isinstance(number, int | float) for number in coordinates):
        return coordinates[:2]
    return [_flat(part) for part in coordinates]


def _reason(drawn: dict[str, Any], error: Exception) -> str:
    """Why, in a sentence: the library's own words speak of arrays."""
    kind = drawn.get("type")
    if not isinstance(kind, str) or not isinstance(drawn.get("coordinates", drawn.get("geometries")), list):
        return "its geometry has no type or no coordinates"
    if isinstance(error, RecursionError):
        return "its coordinates are nested too deep"
    return f"its coordinates are no positions of a {kind[:20]}: pairs of numbers, nested as GeoJSON says"
