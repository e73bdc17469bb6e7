"""Which polygon a point lies in, how near its edge, and which others it may belong to."""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, STRtree, lib

from routing.domain.model import Boundary, Point, as_array
from routing.domain.offices_ground import rims, together_by_office
from routing.domain.projection import MAX_LATITUDE, Geometries, local_scale, project, project_point, project_points

ALLOW_NAN = np.intc(0)
PAIRS_AT_ONCE = 4

Degrees = NDArray[np.float64]

# Boundaries run along streets: a point this near to one may be on either side of it.
EDGE_TOLERANCE_M = 10.0
# A fix claimed to be worse than this says little more than the area: it must not name every neighbour. The doubt has
# no such end.
ACCURACY_CAP_M = 500.0
# How far outside every polygon a point may lie and still belong to the nearest: slivers, not missing areas.
GAP_LIMIT_M = 500.0
# At least as much along a meridian.
GAP_DEGREES = 0.01
NO_OFFICES: Mapping[str, str] = {}
# West, south, east and north of what no point lies in.
NO_GROUND = (math.inf, math.inf, -math.inf, -math.inf)


class PolygonAnswer(NamedTuple):
    """`station` is the chosen polygon's, `others` are the offices it may belong to instead.

    `distance_m` is to the edge of all ground of the polygon's office; `in_gap` says that the point is outside it.
    """

    station: str
    distance_m: float
    in_gap: bool
    overlap: bool
    others: tuple[str, ...]


class BoundaryIndex:
    """Polygons of one version behind an STRtree, in a conformal plane. Read-only after it is made.

    `offices` names who answers for a station's ground where that is another one: between two grounds of one office
    there is no doubt.
    """

    def __init__(self, boundaries: Sequence[Boundary], offices: Mapping[str, str] = NO_OFFICES) -> None:
        self.stations = [boundary.station for boundary in boundaries]
        self._offices = [offices.get(station, station) for station in self.stations]
        self._polygons = project(as_array([boundary.geometry for boundary in boundaries]))
        # For one point shapely's functions over arrays cost more than their work: each is also asked by itself.
        self._each: list[Geometry] = self._polygons.tolist()
        self._edges: list[Geometry] = shapely.boundary(self._polygons).tolist()
        self._scales = _scales(boundaries)
        together = together_by_office(self._offices)
        self._rims = rims(self._polygons, self._edges, together, EDGE_TOLERANCE_M * self._scales)
        self._alone = _without_overlap(self._polygons)
        # On such ground the choice, and so the note which outpost it is, is made among all that hold the point.
        self._alone[list(chain.from_iterable(together))] = False
        self._deep = [
            PolygonAnswer(station, EDGE_TOLERANCE_M, in_gap=False, overlap=False, others=())
            for station in self.stations
        ]
        shapely.prepare(self._polygons)
        # So wide that a bare point finds every polygon it may belong to, which is faster than asking with a box.
        boxes = _widened(self._polygons, GAP_LIMIT_M * self._scales)
        self._tree = STRtree(boxes)
        self._reach: Sequence[float] = shapely.total_bounds(boxes).tolist() if boundaries else NO_GROUND

    def __len__(self) -> int:
        return len(self.stations)

    def find(self, lat: float, lon: float, accuracy_m: float | None = None) -> PolygonAnswer | None:
        """The polygon of a point, or None where no polygon is within the gap limit."""
        x, y = project_point(lat, lon)
        if not self._may_have(x, y):
            return None
        point = lib.points(((x, y),), ALLOW_NAN)
        candidates = self._tree.query(point)[1].tolist()
        return self._of(candidates, point[0], local_scale(lat), doubt_radius(accuracy_m))

    def find_each(self, points: Sequence[Point], plane: Sequence[tuple[float, float]]) -> list[PolygonAnswer | None]:
        """What find() says of each point, to the last bit; `plane` are their places by project_point()."""
        answers: list[PolygonAnswer | None] = [None] * len(points)
        rows = [row for row, (x, y) in enumerate(plane) if self._may_have(x, y)]
        if not rows:
            return answers
        places = lib.points(np.array([plane[row] for row in rows]), ALLOW_NAN)
        candidates: list[list[int]] = [[] for _ in rows]
        for number, index in self._tree.query(places).T.tolist():
            candidates[number].append(index)
        for row, place, near in zip(rows, places.tolist(), candidates, strict=True):
            asked = points[row]
            answers[row] = self._of(near, place, local_scale(asked.lat), doubt_radius(asked.accuracy_m))
        return answers

    def find_all(self, lat: Degrees, lon: Degrees) -> list[PolygonAnswer | None]:
        """What find() says of many points without a reported accuracy, for audits and what-if.

        Where the edge is farther than the doubt reaches, its distance is given as that reach: "at least 10 m".
        """
        answers: list[PolygonAnswer | None] = [None] * len(lat)
        if not self.stations:
            return answers
        x, y = project_points(lat, lon)
        points = shapely.points(np.column_stack((x, y)))
        rows, candidates = self._tree.query(points)
        deep = shapely.contains_xy(self._cores[candidates], x[rows], y[rows])
        for row, index in zip(rows[deep].tolist(), candidates[deep].tolist(), strict=True):
            answers[row] = self._deep[index]
        unsure = np.ones(len(lat), dtype=bool)
        unsure[rows[deep]] = False
        for row in np.flatnonzero(unsure).tolist():
            answers[row] = self.find(float(lat[row]), float(lon[row]))
        return answers

    @cached_property
    def _cores(self) -> Geometries:
        """Each polygon less the band where its edge leaves a doubt; nothing of one that overlaps another."""
        cores = shapely.buffer(self._polygons, -EDGE_TOLERANCE_M * self._scales, quad_segs=1, join_style="mitre")
        cores[~self._alone] = shapely.Polygon()
        shapely.prepare(cores)
        return np.asarray(cores, dtype=object)

    def _may_have(self, x: float, y: float) -> bool:
        """Whether any polygon is so near that the point may belong to it."""
        west, south, east, north = self._reach
        return west <= x <= east and south <= y <= north

    def _of(self, candidates: Sequence[int], point: Geometry, scale: float, reach: float) -> PolygonAnswer | None:
        """The answer from the polygons whose boxes, as wide as a gap, hold the point."""
        inside: list[int] = []
        for index in candidates:
            if self._each[index].intersects(point):
                depth = self._rims[index].distance(point) / scale
                # Deeper than the doubt reaches, no neighbour can be meant, unless one overlaps this polygon.
                if depth > reach and self._alone[index]:
                    return PolygonAnswer(self.stations[index], depth, in_gap=False, overlap=False, others=())
                inside.append(index)
        if inside:
            return self._choose(candidates, inside, point, scale, reach)
        return self._nearest(candidates, point, scale, reach) if candidates else None

    def _choose(
        self, candidates: Sequence[int], inside: Sequence[int], point: Geometry, scale: float, reach: float
    ) -> PolygonAnswer:
        depths = [self._rims[index].distance(point) / scale for index in candidates]
        near = [
            (index, depth, index in inside)
            for index, depth in zip(candidates, depths, strict=True)
            if index in inside or depth <= reach
        ]
        # Deepest inside wins an overlap; on a common edge the lower code does: the same point, the same answer. On
        # common ground of one office its outpost's polygon is the finer one.
        depth, office, _, station = min(
            (-depth, self._offices[index], self.stations[index] == self._offices[index], self.stations[index])
            for index, depth, holds in near
            if holds
        )
        rows = [(self._offices[index], depth, holds) for index, depth, holds in near]
        overlap = any(row[2] and row[1] > 0 and row[0] != office for row in rows)
        return PolygonAnswer(station, -depth, in_gap=False, overlap=overlap, others=_others(rows, office))

    def _nearest(self, candidates: Sequence[int], point: Geometry, scale: float, reach: float) -> PolygonAnswer | None:
        rows = sorted(
            (self._edges[index].distance(point) / scale, self.stations[index], self._offices[index])
            for index in candidates
        )
        distance, station, office = rows[0]
        if distance > GAP_LIMIT_M:
            return None
        # In a gap every polygon about as near as the nearest may be the true one, and always the one across it.
        across = next((other for other, _, beside in rows if beside != office), distance)
        limit = min(max(2 * distance, distance + reach, across), GAP_LIMIT_M)
        near = [(beside, other, False) for other, _, beside in rows if other <= limit]
        return PolygonAnswer(station, distance, in_gap=True, overlap=False, others=_others(near, office))


def _scales(boundaries: Sequence[Boundary]) -> Degrees:
    """The plane's units of a metre at the most poleward place that a polygon or a gap beside it reaches."""
    bounds = np.array([row.geometry.bounds for row in boundaries]).reshape(-1, 4)
    poleward = np.abs(bounds[:, (1, 3)]).max(axis=1, initial=0.0) + GAP_DEGREES
    return np.asarray(1.0 / np.cos(np.radians(np.minimum(poleward, MAX_LATITUDE))), dtype=np.float64)


def _widened(polygons: Geometries, wider: NDArray[np.float64]) -> Geometries:
    """Boxes around the polygons, wider by so much of the plane on each side."""
    west, south, east, north = shapely.bounds(polygons).T.reshape(4, -1)
    return np.asarray(shapely.box(west - wider, south - wider, east + wider, north + wider), dtype=object)


def _without_overlap(polygons: Geometries) -> NDArray[np.bool_]:
    """For each polygon, whether it shares no ground with another."""
    alone = np.ones(len(polygons), dtype=bool)
    left, right = STRtree(polygons).query(polygons)
    pairs = left < right
    left, right = left[pairs], right[pairs]
    # In small pieces: a long call holds the interpreter, and with it the lanes that decide meanwhile.
    for start in range(0, len(left), PAIRS_AT_ONCE):
        one, other = left[start : start + PAIRS_AT_ONCE], right[start : start + PAIRS_AT_ONCE]
        shared = shapely.relate_pattern(polygons[one], polygons[other], "T********")
        alone[one[shared]] = False
        alone[other[shared]] = False
    return alone


def error_radius(accuracy_m: float | None) -> float:
    """How many metres a point may be off, however bad its fix is."""
    return EDGE_TOLERANCE_M if accuracy_m is None or not accuracy_m > EDGE_TOLERANCE_M else accuracy_m


def doubt_radius(accuracy_m: float | None) -> float:
    """Within how many metres of a polygon it is named as one that a point may belong to."""
    if accuracy_m is None or not accuracy_m > EDGE_TOLERANCE_M:
        return EDGE_TOLERANCE_M
    return min(accuracy_m, ACCURACY_CAP_M)


def _others(rows: list[tuple[str, float, bool]], chosen: str) -> tuple[str, ...]:
    """Those that contain the point first, then by distance; each office once."""
    ordered = sorted(rows, key=lambda row: (not row[2], row[1] if not row[2] else -row[1], row[0]))
    return tuple(dict.fromkeys(code for code, _, _ in ordered if code != chosen))
