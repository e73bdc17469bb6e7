"""`up`, `down`, `status`, `logs`, `reset`: commands about a suite that runs in another process."""

import asyncio
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import httpx
import psutil

from janseva_local import screen
from janseva_local.folder import ROOT, DataFolder, RunRecord
from janseva_local.options import RunOptions
from janseva_local.parts import answers_ready

START_LIMIT = timedelta(minutes=10)  # the first start downloads
STOP_LIMIT = timedelta(seconds=40)


def up(options: RunOptions, folder: DataFolder) -> int:
    """Returns when the suite is ready in the background."""
    record = folder.running()
    if record is not None:
        return _up_already(record, options)
    log = folder.log_of("stack")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        offset = output.tell()
        child = subprocess.Popen(
            [sys.executable, "-m", "janseva_local", "run", "--detached", *_passed_on(options)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_LIMIT.total_seconds()
    while time.monotonic() < deadline:
        offset = _echo(log, offset)
        record = folder.running()
        if record is not None and record.supervisor.pid == child.pid and record.state == "ready":
            screen.ready(record)
            return 0
        if child.poll() is not None:
            _echo(log, offset)
            return child.returncode or 1
        time.sleep(0.2)
    screen.failure(f"The suite was not ready within {START_LIMIT}; see {log}")
    child.terminate()
    return 1


def down(folder: DataFolder) -> int:
    record = folder.read_record()
    supervisor = record.supervisor.find() if record is not None else None
    if record is None or (supervisor is None and not _survivors(record)):
        screen.progress("nothing runs on this data folder")
        return 0
    if supervisor is not None:
        screen.progress(f"stopping the suite (process {supervisor.pid})")
        supervisor.send_signal(signal.SIGTERM)
        _, alive = psutil.wait_procs([supervisor], timeout=STOP_LIMIT.total_seconds())
        if alive:
            screen.failure(f"It did not stop within {STOP_LIMIT.total_seconds():.0f} s and is killed.")
            supervisor.kill()
    for process in _survivors(record):
        screen.progress(f"killing what was left: process {process.pid}")
        process.kill()
    screen.progress("stopped")
    return 0


def status(folder: DataFolder) -> int:
    """0 if all is up, 1 if something is not, 3 if nothing runs (as service scripts do)."""
    record = folder.running()
    if record is None:
        screen.progress("nothing runs on this data folder; `make run` or `make up` starts the suite")
        return 3
    healthy = asyncio.run(_health(record))
    screen.status(record, healthy)
    alive = all(process.find() is not None for process in record.processes.values())
    return 0 if alive and all(healthy.values()) else 1


def logs(service: str | None, folder: DataFolder, *, follow: bool) -> int:
    """Prints the end of the chosen logs, then what is added, until Ctrl-C."""
    chosen = sorted(path for path in folder.logs.glob("*.log") if path.stem.startswith(service or ""))
    if not chosen:
        names = ", ".join(sorted(path.stem for path in folder.logs.glob("*.log"))) or "none yet"
        screen.failure(f"There is no log {service or ''} in {folder.logs}; there are: {names}")
        return 1
    offsets = {path: max(0, path.stat().st_size - 10_000) for path in chosen}
    while True:
        for path in chosen:
            prefix = f"{path.stem:<22} | " if len(chosen) > 1 else ""
            offsets[path] = _echo(path, offsets[path], prefix=prefix)
        if not follow:
            return 0
        time.sleep(0.3)


def reset(folder: DataFolder, *, confirmed: bool) -> int:
    """Stops the suite and deletes the data folder, after a question."""
    if not folder.root.exists():
        screen.progress(f"there is nothing at {folder.root}")
        return 0
    if not _is_ours(folder.root):
        screen.failure(f"{folder.root} does not look like a data folder of this suite; nothing was deleted.")
        return 1
    if not confirmed and not _confirmed(f"Delete all cases, messages, keys and logs in {folder.root}? [y/N] "):
        screen.progress("nothing was deleted")
        return 1
    down(folder)
    shutil.rmtree(folder.root)
    screen.progress(f"deleted {folder.root}")
    return 0


def _up_already(record: RunRecord, options: RunOptions) -> int:
    wanted = str(options.policies.resolve()) if options.policies else None
    if wanted != record.policies:
        running = record.policies or "the shipped policies"
        screen.failure(f"The suite is up with {running}. `make down` first, then start it with the others.")
        return 1
    if record.state != "ready":
        screen.failure(f"The suite is {record.state} (process {record.supervisor.pid}); `make status` shows how far.")
        return 1
    screen.progress(f"it is up already (process {record.supervisor.pid})")
    screen.ready(record)
    return 0


def _passed_on(options: RunOptions) -> list[str]:
    passed = ["--policies", str(options.policies)] if options.policies else []
    passed += ["--port-base", str(options.port_base)] if options.port_base else []
    passed += ["--secure"] if options.secure else []
    return passed + (["--free-ports"] if options.free_ports else [])


def _survivors(record: RunRecord) -> list[psutil.Process]:
    """Processes of the record that still run; a stranger with the pid of one has another time of start."""
    found = (process.find() for process in record.processes.values())
    return [process for process in found if process is not None]


async def _health(record: RunRecord) -> dict[str, bool]:
    async with httpx.AsyncClient(timeout=5) as http:
        names = [name for name in record.processes if name in record.urls]
        answers = await asyncio.gather(*(answers_ready(http, record.urls[name]) for name in names))
    return dict(zip(names, answers, strict=True))


def _echo(log: Path, offset: int, *, prefix: str = "") -> int:
    """Prints the whole lines added since `offset` and returns where they end."""
    if log.stat().st_size < offset:  # it was set aside and begun anew
        offset = 0
    with log.open("rb") as file:
        file.seek(offset)
        added = file.read()
    whole = added[: added.rfind(b"\n") + 1]
    for line in whole.decode("utf-8", "replace").splitlines():
        sys.stdout.write(f"{prefix}{line}\n")
    sys.stdout.flush()
    return offset + len(whole)


def _is_ours(root: Path) -> bool:
    inside = {entry.name for entry in root.iterdir()}
    return root != ROOT and (not inside or bool(inside & {"lock", "logs", "kafka", "mongo"}))


def _confirmed(question: str) -> bool:
    if not sys.stdin.isatty():
        screen.failure("Nobody can be asked here: use YES=1 to confirm.")
        return False
    return input(question).strip().lower() in ("y", "yes")
