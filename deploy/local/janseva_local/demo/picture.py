"""The run in one picture and one CSV: how fast each case moved and how each promise ended."""

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl

from event_schemas import AssignedToStation, CertificateIssued, ComplaintFiled, SLAClockStopped
from janseva_local.demo.by_service import ServiceRow
from janseva_local.demo.decisions import Decided
from janseva_local.demo.evidence import Evidence
from janseva_local.demo.findings import Case

OUTCOMES = {"met": "#2e7d32", "breached": "#c62828", "cancelled": "#9e9e9e", "running": "#1565c0"}


@dataclass(frozen=True, slots=True)
class Row:
    """One case; times in milliseconds, None where it did not get so far. Why this station and how sure: the first's."""

    case_id: str
    tracking_number: str
    service_code: str
    journey: str
    language: str
    answered_ms: float
    assigned_ms: float | None
    notified_ms: float | None
    station: str
    reason: str
    provisional: bool | None
    confidence: float | None
    distance_to_edge_m: float | None
    ambiguous_with: str
    clocks: str
    papers: str


def rows_of(cases: dict[str, Case], evidence: Evidence) -> list[Row]:
    first_message: dict[str, float] = {}
    for message in evidence.messages:
        at = message.received_at.timestamp() * 1000
        first_message[message.to] = min(at, first_message.get(message.to, at))
    rows = []
    for case in cases.values():
        filed = case.of(ComplaintFiled)
        assigned = case.of(AssignedToStation)
        start = filed[0].envelope.data.occurred_at.timestamp() * 1000 if filed else None
        notified = first_message.get(case.intent.phone)
        decision = assigned[0].envelope.data if assigned else None
        assert decision is None or isinstance(decision, AssignedToStation)
        stops = {
            seen.envelope.data.clock_id: str(seen.envelope.data.state)
            for seen in case.of(SLAClockStopped)
            if isinstance(seen.envelope.data, SLAClockStopped)
        }
        rows.append(
            Row(
                case_id=case.accepted.case_id,
                tracking_number=case.accepted.tracking_number,
                service_code=case.intent.service_code,
                journey=case.intent.journey,
                language=case.intent.language,
                answered_ms=round(case.accepted.took_ms, 1),
                assigned_ms=assigned[0].stored_at_ms - start if assigned and start else None,
                notified_ms=notified - start if notified and start else None,
                station=decision.station.name if decision else "",
                reason=str(decision.reason) if decision else "",
                provisional=decision.provisional if decision else None,
                confidence=decision.confidence if decision else None,
                distance_to_edge_m=decision.distance_to_edge_m if decision else None,
                ambiguous_with=" ".join(decision.ambiguous_with) if decision else "",
                clocks=" ".join(f"{name}={state}" for name, state in sorted(stops.items())),
                papers=" ".join(
                    seen.envelope.data.kind
                    for seen in case.of(CertificateIssued)
                    if isinstance(seen.envelope.data, CertificateIssued)
                ),
            )
        )
    return rows


def write_csv(rows: list[Row], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Row.__slots__)
        writer.writerows([[getattr(row, name) for name in Row.__slots__] for row in rows])


def write_json(rows: list[Row], why: Decided, services: Sequence[ServiceRow], path: Path) -> None:
    """The same rows for programs, with the counts of reasons, doubts and services before them."""
    document = {
        "assignments": {"reasons": dict(why.reasons), "doubts": dict(why.doubts)},
        "services": [asdict(service) for service in services],
        "cases": [asdict(row) for row in rows],
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8")


def draw(rows: list[Row], outcomes: dict[str, Counter[str]], services: Sequence[ServiceRow], path: Path) -> None:
    """`outcomes` counts, for each clock, how its rounds ended; `services`, what became of each service."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415 (after the backend is chosen)

    figure, ((latency, why), (ends, of_service)) = plt.subplots(
        2, 2, figsize=(18, 14), layout="constrained", height_ratios=(1, 1.6)
    )
    for label, values in (
        ("202 answered", [row.answered_ms for row in rows]),
        ("station assigned", [row.assigned_ms for row in rows if row.assigned_ms is not None]),
        ("SMS at the provider", [row.notified_ms for row in rows if row.notified_ms is not None]),
    ):
        if values:
            ordered = sorted(max(value, 1.0) for value in values)
            latency.step(
                ordered, [(place + 1) / len(ordered) for place in range(len(ordered))], where="post", label=label
            )
    latency.set(
        xscale="log", xlabel="milliseconds from the filing", ylabel="share of the cases", title="How fast a case moves"
    )
    latency.grid(visible=True, alpha=0.3)
    latency.legend(loc="lower right")
    _stack(ends, {name: dict(outcomes[name]) for name in sorted(outcomes)}, OUTCOMES)
    ends.set(xlabel="clocks", title="How the promises ended")
    counts = {one.service: {"cases": one.cases, "papers": one.papers, "messages": one.messages} for one in services}
    _stack(of_service, counts, {"cases": "#1565c0", "papers": "#6a1b9a", "messages": "#00838f"})
    of_service.set(xlabel="cases, papers and messages to citizens", title="What became of each service")
    _draw_reasons(why, rows)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _stack(axes: Any, counts: Mapping[str, Mapping[str, int]], colours: Mapping[str, str]) -> None:
    """Bars that lie, the first name on top."""
    names = list(counts)[::-1]
    lefts = [0] * len(names)
    for part, colour in colours.items():
        widths = [counts[name].get(part, 0) for name in names]
        bars = axes.barh(names, widths, left=lefts, color=colour, label=part)
        labels = [str(width) if width else "" for width in widths]
        axes.bar_label(bars, labels=labels, label_type="center", color="white", fontsize=7)
        lefts = [left + width for left, width in zip(lefts, widths, strict=True)]
    axes.legend(loc="lower right")


def _draw_reasons(axes: Any, rows: list[Row]) -> None:
    """Why each case went where it went; what is provisional stands apart."""
    decided = [row for row in rows if row.reason]
    reasons = [reason for reason, _ in Counter(row.reason for row in decided).most_common()]
    bottoms = [0] * len(reasons)
    for provisional, colour, label in ((False, "#1565c0", "sure"), (True, "#ef6c00", "provisional")):
        heights = [
            sum(row.reason == reason and row.provisional is provisional for row in decided) for reason in reasons
        ]
        bars = axes.bar(reasons, heights, bottom=bottoms, color=colour, label=label)
        axes.bar_label(
            bars, labels=[str(height) if height else "" for height in heights], label_type="center", color="white"
        )
        bottoms = [bottom + height for bottom, height in zip(bottoms, heights, strict=True)]
    named = sum(bool(row.ambiguous_with) for row in decided)
    axes.set(ylabel="cases", title=f"Why this station ({named} cases name another one too)")
    axes.legend()
