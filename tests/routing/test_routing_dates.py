"""The days of a file as GIS software, spreadsheets and people write them: the one day they mean, or a finding."""

import json
import math
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.importing.dates import UnreadableDate, read_day
from chassis.importing.report import Report
from event_schemas.calendars import INDIA
from routing.command_line import app
from routing.importing.stations import import_stations
from tests.command_lines import understood
from tests.routing.routing_places import BASE, NEXT, SQUARE, collection, feature, imported

OLD, NEW = "5117044", "5117064"
LAST_OF_2026, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)

READ: list[tuple[object, date]] = [
    (1797100200000, date(2026, 12, 13)),
    ("1797100200000", date(2026, 12, 13)),
    (1797100200, date(2026, 12, 13)),
    (1797100200000.0, date(2026, 12, 13)),
    (1797100200000000, date(2026, 12, 13)),
    ("१७९७१००२०००००", date(2026, 12, 13)),
    ("2026-12-31T18:30:00Z", NEW_YEAR),
    ("2026-12-31T18:29:59Z", LAST_OF_2026),
    ("2026-12-31T18:30:00.000Z", NEW_YEAR),
    ("2026-12-31T18:30:00+00:00", NEW_YEAR),
    ("2026-12-31T23:00:00-05:00", NEW_YEAR),
    ("2027-01-01T00:00:00+05:30", NEW_YEAR),
    ("2027-01-01T00:00:00+0530", NEW_YEAR),
    ("2026/12/31 18:30:00+00", NEW_YEAR),
    ("2026-12-31 23:59:59", LAST_OF_2026),
    ("2026-12-31 18:30:00 UTC", NEW_YEAR),
    ("2026-12-31 18:30:00 IST", LAST_OF_2026),
    ("20261231T183000Z", NEW_YEAR),
    ("2026-12-31", LAST_OF_2026),
    (" 2026-12-31 ", LAST_OF_2026),
    ("2026/12/31", LAST_OF_2026),
    ("2026.12.31", LAST_OF_2026),
    ("2026-1-5", date(2026, 1, 5)),
    ("31-12-2026", LAST_OF_2026),
    ("31.12.2026", LAST_OF_2026),
    ("31/12/2026", LAST_OF_2026),
    ("12/31/2026", LAST_OF_2026),
    ("05.05.2026", date(2026, 5, 5)),
    ("३१-१२-२०२६", LAST_OF_2026),
    ("20261231", LAST_OF_2026),
    (20261231, LAST_OF_2026),
    (20261231.0, LAST_OF_2026),
    (46387, LAST_OF_2026),
    ("46387", LAST_OF_2026),
    ("46387.0", LAST_OF_2026),
    ("31 Dec 2026", LAST_OF_2026),
    ("31-Dec-2026", LAST_OF_2026),
    ("Dec 31, 2026", LAST_OF_2026),
    ("31 दिसंबर 2026", LAST_OF_2026),
    (datetime(2026, 12, 31, 18, 30, tzinfo=UTC), NEW_YEAR),
    (datetime(2026, 12, 31, 18, 30), LAST_OF_2026),  # noqa: DTZ001
    (LAST_OF_2026, LAST_OF_2026),
]
NOT_READ: list[object] = [
    "01/12/2026",
    "01-12-2026",
    "1.12.2026",
    "31-12-26",
    "31-Dec-26",
    "261231",
    "12-2026",
    "2026",
    2026,
    "2026-13-01",
    "2026-02-30",
    "20261331",
    "31-04-2026",
    "1797-10-02",
    "0001-01-01",
    "9999-12-31",
    date(9999, 12, 31),
    datetime(1, 1, 1, tzinfo=UTC),
    "0000-00-00",
    0,
    "0",
    1,
    -1,
    -1797100200000,
    1e30,
    math.nan,
    math.inf,
    17971002,
    True,
    False,
    [2026, 12, 31],
    {"year": 2026},
    "soon",
    "NULL",
    "1.7971E+12",
    "2026-12-31T6:30 PM",
    "2026-12-31T25:00:00Z",
    "9" * 5_000,
    "1" * 59,
    "²⁰²⁶-12-31",
]


@pytest.mark.parametrize(("written", "day"), READ, ids=lambda value: str(value)[:30])
def test_a_day_is_read_as_the_day_it_means(written: object, day: date) -> None:
    """Moments are days in India; numbers are moments, serial or compact days by their size."""
    assert read_day(written) == day


@pytest.mark.parametrize("written", NOT_READ, ids=lambda value: str(value)[:30])
def test_what_can_mean_two_days_or_none_is_refused(written: object) -> None:
    """Nothing is ever taken for a day that it may not mean."""
    with pytest.raises(UnreadableDate):
        read_day(written)


@pytest.mark.parametrize("written", [None, "", "  "])
def test_nothing_written_is_no_day(written: object) -> None:
    """An empty field is a jurisdiction without a first or a last day."""
    assert read_day(written) is None


@settings(max_examples=50)
@given(st.dates(date(2000, 1, 2), date(2099, 12, 30)), st.times(), st.integers(-14 * 60, 14 * 60))
def test_every_spelling_of_a_moment_is_its_day_in_india(day: date, time: object, zone: int) -> None:
    """As text with any zone, as seconds, milliseconds and microseconds."""
    moment = datetime.combine(day, time, timezone(timedelta(minutes=zone)))  # type: ignore[arg-type]
    there = moment.astimezone(INDIA).date()
    seconds = moment.timestamp()
    written: list[object] = [
        moment.isoformat(),
        moment.isoformat(sep=" "),
        moment,
        int(seconds),
        round(seconds * 1_000),
    ]
    assert {read_day(one) for one in written} == {there}


@settings(max_examples=50)
@given(st.one_of(st.text(max_size=80), st.integers(), st.floats(), st.from_regex(r"[0-9./ :TZ+-]{1,30}")))
def test_any_input_is_a_day_of_sane_years_or_refused(written: object) -> None:
    """No traceback, whatever stands in the field."""
    with suppress(UnreadableDate):
        day = read_day(written)
        assert day is None or 1861 <= day.year <= 2100


def test_the_days_of_jurisdictions_are_found_or_reported(tmp_path: Path) -> None:
    """Epoch milliseconds and a moment in UTC begin on their day in India; a spreadsheet's day is pointed out."""
    report = Report()
    file = collection(
        tmp_path / "a.geojson",
        feature(OLD, SQUARE, effective_from=1797100200000),
        feature(NEW, NEXT, effective_from="2026-12-31T18:30:00Z", valid_to=46752),
        feature("5117028", NEXT, effective_from="05/06/2027"),
        feature("5117028", NEXT, effective_from=0),
    )
    begins = {row.station: (row.valid_from, row.valid_to) for row in imported(file, report).boundaries}
    assert begins[OLD] == (date(2026, 12, 13), None)
    assert begins[NEW] == (NEW_YEAR, date(2027, 12, 31))
    assert report.of("unreadable_date") == ["feature 3", "feature 4"]
    assert report.of("serial_date") == ["feature 2"]


def test_the_days_of_stations_are_read_by_the_same_rules(tmp_path: Path) -> None:
    """A spreadsheet's 31-12-2026 is a day, its 05-06-2027 a finding."""
    path = tmp_path / "stations.csv"
    path.write_text(
        "code,name,kind,police_district,lat,lon,valid_from\n"
        "5117902,One,territorial,PATNA,25.6210,85.1690,31-12-2026\n"
        "5117903,Two,territorial,PATNA,25.6215,85.1790,05-06-2027\n"
        "5117904,Three,territorial,PATNA,25.6215,85.1795,1797100200000\n",
        "utf-8",
    )
    report = Report()
    found = {row.code: row.valid_from for row in import_stations(path, BASE, report).stations}
    assert (found["5117902"], found["5117904"]) == (LAST_OF_2026, date(2026, 12, 13))
    assert "5117903" not in found
    assert report.of("unreadable_date") == ["line 3"]


def test_a_day_on_the_command_line_is_no_day_of_1797() -> None:
    """Milliseconds and 31-12-2026 are understood there too; what can mean two days is refused."""
    midnight = datetime(2026, 12, 12, 18, 30, tzinfo=UTC)
    for written in ("1797100200000", "2026-12-13T00:00:00", "2026-12-13"):
        asked = understood(app, ["switch", "v", "--effective-from", written])
        assert asked.values["effective_from"] == midnight
    with pytest.raises(typer.BadParameter, match="is no day like"):
        understood(app, ["switch", "v", "--effective-from", "01/12/2026"])


def test_the_files_that_broke_it(tmp_path: Path) -> None:
    """A day that no import may take for 1797, and one that began a day early."""
    for text, day in (("1797100200000", date(2026, 12, 13)), ('"2026-12-31T18:30:00Z"', NEW_YEAR)):
        one = feature(OLD, SQUARE) | {"properties": {"ps_code": OLD, "effective_from": json.loads(text)}}
        (row,) = [
            row for row in imported(collection(tmp_path / "a.geojson", one), Report()).boundaries if row.station == OLD
        ]
        assert row.valid_from == day
