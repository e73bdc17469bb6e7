"""Jurisdictions from a first to a last day: each day has its own answer, without another import."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from chassis.importing.report import Report
from routing.domain import Boundary, Dataset, Reason, Snapshot
from routing.importing.stations import import_stations
from routing.store.rows import content_name, from_rows, to_rows
from tests.routing.routing_places import (
    BASE,
    IN_NEXT,
    IN_SQUARE,
    NEXT,
    SQUARE,
    codes,
    collection,
    counts,
    decide,
    feature,
    imported,
)

OLD, NEW, OTHER = "5117044", "5117064", "5117028"
BEFORE, FIRST, LATER = date(2026, 11, 30), date(2026, 12, 1), date(2027, 6, 1)


def test_ground_changes_hands_at_midnight_within_one_version(tmp_path: Path) -> None:
    """The last day is the old station's, the first the new one's; the version stays and knows when it changes."""
    report = Report()
    dataset = imported(
        collection(
            tmp_path / "a.geojson",
            feature(OLD, SQUARE, valid_to="2026-11-30"),
            feature(NEW, SQUARE, valid_from="2026-12-01"),
        ),
        report,
    )
    assert codes(dataset, IN_SQUARE, BEFORE, FIRST, LATER) == [OLD, NEW, NEW]
    assert decide(dataset, IN_SQUARE, FIRST).reason is Reason.JURISDICTION
    assert Snapshot(dataset, BEFORE).valid_until == BEFORE
    assert Snapshot(dataset, FIRST).valid_until is None
    assert "overlap" not in counts(report)


def test_a_file_of_the_future_leaves_the_ground_to_its_holder_until_then(tmp_path: Path) -> None:
    """Jurisdictions that begin later end the ones before on the eve, each station's on its own day."""
    now = imported(collection(tmp_path / "now.geojson", feature(OLD, SQUARE), feature(OTHER, NEXT)), Report())
    file = collection(
        tmp_path / "later.geojson",
        feature(NEW, SQUARE, valid_from="2026-12-01"),
        feature(OTHER, NEXT, valid_from="2027-06-01"),
    )
    later = imported(file, Report(), now)
    assert codes(later, IN_SQUARE, BEFORE, FIRST) == [OLD, NEW]
    assert codes(later, IN_NEXT, BEFORE, FIRST, LATER) == [OTHER, OTHER, OTHER]
    assert decide(later, IN_NEXT, FIRST).reason is Reason.JURISDICTION
    assert sorted((row.station, row.valid_to) for row in later.boundaries if row.valid_to) == [
        (OTHER, date(2027, 5, 31)),
        (OLD, BEFORE),
    ]
    # The same again, on top of itself, changes nothing more.
    assert content_name(imported(file, Report(), later)) == content_name(later)


def test_a_station_drawn_twice_for_the_same_days_is_reported_with_them(tmp_path: Path) -> None:
    """Two answers for one day are no version: the second is rejected, and the report says for which days."""
    report = Report()
    dataset = imported(
        collection(
            tmp_path / "a.geojson",
            feature(OLD, SQUARE, valid_to="2026-12-31"),
            feature(OLD, SQUARE, valid_from="2026-12-01", valid_to="2027-12-31"),
        ),
        report,
    )
    (found,) = [item for item in report.findings if item.code == "overlap_in_time"]
    assert (found.severity.value, found.where) == ("rejected", "feature 2")
    assert "from 2026-12-01 to 2026-12-31" in found.detail
    assert sum(row.station == OLD for row in dataset.boundaries) == 1


def test_two_stations_on_one_ground_overlap_only_on_common_days(tmp_path: Path) -> None:
    """An overlap is reported with its days; neighbours in time are none."""
    report = Report()
    imported(
        collection(
            tmp_path / "a.geojson",
            feature(OLD, SQUARE, valid_to="2026-12-31"),
            feature(NEW, SQUARE, valid_from="2026-12-01"),
            feature(OTHER, SQUARE, valid_to="2026-11-30"),
        ),
        report,
    )
    details = [item.detail for item in report.findings if item.code == "overlap"]
    assert len(details) == 2
    assert any("from 2026-12-01 to 2026-12-31" in detail for detail in details)
    assert any("to 2026-11-30" in detail for detail in details)


def test_gaps_in_time_and_lost_ground_are_reported(tmp_path: Path) -> None:
    """A month without a jurisdiction, an end without a successor, and a district that loses ground are named."""
    report = Report()
    dataset = imported(
        collection(
            tmp_path / "a.geojson",
            feature(OLD, SQUARE, valid_to="2026-11-30"),
            feature(OLD, SQUARE, valid_from="2027-01-01"),
            feature(NEW, NEXT, valid_to="2026-12-31"),
        ),
        report,
    )
    gaps = {item.where: item.detail for item in report.findings if item.code == "gap_in_time"}
    assert "from 2026-12-01 to 2026-12-31" in gaps[OLD]
    assert gaps[NEW].endswith("from 2027-01-01")
    assert any("covered of Patna from 2026-12-01" in name for name in report.figures)
    assert decide(dataset, IN_SQUARE, FIRST).reason is not Reason.JURISDICTION


def test_a_district_that_goes_bare_is_named(tmp_path: Path) -> None:
    """When all of a district's jurisdictions end on a day, the report says what is lost from the next day on."""
    outline = next(row.geometry for row in BASE.outlines if row.district == "Patna")
    ring = [list(place) for place in outline.envelope.exterior.coords]
    report = Report()
    imported(collection(tmp_path / "a.geojson", feature(OLD, ring, valid_to="2026-11-30")), report)
    (lost,) = [item for item in report.findings if item.code == "ground_lost"]
    assert "100.0% before, 0.0% from 2026-12-01" in lost.detail


def test_ground_of_a_station_that_does_not_work_is_reported(tmp_path: Path) -> None:
    """A jurisdiction in force on days when its station is closed sends people to nobody."""
    stations = tuple(replace(row, valid_from=FIRST) if row.code == OLD else row for row in BASE.stations)
    report = Report()
    imported(collection(tmp_path / "a.geojson", feature(OLD, SQUARE)), report, replace(BASE, stations=stations))
    assert report.of("jurisdiction_without_its_station") == [OLD]
    report = Report()
    dated = collection(tmp_path / "b.geojson", feature(OLD, SQUARE, valid_from="2026-12-01"))
    imported(dated, report, replace(BASE, stations=stations))
    assert report.of("jurisdiction_without_its_station") == []


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"valid_from": "01/12/2026"}, "unreadable_date"),
        ({"valid_to": "soon"}, "unreadable_date"),
        ({"valid_from": "2026-12-02", "valid_to": "2026-12-01"}, "ends_before_it_begins"),
    ],
)
def test_days_that_are_none_are_rejected(tmp_path: Path, days: dict[str, str], code: str) -> None:
    """A jurisdiction whose days can not be read is not taken for one without days."""
    report = Report()
    dataset = imported(collection(tmp_path / "a.geojson", feature(OLD, SQUARE, **days), feature(NEW, NEXT)), report)
    assert report.of(code) == ["feature 1"]
    assert all(row.station != OLD for row in dataset.boundaries)


def test_other_names_and_times_of_day_are_understood(tmp_path: Path) -> None:
    """`effective_from` with a time is the day it says."""
    file = collection(tmp_path / "a.geojson", feature(OLD, SQUARE, effective_from="2026-12-01T00:00:00+05:30"))
    (row,) = [row for row in imported(file, Report()).boundaries if row.station == OLD]
    assert (row.valid_from, row.valid_to) == (FIRST, None)


def test_days_survive_the_database_and_name_the_version() -> None:
    """A version with other days is another version; rows and back keep every day."""
    first = BASE.boundaries[0]
    dated = replace(BASE, boundaries=(replace(first, valid_from=FIRST, valid_to=LATER), *BASE.boundaries[1:]))
    assert content_name(dated) != content_name(BASE)
    rows = json.loads(json.dumps(to_rows(dated)["boundaries"], default=bytes.hex))
    assert sum("valid_from" in row for row in rows) == 1
    back = from_rows("again", to_rows(dated))
    assert [row.valid_to for row in back.boundaries if row.valid_to] == [LATER]
    assert content_name(back) == content_name(dated)


def test_without_a_day_everything_is_there_and_a_day_is_asked_for_soon() -> None:
    """A version made without a day holds for no day at all: the service makes it anew for today."""
    dated = Dataset(
        "v",
        BASE.stations,
        BASE.police_districts,
        boundaries=(Boundary(OLD, BASE.boundaries[0].geometry, valid_from=LATER),),
    )
    assert Snapshot(dated).valid_until == date.min
    assert len(Snapshot(dated).jurisdictions) == 1
    assert len(Snapshot(dated, FIRST).jurisdictions) == 0
    assert (dated.dated, BASE.dated) == (True, False)


def test_a_station_that_closes_before_its_ground_is_reported_with_its_row(tmp_path: Path) -> None:
    """A list that ends a station's work names it when its jurisdiction goes on."""
    code = BASE.boundaries[0].station
    name = next(row.police_district for row in BASE.stations if row.code == code)
    path = tmp_path / "stations.csv"
    path.write_text(f"code,name,kind,police_district,valid_to\n{code},X,territorial,{name},2026-11-30\n", "utf-8")
    report = Report()
    import_stations(path, BASE, report)
    assert report.of("jurisdiction_without_its_station") == [code]
