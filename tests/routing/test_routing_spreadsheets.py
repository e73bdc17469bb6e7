"""Tables as offices keep them: what can be understood is, what can't is named, and nothing stops the service."""

from pathlib import Path
from typing import Final

import pytest
from prometheus_client import CollectorRegistry

from chassis.importing.report import ImportRefused, Report
from routing.directory import build_directory
from routing.domain import Snapshot, StationKind, StationRecord
from routing.importing.officers import import_officers
from routing.importing.stations import import_stations
from routing.live import Live
from routing.metrics import RoutingMetrics
from tests.routing.routing_places import BASE

HEADER: Final = "code,name,kind,police_district,lat,lon\n"
GOOD: Final = "5117901,नया टोला,territorial,PATNA,25.611,85.11\n"
DEVANAGARI: Final = str.maketrans({str(digit): chr(0x966 + digit) for digit in range(10)})
TABS: Final = (HEADER + GOOD).replace(",", "\t")


def table(folder: Path, content: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder: Path, content: str | bytes) -> tuple[dict[str, StationRecord], Report]:
    report = Report()
    dataset = import_stations(table(folder, content), BASE, report)
    known = {row.code for row in BASE.stations}
    return {row.code: row for row in dataset.stations if row.code not in known}, report


@pytest.mark.parametrize(
    "content",
    [
        HEADER + GOOD,
        "\ufeff" + (HEADER + GOOD).replace("\n", "\r\n"),
        (HEADER + GOOD).replace(",", ";"),
        TABS,
        TABS.encode("utf-16"),
        HEADER.replace("police_district", " Police District ").replace("code", "Station-Code") + GOOD,
        HEADER + GOOD.replace("territorial", "Territorial"),
        HEADER + GOOD.translate(DEVANAGARI),
        HEADER + GOOD.replace("5117901", "5117901.0"),
        HEADER + "\n" + GOOD + ",,,,,\n",
    ],
)
def test_what_a_spreadsheet_saves_is_read(tmp_path: Path, content: str | bytes) -> None:
    """Separators, marks, encodings, headings, digits of another keyboard: the same station, and nothing to report."""
    found, report = read(tmp_path, content)
    assert [(row.code, row.name_en, row.kind, row.located) for row in found.values()] == [
        ("5117901", "नया टोला", StationKind.TERRITORIAL, True)
    ]
    assert not report.findings


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        ("5117 902,A,territorial,PATNA,25.6,85.1", "unusable_code"),
        ("5117:SHO,A,territorial,PATNA,25.6,85.1", "unusable_code"),
        ("😀,A,territorial,PATNA,25.6,85.1", "unusable_code"),
        (f"{'9' * 41},A,territorial,PATNA,25.6,85.1", "unusable_code"),
        (f"5117902,{'A' * 201},territorial,PATNA,25.6,85.1", "too_long"),
        ("5117902,Naya Tola, East,territorial,PATNA,25.6,85.1", "too_many_cells"),
    ],
)
def test_a_row_that_no_event_could_carry_is_rejected(tmp_path: Path, row: str, finding: str) -> None:
    """Once such a row were in force, each case of its station, or the directory itself, would stop the service."""
    found, report = read(tmp_path, HEADER + GOOD + row + "\n")
    assert list(found) == ["5117901"]
    assert report.of(finding) == ["line 3"]


def test_the_longest_names_that_are_accepted_make_posts_and_offices(tmp_path: Path) -> None:
    """The limit of a name leaves room for what its posts put before it."""
    header = HEADER.replace("\n", ",name_hi,sub_division\n")
    row = f"{'9' * 40},{'A' * 200},territorial,PATNA,25.6,85.1,{'न' * 200},{'B' * 200}\n"
    found, report = read(tmp_path, header + row)
    assert len(found) == 1
    assert not report.findings
    dataset = import_stations(table(tmp_path, header + row), BASE, Report())
    live = Live(Snapshot(dataset), RoutingMetrics(CollectorRegistry()), dev_phones=True)
    assert f"{'9' * 40}:SHO" in live.directory.posts


def test_values_and_columns_that_nobody_understands_are_named(tmp_path: Path) -> None:
    """A column that is not read and a yes that is none are reported, or an operator believes that they count."""
    header = HEADER.replace("\n", ",desk_online,coord_ok,opening day\n")
    rows = "".join(
        f"511790{number},A,territorial,PATNA,25.61{number},85.11,{desk},{right},2026-12-01\n"
        for number, (desk, right) in enumerate((("maybe", ""), ("no", "false"), ("हाँ", "yes")), start=1)
    )
    found, report = read(tmp_path, header + rows)
    assert [row.desk_online for row in found.values()] == [False, False, True]
    assert [row.coord_ok for row in found.values()] == [True, False, True]
    assert [(item.code, item.where, item.detail) for item in report.findings][:2] == [
        ("column_not_used", "header", "opening_day"),
        ("neither_yes_nor_no", "5117901", "desk_online is 'maybe': taken as no"),
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("code,name,police_district\n1,2,3\n", "no column for kind; its columns: code, name, police_district"),
        ("code,name,name,kind,police_district\n", "two columns named name"),
        ("", "its columns: none"),
        ((HEADER + GOOD).encode("utf-16-le"), "no column for code"),
        ("code,name\ncaf\u00e9,1\n".encode("latin-1"), "CSV UTF-8"),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_reason(tmp_path: Path, content: str | bytes, why: str) -> None:
    """An operator reads what is missing and what is there."""
    with pytest.raises(ImportRefused, match=why):
        read(tmp_path, content)


def test_posts_come_from_the_same_kinds_of_table(tmp_path: Path) -> None:
    """Semicolons, capitals, Devanagari digits: the same posts. A word that is no yes, or a post for itself, is not."""
    path = table(
        tmp_path,
        f"Station;Post;Office Phone;Vacant;Acting\n{'5801016'.translate(DEVANAGARI)};sho;+916122222222;हाँ\n"
        "5801011;SHO;;perhaps\n5801024;SHO;;no\n5801034;SHO;;yes;5801034:SHO\n",
    )
    report = Report()
    found = import_officers(path, build_directory(Snapshot(BASE)), report)
    assert {key: post.vacant for key, post in found.items()} == {"5801016:SHO": True, "5801024:SHO": False}
    assert report.of("neither_yes_nor_no") == ["line 3"]
    assert report.of("stands_in_for_itself") == ["line 5"]


def test_a_code_that_belongs_to_another_station_is_noticed(tmp_path: Path) -> None:
    """A mistyped code replaces a station that is at work; the same name in other letters is no matter."""
    rows = "5117044,Naya Tola,territorial,PATNA,25.611,85.11\n5117028,GANDHI MAIDAN,territorial,PATNA,25.612,85.12\n"
    _, report = read(tmp_path, HEADER + rows)
    assert [(item.code, item.where, item.detail) for item in report.findings if item.code == "renamed_station"] == [
        ("renamed_station", "5117044", "Kotwali is replaced by Naya Tola: is the code right?")
    ]
