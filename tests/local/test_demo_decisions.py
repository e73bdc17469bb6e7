"""The demo shows why each case lies where it lies, and how sure that is."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from event_schemas import AssignedToStation, Envelope, Station
from event_schemas.ids import assignment_id
from janseva_local.demo.by_service import by_service
from janseva_local.demo.decisions import decided
from janseva_local.demo.evidence import Evidence, Seen
from janseva_local.demo.findings import Run, by_case
from janseva_local.demo.journal import Accepted, Intent
from janseva_local.demo.live import _line, _table
from janseva_local.demo.picture import draw, rows_of, write_csv, write_json
from janseva_local.demo.tally import Tally
from tests.local.test_demo_reconcile import POLICIES

AT = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
ANSWERS = (
    ("jurisdiction", False, 0.97, 812.5, ()),
    ("jurisdiction", False, 0.51, 3.2, ("5801011", "5801019")),
    ("nearest", True, 0.44, None, ("5117064",)),
    ("control_room", True, 0.0, None, ()),
)


def assigned(number: int, *, no: int = 1) -> Seen:
    reason, provisional, confidence, edge, others = ANSWERS[number]
    event = AssignedToStation(
        case_id=f"c_{number}",
        occurred_at=AT,
        cause_id="filed",
        assignment_no=no,
        station=Station(code="5801016", name="Sheohar", district="Sheohar", police_district="SHEOHAR"),
        officer_post="SHO:5801016",
        reason=reason,
        provisional=provisional,
        confidence=confidence,
        distance_to_edge_m=edge,
        ambiguous_with=others,
        boundary_version="v",
    )
    envelope = Envelope(assignment_id(event.case_id, no), type(event).type, "routing", AT, event.case_id, None, event)
    return Seen("cases.routine", 0, number, int(AT.timestamp() * 1000), envelope)


def run_of(*events: Seen) -> Run:
    numbers = range(len(ANSWERS) + 1)
    intents = {number: Intent(number, "e-complaint", "key", f"+91990000000{number}", "hi") for number in numbers}
    accepted = {number: Accepted(number, f"c_{number}", f"JS-{number}", "s", AT.isoformat(), 5.0) for number in numbers}
    return Run(intents, accepted, Evidence(list(events), 0, 0, [], {}), AT)


EVENTS = [*(assigned(number) for number in range(len(ANSWERS))), assigned(0), assigned(1, no=2)]


def test_reasons_and_doubts_are_counted_once_a_case() -> None:
    """A repeated record and a later hand-over change no count."""
    why = decided(EVENTS)
    assert why.reasons == Counter({"jurisdiction": 2, "nearest": 1, "control_room": 1})
    assert why.doubts == Counter({"provisional": 2, "ambiguous": 2, "unsure": 2})
    text = "\n".join(why.lines())
    assert "4 first assignments: 2 jurisdiction" in text
    assert "2 provisional, 2 may be another station's too, 2 with a confidence under 0.5" in text


def test_the_files_show_of_each_case_why_and_how_sure(tmp_path: Path) -> None:
    """CSV and JSON have the same cases; one that nobody has decided yet has no reason."""
    run = run_of(*EVENTS)
    rows = rows_of(by_case(run)[0], run.evidence)
    write_csv(rows, tmp_path / "cases.csv")
    services = by_service(by_case(run)[0].values(), run, POLICIES)
    write_json(rows, decided(EVENTS), services, tmp_path / "cases.json")
    draw(rows, {"inquiry": Counter(met=1)}, services, tmp_path / "summary.png")
    assert (tmp_path / "summary.png").stat().st_size > 10_000
    with (tmp_path / "cases.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    fields = ("reason", "provisional", "confidence", "distance_to_edge_m", "ambiguous_with")
    assert [tuple(row[field] for field in fields) for row in table] == [
        ("jurisdiction", "False", "0.97", "812.5", ""),
        ("jurisdiction", "False", "0.51", "3.2", "5801011 5801019"),
        ("nearest", "True", "0.44", "", "5117064"),
        ("control_room", "True", "0.0", "", ""),
        ("", "", "", "", ""),
    ]
    document = json.loads((tmp_path / "cases.json").read_text("utf-8"))
    assert document["assignments"]["doubts"] == {"provisional": 2, "ambiguous": 2, "unsure": 2}
    assert [(one["service"], one["cases"]) for one in document["services"]] == [("e-complaint", 5)]
    assert [case["reason"] for case in document["cases"]] == [row["reason"] for row in table]


def test_the_live_table_shows_them_too() -> None:
    """While the demo runs, on a terminal and in a log."""
    why = decided(EVENTS)
    tally = Tally(reasons=why.reasons, doubts=why.doubts)
    assert "[jurisdiction 2  nearest 1  control_room 1; provisional 2  ambiguous 2  unsure 2]" in _line(tally, 5.0, 4)
    cells = [str(cell) for column in _table(tally, 5.0, 4).columns for cell in column.cells]
    assert {"station by jurisdiction", "station by control room", "[dim]provisional"} <= set(cells)
