"""The demo on the whole suite: its books balance, also when services die, and never when a fault was planted."""

import csv
from pathlib import Path

import pytest

from tests.e2e.demo_rig import run_demo

KINDS = {"lose": "MISSING", "double": "DOUBLED", "late": "LATE", "wrong-person": "WRONG-PERSON"}


async def test_e2e_the_books_balance_though_every_service_is_killed(tmp_path: Path) -> None:
    """Each service dies by kill -9 while citizens file: each submission has its case, station, clocks, messages."""
    demo = await run_demo(tmp_path, "--citizens", "90", "--over", "21", "--kill")
    assert demo.status == 0, demo.output[-4000:]
    assert "nothing missing, nothing doubled" in demo.output
    assert demo.output.count("kill -9") == 6
    with (tmp_path / "demo" / "cases.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 90
    assert all(row["station"] for row in rows)
    assert (tmp_path / "demo" / "summary.png").stat().st_size > 10_000


@pytest.mark.parametrize("plant", KINDS)
async def test_e2e_a_planted_fault_is_found(tmp_path: Path, plant: str) -> None:
    """A fault put into the running suite is found, called by its name, and ends the demo with status 1."""
    demo = await run_demo(tmp_path, "--citizens", "30", "--over", "6", "--patience", "4", "--plant", plant)
    assert demo.status == 1, demo.output[-4000:]
    assert KINDS[plant] in demo.output
