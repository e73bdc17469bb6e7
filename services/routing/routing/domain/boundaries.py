"""Which polygon a point lies in, how near its edge, and which others it may belong to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree

from routing.domain.model import Boundary, as_array
from routing.domain.projection import local_scale, project, project_point

# Boundaries run along streets: a point this near to one may be on either side of it.
EDGE_TOLERANCE_M = 10.0
# A fix claimed to be worse than this says little more than the area: it must not name every neighbour.
ACCURACY_CAP_M = 500.0
# How far outside every polygon a point may lie and still belong to the nearest: slivers, not missing areas.
GAP_LIMIT_M = 500.0


@dataclass(frozen=True, slots=True)
class PolygonAnswer:
    """`distance_m` is to the chosen polygon's edge; `in_gap` says that the point is outside it."""

    station: str
    distance_m: float
    in_gap: bool
    overlap: bool
    others: tuple[str, ...]


class BoundaryIndex:
    """Polygons of one version behind an STRtree, in a conformal plane. Read-only after it is made."""

    def __init__(self, boundaries: Sequence[Boundary]) -> None:
        self.stations = [boundary.station for boundary in boundaries]
        self._polygons = project(as_array([boundary.geometry for boundary in boundaries]))
        self._edges = as_array(list(shapely.boundary(self._polygons)))
        shapely.prepare(self._polygons)
        self._tree = STRtree(self._polygons)

    def __len__(self) -> int:
        return len(self.stations)

    def find(self, lat: float, lon: float, accuracy_m: float | None = None) -> PolygonAnswer | None:
        """The polygon of a point, or None where no polygon is within the gap limit."""
        if not self.stations:
            return None
        x, y = project_point(lat, lon)
        scale = local_scale(lat)
        reach = doubt_radius(accuracy_m)
        span = reach * scale
        candidates = self._tree.query(shapely.box(x - span, y - span, x + span, y + span))
        if len(candidates):
            answer = self._choose(candidates, x, y, scale, reach)
            if answer is not None:
                return answer
        span = GAP_LIMIT_M * scale
        candidates = self._tree.query(shapely.box(x - span, y - span, x + span, y + span))
        return self._nearest(candidates, x, y, scale, reach) if len(candidates) else None

    def _choose(
        self, candidates: "np.ndarray[tuple[int], np.dtype[np.int64]]", x: float, y: float, scale: float, reach: float
    ) -> PolygonAnswer | None:
        inside = shapely.intersects_xy(self._polygons[candidates], x, y).tolist()
        if True not in inside:
            return None
        depths = (shapely.distance(self._edges[candidates], shapely.points(x, y)) / scale).tolist()
        stations = self.stations
        rows = [
            (stations[index], depth, within)
            for index, depth, within in zip(candidates.tolist(), depths, inside, strict=True)
            if within or depth <= reach
        ]
        # Deepest inside wins an overlap; on a common edge the lower code does: the same point, the same answer.
        station, depth = min(((row[0], row[1]) for row in rows if row[2]), key=_deepest_first)
        if len(rows) == 1:
            return PolygonAnswer(station, depth, in_gap=False, overlap=False, others=())
        overlap = sum(row[2] and row[1] > 0 for row in rows) > 1
        return PolygonAnswer(station, depth, in_gap=False, overlap=overlap, others=_others(rows, station))

    def _nearest(
        self, candidates: "np.ndarray[tuple[int], np.dtype[np.int64]]", x: float, y: float, scale: float, reach: float
    ) -> PolygonAnswer | None:
        distances = (shapely.distance(self._edges[candidates], shapely.points(x, y)) / scale).tolist()
        rows = sorted(
            (distance, self.stations[index]) for index, distance in zip(candidates.tolist(), distances, strict=True)
        )
        distance, station = rows[0]
        if distance > GAP_LIMIT_M:
            return None
        # In a gap every polygon about as near as the nearest may be the true one, and always the one across it.
        across = next((other for other, code in rows if code != station), distance)
        limit = min(max(2 * distance, distance + reach, across), GAP_LIMIT_M)
        near = [(code, other, False) for other, code in rows if other <= limit]
        return PolygonAnswer(station, distance, in_gap=True, overlap=False, others=_others(near, station))


def doubt_radius(accuracy_m: float | None) -> float:
    """Within how many metres of a polygon a point may belong to it."""
    if accuracy_m is None or not accuracy_m > EDGE_TOLERANCE_M:
        return EDGE_TOLERANCE_M
    return min(accuracy_m, ACCURACY_CAP_M)


def _deepest_first(row: tuple[str, float]) -> tuple[float, str]:
    return -row[1], row[0]


def _others(rows: list[tuple[str, float, bool]], chosen: str) -> tuple[str, ...]:
    """Those that contain the point first, then by distance; each station once."""
    ordered = sorted(rows, key=lambda row: (not row[2], row[1] if not row[2] else -row[1], row[0]))
    return tuple(dict.fromkeys(code for code, _, _ in ordered if code != chosen))
