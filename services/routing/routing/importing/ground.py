"""Whether what a file draws lies in the state: put right where it can be, rejected where it is nonsense."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from chassis.importing.report import Report
from routing.domain import Outline
from routing.domain.projection import MAX_LATITUDE

# Neighbouring states draw the border elsewhere, by kilometres at most; this is some 25 km.
BEYOND_THE_BORDER: Final = 0.25


class Ground:
    """The state's outlines. Without any, only what no state can have is rejected."""

    def __init__(self, outlines: Sequence[Outline]) -> None:
        shapes = [outline.geometry for outline in outlines]
        self._tree = STRtree(shapes)
        wider = BEYOND_THE_BORDER * np.array((-1, -1, 1, 1))
        self._around = shapely.total_bounds(shapes) + wider if shapes else None

    def placed(self, geometry: BaseGeometry, report: Report, code: str) -> BaseGeometry | None:
        """The geometry if it lies in the state, put right if latitudes and longitudes changed places, else None."""
        if self._around is None:
            return self._anywhere(geometry, report, code)
        if self._touches(geometry):
            return self._not_beyond(geometry, report, code)
        turned = shapely.transform(geometry, lambda coordinates: coordinates[:, ::-1])
        if self._touches(turned):
            report.suspect("swapped_coordinates", code, "latitude and longitude were in each other's place")
            return self._not_beyond(turned, report, code)
        middle = geometry.representative_point()
        report.reject("outside_the_state", code, f"around {middle.y:.4f}, {middle.x:.4f}")
        return None

    def _touches(self, geometry: BaseGeometry) -> bool:
        return bool(len(self._tree.query(geometry, predicate="intersects")))

    def _not_beyond(self, geometry: BaseGeometry, report: Report, code: str) -> BaseGeometry | None:
        """A mistyped vertex, a pole or the antimeridian draws a strip of the world across the state."""
        west, south, east, north = geometry.bounds
        around = self._around
        if around is None or (west >= around[0] and south >= around[1] and east <= around[2] and north <= around[3]):
            return geometry
        report.reject(
            "reaches_beyond_the_state", code, f"{west:.2f} to {east:.2f} east, {south:.2f} to {north:.2f} north"
        )
        return None

    def _anywhere(self, geometry: BaseGeometry, report: Report, code: str) -> BaseGeometry | None:
        _, south, _, north = geometry.bounds
        if south >= -MAX_LATITUDE and north <= MAX_LATITUDE:
            return geometry
        report.reject("at_a_pole", code, f"{south:.2f} to {north:.2f} north")
        return None
