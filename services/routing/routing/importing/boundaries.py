"""A file of jurisdictions becomes a new version: repaired where it can be, reported where it should be looked at."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from routing.build_data import clean_name
from routing.domain import Boundary, Dataset, StationKind, StationRecord
from routing.domain.districts import DistrictIndex
from routing.importing.coverage import report_coverage
from routing.importing.features import Feature
from routing.importing.report import ImportRefused, Report

CODE_FIELDS: Final = ("station", "PS_Code", "ps_code", "ps_code_bhugoal", "ps_cd", "station_code", "code")
NAME_FIELDS: Final = ("name", "Police_Station", "PS_Name", "thana", "Thana", "station_name")
POLICE_DISTRICT_FIELDS: Final = ("police_district",)
# A repair that changes the area by more than this changed the jurisdiction, not its drawing.
REPAIR_TOLERANCE: Final = 0.01
# Two polygons of one code that share this much of the smaller are one jurisdiction drawn twice, not two parts.
SAME_GROUND: Final = 0.5

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Fields:
    """Which property holds the station's code; None looks for the usual names."""

    code: str | None = None
    name: str | None = None


def import_boundaries(
    features: Iterable[Feature],
    base: Dataset,
    report: Report,
    fields: Fields | None = None,
    progress: Progress = lambda _count: None,
) -> Dataset:
    """The base with the jurisdictions of a file in place of those of the districts it covers.

    Raises ImportRefused if nothing in it is usable.
    """
    chosen = fields or Fields()
    stations = {station.code: station for station in base.stations}
    outlines = DistrictIndex(base.outlines)
    ground = STRtree([outline.geometry for outline in base.outlines])
    accepted: defaultdict[str, list[Boundary]] = defaultdict(list)
    count = 0
    for count, (where, properties, geometry) in enumerate(features, start=1):
        progress(count)
        code = _code(properties, chosen)
        if code is None:
            report.reject("no_station_code", where, ", ".join(sorted(properties)[:8]))
            continue
        polygon = _repaired(geometry, report, code)
        if polygon is not None and base.outlines:
            polygon = _placed(polygon, ground, report, code)
        if polygon is None or _drawn_twice(polygon, accepted[code], report, code, where):
            continue
        if code not in stations:
            created = _station_for(code, polygon, properties, chosen, base, outlines)
            if created is None:
                report.reject("unknown_station", where, f"{code}: neither its row nor its district is known")
                continue
            report.suspect("station_created", code, f"{created.name_en}: a jurisdiction without a row of its own")
            stations[code] = created
        accepted[code].append(Boundary(code, polygon, _name(properties, chosen) or stations[code].name_en))
    boundaries = [boundary for found in accepted.values() for boundary in found]
    if not boundaries:
        raise ImportRefused("the file has no usable jurisdiction: nothing was changed")
    covered = {stations[boundary.station].district for boundary in boundaries}
    kept = [boundary for boundary in base.boundaries if stations[boundary.station].district not in covered]
    report.figures |= {"features": count, "jurisdictions accepted": len(boundaries), "kept of before": len(kept)}
    dataset = replace(
        base,
        stations=tuple(sorted(stations.values(), key=lambda station: station.code)),
        boundaries=tuple(sorted((*kept, *boundaries), key=lambda boundary: boundary.station)),
    )
    report_coverage(dataset, covered, report)
    return dataset


def _code(properties: Mapping[str, Any], fields: Fields) -> str | None:
    names = (fields.code,) if fields.code else CODE_FIELDS
    for name in names:
        value = properties.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, str | int) and value not in {"", 0}:
            return str(value).strip()[:40]
    return None


def _name(properties: Mapping[str, Any], fields: Fields) -> str:
    names = (fields.name,) if fields.name else NAME_FIELDS
    return clean_name(next((str(properties[name]) for name in names if properties.get(name)), ""))


def _repaired(geometry: BaseGeometry, report: Report, code: str) -> BaseGeometry | None:
    """A valid polygon, None if nothing of it is one. Self-intersections are resolved, lines and points dropped."""
    if geometry.is_valid:
        return geometry
    reason = shapely.is_valid_reason(geometry).split("[")[0]
    parts = [part for part in shapely.get_parts(shapely.make_valid(geometry)).tolist() if part.area > 0]
    polygon = shapely.union_all([piece for part in parts for piece in _polygons(part)])
    if polygon.is_empty:
        report.reject("unrepairable_geometry", code, reason)
        return None
    change = abs(polygon.area - geometry.area) / polygon.area
    doubt = "repair_changed_the_area" if change > REPAIR_TOLERANCE else "repaired_geometry"
    report.suspect(doubt, code, f"{reason}; area changed by {change:.2%}")
    return polygon


def _placed(polygon: BaseGeometry, ground: STRtree, report: Report, code: str) -> BaseGeometry | None:
    """The polygon if it touches the state, put right if its latitudes and longitudes changed places, else None."""
    if len(ground.query(polygon, predicate="intersects")):
        return polygon
    turned = shapely.transform(polygon, lambda coordinates: coordinates[:, ::-1])
    if len(ground.query(turned, predicate="intersects")):
        report.suspect("swapped_coordinates", code, "latitude and longitude were in each other's place")
        return turned
    middle = polygon.representative_point()
    report.reject("outside_the_state", code, f"around {middle.y:.4f}, {middle.x:.4f}")
    return None


def _polygons(geometry: BaseGeometry) -> list[BaseGeometry]:
    return [part for part in shapely.get_parts(geometry).tolist() if part.geom_type == "Polygon"]


def _drawn_twice(polygon: BaseGeometry, before: Iterable[Boundary], report: Report, code: str, where: str) -> bool:
    for boundary in before:
        common = polygon.intersection(boundary.geometry).area
        if common > SAME_GROUND * min(polygon.area, boundary.geometry.area):
            report.reject("duplicate_code", where, f"{code} is drawn twice over the same ground")
            return True
        report.suspect("several_parts", code, where)
    return False


def _station_for(
    code: str,
    polygon: BaseGeometry,
    properties: Mapping[str, Any],
    fields: Fields,
    base: Dataset,
    outlines: DistrictIndex,
) -> StationRecord | None:
    """A station known by its ground alone: its district is the ground's, its point is unknown."""
    named = next((str(properties[name]) for name in POLICE_DISTRICT_FIELDS if properties.get(name)), None)
    inside = polygon.representative_point()
    at = outlines.find(inside.y, inside.x)
    candidates = [
        district
        for district in base.police_districts
        if district.name == named or (named is None and at is not None and district.district == at.district)
    ]
    if not candidates:
        return None
    # The police's codes number a station within its police district.
    owner = next((row for row in candidates if code.startswith(row.code)), min(candidates, key=lambda row: row.code))
    name = _name(properties, fields) or f"Station {code}"
    return StationRecord(
        code=code,
        name_en=name,
        kind=StationKind.TERRITORIAL,
        police_district=owner.name,
        district=owner.district or (at.district if at is not None else ""),
        name_source=name,
    )
