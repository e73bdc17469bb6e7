"""A file of jurisdictions becomes a new version: repaired where it can be, reported where it should be looked at."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from chassis.importing.cells import LONGEST_NAME, clean_code, usual_values
from chassis.importing.report import ImportRefused, Report
from chassis.importing.spelt import fault_of, tidy
from routing.build_data import clean_name
from routing.domain import Boundary, Dataset, StationKind, StationRecord
from routing.domain.districts import DistrictIndex
from routing.importing.coverage import report_coverage
from routing.importing.days import days_of, days_text, handed_over, report_days, together
from routing.importing.features import Feature
from routing.importing.ground import Ground

CODE_FIELDS: Final = ("station", "ps_code", "ps_code_bhugoal", "ps_cd", "station_code", "code")
NAME_FIELDS: Final = ("name", "police_station", "ps_name", "thana", "thana_name", "station_name")
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
    ground = Ground(base.outlines)
    accepted: defaultdict[str, list[Boundary]] = defaultdict(list)
    count = 0
    for count, (where, properties, geometry) in enumerate(features, start=1):
        progress(count)
        code = station_code(properties, chosen, report, where)
        if code is None:
            continue
        days = days_of(properties, report, where)
        polygon = _repaired(geometry, report, code) if days is not None else None
        if polygon is not None:
            polygon = ground.placed(polygon, report, code)
        if polygon is None or days is None:
            continue
        name = _name(properties, chosen)
        fault = fault_of(name)
        if fault is not None:
            report.suspect("broken_name", where, f"{fault}; taken without it")
            name = ""
        drawn = Boundary(code, polygon, name, *days)
        if _drawn_twice(drawn, accepted[code], report, where):
            continue
        if code not in stations:
            created = _station_for(drawn, properties, base, outlines)
            if created is None:
                report.reject("unknown_station", where, f"{code}: neither its row nor its district is known")
                continue
            report.suspect("station_created", code, f"{created.name_en}: a jurisdiction without a row of its own")
            stations[code] = created
        _report_far_ground(stations[code], polygon, outlines, report)
        accepted[code].append(replace(drawn, name=drawn.name or stations[code].name_en))
    boundaries = [boundary for found in accepted.values() for boundary in found]
    if not boundaries:
        raise ImportRefused("the file has no usable jurisdiction: nothing was changed")
    district = {code: station.district for code, station in stations.items()}
    covered = {district[boundary.station] for boundary in boundaries}
    kept = handed_over(base.boundaries, boundaries, district)
    report.figures |= {"features": count, "jurisdictions accepted": len(boundaries), "kept of before": len(kept)}
    dataset = replace(
        base,
        stations=tuple(sorted(stations.values(), key=lambda station: station.code)),
        boundaries=tuple(sorted((*kept, *boundaries), key=lambda boundary: boundary.station)),
    )
    report_coverage(dataset, covered, report)
    report_days(dataset.boundaries, stations, covered, report)
    return dataset


def station_code(properties: Mapping[str, Any], fields: Fields, report: Report, where: str) -> str | None:
    """The station's code, from the property named or from the first of the usual ones; None, and reported, without."""
    for value in _values(properties, fields.code, CODE_FIELDS):
        text = str(value).strip() if isinstance(value, str | int | float) else ""
        if text in {"", "0", "0.0"}:
            continue
        code = clean_code(text)
        if code is None:
            report.reject("unusable_code", where, f"{text[:60]}: at most 40 letters and digits")
        return code
    report.reject("no_station_code", where, ", ".join(sorted(properties)[:8]))
    return None


def _name(properties: Mapping[str, Any], fields: Fields) -> str:
    name = next((str(value) for value in _values(properties, fields.name, NAME_FIELDS) if value), "")
    return clean_name(tidy(name))[:LONGEST_NAME]


def _values(properties: Mapping[str, Any], named: str | None, usual: Iterable[str]) -> Iterator[Any]:
    """The property an operator named, else the usual ones in their order."""
    return iter((properties.get(named),)) if named else usual_values(properties, usual)


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


def _polygons(geometry: BaseGeometry) -> list[BaseGeometry]:
    return [part for part in shapely.get_parts(geometry).tolist() if part.geom_type == "Polygon"]


def _drawn_twice(drawn: Boundary, before: Iterable[Boundary], report: Report, where: str) -> bool:
    """Whether the station has this ground already on some of the same days: then two would answer for it."""
    code, polygon = drawn.station, drawn.geometry
    for boundary in before:
        both = together(drawn, boundary)
        if both is None:
            continue
        if polygon.intersection(boundary.geometry).area > SAME_GROUND * min(polygon.area, boundary.geometry.area):
            dated = any((drawn.valid_from, drawn.valid_to, boundary.valid_from, boundary.valid_to))
            kind = "overlap_in_time" if dated else "duplicate_code"
            report.reject(kind, where, f"{code} is drawn twice over the same ground{days_text(both)}")
            return True
        report.suspect("several_parts", code, f"{where}{days_text(both)}")
    return False


def _report_far_ground(station: StationRecord, polygon: BaseGeometry, outlines: DistrictIndex, report: Report) -> None:
    """A wrong code puts a station in charge of ground in another district."""
    middle = polygon.representative_point()
    at = outlines.find(middle.y, middle.x)
    if at is not None and station.district not in {at.district, *at.neighbours}:
        detail = f"of {station.district}, but its ground around {middle.y:.4f}, {middle.x:.4f} is in {at.district}"
        report.suspect("ground_in_another_district", station.code, detail)


def _station_for(
    drawn: Boundary, properties: Mapping[str, Any], base: Dataset, outlines: DistrictIndex
) -> StationRecord | None:
    """A station known by its ground alone: its district is the ground's, its point is unknown."""
    code = drawn.station
    named = next((str(value).strip() for value in _values(properties, None, POLICE_DISTRICT_FIELDS) if value), None)
    inside = drawn.geometry.representative_point()
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
    name = drawn.name or f"Station {code}"
    return StationRecord(
        code=code,
        name_en=name,
        kind=StationKind.TERRITORIAL,
        police_district=owner.name,
        district=owner.district or (at.district if at is not None else ""),
        name_source=name,
    )
