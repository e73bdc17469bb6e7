"""A file of lines becomes a new version: which specialist unit, such as a railway station, covers which line."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from chassis.importing.cells import usual_values
from chassis.importing.report import ImportRefused, Report
from chassis.importing.spelt import fault_of
from routing.domain import Corridor, Dataset, StationKind
from routing.importing.boundaries import Fields, Progress, station_code
from routing.importing.features import Feature
from routing.importing.ground import Ground

LINE_FIELDS: Final = ("line", "line_name", "corridor", "name")
OF_GROUND: Final = frozenset({StationKind.TERRITORIAL, StationKind.OUTPOST})


def import_lines(
    features: Iterable[Feature],
    base: Dataset,
    report: Report,
    fields: Fields | None = None,
    progress: Progress = lambda _count: None,
) -> Dataset:
    """The base with the lines of a file in place of those that its units had. Raises ImportRefused if none is usable.

    A unit is a station of a specialist kind; its geometry is a line along the track or an area.
    """
    chosen = fields or Fields()
    stations = {station.code: station for station in base.stations}
    ground = Ground(base.outlines)
    found: list[Corridor] = []
    count = 0
    for count, (where, properties, geometry) in enumerate(features, start=1):
        progress(count)
        code, line = station_code(properties, chosen, report, where), _line(properties, chosen)
        if code is None:
            continue
        if fault := fault_of(line):
            report.reject("broken_name", where, fault)
            continue
        if not line:
            report.reject("no_line", where, ", ".join(sorted(properties)[:8]))
            continue
        if code not in stations:
            report.reject("unknown_station", where, code)
            continue
        if stations[code].kind in OF_GROUND:
            report.reject("not_a_specialist_unit", where, f"{code} is {stations[code].kind}")
            continue
        placed = ground.placed(geometry, report, code) if geometry.is_valid else None
        if placed is None:
            if not geometry.is_valid:
                report.reject("unrepairable_geometry", where, code)
            continue
        found.append(Corridor(code, line, placed))
    if not found:
        raise ImportRefused("the file has no usable line: nothing was changed")
    renewed = {corridor.station for corridor in found}
    kept = [corridor for corridor in base.corridors if corridor.station not in renewed]
    report.figures |= {"features": count, "lines accepted": len(found), "kept of before": len(kept)}
    ordered = sorted((*kept, *found), key=lambda corridor: (corridor.station, corridor.line))
    return replace(base, corridors=tuple(ordered))


def _line(properties: dict[str, Any], fields: Fields) -> str:
    names = (properties.get(fields.name),) if fields.name else usual_values(properties, LINE_FIELDS)
    return next((" ".join(str(value).split()) for value in names if value), "")[:60]
