"""Stations by distance. A railway, women's or traffic station is never an answer here, nor one without a true point."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.domain.model import Point, StationRecord
from routing.domain.projection import arcs_metres, unit_vector, unit_vectors


class Neighbour(NamedTuple):
    station: StationRecord
    metres: float


# Neighbours as they come in batches, nearest first: bare pairs of the same two.
Ranked = Sequence[tuple[StationRecord, float]]


class StationPoints:
    """The located ones of some stations, ordered by code so that equal distances have one answer."""

    def __init__(self, stations: Iterable[StationRecord]) -> None:
        self.stations: Sequence[StationRecord] = sorted(
            (station for station in stations if station.located), key=lambda station: station.code
        )
        lat = np.array([station.lat for station in self.stations], dtype=np.float64)
        lon = np.array([station.lon for station in self.stations], dtype=np.float64)
        self.vectors = np.ascontiguousarray(unit_vectors(lat, lon).T)

    def __len__(self) -> int:
        return len(self.stations)

    def nearest(self, lat: float, lon: float, n: int) -> tuple[Neighbour, ...]:
        """The n nearest, nearest first, by great-circle distance."""
        if not self.stations:
            return ()
        cosines = _cosines(self.vectors, unit_vector(lat, lon))
        order = (-cosines).argsort(kind="stable")[:n]
        metres = arcs_metres(cosines[order]).tolist()
        return tuple([Neighbour(self.stations[index], arc) for index, arc in zip(order.tolist(), metres, strict=True)])


class PointsByArea:
    """The stations of all areas in one table, to ask for many points at once."""

    def __init__(self, areas: Mapping[str, StationPoints]) -> None:
        self._areas = list(areas.values())
        self._rows = {name: row for row, name in enumerate(areas)}
        self._vectors = np.zeros((3, len(self._areas), max(map(len, self._areas), default=0)))
        # No station is there: below every true cosine.
        self._nobody = np.full(self._vectors.shape[1:], -np.inf)
        for row, area in enumerate(self._areas):
            self._vectors[:, row, : len(area)] = area.vectors
            self._nobody[row, : len(area)] = 0.0

    def nearest(self, asked: Sequence[tuple[str, Point]], n: int) -> list[Ranked]:
        """For each area and point what the area's StationPoints.nearest() says, to the last bit."""
        found: list[Ranked] = [()] * len(asked)
        known = [
            (place, self._rows[name], unit_vector(point.lat, point.lon))
            for place, (name, point) in enumerate(asked)
            if name in self._rows
        ]
        if not known:
            return found
        places, rows, vectors = zip(*known, strict=True)
        at = np.array(vectors).T
        cosines = _cosines(self._vectors.take(rows, axis=1), at[:, :, None])
        cosines += self._nobody.take(rows, axis=0)
        order, values = _highest(cosines, n)
        metres = arcs_metres(values)
        for place, row, best, arcs in zip(places, rows, order.tolist(), metres.tolist(), strict=True):
            stations = self._areas[row].stations
            # Where an area has fewer, the rest of the row is nobody.
            found[place] = [(stations[index], arc) for index, arc in zip(best[: len(stations)], arcs, strict=False)]
        return found


def _cosines(vectors: NDArray[np.float64], at: Any) -> NDArray[np.float64]:
    """Number by number, not as a matrix product: that adds in an order of its own, by how many points are asked."""
    x, y, z = at
    return np.asarray(vectors[0] * x + vectors[1] * y + vectors[2] * z, dtype=np.float64)


def _highest(table: NDArray[np.float64], n: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The n highest of each row, which is emptied of them; of equal ones the first comes first."""
    every = np.arange(len(table))
    order = np.empty((len(table), min(n, table.shape[1])), dtype=np.int64)
    values = np.empty(order.shape)
    for column in range(order.shape[1]):
        best = table.argmax(axis=1)
        order[:, column], values[:, column] = best, table[every, best]
        table[every, best] = -np.inf
    return order, values
