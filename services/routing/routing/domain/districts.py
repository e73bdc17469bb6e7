"""Which revenue district a point lies in, and whether it lies in the state at all."""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely import STRtree

from routing.domain.model import Outline, as_array
from routing.domain.projection import local_scale, project, project_point

# The outlines' own error: a point this little outside the state is still taken as inside.
OUTLINE_ERROR_M = 300.0
# Two independent digitisations of these districts differ by this much along their borders.
BORDER_DOUBT_M = 1_000.0


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

    def __len__(self) -> int:
        return len(self._names)

    def find(self, lat: float, lon: float, accuracy_m: float | None = None) -> DistrictAnswer | None:
        """The district of a point, None when it lies outside the state."""
        x, y = project_point(lat, lon)
        scale = local_scale(lat)
        doubt = max(BORDER_DOUBT_M, min(accuracy_m or 0.0, 5 * BORDER_DOUBT_M))
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
