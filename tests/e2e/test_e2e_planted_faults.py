"""A fault planted into the running suite is found by the demo and called by its name."""

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from janseva_local.demo.journal import Journal
from janseva_local.demo.options import Options, Planted
from janseva_local.demo.run import Demo
from janseva_local.demo.target import DEMO_POLICIES, target_of
from tests.conftest import MakeStack

# A worker that stood still needs emergencies that break meanwhile, and must come back before its breaches are late.
FEW = Options(citizens=24, over_s=4, patience_s=1)
MANY = Options(citizens=70, over_s=4, patience_s=60)
KINDS = {
    Planted.LOSE: "MISSING",
    Planted.DOUBLE: "DOUBLED",
    Planted.DOCUMENTS_TWICE: "DOUBLED",
    Planted.WRONG_PAPER: "UNEXPECTED",
    Planted.WRONG_PERSON: "WRONG-PERSON",
    Planted.LATE: "LATE",
}
FOUND_BY = {
    Planted.DOCUMENTS_TWICE: "DocumentsCompleted: 2 instead of 1",
    Planted.WRONG_PAPER: r"paper \S+: 1 instead of 0",
}


@pytest.mark.timeout(900)  # six demos, one after the other, perhaps beside another suite
async def test_e2e_every_planted_fault_is_found(
    make_stack: MakeStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault put into the running suite is found, called by its name, and ends the demo with status 1."""
    stack = await make_stack(policies=DEMO_POLICIES, supervised=True)
    for number, (planted, kind) in enumerate(KINDS.items()):
        options = replace(MANY if planted == "late" else FEW, seed=number, plant=planted)
        async with httpx.AsyncClient(timeout=60) as http:
            with Journal(tmp_path / planted / "journal.jsonl") as journal:
                status = await Demo(target_of(stack), http, journal, options, tmp_path / planted).run()
        output = capsys.readouterr().out
        assert status == 1, output
        assert kind in output, output
        assert re.search(FOUND_BY.get(planted, ""), output), output
        # One suite carries them all: what is still emitted of the runs before is no finding of this one.
        assert ("nobody owed" in output) is (planted == "wrong-person"), output
