"""Stations by distance. A railway, women's or traffic station is never an answer here, nor one without a true point."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from routing.domain.model import Point, StationRecord
from routing.domain.projection import arcs_metres, unit_vector, unit_vectors


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
        self._x, self._y, self._z = np.ascontiguousarray(unit_vectors(lat, lon).T)

    def __len__(self) -> int:
        return len(self.stations)

    def nearest(self, lat: float, lon: float, n: int) -> tuple[Neighbour, ...]:
        """The n nearest, nearest first, by great-circle distance."""
        if not self.stations:
            return ()
        x, y, z = unit_vector(lat, lon)
        # Number by number, not as a matrix product: its order of adding depends on how many points are asked at once.
        cosines = self._x * x + self._y * y + self._z * z
        order = (-cosines).argsort(kind="stable")[:n]
        return self._neighbours(order.tolist(), arcs_metres(cosines[order]).tolist())

    def nearest_all(self, points: Sequence[Point], n: int) -> list[tuple[Neighbour, ...]]:
        """What nearest() says of each, to the last bit."""
        if not self.stations:
            return [()] * len(points)
        x, y, z = np.array([unit_vector(lat, lon) for lat, lon, _ in points]).T[:, :, None]
        cosines = self._x * x + self._y * y + self._z * z
        order = (-cosines).argsort(axis=1, kind="stable")[:, :n]
        metres = arcs_metres(cosines[np.arange(len(points))[:, None], order])
        return [self._neighbours(*row) for row in zip(order.tolist(), metres.tolist(), strict=True)]

    def _neighbours(self, order: list[int], metres: list[float]) -> tuple[Neighbour, ...]:
        return tuple([Neighbour(self.stations[index], arc) for index, arc in zip(order, metres, strict=True)])
