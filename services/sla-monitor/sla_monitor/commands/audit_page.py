"""The audit's result for a person, and for a program."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from event_schemas.times import time_of
from sla_monitor.ledger.audit import AuditResult, Late
from sla_monitor.ledger.judge import Finding
from sla_monitor.ledger.report import percentile

KINDS: Final = ("missed", "doubled", "untrue")
SHOWN: Final = 20
MEANING: Final = {
    "missed": "a deadline passed with the clock running, and no breach of it stands",
    "doubled": "more than one unrevoked breach of one level of one clock round",
    "untrue": "a standing breach that the case's events don't bear out",
}


def as_json(result: AuditResult) -> dict[str, Any]:
    """Everything, findings in full."""
    return {
        "as_of": result.as_of.isoformat(),
        "clean": result.clean,
        **{kind: result.count(kind) for kind in KINDS},
        "late": [_late_json(row) for row in lateness(result.late)],
        "ledger": {
            "compared": result.compared,
            "disagreements": [
                {"case_id": one.case_id, "clock_id": one.clock_id, "what": one.what} for one in result.disagreements
            ],
        },
        "counts": {
            name: getattr(result, name)
            for name in (
                "records",
                "cases",
                "rounds",
                "breaches",
                "revoked",
                "repeats",
                "invalid",
                "foreign",
                "pending",
            )
        }
        | {"cases_begun_from_the_ledger": result.from_ledger},
        "findings": [_finding_json(finding) for finding in result.findings],
    }


def as_text(result: AuditResult) -> Iterator[str]:
    """Line by line."""
    yield f"SLA audit as of {result.as_of.isoformat(timespec='milliseconds')}"
    yield from _what_was_read(result)
    yield ""
    for kind in KINDS:
        yield f"  {kind:<8} {result.count(kind):>8,}   {MEANING[kind]}"
    yield ""
    yield from _late_table(result.late)
    yield ""
    yield from _ledger(result)
    for finding in result.findings[:SHOWN]:
        yield f"    {_finding_line(finding)}"
    if len(result.findings) > SHOWN:
        yield f"    and {len(result.findings) - SHOWN:,} more (--json has all)"
    if not result.rounds:
        yield "  no clock has started in this log: nothing was proved"
    yield "  result: all right" if result.clean else "  result: NOT RIGHT"


def _what_was_read(result: AuditResult) -> Iterator[str]:
    yield (
        f"  {result.records:,} records, {result.cases:,} cases, {result.rounds:,} clock rounds, "
        f"{result.breaches:,} breaches told, {result.revoked:,} taken back"
    )
    if result.repeats:
        yield f"  {result.repeats:,} copies under an id already told (readers drop them)"
    if result.from_ledger:
        yield f"  {result.from_ledger:,} cases begin in the ledger: the log no longer holds their first events"
    if result.invalid or result.foreign:
        yield f"  {result.invalid:,} unreadable records and {result.foreign:,} SLA events of strangers left out"
    if result.pending:
        yield f"  {result.pending:,} differences too fresh to be judged"


def _ledger(result: AuditResult) -> Iterator[str]:
    if result.compared is None:
        yield "  ledger: not compared"
        return
    yield f"  ledger: {result.compared:,} rounds compared, {len(result.disagreements):,} disagreements"
    for one in result.disagreements[:SHOWN]:
        yield f"    {one.case_id} {one.clock_id}: {one.what}"


def lateness(late: Sequence[Late]) -> Iterator[tuple[str, str, Sequence[int]]]:
    """(topic, clock, sorted milliseconds), in a fixed order."""
    groups: dict[tuple[str, str], list[int]] = {}
    for one in late:
        groups.setdefault((one.topic, one.clock), []).append(one.milliseconds)
    for (topic, clock), values in sorted(groups.items()):
        yield topic, clock, sorted(values)


def _late_table(late: Sequence[Late]) -> Iterator[str]:
    yield "  late: from the time a breach could be told to its record in the log"
    if not late:
        yield "    none was told"
        return
    topic_width = max(len(one.topic) for one in late) + 2
    clock_width = max(len(one.clock) for one in late) + 2
    yield f"    {'topic':<{topic_width}}{'clock':<{clock_width}}{'breaches':>9}{'p50 s':>10}{'p99 s':>10}{'max s':>10}"
    for topic, clock, values in lateness(late):
        figures = "".join(f"{one / 1000:>10.3f}" for one in _figures(values))
        yield f"    {topic:<{topic_width}}{clock:<{clock_width}}{len(values):>9,}{figures}"


def _figures(values: Sequence[int]) -> tuple[int, int, int]:
    return percentile(values, 0.5), percentile(values, 0.99), values[-1]


def _late_json(row: tuple[str, str, Sequence[int]]) -> Mapping[str, Any]:
    topic, clock, values = row
    p50, p99, most = _figures(values)
    return {
        "topic": topic,
        "clock": clock,
        "breaches": len(values),
        "p50_s": p50 / 1000,
        "p99_s": p99 / 1000,
        "max_s": most / 1000,
    }


def _finding_json(finding: Finding) -> Mapping[str, Any]:
    return {
        "kind": finding.kind,
        "case_id": finding.case_id,
        "clock_id": finding.clock_id,
        "level": finding.level,
        "due_at": time_of(finding.due).isoformat(),
        "breach_id": finding.breach_id,
    }


def _finding_line(finding: Finding) -> str:
    due = time_of(finding.due).isoformat(timespec="milliseconds")
    return f"{finding.kind}: {finding.case_id} {finding.clock_id} level {finding.level}, due {due}"
