"""Which revenue district a point lies in, and whether it lies in the state at all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree, lib

from routing.domain.model import Outline, Point, as_array
from routing.domain.projection import MAX_LATITUDE, Geometries, local_scale, project, project_point

# The outlines' own error: a point this little outside the state is still taken as inside.
OUTLINE_ERROR_M = 300.0
# A coarsely drawn arc cuts its corners by this much at most.
COARSE_ARC = 1.09
# Two independent digitisations of these districts differ by this much along their borders.
BORDER_DOUBT_M = 1_000.0
# A fix claimed to be worse than this is still looked for no farther away.
FARTHEST_DOUBT_M = 5 * BORDER_DOUBT_M
# The plane's units of a metre at its rim.
FARTHEST_SCALE = local_scale(MAX_LATITUDE)
ALLOW_NAN = np.intc(0)


@dataclass(frozen=True, slots=True)
class DistrictAnswer:
    """`neighbours` are districts whose border is so near that the point may be theirs."""

    district: str
    on_the_edge: bool
    neighbours: tuple[str, ...]


class DistrictIndex:
    def __init__(self, outlines: Sequence[Outline]) -> None:
        self._names = [outline.district for outline in outlines]
        self._polygons = project(as_array([outline.geometry for outline in outlines]))
        shapely.prepare(self._polygons)
        self._tree = STRtree(self._polygons)
        self._reach = _reach(self._polygons)
        self._cores = _cores(self._polygons, [outline.geometry.bounds[3] for outline in outlines])
        self._deep: list[DistrictAnswer] = [
            DistrictAnswer(name, on_the_edge=False, neighbours=()) for name in self._names
        ]

    def __len__(self) -> int:
        return len(self._names)

    def find(self, lat: float, lon: float, accuracy_m: float | None = None) -> DistrictAnswer | None:
        """The district of a point, None when it lies outside the state."""
        if not self._names:
            return None
        x, y = project_point(lat, lon)
        west, south, east, north = self._reach
        if not (west <= x <= east and south <= y <= north):
            return None
        doubt = _doubt(accuracy_m)
        if doubt == BORDER_DOUBT_M:
            # Most of a district lies farther from its border than any doubt reaches.
            point = lib.points(((x, y),), ALLOW_NAN)
            near: list[int] = self._tree.query(point)[1].tolist()
            for index in near:
                if self._cores[index].intersects(point[0]):
                    return self._deep[index]
        return self._by_borders([(x, y, local_scale(lat), doubt)])[0]

    def find_all(self, points: Sequence[Point], plane: Sequence[tuple[float, float]]) -> list[DistrictAnswer | None]:
        """What find() says of each point; `plane` are their places by project_point()."""
        answers: list[DistrictAnswer | None] = [None] * len(points)
        if not self._names or not points:
            return answers
        geometries = lib.points(np.array(plane), ALLOW_NAN)
        rows, near = self._tree.query(geometries)
        inside = lib.intersects(self._cores[near], geometries[rows])
        for row, index in zip(rows[inside].tolist(), near[inside].tolist(), strict=True):
            answers[row] = self._deep[index]
        rest = [
            row
            for row, (point, answer) in enumerate(zip(points, answers, strict=True))
            if answer is None or (point.accuracy_m or 0.0) > BORDER_DOUBT_M
        ]
        unsure = [(*plane[row], local_scale(points[row].lat), _doubt(points[row].accuracy_m)) for row in rest]
        for row, answer in zip(rest, self._by_borders(unsure), strict=True):
            answers[row] = answer
        return answers

    def _by_borders(self, places: Sequence[tuple[float, float, float, float]]) -> list[DistrictAnswer | None]:
        """The answers where a border is near, for x, y, the plane's scale and the metres of doubt."""
        if not places:
            return []
        x, y, scale, doubt = np.array(places).T
        span = doubt * scale
        points = lib.points(np.column_stack((x, y)), ALLOW_NAN)
        rows, near = self._tree.query(shapely.box(x - span, y - span, x + span, y + span))
        # Prepared polygons say quickly what is within reach and inside; only the others' distances are worth knowing.
        close = shapely.dwithin(self._polygons[near], points[rows], span[rows])
        rows, near = rows[close], near[close]
        outside = ~lib.intersects(self._polygons[near], points[rows])
        metres = np.where(outside, doubt[rows], 0.0)
        # How far a sole neighbour of the district that holds the point is, beyond the doubt's reach or not, is known.
        held = np.bincount(rows[~outside], minlength=len(places)) > 0
        ranked = outside & ~(held & (np.bincount(rows[outside], minlength=len(places)) == 1))[rows]
        metres[ranked] = lib.distance(self._polygons[near[ranked]], points[rows[ranked]]) / scale[rows[ranked]]
        found: list[list[tuple[float, str]]] = [[] for _ in places]
        for row, distance, index in zip(rows.tolist(), metres.tolist(), near.tolist(), strict=True):
            found[row].append((distance, self._names[index]))
        return [_answer(sorted(candidates)) for candidates in found]


def _answer(candidates: list[tuple[float, str]]) -> DistrictAnswer | None:
    """From the districts within reach of the doubt, the nearest first."""
    if not candidates or candidates[0][0] > OUTLINE_ERROR_M:
        return None
    nearest, district = candidates[0]
    return DistrictAnswer(district, on_the_edge=nearest > 0, neighbours=tuple([name for _, name in candidates[1:]]))


def _doubt(accuracy_m: float | None) -> float:
    if accuracy_m is None or not accuracy_m > BORDER_DOUBT_M:
        return BORDER_DOUBT_M
    return min(accuracy_m, FARTHEST_DOUBT_M)


def _reach(polygons: Geometries) -> tuple[float, float, float, float]:
    """West, south, east and north of where a point may be any district's, whatever its doubt."""
    if not len(polygons):
        return 0.0, 0.0, 0.0, 0.0
    west, south, east, north = shapely.total_bounds(polygons).tolist()
    wider = FARTHEST_DOUBT_M * FARTHEST_SCALE
    return west - wider, south - wider, east + wider, north + wider


def _cores(polygons: Geometries, north: Sequence[float]) -> Geometries:
    """Each outline less the band along its border where its neighbours come into doubt; nothing if any overlap."""
    cores = as_array([shapely.Polygon()] * len(polygons))
    if len(polygons) and shapely.coverage_is_valid(polygons):
        # One by one: a long call would hold up the lanes that decide meanwhile.
        for row, (polygon, latitude) in enumerate(zip(polygons.tolist(), north, strict=True)):
            cores[row] = polygon.buffer(-COARSE_ARC * BORDER_DOUBT_M * local_scale(latitude), quad_segs=2)
    shapely.prepare(cores)
    return cores
