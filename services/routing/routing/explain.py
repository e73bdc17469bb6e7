"""A decision in words and on a map: why this office, how sure, and who else it might be."""

from datetime import date
from typing import Any, Final

from shapely.geometry import mapping

from chassis.sentences import CodeNames
from routing.domain import Decision, Filing, Reason, Snapshot, StationRecord
from routing.domain.territory import nearest_units
from routing.views import View

CODE_NAMES: Final = CodeNames.load()
# Polygons on a map need no more vertices than a screen has pixels.
MAP_TOLERANCE: Final = 0.0002


class OfficeView(View):
    code: str
    name: str
    name_hi: str | None
    district: str
    police_district: str


class NearUnitView(View):
    code: str
    name: str
    name_hi: str | None
    distance_m: int


class RouteView(View):
    """The decision as an assignment would carry it, with its reason in words and a GeoJSON FeatureCollection.

    `in_force_on` is the day whose stations and jurisdictions decided, by India's calendar.
    """

    station: OfficeView
    officer_post: str
    territorial_station: OfficeView | None
    reason: Reason
    explanation: str
    explanation_hi: str
    provisional: bool
    confidence: float
    distance_to_edge_m: float | None
    ambiguous_with: list[OfficeView]
    boundary_version: str
    in_force_on: date | None
    notes: list[str]
    nearest_units: list[NearUnitView]
    geojson: dict[str, Any]


def explain(snapshot: Snapshot, filing: Filing, decision: Decision) -> RouteView:
    office = decision.office
    why = CODE_NAMES.bilingual("assignment_reasons", decision.reason.value)
    edge = decision.distance_to_edge_m
    return RouteView(
        station=OfficeView(
            code=office.code,
            name=office.name,
            name_hi=office.name_hi or None,
            district=office.district,
            police_district=office.police_district,
        ),
        officer_post=office.officer_post,
        territorial_station=_office(decision.territorial_station) if decision.territorial_station else None,
        reason=decision.reason,
        explanation=why.en,
        explanation_hi=why.hi,
        provisional=decision.provisional,
        confidence=round(decision.confidence, 3),
        distance_to_edge_m=round(edge, 1) if edge is not None else None,
        ambiguous_with=[_office(snapshot.stations[code]) for code in decision.ambiguous_with],
        boundary_version=decision.boundary_version,
        in_force_on=snapshot.on,
        notes=list(decision.notes),
        nearest_units=_nearest_units(snapshot, filing, decision),
        geojson=_map(snapshot, filing, decision),
    )


def _office(station: StationRecord) -> OfficeView:
    return OfficeView(
        code=station.code,
        name=station.name_en,
        name_hi=station.name_hi or None,
        district=station.district,
        police_district=station.police_district,
    )


def _nearest_units(snapshot: Snapshot, filing: Filing, decision: Decision) -> list[NearUnitView]:
    return [
        NearUnitView(
            code=found.station.code,
            name=found.station.name_en,
            name_hi=found.station.name_hi or None,
            distance_m=round(found.metres),
        )
        for found in nearest_units(snapshot, filing, decision.notes)
    ]


def _map(snapshot: Snapshot, filing: Filing, decision: Decision) -> dict[str, Any]:
    features = []
    if filing.point is not None:
        place = {"type": "Point", "coordinates": [filing.point.lon, filing.point.lat]}
        features.append(_feature("place", place, accuracy_m=filing.point.accuracy_m))
    roles = dict.fromkeys(decision.ambiguous_with, "ambiguous_with")
    if decision.territorial_station is not None:
        roles[decision.territorial_station.code] = "territorial_station"
    roles[decision.office.code] = "station"
    for code, role in roles.items():
        station = snapshot.stations.get(code)
        if station is not None and station.lat is not None and station.lon is not None:
            place = {"type": "Point", "coordinates": [station.lon, station.lat]}
            features.append(_feature(role, place, code=code, name=station.name_en, trusted=station.coord_ok))
    for boundary in snapshot.jurisdictions:
        # The ground of an outpost is drawn as that of the station which answers there.
        of = roles.get(boundary.station) or roles.get(snapshot.responsible(boundary.station)[0].code)
        if of is not None:
            outline = mapping(boundary.geometry.simplify(MAP_TOLERANCE))
            features.append(_feature(f"{of}_boundary", outline, code=boundary.station))
    return {"type": "FeatureCollection", "features": features}


def _feature(role: str, geometry: dict[str, Any], **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"role": role, **properties}, "geometry": geometry}
