"""The data folder of a stack: what lies where, who holds it, which processes run."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Literal

import psutil
from pydantic import BaseModel, ValidationError

ROOT = Path(__file__).resolve().parents[3]


class AlreadyRunning(Exception):
    """Another stack uses the data folder."""


class RunningProcess(BaseModel):
    """A process we started. `created` distinguishes it from a later one with the same pid."""

    pid: int
    created: float
    port: int | None = None
    restarts: int = 0
    gave_up: bool = False

    def find(self) -> psutil.Process | None:
        """The live process, if it is still the same one."""
        if self.pid == 0:
            return None
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if same else None


RunState = Literal["starting", "ready", "stopping"]


class RunRecord(BaseModel):
    """run.json: what other commands know about a running stack."""

    state: RunState
    supervisor: RunningProcess
    detached: bool
    policies: str | None = None
    kafka_bootstrap: str = ""
    mongo_uri: str = ""
    secured: bool = False
    urls: dict[str, str] = {}
    processes: dict[str, RunningProcess] = {}
    seconds: dict[str, float] = {}


class DataFolder:
    """Paths below one folder; JANSEVA_DATA names it, the default is .data at the project's root."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.kafka = self.root / "kafka"
        self.mongo = self.root / "mongo"
        self.logs = self.root / "logs"
        self.keys = self.root / "keys"
        self.provider = self.root / "provider"
        self.state = self.root / "state"
        self.wire = self.root / "wire"
        self._record = self.root / "run.json"
        self._held: IO[str] | None = None

    @classmethod
    def from_environment(cls) -> "DataFolder":
        return cls(Path(os.environ.get("JANSEVA_DATA") or ROOT / ".data"))

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def hold(self) -> None:
        """Takes the folder until release() or the process's end; again is harmless. AlreadyRunning if it is taken."""
        if self._held is not None:
            return
        self.root.mkdir(parents=True, exist_ok=True)
        held = (self.root / "lock").open("w")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            record = self.read_record()
            by = f" by process {record.supervisor.pid}" if record else ""
            raise AlreadyRunning(
                f"the data folder {self.root} is in use{by}: a suite already runs on it. "
                "`make status` shows it, `make down` stops it; JANSEVA_DATA=<folder> uses another folder."
            ) from None
        self._held = held

    def release(self) -> None:
        """Gives the folder up, and the record with it."""
        if self._held is not None:
            self._record.unlink(missing_ok=True)
            self._held.close()
            self._held = None

    def write_record(self, record: RunRecord) -> None:
        temporary = self._record.with_suffix(".new")
        temporary.write_text(record.model_dump_json(indent=2) + "\n")
        temporary.replace(self._record)

    def read_record(self) -> RunRecord | None:
        """The record of the last start, whether or not it still runs."""
        try:
            return RunRecord.model_validate_json(self._record.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def running(self) -> RunRecord | None:
        """The record of a stack whose supervisor lives."""
        record = self.read_record()
        return record if record is not None and record.supervisor.find() is not None else None


def describe_process(
    pid: int | None, *, port: int | None = None, restarts: int = 0, gave_up: bool = False
) -> RunningProcess:
    """A record of a process of ours; with pid 0 if it does not run."""
    created = 0.0
    if pid is not None:
        with suppress(psutil.NoSuchProcess):
            created = psutil.Process(pid).create_time()
    return RunningProcess(pid=pid or 0, created=created, port=port, restarts=restarts, gave_up=gave_up)
