"""Which specialist units cover a place by the line that passes it, such as a railway station by its line."""

import math
import re
import zlib
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import shapely

from routing.domain.model import Corridor, as_array
from routing.domain.projection import MAX_LATITUDE, local_scale, project, project_point

# A line is drawn along the middle of the track: stations, yards and crossings lie this far beside it.
BESIDE_A_LINE_M: Final = 1_000.0
NOT_IN_A_NOTE: Final = re.compile(r"[^A-Za-z0-9]+")
LONGEST_NOTE: Final = 60


class UnitOnLine(NamedTuple):
    station: str
    line: str
    metres: float

    @property
    def note(self) -> str:
        """The line as a word that an event's notes may hold: 'line:Patna-Gaya'; a number for a name in Hindi."""
        name = NOT_IN_A_NOTE.sub("-", self.line).strip("-") if self.line.isascii() else ""
        return f"line:{name[:LONGEST_NOTE] or format(zlib.crc32(self.line.encode()), '08x')}"


class CorridorIndex:
    """Lines and areas of one version. Few and rarely asked for: every one is measured."""

    def __init__(self, corridors: Iterable[Corridor]) -> None:
        self._rows = sorted(corridors, key=lambda row: (row.station, row.line))
        self._ground = project(as_array([row.geometry for row in self._rows]))

    def find(self, lat: float, lon: float) -> tuple[UnitOnLine, ...]:
        """The units within reach of a place, each once: those on the nearest line first, then by code."""
        if not self._rows or not (math.isfinite(lat) and math.isfinite(lon)) or abs(lat) > MAX_LATITUDE:
            return ()
        metres = shapely.distance(self._ground, shapely.Point(*project_point(lat, lon))) / local_scale(lat)
        near = [
            UnitOnLine(self._rows[row].station, self._rows[row].line, float(metres[row]))
            for row in np.flatnonzero(metres <= BESIDE_A_LINE_M).tolist()
        ]
        nearest: dict[str, UnitOnLine] = {}
        for unit in sorted(near, key=lambda item: (item.metres, item.station)):
            nearest.setdefault(unit.station, unit)
        return tuple(nearest.values())
