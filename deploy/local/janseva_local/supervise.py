"""Watches the parts of a running stack: a dead one is reported and restarted, with backoff and a limit."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from janseva_local.parts import Part
from janseva_local.process import ProcessFailed


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How often a part may die within `window` before it is left down, and how long to wait before each restart."""

    deaths: int = 5
    window: timedelta = timedelta(minutes=2)
    first_wait: timedelta = timedelta(milliseconds=500)
    longest_wait: timedelta = timedelta(seconds=15)

    def wait(self, deaths: int) -> float:
        """Seconds before the restart after the given number of recent deaths (1 for the first)."""
        doubled = self.first_wait.total_seconds() * (1 << (deaths - 1))
        return min(doubled, self.longest_wait.total_seconds())


class DeathCount:
    """The recent deaths of each part."""

    def __init__(self, policy: RestartPolicy) -> None:
        self._policy = policy
        self._deaths: defaultdict[str, deque[float]] = defaultdict(deque)

    def add(self, name: str, now: float) -> int:
        """Counts a death and returns how many there were within the window."""
        deaths = self._deaths[name]
        deaths.append(now)
        while deaths[0] < now - self._policy.window.total_seconds():
            deaths.popleft()
        return len(deaths)


class Supervisor:
    """Restarts what dies, one task per dead part, so that one that will not come up does not hold up the others."""

    def __init__(
        self,
        parts: Mapping[str, Part],
        report: Callable[[str], None],
        *,
        policy: RestartPolicy | None = None,
        changed: Callable[[], object] = lambda: None,
    ) -> None:
        self._parts = parts
        self._report = report
        self._policy = policy or RestartPolicy()
        self._deaths = DeathCount(self._policy)
        self._mending: dict[str, asyncio.Task[None]] = {}
        self._watch: asyncio.Task[None] | None = None
        self.changed = changed

    def start(self) -> None:
        self._watch = asyncio.create_task(self._run(), name="supervisor")

    async def stop(self) -> None:
        tasks = [task for task in (self._watch, *self._mending.values()) if task is not None]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._watch = None
        self._mending.clear()

    async def _run(self) -> None:
        while True:
            for part in self._parts.values():
                if part.dead and part.name not in self._mending:
                    self._mending[part.name] = asyncio.create_task(self._mend(part), name=f"mend {part.name}")
            for name, task in tuple(self._mending.items()):
                if task.done():
                    del self._mending[name]
                    task.result()  # a bug in mending is ours and must show
            await asyncio.sleep(0.25)

    async def _mend(self, part: Part) -> None:
        """Until it is up again or given up."""
        while part.dead:
            process = part.server.process
            deaths = self._deaths.add(part.name, time.monotonic())
            if deaths > self._policy.deaths:
                part.gave_up = True
                self.changed()
                self._report(self._surrender(part, deaths))
                return
            wait = self._policy.wait(deaths)
            self._report(f"{part.name} {_how(process.returncode)}; restarting it in {wait:.1f} s (log: {process.log})")
            await asyncio.sleep(wait)
            try:
                await part.restart()
            except ProcessFailed as error:
                self._report(str(error))
                continue
            part.restarts += 1
            self.changed()
            self._report(f"{part.name} is up again")

    def _surrender(self, part: Part, deaths: int) -> str:
        minutes = self._policy.window.total_seconds() / 60
        return (
            f"ATTENTION: {part.name} died {deaths} times within {minutes:.0f} minutes and STAYS DOWN. "
            f"The suite is not whole. The end of {part.server.process.log}:\n{part.server.process.tail()}\n"
            "Mend the cause, then stop and start the suite."
        )


def _how(returncode: int | None) -> str:
    if returncode is not None and returncode < 0:
        return f"was killed by signal {-returncode}"
    return f"ended with status {returncode}"
