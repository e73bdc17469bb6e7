"""Stations by distance. A railway, women's or traffic station is never an answer here, nor one without a true point."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from routing.domain.model import StationRecord
from routing.domain.projection import arc_metres, unit_vectors


@dataclass(frozen=True, slots=True)
class Neighbour:
    station: StationRecord
    metres: float


class StationPoints:
    """The located ones of some stations, ordered by code so that equal distances have one answer."""

    def __init__(self, stations: Iterable[StationRecord]) -> None:
        self.stations: Sequence[StationRecord] = sorted(
            (station for station in stations if station.located), key=lambda station: station.code
        )
        lat = np.array([station.lat for station in self.stations], dtype=np.float64)
        lon = np.array([station.lon for station in self.stations], dtype=np.float64)
        self._vectors = unit_vectors(lat, lon)

    def __len__(self) -> int:
        return len(self.stations)

    def nearest(self, lat: float, lon: float, n: int) -> tuple[Neighbour, ...]:
        """The n nearest, nearest first, by great-circle distance."""
        if not self.stations:
            return ()
        metres = arc_metres(self._vectors @ unit_vectors(np.array([lat]), np.array([lon]))[0])
        order = np.argsort(metres, kind="stable")[:n]
        return tuple(Neighbour(self.stations[index], float(metres[index])) for index in order)
