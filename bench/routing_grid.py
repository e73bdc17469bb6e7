"""A made-up state for routing's speed: 1,600 jurisdictions of 200 vertices, side by side, over the area of Bihar."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from routing.domain import Boundary, Dataset, PoliceDistrict, StationKind, StationRecord

SIDE: Final = 40
VERTICES: Final = 200
# The state's size: each cell is about 7 km wide.
WEST, SOUTH, STEP = 83.5, 24.4, 0.07
# How far an edge wanders, as a share of the cell: borders follow rivers and fields, not a ruler.
WANDER: Final = 0.12


def grid() -> Dataset:
    """Cells whose common edges are the same wandering line, so that they cover the ground once."""
    random = np.random.default_rng(7)
    per_edge = VERTICES // 4
    corners = np.stack(np.meshgrid(np.arange(SIDE + 1), np.arange(SIDE + 1)), axis=-1).astype(np.float64)
    across = {
        (x, y): _edge(corners[y, x], corners[y, x + 1], per_edge, random) for x in range(SIDE) for y in range(SIDE + 1)
    }
    upward = {
        (x, y): _edge(corners[y, x], corners[y + 1, x], per_edge, random) for x in range(SIDE + 1) for y in range(SIDE)
    }
    boundaries = []
    for x in range(SIDE):
        for y in range(SIDE):
            ring = np.concatenate(
                (across[x, y][:-1], upward[x + 1, y][:-1], across[x, y + 1][:0:-1], upward[x, y][:0:-1])
            )
            place = np.column_stack((WEST + STEP * ring[:, 0], SOUTH + STEP * ring[:, 1]))
            boundaries.append(Boundary(f"{x:02d}{y:02d}", shapely.Polygon(place)))
    stations = tuple(
        StationRecord(boundary.station, boundary.station, StationKind.TERRITORIAL, "GRID", "Grid")
        for boundary in boundaries
    )
    return Dataset("grid", stations, (PoliceDistrict("GRID", "1", "Grid", "Grid"),), boundaries=tuple(boundaries))


def places(count: int) -> NDArray[np.float64]:
    """Random points of the grid, as rows of latitude and longitude."""
    random = np.random.default_rng(11)
    size = STEP * SIDE
    return np.column_stack((random.uniform(SOUTH, SOUTH + size, count), random.uniform(WEST, WEST + size, count)))


def _edge(
    start: NDArray[np.float64], end: NDArray[np.float64], parts: int, random: np.random.Generator
) -> NDArray[np.float64]:
    along = np.linspace(0.0, 1.0, parts + 1)[:, None]
    line = start + along * (end - start)
    aside = np.array([end[1] - start[1], end[0] - start[0]])
    wave = np.zeros(parts + 1)
    wave[1:-1] = WANDER * np.sin(np.pi * along[1:-1, 0]) * random.uniform(-1.0, 1.0, parts - 1)
    return np.asarray(line + wave[:, None] * aside, dtype=np.float64)
