"""`up`, `status`, `down` and their kin, as a person at a terminal uses them.

The tests share one suite and run in this order.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from janseva_local import screen
from janseva_local.folder import ROOT, DataFolder, RunRecord
from janseva_local.services import NAMES

STARTED_FIRST = {"kafka", "mongo", "provider"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    """A suite in the background."""
    folder = DataFolder(tmp_path_factory.mktemp("background") / "data")
    started = janseva(folder, "up", "--free-ports")
    assert started.returncode == 0, started.stdout
    yield folder
    janseva(folder, "down")


def test_up_returns_when_every_service_is_ready(folder: DataFolder) -> None:
    """All parts run and answer, the services were started side by side, and status says so with its exit status."""
    record = running(folder)
    assert set(record.processes) == {"kafka", "mongo", *NAMES}
    assert {name: httpx.get(f"{url}/health/ready").status_code for name, url in record.urls.items()} == dict.fromkeys(
        record.urls, 200
    )
    # One after another they would take the sum of their times and more, on a machine of any speed.
    seconds = {name: record.seconds[name] for name in record.processes}
    services = [of_one for name, of_one in seconds.items() if name not in STARTED_FIRST]
    after_the_first = record.seconds["all"] - max(seconds[name] for name in STARTED_FIRST)
    assert after_the_first < sum(services) / 2, record.seconds
    status = janseva(folder, "status")
    assert status.returncode == 0
    assert status.stdout.count(" ready ") == len(record.processes)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the steps are written for curl")
def test_the_printed_first_steps_work_when_pasted(folder: DataFolder) -> None:
    """Log in, file, follow, acknowledge, read the messages: each printed command does what its title says."""
    *steps, _demo = screen.first_steps(running(folder).urls, str(folder.root))
    # A person reads the answer before going on; by then the station is assigned.
    script = "\nsleep 2\n".join(f"{commands}\necho" for _, commands in steps)
    shell = subprocess.run(
        ["bash", "-eu"], input=script, cwd=ROOT, env=environment(folder), text=True, capture_output=True, check=False
    )
    assert shell.returncode == 0, shell.stderr
    filed, followed, acknowledged, messages = shell.stdout.split("\n{")[-3:] + shell.stdout.splitlines()[-1:]
    assert "receipt_secret" in filed
    assert '"clock":"inquiry"' in followed
    assert '"status":"acknowledged"' in acknowledged
    assert '"template":"filed"' in messages


def test_a_second_suite_on_the_same_data_is_refused(folder: DataFolder) -> None:
    """`run` names the process that has the data folder and what to do; `up` says that it is up already."""
    second = janseva(folder, "run", "--free-ports")
    assert second.returncode == 1
    assert f"process {running(folder).supervisor.pid}" in second.stderr
    assert "make down" in second.stderr
    again = janseva(folder, "up")
    assert again.returncode == 0
    assert "it is up already" in again.stdout


def test_other_policies_are_refused_while_the_suite_runs(folder: DataFolder) -> None:
    """`up` with another policy file does not pretend to have switched."""
    other = janseva(folder, "up", "--policies", str(ROOT / "deploy/local/policies.demo.yaml"))
    assert other.returncode == 1
    assert "make down" in other.stderr


def test_a_killed_service_comes_back_and_is_reported(folder: DataFolder) -> None:
    """kill -9 of routing: it answers again on its port, the log says what happened, the others are untouched."""
    before = running(folder)
    psutil.Process(before.processes["routing"].pid).kill()
    eventually(lambda: running(folder).processes["routing"].restarts == 1)
    after = running(folder)
    assert httpx.get(f"{after.urls['routing']}/health/ready").status_code == 200
    assert after.urls == before.urls
    changed = {name for name in NAMES if after.processes[name].pid != before.processes[name].pid}
    assert changed == {"routing"}
    log = janseva(folder, "logs", "stack", "--no-follow").stdout
    assert "routing was killed by signal 9; restarting" in log


def test_an_unknown_log_names_those_there_are(folder: DataFolder) -> None:
    """`make logs S=nonsense` helps."""
    asked = janseva(folder, "logs", "nonsense", "--no-follow")
    assert asked.returncode == 1
    assert "intake" in asked.stderr


def test_reset_asks_before_it_deletes(folder: DataFolder) -> None:
    """Without an answer nothing is stopped or deleted."""
    assert janseva(folder, "reset").returncode == 1
    assert running(folder).state == "ready"


def test_down_leaves_no_process_behind_and_the_data_in_place(folder: DataFolder) -> None:
    """Every process is gone within the time promised; the data are kept; stopping again is harmless."""
    record = running(folder)
    processes = [psutil.Process(one.pid) for one in (record.supervisor, *record.processes.values())]
    began = time.monotonic()
    assert janseva(folder, "down").returncode == 0
    assert time.monotonic() - began < 60
    assert [process.pid for process in processes if process.is_running()] == []
    assert folder.running() is None
    assert (folder.kafka / "data" / "cases.emergency-0").is_dir()
    assert janseva(folder, "status").returncode == 3
    assert janseva(folder, "down").returncode == 0


def test_reset_deletes_the_data_when_asked_to(folder: DataFolder) -> None:
    """With --yes the folder is gone; a folder that is not ours is never deleted."""
    assert janseva(folder, "reset", "--yes").returncode == 0
    assert not folder.root.exists()
    folder.root.mkdir()
    (folder.root / "thesis.txt").write_text("years of work")
    assert janseva(folder, "reset", "--yes").returncode == 1
    assert (folder.root / "thesis.txt").exists()


def test_a_missing_policy_file_is_named(tmp_path: Path) -> None:
    """A mistyped POLICIES stops the start before anything runs."""
    wrong = janseva(DataFolder(tmp_path / "data"), "run", "--policies", "nowhere.yaml")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "nowhere.yaml" in wrong.stderr


def janseva(folder: DataFolder, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "janseva_local", *arguments]
    return subprocess.run(
        command, env=environment(folder), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def environment(folder: DataFolder) -> dict[str, str]:
    names = ("KAFKA_BOOTSTRAP", "MONGO_URI", "POLICIES", "PORT_BASE", "FREE_PORTS", "YES", "MAKEFLAGS", "MAKELEVEL")
    inherited = {name: value for name, value in os.environ.items() if name not in names}
    return inherited | {"JANSEVA_DATA": str(folder.root)}


def running(folder: DataFolder) -> RunRecord:
    record = folder.running()
    assert record is not None
    return record


def eventually(condition: Callable[[], bool], within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
