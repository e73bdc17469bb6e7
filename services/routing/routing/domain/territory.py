"""Whose ground a submission comes from: polygon, then nearest station of the district, then the district's seat."""

import math
from collections.abc import Collection
from itertools import chain
from typing import NamedTuple

from routing.domain.boundaries import ACCURACY_CAP_M, GAP_LIMIT_M, PolygonAnswer, error_radius
from routing.domain.districts import FARTHEST_DOUBT_M, DistrictAnswer
from routing.domain.model import Filing, Point, Reason, Territory
from routing.domain.nearest import Neighbour, Ranked
from routing.domain.projection import MAX_LATITUDE, project_point
from routing.domain.snapshot import Snapshot

# How often the nearest station of the district is the true one, and how often the only station of the block, where real
# jurisdictions could be compared: 20,000 points of one district's seven (bench/routing_ground.py prints both).
NEAREST_AGREEMENT = 0.58
BLOCK_AGREEMENT = 0.72
# Another station this many times as far as the nearest is still a likely answer.
RIVAL_RATIO = 1.5
MAX_RIVALS = 3
SQRT_2 = math.sqrt(2.0)
MAX_CONFIDENCE = 0.99
SEAT_CONFIDENCE = 0.1
NEAR_UNITS = 3
# Where distance to a station means nothing.
NOWHERE = frozenset({"outside_state", "coordinates_impossible"})
# Without district outlines a station farther than this says nothing about a point.
FARTHEST_STATION_M = 50_000.0
BY_DISTANCE = ("no_polygons_loaded_here",)
BY_BLOCK = ("no_polygons_loaded_here", "station_of_the_block")
PROVISIONAL, FINAL, NO_EDGE = True, False, None


class Surroundings(NamedTuple):
    """What was found out before about a point on the map.

    `district` is None also where a polygon contains the point; without one that decides, `neighbours` are the nearest
    stations of the district and `across` the nearest of each neighbouring one. With `block_stations` the first
    is the nearest of so many in the point's block.
    """

    polygon: PolygonAnswer | None
    district: DistrictAnswer | None = None
    neighbours: Ranked = ()
    across: Ranked = ()
    block_stations: int = 0


def find_territory(snapshot: Snapshot, filing: Filing, known: Surroundings | None = None) -> Territory:
    """The territorial station of a filing as far as it can be known, with what is doubtful about it."""
    point = filing.point
    if point is None:
        return _without_point(snapshot, filing, ())
    territory = _at(snapshot, point, known)
    if territory is not None:
        return territory
    swapped = _at(snapshot, Point(point.lon, point.lat, point.accuracy_m))
    if swapped is not None:
        return _doubted(swapped, "coordinates_swapped")
    if not possible(point):
        return _without_point(snapshot, filing, ("coordinates_impossible",))
    return Territory(None, Reason.CONTROL_ROOM, provisional=True, confidence=0.0, notes=("outside_state",))


def nearest_units(snapshot: Snapshot, filing: Filing, notes: Collection[str]) -> tuple[Neighbour, ...]:
    """For an emergency in the state: whose patrols are near, whatever the jurisdiction; never those of the accused.

    `notes` are its decision's.
    """
    point = true_place(filing, notes) if filing.emergency else None
    if point is None:
        return ()
    if not filing.against_police:
        return snapshot.points.nearest(point.lat, point.lon, NEAR_UNITS)
    accused = accused_station(snapshot, filing)
    near = snapshot.points.nearest(point.lat, point.lon, NEAR_UNITS + 1)
    return tuple([unit for unit in near if unit.station.code != accused][:NEAR_UNITS])


def accused_station(snapshot: Snapshot, filing: Filing) -> str | None:
    """Whom a complaint against police is about: the office it names, else the station of the place."""
    named = filing.named_station
    if named and snapshot.knows(named):
        return named
    station = find_territory(snapshot, filing).station
    return station.code if station is not None else None


def true_place(filing: Filing, notes: Collection[str]) -> Point | None:
    """The place as its territory was found: turned if it was swapped, None where it is no place in the state."""
    point = filing.point
    if point is None or NOWHERE.intersection(notes):
        return None
    return Point(point.lon, point.lat, point.accuracy_m) if "coordinates_swapped" in notes else point


def possible(point: Point) -> bool:
    """Numbers that a place on Earth can have."""
    return abs(point.lat) <= 90.0 and abs(point.lon) <= 180.0


def on_the_map(point: Point) -> bool:
    """Whether the point has a place in the plane."""
    return abs(point.lat) <= MAX_LATITUDE and abs(point.lon) <= 180.0


def _at(snapshot: Snapshot, point: Point, known: Surroundings | None = None) -> Territory | None:
    """The territory of a point; None outside the state and for what no place on Earth has."""
    if known is None and not on_the_map(point):
        return None
    answer = known.polygon if known else snapshot.boundaries.find(point.lat, point.lon, point.accuracy_m)
    if answer is not None and not answer.in_gap:
        return _inside(snapshot, answer, point)
    district = known.district if known else snapshot.districts.find(point.lat, point.lon, point.accuracy_m)
    # A gap is a sliver between polygons; where a district has none at all, the nearest polygon is a stranger's.
    if answer is not None and (district is None or district.district in snapshot.with_boundaries):
        return _in_gap(snapshot, answer)
    if district is not None:
        return _nearest(snapshot, point, district, known or _ranked(snapshot, point, district))
    return _nearest_anywhere(snapshot, point) if not len(snapshot.districts) else None


def _inside(snapshot: Snapshot, answer: PolygonAnswer, point: Point) -> Territory:
    station, outpost = snapshot.responsible(answer.station)
    sigma = error_radius(point.accuracy_m) / 2
    # The chance that a point with this error is on this side of a straight edge.
    confidence = 0.5 * (1.0 + math.erf(answer.distance_m / (sigma * SQRT_2)))
    if answer.overlap:
        confidence = min(confidence, 1.0 / (1 + len(answer.others)))
    return Territory(
        station,
        Reason.JURISDICTION,
        FINAL,
        min(confidence, MAX_CONFIDENCE),
        station.district,
        station.police_district,
        answer.distance_m,
        answer.others,
        ("polygons_overlap", *outpost) if answer.overlap else outpost,
    )


def _in_gap(snapshot: Snapshot, answer: PolygonAnswer) -> Territory:
    station, outpost = snapshot.responsible(answer.station)
    return Territory(
        station,
        Reason.JURISDICTION,
        provisional=True,
        confidence=max(0.1, 0.5 * (1.0 - answer.distance_m / GAP_LIMIT_M)),
        district=station.district,
        police_district=station.police_district,
        distance_to_edge_m=answer.distance_m,
        ambiguous_with=answer.others,
        notes=("in_a_gap_between_polygons", *outpost),
    )


def _nearest(snapshot: Snapshot, point: Point, district: DistrictAnswer, known: Surroundings) -> Territory | None:
    if not known.neighbours:
        return _of_district(snapshot, district.district, ("no_station_with_a_point",))
    territory = _by_distance(known, point)
    return _doubted(territory, "on_the_state_border") if district.on_the_edge else territory


def _ranked(snapshot: Snapshot, point: Point, district: DistrictAnswer) -> Surroundings:
    across = [snapshot.points_of(name).nearest(point.lat, point.lon, 1) for name in district.neighbours]
    nearest = snapshot.points_of(district.district).nearest(point.lat, point.lon, MAX_RIVALS + 1)
    plane = project_point(point.lat, point.lon)
    neighbours, of_block = snapshot.blocks.share(nearest, point, plane, district.district)
    return Surroundings(None, district, neighbours, tuple(chain.from_iterable(across)), of_block)


def _nearest_anywhere(snapshot: Snapshot, point: Point) -> Territory | None:
    neighbours = snapshot.points.nearest(point.lat, point.lon, MAX_RIVALS + 1)
    if not neighbours or neighbours[0].metres > FARTHEST_STATION_M:
        return None
    return _doubted(_by_distance(Surroundings(None, None, neighbours), point), "no_district_outlines")


def _by_distance(known: Surroundings, point: Point) -> Territory:
    """The nearest station of the block, where it has none the nearest of the district; never without others in mind."""
    neighbours, across, of_block = known.neighbours, known.across, known.block_stations
    station, metres = neighbours[0]
    error = error_radius(point.accuracy_m)
    rivals = neighbours[1:]
    if across:
        rivals = sorted((*rivals, *across), key=lambda rival: (rival[1], rival[0].code))
    likely_m = RIVAL_RATIO * metres + min(error, ACCURACY_CAP_M)
    likely = [rival.code for rival, distance in rivals[:MAX_RIVALS] if distance <= likely_m]
    margin = 1.0
    if error > FARTHEST_DOUBT_M:
        # Whose stations are within such an error was not looked for: any of them may be the nearest.
        margin = 0.0
    elif rivals:
        nearest_m = rivals[0][1]
        total = nearest_m + metres
        margin = max(0.0, nearest_m - metres - error) / total if total else 0.0
    # By position, as in _inside(): by name, making it would cost more than all of the above.
    return Territory(
        station,
        Reason.NEAREST,
        PROVISIONAL,
        (BLOCK_AGREEMENT if of_block == 1 else NEAREST_AGREEMENT) * (0.5 + 0.5 * margin),
        station.district,
        station.police_district,
        NO_EDGE,
        tuple(likely),
        BY_BLOCK if of_block else BY_DISTANCE,
    )


def _without_point(snapshot: Snapshot, filing: Filing, notes: tuple[str, ...]) -> Territory:
    """The district that was named, else the districts of the PIN: their seats' stations, as a beginning."""
    named = snapshot.district_name(filing.district) if filing.district else None
    if named is not None:
        return _of_district(snapshot, named, (*notes, "district_only"))
    districts = snapshot.districts_of_pin(filing.pincode) if filing.pincode else ()
    if not districts:
        return Territory(None, Reason.CONTROL_ROOM, provisional=True, confidence=0.0, notes=(*notes, "no_usable_place"))
    territory = _of_district(snapshot, districts[0], (*notes, "pin_only"))
    others = (_of_district(snapshot, district, ()).station for district in districts[1:])
    codes = tuple(station.code for station in others if station is not None)
    return territory._replace(ambiguous_with=(*territory.ambiguous_with, *codes))


def _of_district(snapshot: Snapshot, district: str, notes: tuple[str, ...]) -> Territory:
    """The station at the headquarters of a district; without a seat or a station, the district alone."""
    seat = snapshot.seat(district)
    near: tuple[Neighbour, ...] = ()
    if seat is not None and seat.seat_lat is not None and seat.seat_lon is not None:
        near = snapshot.points_of(district).nearest(seat.seat_lat, seat.seat_lon, 1)
    return Territory(
        near[0].station if near else None,
        Reason.NEAREST if near else Reason.CONTROL_ROOM,
        provisional=True,
        confidence=SEAT_CONFIDENCE if near else 0.0,
        district=district,
        police_district=seat.name if seat else None,
        notes=(*notes, "district_headquarters"),
    )


def _doubted(territory: Territory, note: str) -> Territory:
    return territory._replace(provisional=True, confidence=territory.confidence / 2, notes=(*territory.notes, note))
