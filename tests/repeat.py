"""Run the whole suite several times, some abreast, each in a clone of its own; list every test that ever failed."""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Status 1 if any test failed in any run, or a run ended without a report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--abreast", type=int, default=2, help="how many at a time")
    parser.add_argument("--args", default="", help="more arguments of pytest, for all runs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="janseva-repeat-") as folder, ThreadPoolExecutor(asked.abreast) as pool:
        # What the tests of this project look for beside its tree.
        if (beside := ROOT.parent / "shared").exists():
            (Path(folder) / "shared").symlink_to(beside)
        places = [Path(folder) / f"run{number + 1}" for number in range(asked.runs)]
        runs = list(pool.map(lambda place: _run(place, asked.args), places))
    failures = Counter(name for run in runs for name in run)
    sys.stdout.write(f"\n{asked.runs} runs, {asked.abreast} abreast: {len(failures)} tests failed at least once\n")
    sys.stdout.writelines(f"{count:>4} of {asked.runs}  {name}\n" for name, count in failures.most_common())
    return 1 if failures else 0


def _run(place: Path, more: str) -> list[str]:
    """The tests that failed in one run; a run that broke off counts as one."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(place)], check=True)
    report, log = place / "report.xml", place / "log.txt"
    began = time.monotonic()
    with log.open("wb") as output:
        command = ["make", "test", f"ARGS=--junitxml={report} {more}"]
        status = subprocess.run(command, cwd=place, stdout=output, stderr=subprocess.STDOUT, check=False).returncode
    failed = list(_failed(report)) if report.exists() else []
    if status and not failed:
        failed = [f"the run itself, status {status}: {log.read_text('utf8', 'replace')[-300:]}"]
    sys.stdout.write(f"{place.name}: {(time.monotonic() - began) / 60:.1f} min, {len(failed)} failed\n")
    sys.stdout.flush()
    return failed


def _failed(report: Path) -> Iterator[str]:
    for case in ET.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            yield f"{case.get('classname')}::{case.get('name')}"


if __name__ == "__main__":
    sys.exit(main())
