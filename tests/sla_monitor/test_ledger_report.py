"""The report's figures, against figures counted by hand or by the definition itself."""

import csv
import io
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_schemas import ClockEndReason, Envelope
from sla_monitor.domain import engine
from sla_monitor.domain.model import CaseRecord
from sla_monitor.ledger.model import Round, rounds_of
from sla_monitor.ledger.report import DEFINITIONS, By, Report, ReportBuilder, RoundFilter, percentile, window_of
from sla_monitor.ledger.report_csv import as_csv
from sla_monitor.ledger.report_page import as_page
from sla_monitor.ledger.views import report_view
from tests.sla_monitor.sla_events import (
    DAY,
    MINUTE,
    T0,
    assigned,
    at,
    completed,
    ended,
    filed,
    ms,
    paused,
    policies,
    resolved,
    responder,
    resumed,
    withdrawn,
)


def rounds(*events: Envelope) -> list[Round]:
    record: CaseRecord | None = None
    for event in events:
        record, _ = engine.apply(record, event, policies())
    assert record is not None
    return [*rounds_of(record, policies())]


def report(
    *cases: list[Round], by: By = By.STATION, begin: datetime = T0, days: float = 60, as_of: float = 60
) -> Report:
    builder = ReportBuilder(by, window_of(begin, begin + timedelta(days=days), at(as_of * DAY)))
    for case in cases:
        for one in case:
            builder.add(one)
    return builder.build()


MET = rounds(filed(), assigned(60), completed(10 * DAY))
LATE = rounds(filed(), assigned(60), completed(40 * DAY))
OPEN = rounds(filed(), assigned(60))
WITHDRAWN = rounds(filed(), assigned(60), withdrawn(DAY))
MOVED = rounds(filed(), assigned(60), assigned(20 * DAY, 2, "5140009"), completed(40 * DAY))


def test_compliance_is_met_of_met_and_breached() -> None:
    """One met, one late, one open and overdue, one withdrawn: a third, and the withdrawn one is in neither."""
    (row,) = (row for row in report(MET, LATE, OPEN, WITHDRAWN).rows if row.group == "5140003")
    assert (row.met, row.breached, row.cancelled) == (1, 2, 1)
    assert row.compliance == 1 / 3
    assert (row.open, row.overdue) == (1, 1)


def test_a_report_of_one_district_counts_that_district_alone() -> None:
    """Asked for Patna's figures, the ledger once answered with the whole state's."""
    counted = {}
    for named in (
        {},
        {By.STATION: "5140003"},
        {By.STATION: "5140009"},
        {By.DISTRICT: "nowhere"},
        {By.CLOCK: "INQUIRY"},
    ):
        of = ReportBuilder(By.STATION, window_of(T0, at(60 * DAY), at(60 * DAY)), RoundFilter.of(named))
        for one in [*MET, *MOVED]:
            of.add(one)
        counted[str(named)] = sum(row.met + row.breached for row in of.build().totals)
    assert [*counted.values()] == [2, 1, 1, 0, 2]


def test_every_reason_of_an_early_end_has_its_column() -> None:
    """In JSON, spreadsheet and page; the columns add up to what was cancelled, and none of them is compliance."""
    ends = [
        rounds(filed(), ended(DAY, "inquiry:1", "case_closed")),
        rounds(filed(), ended(31 * DAY, "inquiry:1", "case_closed")),
        rounds(filed(), ended(DAY, "inquiry:1", "a_reason_of_tomorrow")),
        WITHDRAWN,
    ]
    made = report(*ends, by=By.CLOCK)
    (row,) = made.rows
    assert (row.met, row.breached, row.cancelled, row.compliance) == (0, 1, 3, 0)
    assert sum(row.why.values()) == row.cancelled
    view = report_view(made, {}, "1").model_dump()["rows"][0]
    (line, *_rest) = csv.DictReader(io.StringIO(as_csv(made)))
    for name, count in {"case_closed": 1, "other_reason": 1, "withdrawn": 1, "stood_down": 0}.items():
        assert (view[name], line[name]) == (count, str(count))
    for reason in ClockEndReason:
        assert reason in view
        assert reason in DEFINITIONS
        assert reason.replace("_", " ").capitalize() in as_page(made, "1")


@pytest.mark.parametrize("how", ["caller_cancelled", "hoax", "duplicate_of", "resolved_by_phone"])
def test_an_unattended_emergency_is_reported_with_its_reason(how: str) -> None:
    """Its own column for each; the same after the twenty minutes is a breach."""
    in_time = report(rounds(filed(0, "emergency-112"), resolved(MINUTE, how))).totals[0]
    late = report(rounds(filed(0, "emergency-112"), resolved(21 * MINUTE, how))).totals[0]
    assert (in_time.why[ClockEndReason(how)], in_time.cancelled, in_time.breached) == (1, 1, 0)
    assert (late.why[ClockEndReason(how)], late.cancelled, late.breached) == (0, 0, 1)


def test_a_round_counts_once_in_the_window_in_which_it_was_decided() -> None:
    """Late by ten days: it counts where it came due, and not again where it ended."""
    assert report(LATE, days=25).totals[0].breached == 0
    assert report(LATE, begin=at(25 * DAY), days=10).totals[0].breached == 1
    assert report(LATE, begin=at(35 * DAY), days=10).totals[0].breached == 0


def test_nothing_after_as_of_is_counted() -> None:
    """A clock that comes due inside the window but after as_of is open, neither met nor breached."""
    (total,) = report(OPEN, as_of=29).totals
    assert (total.met, total.breached, total.open, total.overdue, total.compliance) == (0, 0, 1, 0, None)


def test_a_transfer_splits_the_custody_and_not_the_promise() -> None:
    """The round counts to who had it when it came due; each station's days are in its own row."""
    first, second, unassigned = sorted(report(MOVED).rows, key=lambda row: -row.custody_s)[0:3]
    assert {first.group, second.group, unassigned.group} == {"5140003", "5140009", "(unassigned)"}
    by_station = {row.group: row for row in report(MOVED).rows}
    assert (by_station["5140009"].breached, by_station["5140003"].breached) == (1, 0)
    assert by_station["5140003"].custody_s == 20 * DAY - 60
    assert by_station["5140009"].custody_s == 20 * DAY
    assert report(MOVED).totals[0].custody_s == 40 * DAY


def test_the_citizens_own_clock_never_enters_a_stations_compliance() -> None:
    """A clock that the citizen owns is left out, and the report says how many."""
    police = rounds(filed(0, "emergency-112"), responder(5 * MINUTE))
    citizens = [
        Round(**{n: getattr(one, n) for n in Round.__dataclass_fields__} | {"owner": "citizen"}) for one in LATE
    ]
    made = report(police, citizens)
    assert [(row.clock, row.met, row.breached) for row in made.totals] == [("dial112_response", 1, 0)]
    assert made.citizen_owned_left_out == 1


def test_rounds_of_two_editions_are_judged_each_by_its_own() -> None:
    """Thirty days and twenty in one window: each by its own; the target shown is that of the latest start."""
    early = rounds(filed(), assigned(60), completed(25 * DAY))
    changes = {"started": ms(5 * DAY), "due": ms(25 * DAY), "target": 20 * DAY * 1000, "state": "breached"}
    late = [Round(**{n: getattr(one, n) for n in Round.__dataclass_fields__} | changes) for one in early]
    for order in ((early, late), (late, early)):
        (total,) = report(*order).totals
        assert (total.met, total.breached, total.target_s) == (1, 1, 20 * DAY)


def test_pauses_are_no_part_of_a_rounds_time() -> None:
    """Forty days of which two were paused are thirty-eight."""
    one = rounds(filed(), assigned(60), paused(2 * DAY), resumed(4 * DAY), completed(40 * DAY))
    (total,) = report(one).totals
    assert (total.p50_s, total.p90_s) == (38 * DAY, 38 * DAY)


@given(st.lists(st.integers(0, 100), min_size=1), st.sampled_from([0.5, 0.9, 0.99]))
@settings(max_examples=200)
def test_a_percentile_matches_its_definition(values: list[int], fraction: float) -> None:
    """The smallest value that at least that part of the values do not exceed."""
    enough = [one for one in values if sum(other <= one for other in values) >= fraction * len(values)]
    assert percentile(sorted(values), fraction) == min(enough)


def test_the_spreadsheet_repeats_the_figures_with_their_time_and_meaning() -> None:
    """Every line has as_of and the definitions; a name that looks like a formula stays a name."""
    cases = [rounds(filed(), assigned(60, 1, "=HYPERLINK(1)"), completed(DAY)), MET]
    made = report(*cases)
    lines = [*csv.DictReader(io.StringIO(as_csv(made)))]
    figures = {line["group"]: line for line in lines if line["by"] == "station"}
    assert figures["5140003"]["compliance"] == "1"
    assert "'=HYPERLINK(1)" in figures
    assert {line["as_of"] for line in lines} == {made.as_of.isoformat()}
    assert all("met / (met + breached)" in line["definition"] for line in lines)


def test_the_page_draws_the_figures_of_its_tables_and_trusts_no_name() -> None:
    """Well-formed drawings, the figures of the table beside the bars, and markup in a name is text."""
    evil = rounds(filed(), assigned(60, 1, "<script>"), completed(DAY))
    page = as_page(report(MET, LATE, OPEN, evil), "test.1")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    drawings = [part.split("</svg>")[0] + "</svg>" for part in page.split("<svg")[1:]]
    assert len(drawings) == 3
    for one in drawings:
        ET.fromstring("<svg" + one)
    assert "33.3% of 3" in page
