"""The rules for a whole batch: what is geometry is asked for all of its points at once."""

from collections.abc import Sequence

from routing.domain.districts import DistrictAnswer
from routing.domain.model import Decision, Filing, Point
from routing.domain.nearest import Ranked
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
    polygons = snapshot.boundaries.find_each(points, plane)
    outside = [row for row, polygon in enumerate(polygons) if polygon is None or polygon.in_gap]
    found = snapshot.districts.find_all([points[row] for row in outside], [plane[row] for row in outside])
    districts: list[DistrictAnswer | None] = [None] * len(points)
    for row, district in zip(outside, found, strict=True):
        districts[row] = district
    # A gap between polygons is the nearest polygon's, unless the district has none at all.
    by_distance = [
        (row, district)
        for row, district in enumerate(districts)
        if district is not None and (polygons[row] is None or district.district not in snapshot.with_boundaries)
    ]
    neighbours, across = _by_distance(snapshot, points, by_distance)
    of_block = [0] * len(points)
    asked = [(neighbours[row], points[row], plane[row], district.district) for row, district in by_distance]
    for (row, _), share in zip(by_distance, snapshot.blocks.share_all(asked), strict=True):
        neighbours[row], of_block[row] = share
    return list(map(Surroundings, polygons, districts, neighbours, across, of_block))


def _by_distance(
    snapshot: Snapshot, points: Sequence[Point], asked: Sequence[tuple[int, DistrictAnswer]]
) -> tuple[list[Ranked], list[Ranked]]:
    """For each point asked for the nearest stations of its district, and the nearest of each across a border."""
    own = [(district.district, points[row]) for row, district in asked]
    beside = [(row, name) for row, district in asked for name in district.neighbours]
    table = snapshot.points_by_district
    ranked = table.nearest([*own, *((name, points[row]) for row, name in beside)], MAX_RIVALS + 1)
    neighbours: list[Ranked] = [()] * len(points)
    across: list[Ranked] = [()] * len(points)
    for (row, _), stations in zip(asked, ranked[: len(own)], strict=True):
        neighbours[row] = stations
    for (row, _), stations in zip(beside, ranked[len(own) :], strict=True):
        across[row] = (*across[row], *stations[:1])
    return neighbours, across
