"""A child process with a log file: it never outlives its parent and is always reaped."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
POLL = 0.05
LOG_LIMIT = 20_000_000  # bytes; an older, longer log is set aside as <name>.log.1


class ProcessFailed(Exception):
    """A child did not come up or went down; the text holds the end of its log."""


class ChildProcess:
    """One command, started and stopped any number of times; its output is appended to `log`."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.command = tuple(command)
        self.log = log
        self._env = dict(env) if env is not None else None
        self._cwd = cwd
        self._popen: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The process id while it runs, else None."""
        return self._popen.pid if self._popen is not None and self._popen.poll() is None else None

    @property
    def returncode(self) -> int | None:
        """How the last run ended (negative: the signal); None while it runs and before the first start."""
        return self._popen.poll() if self._popen is not None else None

    def spawn(self) -> int:
        """Starts the command and returns its pid. Call from a thread that lives as long as the child shall."""
        if self.pid is not None:
            raise RuntimeError(f"{self.name} runs already as process {self.pid}")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            self._log_start = output.tell()
            self._popen = subprocess.Popen(
                [sys.executable, "-S", "-E", str(GUARD), str(os.getpid()), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._env,
                cwd=self._cwd,
                start_new_session=True,  # Ctrl-C reaches the parent alone, which stops its children in order
            )
        return self._popen.pid

    async def until_ready(self, ready: Callable[[], Awaitable[bool]], *, within: timedelta) -> None:
        """Waits until `ready()`; ProcessFailed if the child ends first or the time is up."""
        deadline = time.monotonic() + within.total_seconds()
        while True:
            if self.pid is None:
                raise self.failure(f"ended with status {self.returncode} before it was ready")
            if await ready():
                return
            if time.monotonic() > deadline:
                raise self.failure(f"was not ready within {within.total_seconds():.0f} s")
            await asyncio.sleep(POLL)

    async def stop(self, *, grace: timedelta = timedelta(seconds=10)) -> bool:
        """SIGTERM, then SIGKILL after `grace`. True if it went by itself."""
        self.signal(signal.SIGTERM)
        went_by_itself = await self.ended(within=grace)
        self.kill()
        return went_by_itself

    async def ended(self, *, within: timedelta) -> bool:
        """Waits for its end; False if it still runs when the time is up."""
        deadline = time.monotonic() + within.total_seconds()
        while self.pid is not None and time.monotonic() < deadline:  # noqa: ASYNC110  # nothing signals an exit here
            await asyncio.sleep(POLL)
        return self.pid is None

    def kill(self) -> None:
        """SIGKILL (kill -9), reaped on return."""
        if self._popen is not None and self._popen.poll() is None:
            self._popen.kill()
            self._popen.wait()

    def signal(self, number: signal.Signals) -> None:
        if self.pid is not None and self._popen is not None:
            self._popen.send_signal(number)

    def tail(self, lines: int = 25) -> str:
        """The last lines this run (not an earlier one) wrote to the log."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(self._log_start, self.log.stat().st_size - 64_000))
            text = log.read().decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])

    def failure(self, what: str) -> ProcessFailed:
        tail = self.tail() or "(it wrote nothing)"
        return ProcessFailed(f"{self.name} {what}. The end of {self.log}:\n{tail}")
