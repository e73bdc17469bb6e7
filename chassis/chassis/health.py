"""Liveness by the beats of the working loop itself; readiness by asking the dependencies. They are never mixed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta

HealthChecks = Mapping[str, Callable[[], Awaitable[None]]]

CHECK_TIMEOUT = timedelta(seconds=2)


class Liveness:
    """Alive while the last beat is fresh. Seconds are those of a monotonic clock, so a set clock kills nobody."""

    def __init__(self, max_silence: timedelta, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._max_silence = max_silence.total_seconds()
        self._monotonic = monotonic
        self._last = monotonic()

    def beat(self) -> None:
        self._last = self._monotonic()

    def silence(self, now: float | None = None) -> timedelta:
        """How long ago the last beat was."""
        return timedelta(seconds=(self._monotonic() if now is None else now) - self._last)

    def alive(self, now: float | None = None) -> bool:
        return self.silence(now).total_seconds() <= self._max_silence


class SlowestOf(Liveness):
    """As alive as the least alive of several loops: one loop's beat must not hide that another stands still."""

    def __init__(self, loops: Iterable[Liveness]) -> None:
        super().__init__(timedelta.max)
        self._loops = tuple(loops)

    def silence(self, now: float | None = None) -> timedelta:
        return max(loop.silence(now) for loop in self._loops)

    def alive(self, now: float | None = None) -> bool:
        return all(loop.alive(now) for loop in self._loops)


async def run_checks(checks: HealthChecks, timeout: timedelta = CHECK_TIMEOUT) -> dict[str, str]:  # noqa: ASYNC109
    """Ask all dependencies at once. Returns name -> "ok" or the kind of its error (no message: it is public)."""

    async def ask(check: Callable[[], Awaitable[None]]) -> str:
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                await check()
        except TimeoutError:
            return "timeout"
        except Exception as error:  # noqa: BLE001  a failing dependency is the answer, whatever it raises
            return type(error).__name__
        return "ok"

    answers = await asyncio.gather(*(ask(check) for check in checks.values()))
    return dict(zip(checks, answers, strict=True))
