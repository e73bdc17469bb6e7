"""The report as a page to print: tables and drawings in one document that loads nothing and runs nothing."""

from collections.abc import Iterable, Iterator
from html import escape

from event_schemas import ClockEndReason
from event_schemas.calendars import INDIA
from sla_monitor.ledger.drawings import ageing_chart, compliance_chart, trend_chart
from sla_monitor.ledger.report import DEFINITIONS, Report, Row

STYLE = """
body{font:14px/1.45 system-ui,'Noto Sans','Noto Sans Devanagari',sans-serif;color:#1b1b1b;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:1.8rem 0 .5rem;border-bottom:1px solid #bbb}
table{border-collapse:collapse;width:100%}th,td{padding:.25rem .5rem;text-align:right;border-bottom:1px solid #ddd}
th:first-child,td:first-child,th:nth-child(2),td:nth-child(2){text-align:left}thead{background:#f0f0f0}
dt{font-weight:600}dd{margin:0 0 .5rem 1rem}.asof{color:#444}svg{width:100%;height:auto}svg text{font-size:12px}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr,svg{break-inside:avoid}}
"""  # noqa: E501  a style sheet
HEADS = ("Clock", "Met", "Breached", "Cancelled", "Compliance", "p50", "p90", "Open", "Overdue", "Custody")


def as_page(report: Report, policy_version: str) -> str:
    """A whole HTML document."""
    return "".join(_parts(report, policy_version))


def _parts(report: Report, policy_version: str) -> Iterator[str]:
    title = f"Promises kept, by {report.by.value}"
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    yield f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>"
    begin, end, as_of = (f"{at.astimezone(INDIA):%d %b %Y %H:%M:%S}" for at in (report.begin, report.end, report.as_of))
    yield f'<p class="asof">From {begin} to {end}, complete as of <b>{as_of}</b> (India time). '
    yield f"Policy edition {escape(policy_version)}.</p>"
    if report.wanted.values:
        only = ", ".join(f"{by.value} {value}" for by, value in report.wanted.values)
        yield f"<p>Only rounds of: <b>{escape(only)}</b>.</p>"
    yield "<h2>All together</h2>" + _table("", report.totals)
    for clock in [row.clock for row in report.totals]:
        rows = [row for row in report.rows if row.clock == clock]
        yield f"<h2>{escape(clock)}: compliance by {report.by.value}</h2>{compliance_chart(rows)}"
        days = [day for day in report.trend if day.clock == clock]
        if days:
            yield f"<h2>{escape(clock)}: trend, decided each day</h2>{trend_chart(days)}"
        bands = report.ageing.get(clock)
        if bands:
            yield f"<h2>{escape(clock)}: age of the open ones, by part of the time used</h2>{ageing_chart(bands)}"
    yield f"<h2>By {report.by.value}</h2>" + _table(report.by.value.capitalize(), report.rows)
    yield "<h2>Why rounds were cancelled</h2>" + _reasons(report)
    yield f"<p>{report.citizen_owned_left_out} rounds of clocks that the citizen owns are left out.</p>"
    yield "<h2>What the figures count</h2><dl>"
    for name, text in DEFINITIONS.items():
        yield f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>"
    yield "</dl></body></html>"


def _table(group: str, rows: Iterable[Row]) -> str:
    heads = "".join(f"<th>{escape(head)}</th>" for head in (group, *HEADS))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(map(_line, rows))}</tbody></table>"


def _reasons(report: Report) -> str:
    """A column for each reason: so many do not fit beside the other figures."""
    heads = "".join(f"<th>{escape(head)}</th>" for head in ("", "Clock", *map(_readable, ClockEndReason)))
    rows = [row for row in (*report.totals, *report.rows) if row.cancelled]
    lines = "".join(
        _cells([row.group, row.clock, *(f"{row.why[reason]:,}" for reason in ClockEndReason)]) for row in rows
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def _readable(reason: ClockEndReason) -> str:
    return reason.value.replace("_", " ").capitalize()


def _cells(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _line(row: Row) -> str:
    cells = (
        row.group,
        row.clock,
        f"{row.met:,}",
        f"{row.breached:,}",
        f"{row.cancelled:,}",
        "" if row.compliance is None else f"{row.compliance:.1%}",
        _duration(row.p50_s),
        _duration(row.p90_s),
        f"{row.open:,}",
        f"{row.overdue:,}",
        _duration(row.custody_s),
    )
    return _cells(cells)


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.1f} d"
