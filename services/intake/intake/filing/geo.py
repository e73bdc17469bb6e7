"""Whether a point can be a place in India, whether its two numbers were swapped, and how far two points are apart."""

import math
from enum import StrEnum

from event_schemas import Location

# India with its islands; generous at the borders, where routing knows better.
SOUTH, NORTH, WEST, EAST = 6.0, 37.6, 68.0, 97.6
EARTH_M = 6_371_000.0
# A fix that is poorer says no more than which part of the state; no reader needs to know by how much.
POOREST_FIX_M = 100_000.0


class PointPlausibility(StrEnum):
    INDIA = "india"
    SWAPPED = "swapped"
    OUTSIDE = "outside"
    IMPOSSIBLE = "impossible"


def judge_point(lat: float, lon: float) -> PointPlausibility:
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return PointPlausibility.IMPOSSIBLE
    if _in_india(lat, lon):
        return PointPlausibility.INDIA
    if _in_india(lon, lat):
        return PointPlausibility.SWAPPED
    return PointPlausibility.OUTSIDE if abs(lat) <= 90 and abs(lon) <= 180 else PointPlausibility.IMPOSSIBLE


def clamped_accuracy(accuracy_m: float | None) -> float | None:
    """A radius in metres: a poor fix is kept as the poorest, and a negative one (a device's "no idea") is poor too."""
    if accuracy_m is None or not math.isfinite(accuracy_m):
        return None
    return min(accuracy_m, POOREST_FIX_M) if accuracy_m >= 0 else POOREST_FIX_M


def distance_m(one: Location, other: Location) -> float:
    """Along the great circle."""
    lat, other_lat = math.radians(one.lat), math.radians(other.lat)
    dlat, dlon = other_lat - lat, math.radians(other.lon - one.lon)
    chord = math.sin(dlat / 2) ** 2 + math.cos(lat) * math.cos(other_lat) * math.sin(dlon / 2) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(chord)))


def _in_india(lat: float, lon: float) -> bool:
    return SOUTH <= lat <= NORTH and WEST <= lon <= EAST
