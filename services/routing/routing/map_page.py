"""One HTML page without any other file: stations, jurisdictions and decisions, to see gaps and wrong places by eye."""

from collections.abc import AsyncIterator, Iterable, Sequence
from html import escape
from typing import Final, TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from routing.domain import Snapshot, StationRecord
from routing.domain.model import as_array
from routing.domain.projection import project, project_point
from routing.map_assets import LEGEND, SCRIPT, STYLE
from routing.map_doubts import Doubt, find_doubts, home
from routing.store import StoredDecision

T = TypeVar("T")

WIDTH: Final = 1400
# On the page a pixel is some 350 m; half of it is as fine as an outline needs.
OUTLINE_TOLERANCE_M: Final = 150.0
SLIVERS: Final = frozenset({"gap", "overlap"})
# How wide a part of the page shows each kind of doubt well.
CLOSE: Final = {"misplaced": 300, "lonely": 60, "gap": 12, "overlap": 12, "bare": 300}
# What each kind of doubt means to people, in the order of the list beside the map.
KINDS: Final = {
    "misplaced": "stations in a wrong place: never chosen by distance",
    "lonely": "stations away from their ground",
    "gap": "gaps between jurisdictions",
    "overlap": "overlaps of jurisdictions",
    "bare": "districts without a jurisdiction",
}
HATCH: Final = (
    '<defs><pattern id="bare" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="7" height="7" fill="#fbf9f3"/><line y2="7" stroke="#e4dcc8" stroke-width="3"/></pattern></defs>'
)
ZOOM: Final = (
    '<button data-k=".6" title="nearer">+</button><button data-k="1.6" title="farther">&minus;</button>'
    '<button data-k="0" title="the whole state">&#8962;</button>'
)
SEARCH: Final = (
    '<input id="search" type="search" placeholder="find a station: name, code or district" autocomplete="off">'
    '<div id="hits"></div>'
)


class _Sheet:
    """Places on the page: x to the right, y down, the whole state wide."""

    def __init__(self, snapshot: Snapshot) -> None:
        outlines = [outline.geometry for outline in snapshot.dataset.outlines]
        shapes = project(as_array(outlines or [row.geometry for row in snapshot.dataset.boundaries]))
        self._west, south, east, self._north = shapely.total_bounds(shapes).tolist()
        self._scale = WIDTH / (east - self._west)
        self.height = (self._north - south) * self._scale

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        return self._place(*project_point(lat, lon))

    def path(self, geometry: BaseGeometry, tolerance_m: float = OUTLINE_TOLERANCE_M) -> str:
        plane = shapely.simplify(project(as_array([geometry]))[0], tolerance_m)
        parts = [part for part in shapely.get_parts(plane).tolist() if part.geom_type == "Polygon"]
        rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
        return "".join(
            "M" + "L".join("{:.2f},{:.2f}".format(*self._place(x, y)) for x, y in ring.coords) + "Z" for ring in rings
        )

    def line(self, geometry: BaseGeometry) -> str:
        """A line's path, or the edge of an area."""
        plane = project(as_array([geometry]))[0]
        edges = plane if "Line" in plane.geom_type else plane.boundary
        parts = [part.coords for part in shapely.get_parts(edges).tolist()]
        return "".join("M" + "L".join("{:.2f},{:.2f}".format(*self._place(x, y)) for x, y in part) for part in parts)

    def _place(self, x: float, y: float) -> tuple[float, float]:
        return (x - self._west) * self._scale, (self._north - y) * self._scale


def draw_map(snapshot: Snapshot, decisions: Sequence[StoredDecision]) -> str:
    """The page. Decisions are joined to the station that got them; hover over anything for its name."""
    sheet = _Sheet(snapshot)
    doubts = find_doubts(snapshot.dataset, snapshot.jurisdictions)
    body = "\n".join(
        (
            *_ground(snapshot, sheet, doubts),
            *_decisions(snapshot, sheet, decisions),
            *_stations(snapshot, sheet),
            *_wrong_places(snapshot, sheet, doubts),
        )
    )
    legend = "".join(
        f'<label><input type="checkbox" checked value="{classes}"><i class="{form}" style="background:{colour}"></i>'
        f"{escape(what)}</label>"
        for colour, what, form, classes in LEGEND
    )
    on = f" as on {snapshot.on}" if snapshot.on else ""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Routing {escape(snapshot.version)}</title>'
        f"<style>{STYLE}</style><header><span id='zoom'>{ZOOM}</span>"
        f"<strong>Version {escape(snapshot.version)}</strong>{on}: "
        f"{len(snapshot.stations)} stations, {len(snapshot.jurisdictions)} jurisdictions, "
        f"{len(decisions)} decisions. Wheel to zoom, drag to move, hover for names, click a doubt, tick a layer."
        f"<br>{legend}</header>"
        f'<main><svg viewBox="0 0 {WIDTH} {sheet.height:.0f}" xmlns="http://www.w3.org/2000/svg">{HATCH}{body}</svg>'
        f"<aside>{SEARCH}{''.join(_list(snapshot, sheet, doubts))}</aside></main>"
        f"<script>{SCRIPT % {'width': WIDTH, 'height': round(sheet.height)}}</script></html>\n"
    )


async def evenly(items: AsyncIterator[T], least: int) -> tuple[list[T], int]:
    """All of them, or from `least` to twice as many at even distances; and how many there were."""
    kept: list[T] = []
    count, step = 0, 1
    async for item in items:
        if count % step == 0:
            kept.append(item)
        count += 1
        if len(kept) >= 2 * least:
            kept, step = kept[::2], 2 * step
    return kept, count


def _list(snapshot: Snapshot, sheet: _Sheet, doubts: Sequence[Doubt]) -> Iterable[str]:
    """The doubts beside the map, by kind; a click shows the place."""
    for kind, meaning in KINDS.items():
        rows = [doubt for doubt in doubts if doubt.kind == kind]
        opened = " open" if rows and kind != "bare" else ""
        yield f"<details{opened}><summary><strong>{len(rows)}</strong> {escape(meaning)}</summary>"
        for doubt in rows:
            middle = doubt.geometry.representative_point()
            x, y = sheet.at(middle.y, middle.x)
            yield f'<button data-at="{x:.1f},{y:.1f},{CLOSE[kind]}">{escape(doubt.text)}</button>'
        yield "</details>"
    nowhere = sum(station.lat is None for station in snapshot.dataset.stations)
    offline = sum(not station.desk_online for station in snapshot.dataset.stations)
    yield f"<p>{nowhere} stations have no point at all; {offline} have no desk online yet.</p>"


def _wrong_places(snapshot: Snapshot, sheet: _Sheet, doubts: Sequence[Doubt]) -> Iterable[str]:
    """On top of everything: where a station can not be, and where it belongs."""
    for station in snapshot.dataset.stations:
        if station.lat is None or station.lon is None or station.coord_ok:
            continue
        x, y = sheet.at(station.lat, station.lon)
        there = home(snapshot.dataset, station)
        if there is not None:
            to_x, to_y = sheet.at(there.y, there.x)
            yield f'<line class="belongs" x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"/>'
        yield _circle("misplaced", x, y, 4.5, f"{station.name_en} ({station.code}) belongs to {station.district}")
    for doubt in doubts:
        if doubt.kind == "lonely":
            yield _circle("lonely", *sheet.at(doubt.geometry.y, doubt.geometry.x), 7.0, doubt.text)


def _ground(snapshot: Snapshot, sheet: _Sheet, doubts: Sequence[Doubt]) -> Iterable[str]:
    for outline in snapshot.dataset.outlines:
        yield _path("district", sheet.path(outline.geometry), outline.district)
    yield from (_path(row.kind, sheet.path(row.geometry), row.text) for row in doubts if row.kind == "bare")
    for boundary in snapshot.jurisdictions:
        yield _path("boundary", sheet.path(boundary.geometry), f"{boundary.name} ({boundary.station})")
    for corridor in snapshot.dataset.corridors:
        title = f"{corridor.line} ({corridor.station})"
        yield f'<path class="track" d="{sheet.line(corridor.geometry)}"><title>{escape(title)}</title></path>'
    for row in doubts:
        if row.kind in SLIVERS:
            yield _path(row.kind, sheet.path(row.geometry, tolerance_m=0.0), row.text)
    for outline in snapshot.dataset.outlines:
        middle = outline.geometry.representative_point()
        x, y = sheet.at(middle.y, middle.x)
        yield f'<text class="name" x="{x:.1f}" y="{y:.1f}">{escape(outline.district)}</text>'


def _stations(snapshot: Snapshot, sheet: _Sheet) -> Iterable[str]:
    for station in snapshot.dataset.stations:
        if station.lat is not None and station.lon is not None and station.coord_ok:
            hindi = f" {station.name_hi}" if station.name_hi else ""
            title = f"{station.name_en}{hindi}, {station.district} ({station.code}, {station.kind})"
            yield _circle(_class(station), *sheet.at(station.lat, station.lon), 3.0, title)


def _class(station: StationRecord) -> str:
    return "station" if station.kind.value == "territorial" else "special"


def _decisions(snapshot: Snapshot, sheet: _Sheet, decisions: Iterable[StoredDecision]) -> Iterable[str]:
    for stored in decisions:
        point, event = stored.filing.point, stored.event
        if point is None:
            continue
        x, y = sheet.at(point.lat, point.lon)
        station = snapshot.stations.get(event.station.code)
        if station is not None and station.lat is not None and station.lon is not None:
            to_x, to_y = sheet.at(station.lat, station.lon)
            yield f'<line class="line" x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"/>'
        doubt = "provisional" if event.provisional else "sure"
        title = f"{event.reason.value} to {event.station.name}, confidence {event.confidence:.2f}"
        yield _circle(doubt, x, y, 1.8, title)


def _path(kind: str, path: str, title: str) -> str:
    return f'<path class="{kind}" d="{path}"><title>{escape(title)}</title></path>'


def _circle(kind: str, x: float, y: float, radius: float, title: str) -> str:
    return (
        f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}" data-r="{radius}">'
        f"<title>{escape(title)}</title></circle>"
    )
