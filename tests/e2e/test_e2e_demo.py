"""The demo on the whole suite: its books balance, also when services die, and never when a fault was planted."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from janseva_local.demo.journal import Journal
from janseva_local.demo.run import Demo, Options
from janseva_local.demo.target import DEMO_POLICIES, target_of
from tests.conftest import MakeStack
from tests.e2e.demo_rig import run_demo

# A worker that stood still needs emergencies that break meanwhile, and must come back before its breaches are late.
FEW = Options(citizens=24, over_s=4, patience_s=1)
MANY = Options(citizens=70, over_s=4, patience_s=60)
KINDS = {"lose": "MISSING", "double": "DOUBLED", "wrong-person": "WRONG-PERSON", "late": "LATE"}


async def test_e2e_the_books_balance_though_every_service_is_killed(tmp_path: Path) -> None:
    """Each service dies by kill -9 while citizens file: each submission has its case, station, clocks, messages."""
    demo = await run_demo(tmp_path, "--citizens", "90", "--over", "21", "--kill")
    assert demo.status == 0, demo.output[-4000:]
    assert "nothing missing, nothing doubled" in demo.output
    assert demo.output.count("kill -9") == 6
    downloaded = re.search(r"(\d+) papers downloaded by their citizens", demo.output)
    assert downloaded is not None
    assert int(downloaded.group(1)) > 0
    with (tmp_path / "demo" / "cases.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 90
    assert all(row["station"] for row in rows)
    assert (tmp_path / "demo" / "summary.png").stat().st_size > 10_000


@pytest.mark.timeout(600)  # four demos, one after the other, perhaps beside another suite
async def test_e2e_every_planted_fault_is_found(
    make_stack: MakeStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault put into the running suite is found, called by its name, and ends the demo with status 1."""
    stack = await make_stack(policies=DEMO_POLICIES, supervised=True)
    for number, (planted, kind) in enumerate(KINDS.items()):
        options = replace(MANY if planted == "late" else FEW, seed=number, plant=planted)
        async with httpx.AsyncClient(timeout=15) as http:
            with Journal(tmp_path / planted / "journal.jsonl") as journal:
                status = await Demo(target_of(stack), http, journal, options, tmp_path / planted).run()
        output = capsys.readouterr().out
        assert status == 1, output
        assert kind in output, output
