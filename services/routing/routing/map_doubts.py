"""What an operator should look at on the map: wrong places, gaps, overlaps, ground without a jurisdiction."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import shapely
from shapely import Geometry, STRtree
from shapely.geometry.base import BaseGeometry

from routing.domain import Boundary, Dataset, StationRecord
from routing.domain.model import as_array
from routing.importing.coverage import LEAST_AREA_M2, square_metres


class Doubt(NamedTuple):
    """`kind` is also the class it is drawn with; the geometry is in WGS84 degrees."""

    kind: str
    text: str
    geometry: BaseGeometry


def find_doubts(dataset: Dataset, in_force: Sequence[Boundary] | None = None) -> list[Doubt]:
    """Every doubt of a version, kind by kind; gaps and overlaps by size. `in_force`: the jurisdictions of one day."""
    if in_force is not None:
        dataset = replace(dataset, boundaries=tuple(in_force))
    stations = {station.code: station for station in dataset.stations}
    of_district: defaultdict[str, list[Geometry]] = defaultdict(list)
    for boundary in dataset.boundaries:
        of_district[stations[boundary.station].district].append(boundary.geometry)
    return [
        *_misplaced(dataset),
        *_outside_their_ground(dataset, stations),
        *sorted(_gaps(of_district), key=_size),
        *sorted(_overlaps(dataset, stations), key=_size),
        *_bare_ground(dataset, of_district),
    ]


def home(dataset: Dataset, station: StationRecord) -> BaseGeometry | None:
    """Somewhere in the district that a station belongs to."""
    outline = next((row.geometry for row in dataset.outlines if row.district == station.district), None)
    return outline.representative_point() if outline is not None else None


def _misplaced(dataset: Dataset) -> Iterator[Doubt]:
    for station in dataset.stations:
        if station.lat is not None and station.lon is not None and not station.coord_ok:
            point = shapely.Point(station.lon, station.lat)
            yield Doubt("misplaced", f"{station.name_en} ({station.code}) belongs to {station.district}", point)


def _outside_their_ground(dataset: Dataset, stations: dict[str, StationRecord]) -> Iterator[Doubt]:
    ground: defaultdict[str, list[Geometry]] = defaultdict(list)
    for boundary in dataset.boundaries:
        ground[boundary.station].append(boundary.geometry)
    for code, polygons in sorted(ground.items()):
        station = stations[code]
        if station.lat is None or station.lon is None:
            middle = shapely.union_all(polygons).representative_point()
            yield Doubt("lonely", f"{station.name_en} ({code}) has ground and no point", middle)
        elif station.coord_ok and not shapely.intersects_xy(as_array(polygons), station.lon, station.lat).any():
            point = shapely.Point(station.lon, station.lat)
            yield Doubt("lonely", f"{station.name_en} ({code}) stands outside its own ground", point)


def _gaps(of_district: dict[str, list[Geometry]]) -> Iterator[Doubt]:
    for district, polygons in sorted(of_district.items()):
        for part in shapely.get_parts(shapely.union_all(polygons)).tolist():
            for ring in part.interiors:
                hole = shapely.Polygon(ring)
                area = square_metres(hole)
                if area >= LEAST_AREA_M2:
                    yield Doubt("gap", f"{district}: a gap of {area / 1e4:,.1f} ha", hole)


def _overlaps(dataset: Dataset, stations: dict[str, StationRecord]) -> Iterator[Doubt]:
    rows = dataset.boundaries
    polygons = as_array([row.geometry for row in rows])
    left, right = STRtree(polygons).query(polygons, predicate="intersects")
    for first, second in zip(left.tolist(), right.tolist(), strict=True):
        one, other = rows[first], rows[second]
        if first >= second or one.station == other.station:
            continue
        common = shapely.intersection(one.geometry, other.geometry)
        area = square_metres(common)
        if area >= LEAST_AREA_M2:
            names = f"{stations[one.station].name_en} and {stations[other.station].name_en}"
            yield Doubt("overlap", f"{names} share {area / 1e4:,.1f} ha", common)


def _bare_ground(dataset: Dataset, of_district: dict[str, list[Geometry]]) -> Iterator[Doubt]:
    """Districts without any jurisdiction: there the nearest station answers, provisionally."""
    for outline in sorted(dataset.outlines, key=lambda row: row.district):
        if outline.district not in of_district:
            yield Doubt("bare", f"{outline.district}: no jurisdiction is loaded", outline.geometry)


def _size(doubt: Doubt) -> float:
    """For sorting, the largest first."""
    return -float(doubt.geometry.area)
