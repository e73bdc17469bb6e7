"""Stations by distance. A railway, women's or traffic station is never an answer here, nor one without a true point."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from routing.domain.model import StationRecord
from routing.domain.projection import arc_metres, unit_vector, unit_vectors


class Neighbour(NamedTuple):
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
        cosines = self._vectors @ unit_vector(lat, lon)
        order = np.argsort(-cosines, kind="stable")[:n].tolist()
        return tuple(Neighbour(self.stations[index], arc_metres(float(cosines[index]))) for index in order)
