"""Specialist units, kind by kind: by the police district, a railway's by its line where the lines are known."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chassis.importing.report import ImportRefused, Report
from event_schemas import AssignedToStation
from routing.domain import Dataset, Decision, Reason, Snapshot, StationKind, StationRecord
from routing.domain.corridors import BESIDE_A_LINE_M, UnitOnLine
from routing.importing.features import LINEAR, read_features
from routing.importing.lines import import_lines
from routing.store.rows import content_name, from_rows, to_rows
from tests.routing.routing_places import BASE, collection, decide

LINES = Path(__file__).with_name("railway_lines.geojson")
PATNA = (25.6100, 85.1420)
# Beside the track, in the district of Jehanabad; near it in the district of Patna; and far from any line.
NEAR_JEHANABAD, TAREGNA, FAR = (25.30, 85.02), (25.4103, 85.0667), (25.50, 84.85)
BARH = (25.4740, 85.4900)
DAY_BEFORE, ON = date(2026, 11, 30), date(2026, 12, 1)


EVENT = AssignedToStation.model_validate(
    {
        "case_id": "c_01",
        "occurred_at": "2026-12-01T00:00:00Z",
        "cause_id": "filed",
        "assignment_no": 1,
        "station": {"code": "5132019", "name": "Patna", "district": "Patna", "police_district": "RLY PATNA"},
        "officer_post": "SHO:5132019",
        "reason": "specialist",
        "confidence": 1.0,
        "boundary_version": "v",
    }
)


def with_lines(*more: StationRecord) -> Dataset:
    base = replace(BASE, stations=(*BASE.stations, *more))
    return import_lines(read_features(LINES, Report(), LINEAR), base, Report())


def railway(dataset: Dataset, place: tuple[float, float], **more: Any) -> Decision:
    return decide(dataset, place, service_code="e-complaint", category="railway", **more)


@pytest.mark.parametrize(
    ("category", "kind", "code"),
    [
        ("crime_against_women", StationKind.MAHILA, "5117089"),
        ("sc_st_atrocity", StationKind.SC_ST, None),
        ("traffic", StationKind.TRAFFIC, None),
        ("prohibition", StationKind.PROHIBITION, None),
    ],
)
def test_units_that_the_data_have_answer_for_their_police_district(
    category: str, kind: StationKind, code: str | None
) -> None:
    """Wherever a police district has a unit of the kind it answers for all of it; whose ground it is stands beside."""
    units = [row for row in BASE.stations if row.kind is kind]
    snapshot, checked = Snapshot(BASE), 0
    for unit in units:
        district = snapshot.police_districts[unit.police_district]
        if district.seat_lat is None or district.seat_lon is None:
            continue
        decision = decide(BASE, (district.seat_lat, district.seat_lon), category=category)
        if decision.territorial_station is None or decision.territorial_station.police_district != district.name:
            continue
        checked += 1
        assert decision.reason is Reason.SPECIALIST
        assert snapshot.stations[decision.office.code].kind is kind
        assert decision.office.police_district == district.name
        # Never by distance: a unit of this kind may be nearer in another police district.
        assert {snapshot.stations[other].police_district for other in decision.ambiguous_with} <= {district.name}
    assert checked >= min(len(units), 10)
    if code is not None:
        assert decide(BASE, PATNA, category=category).office.code == code


@pytest.mark.parametrize(
    ("category", "kind"),
    [("cyber_crime", StationKind.CYBER), ("economic_offence", StationKind.ECONOMIC_OFFENCES)],
)
def test_units_that_come_later_answer_from_their_first_row(category: str, kind: StationKind) -> None:
    """The shipped data are older than these units: until a file brings one the territorial station answers."""
    assert decide(BASE, PATNA, category=category).reason is Reason.NEAREST
    unit = StationRecord("5117950", f"{kind} Patna", kind, "PATNA", "Patna")
    dataset = replace(BASE, stations=(*BASE.stations, unit))
    decision = decide(dataset, PATNA, category=category)
    assert (decision.office.code, decision.reason, decision.confidence) == ("5117950", Reason.SPECIALIST, 1.0)
    assert decision.territorial_station is not None
    assert decide(dataset, (24.79, 85.0), category=category).reason is Reason.NEAREST


@pytest.mark.parametrize("category", ["crime_against_women", "railway", "traffic", "prohibition", "sc_st_atrocity"])
def test_an_emergency_goes_to_the_ground_whatever_its_matter(category: str) -> None:
    """Nobody waits for a specialist unit of the district: who is near answers."""
    decision = decide(with_lines(), PATNA, emergency=True, category=category)
    assert decision.reason is Reason.NEAREST


@pytest.mark.parametrize(
    ("place", "code", "line"),
    [
        (PATNA, "5132019", "Patna-junction"),
        (NEAR_JEHANABAD, "5132007", "Patna-Gaya"),
        (TAREGNA, "5132007", "Patna-Gaya"),
        (BARH, "5132004", "Patna-Mokama"),
        ((25.3950, 85.90), "5132017", "Patna-Mokama"),
    ],
)
def test_a_railway_matter_goes_to_the_station_of_the_line(place: tuple[float, float], code: str, line: str) -> None:
    """By the line that passes the place, across district borders, with the line's name and without a doubt."""
    decision = railway(with_lines(), place)
    assert (decision.office.code, decision.reason) == (code, Reason.SPECIALIST)
    assert f"line:{line}" in decision.notes
    assert not decision.provisional
    assert decision.territorial_station is not None


def test_away_from_every_line_the_district_decides_as_before() -> None:
    """A place that no known line passes is answered as without lines: by the revenue district, in doubt."""
    without, with_ = railway(BASE, FAR), railway(with_lines(), FAR)
    assert with_.office == without.office
    assert with_.provisional
    assert len(with_.ambiguous_with) == 3
    assert not [note for note in with_.notes if note.startswith("line:")]


def test_without_lines_the_district_decides() -> None:
    """The shipped data know no line: each railway station of the district is named."""
    decision = railway(BASE, TAREGNA)
    assert (decision.office.police_district, len(decision.ambiguous_with), decision.confidence) == (
        "RLY PATNA",
        3,
        0.25,
    )


def test_where_two_lines_meet_both_are_named() -> None:
    """At the end of one station's line and the beginning of another's the answer is one, and in doubt."""
    decision = railway(with_lines(), (25.43, 85.70))
    assert decision.provisional
    assert decision.confidence == 0.5
    assert {decision.office.code, *decision.ambiguous_with} == {"5132004", "5132017"}
    assert decision == railway(with_lines(), (25.43, 85.70))


def test_a_swapped_place_is_on_its_line_and_a_place_outside_is_on_none() -> None:
    """The line is looked for where the place is, not where its numbers would put it."""
    assert railway(with_lines(), (PATNA[1], PATNA[0])).office.code == "5132019"
    assert railway(with_lines(), (27.7172, 85.3240)).reason is Reason.CONTROL_ROOM


def test_a_closed_units_line_decides_nothing() -> None:
    """A unit that does not work on a day has no line on it."""
    dataset = with_lines()
    stations = tuple(replace(row, valid_to=DAY_BEFORE) if row.code == "5132007" else row for row in dataset.stations)
    closed = replace(dataset, stations=stations)
    assert decide(closed, NEAR_JEHANABAD, ON, category="railway").office.code != "5132007"


def test_lines_survive_the_database_and_name_the_version() -> None:
    """A version with lines is another version; rows and back keep them; without lines no name changes."""
    dataset = with_lines()
    assert content_name(dataset) != content_name(BASE)
    back = from_rows("again", to_rows(dataset))
    assert content_name(back) == content_name(dataset)
    assert [row.line for row in back.corridors] == [row.line for row in dataset.corridors]
    rows = {part: found for part, found in to_rows(BASE).items() if part != "corridors"}
    assert from_rows("older", rows).corridors == ()


def test_a_file_of_lines_is_checked(tmp_path: Path) -> None:
    """Unknown stations, stations with ground of their own, nameless and turned lines are distinguished."""

    def line(code: str, coordinates: list[list[float]], name: str = "A - B", kind: str = "LineString") -> object:
        geometry = {"type": kind, "coordinates": coordinates}
        return {"type": "Feature", "properties": {"station": code, "line": name}, "geometry": geometry}

    track = [[85.1, 25.6], [85.2, 25.5]]
    file = collection(
        tmp_path / "a.geojson",
        line("5132019", track),
        line("42", track),
        line("5117044", track),
        line("5132007", track, name=""),
        line("5132004", [[25.6, 85.1], [25.5, 85.2]]),
        line("5132017", [[2.3, 48.8], [2.4, 48.9]]),
        line("5132017", [[85.1, 25.6], [85.1, 25.6]]),
        {
            "type": "Feature",
            "properties": {"station": "5132017"},
            "geometry": {"type": "Point", "coordinates": [85, 25]},
        },
    )
    report = Report()
    dataset = import_lines(read_features(file, report, LINEAR), BASE, report)
    assert [row.station for row in dataset.corridors] == ["5132004", "5132019"]
    assert report.counts() == {
        "rejected:no_line": 1,
        "rejected:not_a_line": 1,
        "rejected:not_a_specialist_unit": 1,
        "rejected:outside_the_state": 1,
        "rejected:unknown_station": 1,
        "rejected:unrepairable_geometry": 1,
        "suspicious:swapped_coordinates": 1,
    }
    # Another file renews the lines of its own stations alone.
    again = import_lines(read_features(LINES, Report(), LINEAR), dataset, Report())
    assert {row.station for row in again.corridors} == {"5132004", "5132007", "5132017", "5132019"}
    assert len(again.corridors) == len(json.loads(LINES.read_text("utf-8"))["features"])
    with pytest.raises(ImportRefused, match="no usable line"):
        import_lines(iter(()), BASE, Report())


@pytest.mark.parametrize("line", ["Patna - Gaya", "पटना - गया", "—", "x" * 60, "Main line; 25 kV"])
def test_a_lines_name_fits_into_the_event(line: str) -> None:
    """Whatever a line is called, the note about it is a word that the event's schema takes."""
    note = UnitOnLine("5132019", line, 0.0).note
    event = EVENT.model_copy(update={"notes": (note,)})
    assert AssignedToStation.model_validate_json(event.model_dump_json()).notes == (note,)


def test_the_reach_of_a_line_is_on_the_ground() -> None:
    """A kilometre beside the track is a kilometre at this latitude."""
    index = Snapshot(with_lines()).corridors
    degree_m = 111_195.0
    inside, outside = (25.608 + (BESIDE_A_LINE_M + by) / degree_m for by in (-30.0, 30.0))
    assert [unit.station for unit in index.find(inside, 85.14)] == ["5132019"]
    assert index.find(outside, 85.14) == ()
