"""The stations of the block that a point lies in: where no jurisdiction is known, they mostly answer in it.

Which of all stations is nearest says less: a block's ground is rarely divided between stations of other blocks.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from shapely import STRtree, lib

from routing.domain.model import Block, Point, StationRecord, as_array
from routing.domain.nearest import Ranked, StationPoints
from routing.domain.projection import project, project_point

ALLOW_NAN: Final = np.intc(0)

Plane = tuple[float, float]


class BlockShare(NamedTuple):
    """Stations with the nearest of the point's block first, the others by distance; how many stand in the block."""

    neighbours: Ranked
    stations: int


class BlockIndex:
    """Only blocks in which one of the stations stands that may be chosen by distance, of the block's own district."""

    def __init__(self, blocks: Sequence[Block], stations: Sequence[StationRecord]) -> None:
        everywhere = _Grounds(blocks)
        inside: defaultdict[int, list[StationRecord]] = defaultdict(list)
        for station in stations:
            if station.lat is not None and station.lon is not None and station.located:
                number = everywhere.find(project_point(station.lat, station.lon), station.district)
                if number is not None:
                    inside[number].append(station)
        numbers = sorted(inside)
        self._grounds = _Grounds([blocks[number] for number in numbers])
        self._stations = [StationPoints(inside[number]) for number in numbers]
        self._of = {row.code: place for place, points in enumerate(self._stations) for row in points.stations}

    def share(self, neighbours: Ranked, point: Point, plane: Plane, district: str) -> BlockShare:
        """The nearest stations of the district, by distance, in the order in which they answer at a point of it."""
        if not self._of or not neighbours:
            return BlockShare(neighbours, 0)
        place = lib.points((plane,), ALLOW_NAN)[0]
        for rank, (station, _) in enumerate(neighbours):
            number = self._of.get(station.code)
            # Most points lie in the block of one of the nearest stations: to ask these costs less than to search.
            if number is not None and self._grounds.holds(number, place):
                return BlockShare(_first(neighbours, rank), len(self._stations[number]))
        return self._far(neighbours, point, self._grounds.find(plane, district))

    def share_all(self, asked: Sequence[tuple[Ranked, Point, Plane, str]]) -> list[BlockShare]:
        """What share() says of each, to the last bit."""
        shares: list[BlockShare | None] = [None] * len(asked)
        if not self._of:
            return [BlockShare(neighbours, 0) for neighbours, *_ in asked]
        rows = [row for row, (neighbours, *_) in enumerate(asked) if neighbours]
        places = lib.points(np.array([plane for _, _, plane, _ in asked]).reshape(-1, 2), ALLOW_NAN)
        for rank in range(max((len(neighbours) for neighbours, *_ in asked), default=0)):
            rows = self._of_rank(rank, rows, asked, places, shares)
        found = self._grounds.find_all([(asked[row][2], asked[row][3]) for row in rows])
        for row, number in zip(rows, found, strict=True):
            shares[row] = self._far(asked[row][0], asked[row][1], number)
        return [share or BlockShare((), 0) for share in shares]

    def _of_rank(
        self,
        rank: int,
        rows: list[int],
        asked: Sequence[tuple[Ranked, Point, Plane, str]],
        places: "np.ndarray[tuple[int], np.dtype[np.object_]]",
        shares: list[BlockShare | None],
    ) -> list[int]:
        """Settles the rows whose station of this rank stands in the point's block; returns those that are left."""
        tried = [
            (row, number)
            for row in rows
            if len(asked[row][0]) > rank and (number := self._of.get(asked[row][0][rank][0].code)) is not None
        ]
        if not tried:
            return rows
        held = self._grounds.hold_each([number for _, number in tried], places[[row for row, _ in tried]])
        for (row, number), inside in zip(tried, held, strict=True):
            if inside:
                shares[row] = BlockShare(_first(asked[row][0], rank), len(self._stations[number]))
        return [row for row in rows if shares[row] is None]

    def _far(self, neighbours: Ranked, point: Point, number: int | None) -> BlockShare:
        """Where none of the nearest stations stands in the point's block: another may, or it has none."""
        if number is None:
            return BlockShare(neighbours, 0)
        stations = self._stations[number]
        return BlockShare((*stations.nearest(point.lat, point.lon, 1), *neighbours[:-1]), len(stations))


def _first(neighbours: Ranked, rank: int) -> Ranked:
    return neighbours if not rank else (neighbours[rank], *neighbours[:rank], *neighbours[rank + 1 :])


class _Grounds:
    """Which of some blocks holds a place. On a common edge the first of the district does."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._districts = [block.district for block in blocks]
        self._polygons = project(as_array([block.geometry for block in blocks]))
        self._each: list[shapely.Geometry] = self._polygons.tolist()
        shapely.prepare(self._polygons)
        self._tree = STRtree(self._polygons)

    def holds(self, number: int, place: shapely.Geometry) -> bool:
        return bool(self._each[number].intersects(place))

    def hold_each(
        self, numbers: Sequence[int], places: "np.ndarray[tuple[int], np.dtype[np.object_]]"
    ) -> Sequence[bool]:
        held: list[bool] = lib.intersects(self._polygons[list(numbers)], places).tolist()
        return held

    def find(self, plane: Plane, district: str) -> int | None:
        if not self._districts:
            return None
        place = lib.points((plane,), ALLOW_NAN)
        near: list[int] = sorted(self._tree.query(place)[1].tolist())
        districts, each = self._districts, self._each
        return next((n for n in near if districts[n] == district and each[n].intersects(place[0])), None)

    def find_all(self, asked: Sequence[tuple[Plane, str]]) -> list[int | None]:
        found: list[int | None] = [None] * len(asked)
        if not self._districts or not asked:
            return found
        places = lib.points(np.array([plane for plane, _ in asked]), ALLOW_NAN)
        rows, near = self._tree.query(places)
        inside = lib.intersects(self._polygons[near], places[rows])
        for row, number in zip(rows[inside].tolist(), near[inside].tolist(), strict=True):
            before = found[row]
            if self._districts[number] == asked[row][1] and (before is None or number < before):
                found[row] = number
        return found
