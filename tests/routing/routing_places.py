"""Files of jurisdictions and lines as an operator has them, and what routing answers after their import."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from chassis.importing.report import Report
from routing.dataset import load_shipped
from routing.domain import Dataset, Decision, Filing, Point, Snapshot, assign_station
from routing.importing.boundaries import import_boundaries
from routing.importing.features import read_features

BASE = load_shipped()
Ring = list[list[float]]
SQUARE: Ring = [[85.10, 25.60], [85.12, 25.60], [85.12, 25.62], [85.10, 25.62], [85.10, 25.60]]
NEXT: Ring = [[85.12, 25.60], [85.14, 25.60], [85.14, 25.62], [85.12, 25.62], [85.12, 25.60]]
IN_SQUARE, IN_NEXT = (25.61, 85.11), (25.61, 85.13)


def feature(code: object, ring: Ring, **more: object) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"PS_Code": code, **more}, "geometry": geometry}


def collection(path: Path, *features: object, **more: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **more}), "utf-8")
    return path


def imported(path: Path, report: Report, base: Dataset = BASE) -> Dataset:
    return import_boundaries(read_features(path, report), base, report)


def decide(dataset: Dataset, place: tuple[float, float], on: date | None = None, **more: Any) -> Decision:
    filing = Filing(**{"emergency": False, "point": Point(*place), **more})
    return assign_station(snapshot_of(dataset, on), filing)


_snapshots: dict[tuple[int, date | None], tuple[Dataset, Snapshot]] = {}


def snapshot_of(dataset: Dataset, on: date | None) -> Snapshot:
    """Built once for each data set and day: that takes longer than hundreds of decisions."""
    key = (id(dataset), on)
    if key not in _snapshots:
        # The data set is kept with it, or its id could become another one's.
        _snapshots[key] = (dataset, Snapshot(dataset, on))
    return _snapshots[key][1]


def codes(dataset: Dataset, place: tuple[float, float], *days: date) -> list[str]:
    return [decide(dataset, place, day).office.code for day in days]


def counts(report: Report) -> Mapping[str, int]:
    """Findings by code, without those about stations that have no ground of their own in a small file."""
    usual = {
        "station_without_polygon",
        "station_outside_its_polygon",
        "polygon_without_station_point",
        "station_created",
    }
    return {code: len(report.of(code)) for code in {item.code for item in report.findings} - usual}
