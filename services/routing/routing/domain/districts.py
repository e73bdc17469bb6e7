"""Which revenue district a point lies in, and whether it lies in the state at all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree, lib

from routing.domain.model import Outline, as_array
from routing.domain.projection import Geometries, local_scale, project, project_point

# The outlines' own error: a point this little outside the state is still taken as inside.
OUTLINE_ERROR_M = 300.0
# A coarsely drawn arc cuts its corners by this much at most.
COARSE_ARC = 1.09
# Two independent digitisations of these districts differ by this much along their borders.
BORDER_DOUBT_M = 1_000.0
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
        self._cores = _cores(self._polygons, [outline.geometry.bounds[3] for outline in outlines])
        self._deep: list[DistrictAnswer] = [
            DistrictAnswer(name, on_the_edge=False, neighbours=()) for name in self._names
        ]

    def __len__(self) -> int:
        return len(self._names)

    def find(self, lat: float, lon: float, accuracy_m: float | None = None) -> DistrictAnswer | None:
        """The district of a point, None when it lies outside the state."""
        x, y = project_point(lat, lon)
        scale = local_scale(lat)
        doubt = max(BORDER_DOUBT_M, min(accuracy_m or 0.0, 5 * BORDER_DOUBT_M))
        if doubt == BORDER_DOUBT_M:
            # Most of a district lies farther from its border than any doubt reaches.
            point = lib.points(np.array(((x, y),)), ALLOW_NAN)
            near = self._tree.query(point)[1]
            inside = near[lib.intersects(self._cores[near], point)]
            if len(inside):
                return self._deep[int(inside[0])]
        span = doubt * scale
        candidates = self._tree.query(shapely.box(x - span, y - span, x + span, y + span))
        if not len(candidates):
            return None
        point = shapely.points(x, y)
        rows = sorted(
            (distance / scale, self._names[index])
            for index, distance in zip(
                candidates.tolist(), shapely.distance(self._polygons[candidates], point).tolist(), strict=True
            )
        )
        nearest, district = rows[0]
        if nearest > OUTLINE_ERROR_M:
            return None
        near = tuple(name for metres, name in rows[1:] if metres <= doubt)
        return DistrictAnswer(district, on_the_edge=nearest > 0, neighbours=near)


def _cores(polygons: Geometries, north: Sequence[float]) -> Geometries:
    """Each outline less the band along its border where its neighbours come into doubt; nothing if any overlap."""
    cores = as_array([shapely.Polygon()] * len(polygons))
    if len(polygons) and shapely.coverage_is_valid(polygons):
        # One by one: a long call would hold up the lanes that decide meanwhile.
        for row, (polygon, latitude) in enumerate(zip(polygons.tolist(), north, strict=True)):
            cores[row] = polygon.buffer(-COARSE_ARC * BORDER_DOUBT_M * local_scale(latitude), quad_segs=2)
    shapely.prepare(cores)
    return cores
