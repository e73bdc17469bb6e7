"""An import that dies in the middle leaves nothing in force; the same command again takes up the rest."""

import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from pymongo import MongoClient

from chassis.clock import SystemClock
from routing.store.rows import PARTS, content_name
from routing.store.versions import Versions
from tests.integration.routing_desk import Desk
from tests.routing.routing_places import BASE as SHIPPED

# The command itself, in a process of its own, that is killed as soon as it has printed a certain line.
PROGRAM = """
import os, signal, sys
from routing import cli
from routing.__main__ import main

tell = cli._saved

def killed(saved):
    tell(saved)
    if saved.done == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)

cli._saved = killed
raise SystemExit(main(sys.argv[2:]))
"""
SQUARE = [[85.10, 25.60], [85.12, 25.60], [85.12, 25.62], [85.10, 25.62], [85.10, 25.60]]
SIDE, VERTICES = 16, 300
PIECES = 8


def large_file(desk: Desk) -> str:
    """Jurisdictions in a row, finely drawn."""
    codes = [row.code for row in SHIPPED.stations if row.district == "Patna"][:SIDE]
    rings = []
    for number, code in enumerate(codes):
        west, south, step = 85.0 + 0.01 * number, 25.60, 0.01 / VERTICES
        lower = [[west + step * place, south + 0.0001 * (place % 2)] for place in range(VERTICES)]
        upper = [[lon, south + 0.02] for lon, _ in reversed(lower)]
        rings.append((code, [*lower, *upper, lower[0]]))
    return desk.geojson("large.geojson", *rings)


def killed_import(file: str, after: int) -> subprocess.CompletedProcess[str]:
    """The command, killed with -9 after it has written so many pieces."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(after), "import-boundaries", file, "--by", "first"],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def pieces() -> dict[str, int]:
    """How many pieces each version that is not the shipped one has in the database."""
    with MongoClient[dict[str, Any]](os.environ["MONGO_URI"]) as client:
        parts = client[os.environ["MONGO_DATABASE"]]["version_parts"]
        names = [found["version"] for found in parts.find({"version": {"$ne": SHIPPED.version}})]
    return {name: names.count(name) for name in names}


@pytest.mark.parametrize("after", [1, 4, PIECES])
def test_a_killed_import_is_resumed_by_the_same_command(desk: Desk, after: int) -> None:
    """The same version, each piece once, what was written before is named and not written again."""
    file = large_file(desk)
    died = killed_import(file, after)
    assert died.returncode == -signal.SIGKILL
    assert f"saved {after} of {PIECES}: " in died.stderr, died.stderr
    (name,) = pieces()
    assert pieces() == {name: after}
    # Half a version is none: nobody sees it, nobody can put it in force.
    status, output = desk.run("switch", name)
    assert (status, f"there is no version {name}" in output) == (1, True)
    assert name not in desk.run("versions")[1]
    assert desk.in_force() == SHIPPED.version

    status, output = desk.run("import-boundaries", file, "--by", "second")
    assert status == 0
    assert desk.saved(output) == name
    assert output.count("was there from an interrupted import") == after
    assert f"saved {PIECES} of {PIECES}: " in output
    assert pieces() == {name: PIECES}
    loaded = desk.ask(lambda mongo: Versions(mongo, SystemClock()).load(name))
    assert content_name(loaded) == name
    assert desk.run("switch", name)[0] == 0

    status, output = desk.run("import-boundaries", file)
    assert (status, desk.saved(output)) == (0, name)
    assert pieces() == {name: PIECES}


def test_a_whole_import_reports_how_far_it_is(desk: Desk) -> None:
    """Every part is named as it is written, none is reported as there before."""
    file = desk.geojson("a.geojson", ("5117044", SQUARE))
    status, output = desk.run("import-boundaries", file)
    assert status == 0
    lines = [line for line in output.splitlines() if line.startswith("saved ")]
    assert [line.partition(": ")[2] for line in lines] == list(PARTS)
    assert "interrupted" not in output
