"""The report for a spreadsheet: one line a row, each with the time and the definition that its figures rest on."""

import csv
import io

from event_schemas import ClockEndReason
from sla_monitor.ledger.report import DEFINITIONS, Report, Row

REASONS = tuple(reason.value for reason in ClockEndReason)
FIGURES = (
    "group",
    "clock",
    "target_s",
    "met",
    "breached",
    "cancelled",
    *REASONS,
    "compliance",
    "p50_s",
    "p90_s",
    "open",
    "overdue",
    "custody_s",
)
NOTE = " ".join(
    f"{name}: {DEFINITIONS[name]}"
    for name in ("counted", "cancelled", "compliance", "p50_s", "p90_s", "station", "custody_s")
)


def as_csv(report: Report) -> str:
    """Rows, then one line a clock for all groups together. RFC 4180; an absent figure is an empty field."""
    out = io.StringIO()
    writer = csv.writer(out)
    filters = "; ".join(f"{by.value}={value}" for by, value in report.wanted.values)
    writer.writerow(["as_of", "from", "to", "by", *FIGURES, "definition", "filters"])
    for by, rows in ((report.by.value, report.rows), ("all", report.totals)):
        for row in rows:
            when = [report.as_of.isoformat(), report.begin.isoformat(), report.end.isoformat()]
            writer.writerow([*when, by, *(_field(row, name) for name in FIGURES), NOTE, filters])
    return out.getvalue()


def _field(row: Row, name: str) -> str:
    value = row.why[ClockEndReason(name)] if name in REASONS else getattr(row, name)
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}" if name == "compliance" else f"{value:.3f}"
    text = str(value)
    # A spreadsheet takes these for formulas; names of stations and districts come from outside.
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
