"""Whether a point can be a place in India, and whether its two numbers were swapped."""

import math
from enum import StrEnum

# India with its islands; generous at the borders, where routing knows better.
SOUTH, NORTH, WEST, EAST = 6.0, 37.6, 68.0, 97.6


class Place(StrEnum):
    INDIA = "india"
    SWAPPED = "swapped"
    OUTSIDE = "outside"
    IMPOSSIBLE = "impossible"


def judge_point(lat: float, lon: float) -> Place:
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return Place.IMPOSSIBLE
    if _in_india(lat, lon):
        return Place.INDIA
    if _in_india(lon, lat):
        return Place.SWAPPED
    return Place.OUTSIDE if abs(lat) <= 90 and abs(lon) <= 180 else Place.IMPOSSIBLE


def _in_india(lat: float, lon: float) -> bool:
    return SOUTH <= lat <= NORTH and WEST <= lon <= EAST
