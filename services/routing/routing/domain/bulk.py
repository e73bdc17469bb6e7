"""The rules for a whole batch: what is geometry is asked for all of its points at once."""

from collections import defaultdict
from collections.abc import Sequence

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
    rows = [row for row, point in enumerate(points) if point is not None and on_the_map(point)]
    asked = [point for row in rows if (point := points[row]) is not None]
    by_district: defaultdict[str, list[int]] = defaultdict(list)
    for row, district in zip(rows, snapshot.districts.find_all(asked), strict=True):
        found[row] = Surroundings(district, None)
        if district is not None and district.district not in snapshot.with_boundaries:
            by_district[district.district].append(row)
    for name, group in by_district.items():
        places = [(point.lat, point.lon) for row in group if (point := points[row]) is not None]
        nearest = snapshot.points_of(name).nearest_all(places, MAX_RIVALS + 1)
        for row, neighbours in zip(group, nearest, strict=True):
            known = found[row]
            assert known is not None
            found[row] = Surroundings(known.district, neighbours)
    return found
