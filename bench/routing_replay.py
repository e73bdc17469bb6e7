"""Routing's decisions replayed over data with a known answer: the figures that tests check and the benchmark prints.

The data is public and lies beside the project in ../shared/geo, where it is there.
"""

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from routing.dataset import load_shipped
from routing.domain import (
    Boundary,
    Dataset,
    Decision,
    Filing,
    Point,
    Snapshot,
    StationKind,
    StationRecord,
    assign_station,
)

HIRAMMA: Final = "5801032"
GEO: Final = Path(__file__).resolve().parents[2] / "shared" / "geo"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured share or count and the least it must be."""

    name: str
    value: float
    least: float
    of: int

    @property
    def fine(self) -> bool:
        return self.value >= self.least


def chicago(folder: Path = GEO) -> list[Figure]:
    """Real incidents against the police's own beat and district."""
    snapshot = _by_property(folder / "chicago_police_beats.geojson", "beat", "district")
    rows = _rows(folder / "chicago_incidents_10k.csv")
    same = listed = district = doubtful = 0
    for row in rows:
        decision = _at(snapshot, float(row["lat"]), float(row["lon"]))
        same += decision.office.code == row["beat"]
        listed += row["beat"] in {decision.office.code, *decision.ambiguous_with}
        district += _number(decision.office.district) == _number(row["district"])
        doubtful += bool(decision.ambiguous_with)
    return [
        _share("Chicago: the official beat is the answer", same, len(rows), 0.91),
        _share("Chicago: the official beat is the answer or named", listed, len(rows), 0.998),
        _share("Chicago: the official district is the answer", district, len(rows), 0.983),
        # Naming every neighbour would satisfy the line before the last: most answers must be free of doubt.
        _share("Chicago: answers without doubt", len(rows) - doubtful, len(rows), 0.75),
    ]


def new_york(folder: Path = GEO) -> list[Figure]:
    """Real requests against the region that the city's own portal computed."""
    snapshot = _by_property(folder / "nyc_police_precincts.geojson", "precinct", None)
    rows = [
        row
        for row in _rows(folder / "nyc_311_sla_sample.csv")
        if row["socrata_precinct_region"] and row["latitude"] and row["longitude"]
    ]
    answers = [_at(snapshot, float(row["latitude"]), float(row["longitude"])).office.code for row in rows]
    # The portal numbers its regions in its own way: the precinct most requests of a region fall into is its name.
    votes: dict[str, dict[str, int]] = {}
    for row, answer in zip(rows, answers, strict=True):
        region = votes.setdefault(row["socrata_precinct_region"], {})
        region[answer] = region.get(answer, 0) + 1
    name = {region: max(count, key=lambda code: count[code]) for region, count in votes.items()}
    same = sum(name[row["socrata_precinct_region"]] == answer for row, answer in zip(rows, answers, strict=True))
    return [_share("New York: the portal's precinct is the answer", same, len(rows), 0.996)]


def sheohar(folder: Path = GEO, points: int = 4_000) -> list[Figure]:
    """Seven real jurisdictions with slivers and overlaps: every point has one answer, every doubt a mark."""
    features = json.loads((folder / "bihar_thana_polygons_sheohar_7.geojson").read_text("utf-8"))["features"]
    polygons = {str(row["properties"]["ps_code_bhugoal"]): shape(row["geometry"]) for row in features}
    snapshot = Snapshot(load_shipped())
    hull = shapely.union_all(list(polygons.values())).buffer(0.002)
    west, south, east, north = hull.bounds
    random = np.random.default_rng(20261122)
    places = [
        (lat, lon)
        for lon, lat in zip(
            random.uniform(west, east, 3 * points), random.uniform(south, north, 3 * points), strict=True
        )
        if shapely.intersects_xy(hull, lon, lat)
    ][:points]
    answers = [(_at(snapshot, *place), _inside(polygons, *place)) for place in places]
    same = sum(answer == _at(snapshot, *place) for place, (answer, _) in zip(places, answers, strict=True))
    sole = [(answer.office.code, *inside) for answer, inside in answers if len(inside) == 1]
    hiramma = [code for code, only in sole if only == HIRAMMA]
    doubtful = [
        answer
        for place, (answer, inside) in zip(places, answers, strict=True)
        if len(inside) > 1 or (not inside and _enclosed(polygons, *place))
    ]
    marked = sum(bool(answer.ambiguous_with) for answer in doubtful)
    return [
        _share("Sheohar: the same point has the same answer", same, len(places), 1.0),
        _share("Sheohar: the one jurisdiction of a point answers", sum(a == b for a, b in sole), len(sole), 1.0),
        _share("Sheohar: slivers and overlaps are marked", marked, len(doubtful), 1.0),
        _share("Sheohar: the thana without a station point answers", hiramma.count(HIRAMMA), len(hiramma), 1.0),
    ]


def bihar(folder: Path = GEO) -> list[Figure]:
    """Headquarters of sub-districts route to their own district; distance never chooses a misplaced station."""
    blocks = json.loads((folder / "bihar_blocks_534.geojson").read_text("utf-8"))["features"]
    outline = {(row["properties"]["district"], row["properties"]["block"]): shape(row["geometry"]) for row in blocks}
    shipped = load_shipped()
    plain = Snapshot(replace(shipped, boundaries=()))
    district_of = {row.name: row.district for row in shipped.police_districts}
    own = total = 0
    for row in _rows(folder / "bihar_headquarters.csv"):
        if row["level"] != "subdistrict" or not _in_its_block(row, outline):
            continue
        total += 1
        decision = _at(plain, float(row["lat"]), float(row["lon"]))
        own += district_of.get(decision.office.police_district) == row["district_by_coords"]
    misplaced = [station for station in shipped.stations if station.lat is not None and not station.coord_ok]
    avoided = 0
    for station in misplaced:
        assert station.lat is not None
        assert station.lon is not None
        answer = _at(plain, station.lat, station.lon)
        avoided += answer.office.code not in {other.code for other in misplaced}
    found = [_at(plain, *_middle(polygon)).office for polygon in outline.values()]
    in_state = sum(office.post == "SHO" for office in found)
    return [
        _share("Bihar: sub-district headquarters stay in their police district", own, total, 0.98),
        _share("Bihar: misplaced stations are not chosen by distance", avoided, len(misplaced), 1.0),
        _share("Bihar: the middle of a block has a station", in_state, len(found), 1.0),
    ]


REPLAYS: Final[Mapping[str, Callable[[], list[Figure]]]] = {
    "chicago": chicago,
    "new-york": new_york,
    "sheohar": sheohar,
    "bihar": bihar,
}


def _by_property(path: Path, code: str, district: str | None) -> Snapshot:
    """A city's polygons as a version: each code is a station without a point."""
    features = json.loads(path.read_text("utf-8"))["features"]
    stations = {
        str(row["properties"][code]): StationRecord(
            code=str(row["properties"][code]),
            name_en=str(row["properties"][code]),
            kind=StationKind.TERRITORIAL,
            police_district=str(row["properties"][district]) if district else "",
            district=str(row["properties"][district]) if district else "",
        )
        for row in features
    }
    boundaries = tuple(Boundary(str(row["properties"][code]), shape(row["geometry"])) for row in features)
    return Snapshot(Dataset(path.stem, tuple(stations.values()), (), boundaries=boundaries))


def _at(snapshot: Snapshot, lat: float, lon: float) -> Decision:
    return assign_station(snapshot, Filing(emergency=False, service_code="e-complaint", point=Point(lat, lon)))


def _inside(polygons: Mapping[str, BaseGeometry], lat: float, lon: float) -> set[str]:
    return {code for code, polygon in polygons.items() if shapely.intersects_xy(polygon, lon, lat)}


def _enclosed(polygons: Mapping[str, BaseGeometry], lat: float, lon: float) -> bool:
    """In a hole between the polygons, not outside them all."""
    point = shapely.Point(lon, lat)
    union = shapely.union_all(list(polygons.values()))
    return any(shapely.Polygon(hole).contains(point) for part in _parts(union) for hole in part.interiors)


def _parts(geometry: BaseGeometry) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts(geometry).tolist() if isinstance(part, shapely.Polygon)]


def _middle(polygon: BaseGeometry) -> tuple[float, float]:
    point = polygon.representative_point()
    return point.y, point.x


def _in_its_block(row: Mapping[str, str], outline: Mapping[tuple[str, str], BaseGeometry]) -> bool:
    block = outline.get((row["district_by_coords"], row["place"]))
    return block is not None and bool(shapely.intersects_xy(block, float(row["lon"]), float(row["lat"])))


def _share(name: str, count: int, of: int, least: float) -> Figure:
    return Figure(name, count / of if of else 0.0, least, of)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else -1


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
