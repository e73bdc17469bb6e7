"""The operator's map as one PNG, for a report or a letter: what the page shows, without its list and its zoom."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from chassis.importing.report import ImportRefused
from routing.domain import Snapshot, StationKind, StationRecord
from routing.domain.model import as_array
from routing.domain.projection import project, project_points
from routing.map_doubts import Doubt, find_doubts, home
from routing.map_page import KINDS, OUTLINE_TOLERANCE_M
from routing.store import StoredDecision

INCHES: Final = (14.0, 10.0)
DOTS_PER_INCH: Final = 130
FACES: Final = {
    "district": "#ffffff",
    "bare": "#f1ebdc",
    "jurisdiction": "#bcd9ea",
    "gap": "#e74c3c",
    "overlap": "#f1c40f",
}
EDGES: Final = {
    "district": "#b9ae94",
    "bare": "#b9ae94",
    "jurisdiction": "#2874a6",
    "gap": "#e74c3c",
    "overlap": "#b7950b",
}


def draw_picture(snapshot: Snapshot, decisions: Sequence[StoredDecision], path: Path) -> None:
    """Writes the PNG. Raises ImportRefused where the library that draws it is not installed."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 (an extra: the service never draws)
    except ImportError:
        raise ImportRefused("a PNG needs the extra routing[picture]; --out map.html needs nothing") from None
    figure = Figure(figsize=INCHES, dpi=DOTS_PER_INCH, layout="constrained")
    axes = figure.add_subplot()
    axes.set_aspect("equal")
    axes.set_axis_off()
    doubts = find_doubts(snapshot.dataset, snapshot.jurisdictions)
    _ground(axes, snapshot, doubts)
    _tracks(axes, snapshot)
    _stations(axes, snapshot)
    _decisions(axes, decisions)
    on = f" on {snapshot.on}" if snapshot.on else ""
    axes.set_title(
        f"Version {snapshot.version}{on}: {len(snapshot.stations)} stations, "
        f"{len(snapshot.jurisdictions)} jurisdictions, {len(decisions)} decisions",
        fontsize=13,
    )
    count = Counter(doubt.kind for doubt in doubts)
    figure.supxlabel(
        "   ".join(f"{count[kind]} {meaning.partition(':')[0]}" for kind, meaning in KINDS.items()), fontsize=9
    )
    axes.legend(loc="upper right", fontsize=9, framealpha=0.95, markerscale=1.6)
    figure.savefig(path)


def _ground(axes: Any, snapshot: Snapshot, doubts: Sequence[Doubt]) -> None:
    outlines = snapshot.dataset.outlines
    _areas(axes, "district", "", [row.geometry for row in outlines])
    _areas(axes, "bare", "no jurisdiction loaded", [row.geometry for row in doubts if row.kind == "bare"])
    _areas(axes, "jurisdiction", "jurisdiction", [row.geometry for row in snapshot.jurisdictions])
    for kind in ("gap", "overlap"):
        _areas(axes, kind, kind, [row.geometry for row in doubts if row.kind == kind], tolerance_m=0.0)
    for outline in outlines:
        middle = outline.geometry.representative_point()
        x, y = project_points(np.array([middle.y]), np.array([middle.x]))
        axes.text(x[0], y[0], outline.district, fontsize=7, color="#6d6450", ha="center", va="center", zorder=6)


def _areas(
    axes: Any, kind: str, label: str, geometries: Sequence[BaseGeometry], tolerance_m: float = OUTLINE_TOLERANCE_M
) -> None:
    from matplotlib.patches import PathPatch  # noqa: PLC0415 (an extra: the service never draws)
    from matplotlib.path import Path as Outline  # noqa: PLC0415

    for geometry in shapely.simplify(project(as_array(geometries)), tolerance_m).tolist():
        rings = [
            Outline(np.asarray(ring.coords), closed=True)
            for part in shapely.get_parts(geometry).tolist()
            if part.geom_type == "Polygon" and not part.is_empty
            for ring in (part.exterior, *part.interiors)
        ]
        if rings:
            patch = PathPatch(
                Outline.make_compound_path(*rings), facecolor=FACES[kind], edgecolor=EDGES[kind], linewidth=0.7
            )
            axes.add_patch(patch)
            patch.set_label(label or None)
            label = ""
    axes.autoscale_view()


def _tracks(axes: Any, snapshot: Snapshot) -> None:
    """The lines that specialist units cover; of an area its edge."""
    label: str | None = "line of a specialist unit"
    for ground in project(as_array([row.geometry for row in snapshot.dataset.corridors])).tolist():
        for part in shapely.get_parts(ground if "Line" in ground.geom_type else ground.boundary).tolist():
            axes.plot(*shapely.get_coordinates(part).T, color="#d35400", linewidth=1.6, zorder=4, label=label)
            label = None


def _stations(axes: Any, snapshot: Snapshot) -> None:
    located = [row for row in snapshot.dataset.stations if row.lat is not None and row.valid(snapshot.on)]
    right = [row for row in located if row.coord_ok]
    ground = [row for row in right if row.kind is StationKind.TERRITORIAL]
    wrong = [row for row in located if not row.coord_ok]
    _points(axes, "territorial station", "#1e8449", 9, ground)
    _points(axes, "specialist unit", "#8e44ad", 9, [row for row in right if row.kind is not StationKind.TERRITORIAL])
    for row in wrong:
        there = home(snapshot.dataset, row)
        if there is not None and row.lat is not None and row.lon is not None:
            x, y = project_points(np.array([row.lat, there.y]), np.array([row.lon, there.x]))
            axes.plot(x, y, color="#c0392b", linewidth=0.8, linestyle="--", zorder=7)
    _points(axes, "in a wrong place, with a line to its district", "#c0392b", 26, wrong)


def _points(axes: Any, label: str, colour: str, size: float, stations: Sequence[StationRecord]) -> None:
    _scatter(axes, label, colour, size, [(row.lat or 0.0, row.lon or 0.0) for row in stations])


def _decisions(axes: Any, decisions: Sequence[StoredDecision]) -> None:
    placed = [row for row in decisions if row.filing.point is not None]
    for label, colour, provisional in (("decision", "#2471a3", False), ("provisional decision", "#e67e22", True)):
        points = [row.filing.point for row in placed if row.event.provisional is provisional]
        _scatter(axes, label, colour, 7, [(point.lat, point.lon) for point in points if point is not None])


def _scatter(axes: Any, label: str, colour: str, size: float, places: Sequence[tuple[float, float]]) -> None:
    if places:
        x, y = project_points(*np.array(places).T)
        axes.scatter(x, y, s=size, color=colour, label=label, linewidths=0, zorder=5)
