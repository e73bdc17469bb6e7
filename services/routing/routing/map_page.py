"""One HTML page without any other file: stations, jurisdictions and decisions, to see gaps and wrong places by eye."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from routing.domain import Snapshot, StationRecord
from routing.domain.model import as_array
from routing.domain.projection import project, project_point
from routing.store import StoredDecision

WIDTH: Final = 1400
# On the page a pixel is some 350 m; half of it is as fine as an outline needs.
OUTLINE_TOLERANCE_M: Final = 150.0
STYLE: Final = """
body{margin:0;font:14px system-ui,sans-serif;background:#f7f6f2;color:#222}
header{padding:10px 16px} svg{width:100vw;height:calc(100vh - 76px);background:#fff;cursor:grab}
.district{fill:#f3efe4;stroke:#b9ae94;stroke-width:1} .boundary{fill:#7fb3d544;stroke:#2874a6;stroke-width:.6}
.station{fill:#1e8449} .misplaced{fill:#c0392b} .special{fill:#8e44ad} .line{stroke:#7f8c8d;stroke-width:.5}
.sure{fill:#2471a3} .provisional{fill:#e67e22} b.dot{display:inline-block;width:10px;height:10px;border-radius:5px}
svg *{vector-effect:non-scaling-stroke}
"""
SCRIPT: Final = """
const s=document.querySelector('svg');let v=s.viewBox.baseVal,d=null;
s.onwheel=e=>{e.preventDefault();const k=e.deltaY>0?1.25:.8,r=s.getBoundingClientRect();
const x=v.x+(e.clientX-r.x)/r.width*v.width,y=v.y+(e.clientY-r.y)/r.height*v.height;
v.x=x-(x-v.x)*k;v.y=y-(y-v.y)*k;v.width*=k;v.height*=k;
document.querySelectorAll('circle').forEach(c=>c.setAttribute('r',c.dataset.r*v.width/%(width)d))};
s.onmousedown=e=>{d=[e.clientX,e.clientY,v.x,v.y]};window.onmouseup=()=>{d=null};
window.onmousemove=e=>{if(!d)return;const r=s.getBoundingClientRect();
v.x=d[2]-(e.clientX-d[0])/r.width*v.width;v.y=d[3]-(e.clientY-d[1])/r.height*v.height};
"""


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

    def path(self, geometry: BaseGeometry) -> str:
        plane = shapely.simplify(project(as_array([geometry]))[0], OUTLINE_TOLERANCE_M)
        rings = [ring for part in shapely.get_parts(plane).tolist() for ring in (part.exterior, *part.interiors)]
        return "".join(
            "M" + "L".join("{:.1f},{:.1f}".format(*self._place(x, y)) for x, y in ring.coords) + "Z" for ring in rings
        )

    def _place(self, x: float, y: float) -> tuple[float, float]:
        return (x - self._west) * self._scale, (self._north - y) * self._scale


def draw_map(snapshot: Snapshot, decisions: Sequence[StoredDecision]) -> str:
    """The page. Decisions are joined to the station that got them; hover over anything for its name."""
    sheet = _Sheet(snapshot)
    body = "\n".join((*_ground(snapshot, sheet), *_decisions(snapshot, sheet, decisions), *_stations(snapshot, sheet)))
    legend = " &nbsp; ".join(
        f'<b class="dot" style="background:{colour}"></b> {escape(what)}'
        for colour, what in (
            ("#1e8449", "territorial station"),
            ("#8e44ad", "specialist unit"),
            ("#c0392b", "station whose point is known to be wrong"),
            ("#2471a3", "decision"),
            ("#e67e22", "provisional decision"),
        )
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Routing {escape(snapshot.version)}</title>'
        f"<style>{STYLE}</style><header><strong>Version {escape(snapshot.version)}</strong>: "
        f"{len(snapshot.stations)} stations, {len(snapshot.dataset.boundaries)} jurisdictions, "
        f"{len(decisions)} decisions. "
        f"Wheel to zoom, drag to move.<br>{legend}</header>"
        f'<svg viewBox="0 0 {WIDTH} {sheet.height:.0f}" xmlns="http://www.w3.org/2000/svg">{body}</svg>'
        f"<script>{SCRIPT % {'width': WIDTH}}</script></html>\n"
    )


def _ground(snapshot: Snapshot, sheet: _Sheet) -> Iterable[str]:
    for outline in snapshot.dataset.outlines:
        yield _path("district", sheet.path(outline.geometry), outline.district)
    for boundary in snapshot.dataset.boundaries:
        yield _path("boundary", sheet.path(boundary.geometry), f"{boundary.name} ({boundary.station})")


def _stations(snapshot: Snapshot, sheet: _Sheet) -> Iterable[str]:
    for station in snapshot.dataset.stations:
        if station.lat is not None and station.lon is not None:
            title = f"{station.name_en}, {station.district} ({station.code}, {station.kind})"
            yield _circle(_class(station), *sheet.at(station.lat, station.lon), 2.4, title)


def _class(station: StationRecord) -> str:
    if not station.coord_ok:
        return "misplaced"
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
