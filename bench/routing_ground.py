"""How often the station that answers where no jurisdiction is loaded is the true one, on real jurisdictions we ship."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from bench.routing_replay import Figure
from routing.dataset import load_shipped
from routing.domain import Dataset, Filing, Point, Snapshot
from routing.domain.bulk import assign_stations
from routing.domain.territory import BLOCK_AGREEMENT, NEAREST_AGREEMENT

POINTS: Final = 20_000
SEED: Final = 20261129
Places = list[tuple[float, float]]


def ground() -> list[Figure]:
    """Points that lie in exactly one of Sheohar's seven jurisdictions, decided as if none were known."""
    shipped = load_shipped()
    polygons = {row.station: row.geometry for row in shipped.boundaries}
    actual, places = _in_one(polygons)
    bare = replace(shipped, boundaries=())
    nearest = Snapshot(bare)
    whole_state = [nearest.points.nearest(lat, lon, 1)[0].station.code for lat, lon in places]
    by_district, _ = _decided(replace(bare, blocks=()), places)
    by_block, confidence = _decided(bare, places)
    known = {row.code for row in shipped.stations if row.located}
    pointed = [row for row, code in enumerate(actual) if code in known]
    of = "of one district's seven jurisdictions"
    return [
        _figure(f"Ground: the nearest of all stations, {of}", actual, whole_state, 0.0),
        _figure("Ground: the nearest of the district", actual, by_district, NEAREST_AGREEMENT),
        _figure("Ground: the block's station, else the nearest of the district", actual, by_block, BLOCK_AGREEMENT),
        _figure(
            "Ground: the same, where the jurisdiction's station has a point",
            [actual[row] for row in pointed],
            [by_block[row] for row in pointed],
            BLOCK_AGREEMENT,
        ),
        Figure("Ground: no answer is surer than that", float(max(confidence) <= BLOCK_AGREEMENT), 1.0, len(places)),
    ]


def _figure(name: str, actual: list[str], answers: list[str], least: float) -> Figure:
    same = sum(one == other for one, other in zip(actual, answers, strict=True))
    return Figure(name, same / len(actual), least, len(actual))


def _decided(dataset: Dataset, places: Places) -> tuple[list[str], list[float]]:
    filings = [Filing(emergency=False, point=Point(lat, lon)) for lat, lon in places]
    decisions = assign_stations(Snapshot(dataset), filings)
    return [one.office.code for one in decisions], [one.confidence for one in decisions]


def _in_one(polygons: Mapping[str, BaseGeometry]) -> tuple[list[str], Places]:
    """Points evenly over the ground of the polygons, each with the one polygon that holds it."""
    west, south, east, north = shapely.union_all(list(polygons.values())).bounds
    random = np.random.default_rng(SEED)
    lon, lat = random.uniform(west, east, 4 * POINTS), random.uniform(south, north, 4 * POINTS)
    inside = np.array([shapely.contains_xy(polygon, lon, lat) for polygon in polygons.values()])
    chosen = np.flatnonzero(inside.sum(axis=0) == 1)[:POINTS]
    codes = list(polygons)
    actual = [codes[number] for number in inside[:, chosen].argmax(axis=0).tolist()]
    return actual, list(zip(lat[chosen].tolist(), lon[chosen].tolist(), strict=True))
