"""The rules for a whole batch: what is geometry is asked for all of its points at once."""

from collections.abc import Sequence

from routing.domain.districts import DistrictAnswer
from routing.domain.model import Decision, Filing, Point
from routing.domain.rules import assign_station
from routing.domain.snapshot import Snapshot
from routing.domain.territory import MAX_RIVALS, Surroundings, on_the_map


def assign_stations(snapshot: Snapshot, filings: Sequence[Filing]) -> list[Decision]:
    """What assign_station() says of each filing, to the last bit."""
    known = surroundings(snapshot, [filing.point for filing in filings])
    return [assign_station(snapshot, *asked) for asked in zip(filings, known, strict=True)]


def surroundings(snapshot: Snapshot, points: Sequence[Point | None]) -> list[Surroundings | None]:
    """For each point on the map its district, and the nearest stations where no polygon will answer."""
    found: list[Surroundings | None] = [None] * len(points)
    placed = [(row, point) for row, point in enumerate(points) if point is not None and on_the_map(point)]
    asked: list[tuple[int, Point, DistrictAnswer]] = []
    for (row, point), district in zip(placed, snapshot.districts.find_all([point for _, point in placed]), strict=True):
        if district is None or district.district in snapshot.with_boundaries:
            found[row] = Surroundings(district, None)
        else:
            asked.append((row, point, district))
    nearest = snapshot.points_by_district.nearest([(own.district, point) for _, point, own in asked], MAX_RIVALS + 1)
    for (row, _, district), neighbours in zip(asked, nearest, strict=True):
        found[row] = Surroundings(district, neighbours)
    return found
