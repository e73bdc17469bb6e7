"""Grafana's dashboard JSON from a few frozen classes: what a panel here always has can't be forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24

Unit = Literal["percentunit", "s", "short", "dateTimeAsIso", "ops", "none"]
Kind = Literal["stat", "timeseries", "table", "bargauge"]


@dataclass(frozen=True, slots=True)
class Query:
    expr: str
    legend: str = ""
    instant: bool = False
    may_be_empty: bool = False
    """Nothing to show is a good sign (no dead letters), so the test does not ask for data."""
    dashed: bool = False
    """A line to compare with: a target."""


@dataclass(frozen=True, slots=True)
class Step:
    """From this value on, this colour."""

    value: float | None
    colour: str


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    description: str
    kind: Kind
    unit: Unit
    queries: tuple[Query, ...]
    width: int = 8
    height: int = 8
    steps: tuple[Step, ...] = ()
    top: float | None = None

    def document(self, number: int, x: int, y: int) -> dict[str, Any]:
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": DATASOURCE,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height},
            "targets": [_target(query, letter) for query, letter in zip(self.queries, "ABCDEF", strict=False)],
            "fieldConfig": {"defaults": self._defaults(), "overrides": self._overrides()},
            "options": _OPTIONS[self.kind],
            "transformations": _JOINED if self.kind == "table" else [],
        }

    def _defaults(self) -> dict[str, Any]:
        steps = self.steps or (Step(None, "blue"),)
        made: dict[str, Any] = {
            "unit": self.unit,
            "noValue": "no data",
            "color": {"mode": "palette-classic" if self.kind == "timeseries" else "thresholds"},
            "thresholds": {"mode": "absolute", "steps": [{"value": s.value, "color": s.colour} for s in steps]},
        }
        if self.top is not None:
            made |= {"min": 0, "max": self.top}
        if self.kind == "timeseries":
            made["custom"] = {"lineWidth": 2, "fillOpacity": 8, "showPoints": "auto", "spanNulls": 120_000}
        return made

    def _overrides(self) -> list[dict[str, Any]]:
        dashed = {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [8, 6]}}
        return [
            {"matcher": {"id": "byFrameRefID", "options": letter}, "properties": [dashed]}
            for query, letter in zip(self.queries, "ABCDEF", strict=False)
            if query.dashed
        ]


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    uid: str
    title: str
    description: str
    variables: tuple[dict[str, Any], ...]
    annotations: tuple[dict[str, Any], ...]
    rows: tuple[Row, ...]

    def queries(self) -> list[tuple[str, Query]]:
        return [(panel.title, query) for row in self.rows for panel in row.panels for query in panel.queries]

    def document(self) -> dict[str, Any]:
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": ["janseva", "generated"],
            "timezone": "Asia/Kolkata",
            "schemaVersion": 39,
            "version": 1,
            "editable": False,
            "graphTooltip": 1,
            "refresh": "30s",
            "time": {"from": "now-6h", "to": "now"},
            "templating": {"list": list(self.variables)},
            "annotations": {"list": list(self.annotations)},
            "links": [],
            "panels": _laid_out(self.rows),
        }


def _laid_out(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """From left to right, a new line where the next panel does not fit."""
    made: list[dict[str, Any]] = []
    y = 0
    for row in rows:
        place = {"x": 0, "y": y, "w": WIDTH, "h": 1}
        made.append(
            {"id": len(made) + 1, "type": "row", "title": row.title, "collapsed": False, "gridPos": place, "panels": []}
        )
        x, y, height = 0, y + 1, 0
        for panel in row.panels:
            if x + panel.width > WIDTH:
                x, y, height = 0, y + height, 0
            made.append(panel.document(len(made) + 1, x, y))
            x, height = x + panel.width, max(height, panel.height)
        y += height
    return made


def _target(query: Query, letter: str) -> dict[str, Any]:
    return {
        "refId": letter,
        "datasource": DATASOURCE,
        "expr": query.expr,
        "legendFormat": query.legend or "__auto",
        "instant": query.instant,
        "range": not query.instant,
        "format": "table" if query.instant and not query.legend else "time_series",
    }


_REDUCE = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_OPTIONS: dict[Kind, dict[str, Any]] = {
    "stat": {"reduceOptions": _REDUCE, "colorMode": "background", "graphMode": "none", "textMode": "value_and_name"},
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "table": {"showHeader": True, "cellHeight": "sm"},
    "bargauge": {
        "reduceOptions": _REDUCE,
        "orientation": "horizontal",
        "displayMode": "gradient",
        "valueMode": "color",
    },
}
_JOINED = [{"id": "merge", "options": {}}, {"id": "organize", "options": {"excludeByName": {"Time": True}}}]
