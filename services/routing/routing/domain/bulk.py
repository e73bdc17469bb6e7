"""The rules for a whole batch: what is geometry is asked for all of its points at once."""

from collections.abc import Sequence
from itertools import islice

from routing.domain.model import Decision, Filing, Point
from routing.domain.projection import project_point
from routing.domain.rules import assign_station
from routing.domain.snapshot import Snapshot
from routing.domain.territory import MAX_RIVALS, Surroundings, on_the_map


def assign_stations(snapshot: Snapshot, filings: Sequence[Filing]) -> list[Decision]:
    """What assign_station() says of each filing, to the last bit."""
    known = surroundings(snapshot, [filing.point for filing in filings])
    return [assign_station(snapshot, filing, about) for filing, about in zip(filings, known, strict=True)]


def surroundings(snapshot: Snapshot, points: Sequence[Point | None]) -> list[Surroundings | None]:
    """What the territory of each point on the map follows from: only so much of it as it needs."""
    found: list[Surroundings | None] = [None] * len(points)
    placed = [(row, point) for row, point in enumerate(points) if point is not None and on_the_map(point)]
    for (row, _), about in zip(placed, _surroundings(snapshot, [point for _, point in placed]), strict=True):
        found[row] = about
    return found


def _surroundings(snapshot: Snapshot, points: Sequence[Point]) -> list[Surroundings]:
    plane = [project_point(point.lat, point.lon) for point in points]
    found = [Surroundings(polygon) for polygon in snapshot.boundaries.find_each(points, plane)]
    outside = [row for row, about in enumerate(found) if about.polygon is None or about.polygon.in_gap]
    districts = snapshot.districts.find_all([points[row] for row in outside], [plane[row] for row in outside])
    by_distance = []
    for row, district in zip(outside, districts, strict=True):
        polygon = found[row].polygon
        if district is None or (polygon is not None and district.district in snapshot.with_boundaries):
            found[row] = Surroundings(polygon, district)
        else:
            by_distance.append((row, polygon, district))
    asked = [(district.district, points[row]) for row, _, district in by_distance]
    beside = [(name, points[row]) for row, _, district in by_distance for name in district.neighbours]
    nearest = iter(snapshot.points_by_district.nearest([*asked, *beside], MAX_RIVALS + 1))
    for (row, polygon, district), neighbours in zip(by_distance, list(islice(nearest, len(asked))), strict=True):
        across = tuple([ranked[0] for ranked in islice(nearest, len(district.neighbours)) if ranked])
        found[row] = Surroundings(polygon, district, neighbours, across)
    return found
