"""The importer on whole lists of stations: the project's own, and the ministry's where it is beside the checkout."""

import csv
import os
from pathlib import Path

import pytest

from bench.routing_replay import GEO
from chassis.importing.report import Report
from routing.build_data import SHIPPED
from routing.domain import Dataset, Filing, Snapshot, assign_station
from routing.importing.stations import import_stations
from tests.routing.routing_places import BASE

MINISTRY = GEO / "bihar_police_stations_mha.csv"
BASE_STATIONS = {row.code: row for row in BASE.stations}
EMPTY = Dataset("empty", (), BASE.police_districts, BASE.outlines)


def ministry() -> Path:
    if not MINISTRY.is_file():
        assert not (os.environ.get("CI") == "true" and GEO.parent.is_dir()), f"{MINISTRY} is missing beside the project"
        pytest.skip(f"{MINISTRY} is not beside this checkout")
    return MINISTRY


def own() -> Path:
    return SHIPPED / "stations.csv"


@pytest.mark.parametrize("find", [own, ministry])
def test_misplaced_rows_and_shared_points_of_a_whole_list_are_reported(find: object) -> None:
    """Of 929 stations the 29 that stand in a wrong place and the 48 that share a point are named, one by one."""
    assert callable(find)
    report = Report()
    dataset = import_stations(find(), EMPTY, report)
    assert report.figures["stations accepted"] == len(dataset.stations) == 929
    wrong = {*report.of("marked_misplaced"), *report.of("misplaced")}
    shipped = {row.code: row for row in BASE.stations if row.lat is not None}
    assert wrong == {code for code, row in shipped.items() if not row.coord_ok}
    assert len(wrong) == 29
    assert set(report.of("shared_coordinates")) == {code for code, row in shipped.items() if row.coord_shared}
    assert len(report.of("shared_coordinates")) == 48
    assert not [item for item in report.findings if item.severity.value == "rejected"]
    assert {row.code for row in dataset.stations if not row.located} == wrong


def test_a_point_is_known_to_be_wrong_without_the_files_own_mark(tmp_path: Path) -> None:
    """With its marks taken away, what stands in another district or outside the state is found all the same."""
    with own().open(encoding="utf-8", newline="") as file:
        rows = [{**row, "coord_ok": ""} for row in csv.DictReader(file)]
    path = tmp_path / "unmarked.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    report = Report()
    import_stations(path, EMPTY, report)
    marked = {row.code for row in BASE.stations if row.lat is not None and not row.coord_ok}
    assert set(report.of("misplaced")) >= marked
    assert len(report.of("misplaced")) <= len(marked) + 2


def test_the_same_list_again_is_the_same_version() -> None:
    """Importing the shipped list on top of the shipped data changes no station."""
    again = import_stations(own(), BASE, Report())
    assert again.stations == BASE.stations


def test_every_district_of_a_pin_code_is_a_district() -> None:
    """What the post's list says of a PIN names districts that the version has, and nothing else."""
    known = {row.district for row in BASE.outlines}
    assert not {name for names in BASE.pin_districts.values() for name in names} - known
    assert sum(len(names) > 1 for names in BASE.pin_districts.values()) == 78


def test_a_pin_code_that_spans_districts_names_a_station_of_each() -> None:
    """804403 has post offices in Gaya, Arwal and Jehanabad: the first answers, the others' stations are named."""
    decision = assign_station(Snapshot(BASE), Filing(emergency=False, pincode="804403"))
    others = [BASE_STATIONS[code].district for code in decision.ambiguous_with]
    assert (decision.office.district, others) == ("Gaya", ["Arwal", "Jehanabad"])
    assert decision.provisional
