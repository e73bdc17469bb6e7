"""The report's drawings as inline SVG: bars and lines from the very figures in the tables beside them."""

from collections.abc import Mapping, Sequence
from html import escape

from sla_monitor.ledger.report import Day, Row

WIDTH = 900
GOOD, BAD, PLAIN, GRID = "#2b7a4b", "#b3372f", "#3b6ea5", "#d5d5d5"
BAR, GAP, LEFT = 16, 6, 220
MOST = 60


def compliance_chart(rows: Sequence[Row]) -> str:
    """One bar a group, the lowest compliance first; beyond 60 groups the rest is in the table."""
    judged = sorted(
        (row for row in rows if row.compliance is not None), key=lambda row: (row.compliance or 0.0, row.group)
    )[:MOST]
    span = WIDTH - LEFT - 150
    parts = []
    for number, row in enumerate(judged):
        y, kept = number * (BAR + GAP), row.compliance or 0.0
        parts.append(_text(LEFT - 8, y + 12, row.group, anchor="end"))
        parts.append(_rect(LEFT, y, span, BAR, BAD))
        parts.append(_rect(LEFT, y, span * kept, BAR, GOOD))
        parts.append(_text(LEFT + span + 8, y + 12, f"{kept:.1%} of {row.met + row.breached:,}"))
    return _svg("Compliance, lowest first", parts, len(judged) * (BAR + GAP))


def ageing_chart(bands: Mapping[str, int]) -> str:
    """How much of their time the open rounds have used."""
    most, span = max(bands.values(), default=0) or 1, WIDTH - LEFT - 150
    parts = []
    for number, (name, count) in enumerate(bands.items()):
        y = number * (BAR + GAP)
        overdue = name.startswith(("100", "over"))
        parts.append(_text(LEFT - 8, y + 12, name, anchor="end"))
        parts.append(_rect(LEFT, y, span * count / most, BAR, BAD if overdue else PLAIN))
        parts.append(_text(LEFT + span * count / most + 8, y + 12, f"{count:,}"))
    return _svg("Age of open rounds", parts, len(bands) * (BAR + GAP))


def trend_chart(days: Sequence[Day]) -> str:
    """Met and breached a day as stacked bars, days in their order."""
    height, most = 160, max(day.met + day.breached for day in days)
    step = (WIDTH - 60) / max(len(days), 8)
    parts = [_rect(50, height, WIDTH - 60, 1, GRID), _text(44, 12, f"{most:,}", anchor="end")]
    for number, day in enumerate(days):
        x = 50 + number * step
        bad, good = height * day.breached / most, height * day.met / most
        title = f"{day.day}: {day.met:,} met, {day.breached:,} breached"
        bars = _rect(x, height - bad, step * 0.8, bad, BAD) + _rect(x, height - bad - good, step * 0.8, good, GOOD)
        parts.append(f"<g><title>{escape(title)}</title>{bars}</g>")
        if number % max(1, len(days) // 8) == 0:
            parts.append(_text(x, height + 16, day.day))
    return _svg("Decided each day: met in green, breached in red", parts, height + 20)


def _svg(label: str, parts: Sequence[str], height: float) -> str:
    box = f'viewBox="0 0 {WIDTH} {max(height, 20):.0f}"'
    return f'<svg role="img" aria-label="{escape(label)}" {box}>{"".join(parts)}</svg>'


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
