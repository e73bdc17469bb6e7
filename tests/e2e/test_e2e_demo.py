"""The demo on the whole suite: its counts agree, also when services die."""

import csv
import re
from pathlib import Path

from tests.e2e.demo_rig import run_demo


async def test_e2e_the_counts_balance_though_every_service_is_killed(tmp_path: Path) -> None:
    """Each service dies by kill -9 while citizens file: each submission has its case, station, clocks, messages."""
    demo = await run_demo(tmp_path, "--citizens", "90", "--over", "21", "--kill", within_s=400)
    assert demo.status == 0, demo.output[-4000:]
    assert "nothing missing, nothing doubled" in demo.output
    assert demo.output.count("kill -9") == 6
    downloaded = re.search(r"(\d+) papers downloaded by their citizens", demo.output)
    assert downloaded is not None
    assert int(downloaded.group(1)) > 0
    assert "done, and nothing of it stands where others read" in demo.output
    with (tmp_path / "demo" / "cases.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    # An appeal is a case of its own.
    assert sum(row["journey"] != "appeal" for row in rows) == 90
    assert len({row["service_code"] for row in rows}) > 20
    assert all(row["station"] for row in rows)
    assert (tmp_path / "demo" / "summary.png").stat().st_size > 10_000
