"""A file becomes entries of a register, and each row that can't is named with its reason."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chassis.importing.report import ImportRefused, Report
from intake.registers.importing import Imported, RegisterImport
from intake.registers.kinds import load_registers
from intake.registers.photos import Photos
from tests.intake.evidence_memory import InThread
from tests.intake.intake_memory import KnownOffices
from tests.intake.intake_rig import ASHA, Rig
from tests.intake.test_intake_register_photos import jpeg

COLUMNS = (
    "station",
    "district",
    "since",
    "source",
    "source_number",
    "source_date",
    "ends_on",
    "photo",
    "name",
    "age",
    "offence",
)
RAKESH = (
    "5140003",
    "ARARIA",
    "2026-11-10",
    "warrant",
    "C-1/2026",
    "2026-11-09",
    "",
    "",
    "Rakesh Kumar",
    "34",
    "Robbery",
)


def row(**over: str) -> tuple[str, ...]:
    return tuple((dict(zip(COLUMNS, RAKESH, strict=True)) | over).values())


def table(
    folder: Path, rows: Sequence[Sequence[str]], columns: Sequence[str] = COLUMNS, encoding: str = "utf-8"
) -> Path:
    path = folder / "wanted.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


async def run(intake: Rig, path: Path, *, dry: bool = False, **more: Any) -> tuple[Imported, Report]:
    report, registers = Report(), load_registers()
    kind = registers.get("wanted")
    assert kind is not None
    work = RegisterImport(
        registers,
        kind,
        intake.entries,
        intake.clock,
        report,
        "SP:ARARIA",
        Photos(intake.files, InThread(), intake.ring, intake.clock),
        dry,
        **more,
    )
    return await work.run(path), report


async def test_good_rows_are_entries_that_are_found(intake: Rig, tmp_path: Path) -> None:
    """From a spreadsheet in either script, with Indian days and digits, columns in any order, and a photo beside it."""
    (tmp_path / "face.jpg").write_bytes(jpeg(40, 40))
    rows = [
        row(photo="face.jpg"),
        row(name="मोहन यादव", source_number="सी-२/२०२६", since="20.11.2026", source_date="2026/11/19", age="४१"),
    ]
    done, report = await run(intake, table(tmp_path, rows, encoding="utf-16"))
    assert (done, report.findings) == (Imported(2, 2), [])
    page = (await intake.get("/v1/registers/wanted?district=अररिया", by=ASHA)).json()
    assert [one["since"] for one in page["items"]] == ["2026-11-20", "2026-11-10"]
    assert (await intake.get(page["items"][1]["photo_url"], by=ASHA)).status_code == 200
    (entry, _) = intake.entries.entries.values()
    assert [change.by_post for change in entry.history] == ["SP:ARARIA", "SP:ARARIA"]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"name": ""}, "invalid_value"),
        ({"name": "\u200b\u200b"}, "broken_text"),
        ({"name": "राकेश".encode().decode("latin-1")}, "broken_text"),
        ({"name": "Rak\ufffdsh"}, "broken_text"),
        ({"age": "young"}, "invalid_value"),
        ({"age": "17"}, "never_published"),
        ({"since": ""}, "missing_value"),
        ({"since": "03.04.2026"}, "unreadable_date"),
        ({"since": "2027-01-01"}, "since"),
        ({"ends_on": "2026-11-01"}, "ends_before_it_begins"),
        ({"source": "gossip"}, "source_not_accepted"),
        ({"source_number": ""}, "invalid_value"),
        ({"station": "../../etc"}, "unusable_code"),
        ({"offence": "x" * 3000}, "too_long"),
        ({"photo": "../face.jpg"}, "photo_not_usable"),
        ({"photo": "nowhere.jpg"}, "photo_missing"),
        ({"photo": "text.jpg"}, "photo_not_a_picture"),
    ],
)
async def test_a_row_that_can_not_be_an_entry_is_named(
    intake: Rig, tmp_path: Path, over: dict[str, str], code: str
) -> None:
    """With its line and a code; the rows beside it are imported."""
    (tmp_path / "text.jpg").write_text("this is no picture")
    done, report = await run(intake, table(tmp_path, [row(**over), row(source_number="C-9/2026")]))
    assert done == Imported(2, 1)
    assert [(one.code, one.where) for one in report.findings] == [(code, "line 2")]
    assert intake.files.files == {}


async def test_doubles_are_named_in_the_file_and_in_the_register(intake: Rig, tmp_path: Path) -> None:
    """The same file again changes nothing; a double within it names the first."""
    path = table(tmp_path, [row(), row(name="राकेश कुमार"), row(source_number="C-2/2026")])
    done, report = await run(intake, path)
    assert (done, report.of("duplicate")) == (Imported(3, 2), ["line 3"])
    again, report = await run(intake, path)
    assert (again, sorted(report.of("already_there"))) == (Imported(3, 0), ["line 2", "line 4"])
    assert len(intake.entries.entries) == 2


async def test_a_dry_run_writes_nothing_and_reports_alike(intake: Rig, tmp_path: Path) -> None:
    """What would be rejected is known before."""
    (tmp_path / "face.jpg").write_bytes(jpeg(40, 40))
    rows = [row(photo="face.jpg"), row(age="17")]
    dry, findings = await run(intake, table(tmp_path, rows), dry=True)
    assert (dry, intake.entries.entries, intake.files.files) == (Imported(2, 1), {}, {})
    done, same = await run(intake, table(tmp_path, rows))
    assert (done, same.findings) == (dry, findings.findings)


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        (COLUMNS[:-1], "no column for offence"),
        ((*COLUMNS[:-1], "name"), "two columns named name"),
        (("a", *COLUMNS[1:-1], "b"), "no column for offence"),
    ],
)
async def test_a_table_with_wrong_columns_is_refused(
    intake: Rig, tmp_path: Path, columns: Sequence[str], why: str
) -> None:
    """As a whole, with the columns that it has."""
    with pytest.raises(ImportRefused, match=why):
        await run(intake, table(tmp_path, [RAKESH], columns))


async def test_a_file_in_another_encoding_is_refused(intake: Rig, tmp_path: Path) -> None:
    """A file that is not Unicode loses no letter on its way: it does not come in."""
    path = tmp_path / "wanted.csv"
    path.write_bytes(b"station,name\n5140003,Rak\xe9sh\n")
    with pytest.raises(ImportRefused, match="UTF-8"):
        await run(intake, path)


async def test_a_long_import_shows_how_far_it_is(intake: Rig, tmp_path: Path) -> None:
    """Each thousand rows."""
    steps: list[tuple[int, int]] = []
    rows = [row(source_number=f"C-{number}/2026") for number in range(2_500)]
    done, _ = await run(intake, table(tmp_path, rows), progress=lambda count, of: steps.append((count, of)))
    assert (done, steps) == (Imported(2_500, 2_500), [(1_000, 2_500), (2_000, 2_500)])


async def test_a_station_that_the_directory_lacks_is_named(intake: Rig, tmp_path: Path) -> None:
    """A mistyped code would be an entry that no officer is in charge of; while nothing is known nobody is refused."""
    rows = [row(), row(station="5149999", name="Mohan Sah")]
    intake.offices.lines["5140003"] = ()
    done, report = await run(intake, table(tmp_path, rows), offices=intake.offices)
    assert (done.accepted, report.of("unknown_station")) == (1, ["line 3"])
    unknown = KnownOffices()
    done, report = await run(intake, table(tmp_path, rows[1:]), offices=unknown)
    assert (done.accepted, report.findings) == (1, [])
