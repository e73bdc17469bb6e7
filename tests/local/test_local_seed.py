"""Sample data: rows that every register accepts, of nobody, each marked as a sample."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.importing.report import Report
from intake.registers.importing import Imported, RegisterImport
from intake.registers.kinds import load_registers
from janseva_local.folder import DataFolder
from janseva_local.seed import OF_EACH, SAMPLE, NothingRuns, name_of, officers, registers, seed_data, write_table
from tests.intake.registers_memory import MemoryEntryStore
from tests.manual_clock import ManualClock

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
STATIONS = [("5140003", "ARARIA"), ("5140012", "ARARIA"), ("5117044", "PATNA")]
TABLES = registers(STATIONS, NOW.date())
KINDS = {kind.kind: kind for kind in load_registers()}


def test_every_register_has_sample_rows() -> None:
    """And the same day gives the same rows."""
    assert set(TABLES) == set(KINDS)
    assert registers(STATIONS, NOW.date()) == TABLES


@pytest.mark.parametrize("register", sorted(TABLES))
async def test_sample_rows_are_accepted_and_marked(register: str, tmp_path: Path) -> None:
    """By the same import that operators use; a reader sees in each entry that it is a sample."""
    entries, report = MemoryEntryStore(), Report()
    path = write_table(tmp_path / "rows.csv", TABLES[register])
    clock = ManualClock(NOW + timedelta(minutes=1))
    work = RegisterImport(load_registers(), KINDS[register], entries, clock, report, "HQ:sample-data")
    assert (await work.run(path), report.findings) == (Imported(OF_EACH, OF_EACH), [])
    for entry in entries.entries.values():
        assert any(SAMPLE in str(value) for value in entry.attributes.values())


def test_nobody_has_such_a_name() -> None:
    """Two given names, and the word for sample where a family's would stand."""
    assert all(name_of(random.Random(seed)).endswith(f" {SAMPLE}") for seed in range(50))


def test_sample_telephones_and_addresses_reach_nobody() -> None:
    """A prefix that is not given out, and the domain that never is."""
    rows = officers(STATIONS)
    assert all(row["office_email"].endswith(".invalid") for row in rows)
    assert all(row["office_phone"].startswith("+91 612 000 ") for row in rows)


def test_without_a_suite_there_is_nothing_to_fill(tmp_path: Path) -> None:
    """The command says how to start one."""
    with pytest.raises(NothingRuns, match="make up"):
        seed_data(DataFolder(tmp_path))
