"""Whether jurisdictions cover their districts once: overlaps, gaps, and stations that stand outside their own."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator

import numpy as np
import shapely
from shapely import Geometry, STRtree

from chassis.importing.report import Report
from routing.domain import Boundary, Dataset
from routing.domain.model import as_array
from routing.domain.projection import project
from routing.importing.days import days_text, periods, together

# Smaller overlaps and gaps than a house are how the drawing ends, not where a jurisdiction does.
LEAST_AREA_M2 = 100.0
# The share of a district that may go without a jurisdiction from one day to the next and still be a matter of drawing.
LEAST_LOSS = 0.01


def report_coverage(dataset: Dataset, districts: Collection[str], report: Report) -> None:
    """Adds findings and figures for the boundaries of these districts."""
    stations = {station.code: station for station in dataset.stations}
    boundaries = [boundary for boundary in dataset.boundaries if stations[boundary.station].district in districts]
    _overlaps(boundaries, report)
    _gaps(dataset, districts, boundaries, report)
    _stations_outside(dataset, boundaries, districts, report)


def square_metres(geometry: Geometry) -> float:
    """The area on the ground of a small geometry in degrees."""
    if geometry.is_empty:
        return 0.0
    plane = project(as_array([geometry]))[0]
    return float(plane.area) * math.cos(math.radians(geometry.centroid.y)) ** 2


def _overlaps(boundaries: list[Boundary], report: Report) -> None:
    polygons = as_array([boundary.geometry for boundary in boundaries])
    left, right = STRtree(polygons).query(polygons, predicate="intersects")
    total, pairs = 0.0, 0
    for first, second in zip(left.tolist(), right.tolist(), strict=True):
        one, other = boundaries[first], boundaries[second]
        both = together(one, other)
        if first >= second or one.station == other.station or both is None:
            continue
        area = square_metres(shapely.intersection(one.geometry, other.geometry))
        total += area
        if area > 0:
            pairs += 1
        if area >= LEAST_AREA_M2:
            report.suspect("overlap", one.station, f"with {other.station}: {area:,.0f} m2{days_text(both)}")
    report.figures["overlapping pairs"] = pairs
    report.figures["overlap, km2"] = round(total / 1e6, 3)


def _gaps(dataset: Dataset, districts: Collection[str], boundaries: list[Boundary], report: Report) -> None:
    """For each stretch of time with the same jurisdictions: what they leave open, and what they lose."""
    stations = {station.code: station for station in dataset.stations}
    holes: list[float] = []
    for outline in dataset.outlines:
        if outline.district not in districts:
            continue
        rows = [row for row in boundaries if stations[row.station].district == outline.district]
        before = 0.0
        for number, on in enumerate(periods(rows)):
            when = "" if on is None else f" until {on}" if number == 0 else f" from {on}"
            union = shapely.union_all([row.geometry for row in rows if row.valid(on)])
            holes += _holes(union, f"{outline.district}{when}", report)
            share = shapely.intersection(union, outline.geometry).area / outline.geometry.area
            report.figures[f"covered of {outline.district}{when}, %"] = round(100 * share, 2)
            if share < before - LEAST_LOSS:
                report.suspect("ground_lost", outline.district, f"{before:.1%} before, {share:.1%}{when}")
            before = share
    report.figures["gaps enclosed"] = len(holes)
    report.figures["gaps enclosed, km2"] = round(sum(holes) / 1e6, 3)


def _holes(union: Geometry, where: str, report: Report) -> Iterator[float]:
    """Square metres of each. Only what jurisdictions enclose is surely a gap: the outline is drawn by someone else."""
    for part in shapely.get_parts(union).tolist():
        for ring in part.interiors:
            hole = shapely.Polygon(ring)
            area = square_metres(hole)
            if area >= LEAST_AREA_M2:
                inside = hole.representative_point()
                report.suspect("gap", where, f"{area:,.0f} m2 at {inside.y:.5f}, {inside.x:.5f}")
            yield area


def _stations_outside(dataset: Dataset, boundaries: list[Boundary], districts: Collection[str], report: Report) -> None:
    of_station: defaultdict[str, list[Geometry]] = defaultdict(list)
    for boundary in boundaries:
        of_station[boundary.station].append(boundary.geometry)
    for station in dataset.stations:
        polygons = of_station.get(station.code)
        if polygons is None:
            if station.kind.value == "territorial" and station.district in districts:
                report.suspect("station_without_polygon", station.code, station.name_en)
        elif station.lat is None or station.lon is None:
            report.suspect("polygon_without_station_point", station.code, station.name_en)
        elif not np.any(shapely.intersects_xy(as_array(polygons), station.lon, station.lat)):
            report.suspect("station_outside_its_polygon", station.code, station.name_en)
