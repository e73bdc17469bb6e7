"""A set of ids that forgets each one some seconds after it was added."""

import time
from collections.abc import Callable, Iterable


class RecentIds:
    """Ids added in the last ``seconds``; each is forgotten between once and twice that long after it was added."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._younger: set[str] = set()
        self._older: set[str] = set()
        self._turned = now()

    def add(self, ids: Iterable[str]) -> None:
        self._turn()
        self._younger.update(ids)

    def __contains__(self, one: str) -> bool:
        self._turn()
        return one in self._younger or one in self._older

    def _turn(self) -> None:
        passed = self._now() - self._turned
        if passed < self._seconds:
            return
        self._older = self._younger if passed < 2 * self._seconds else set()
        self._younger = set()
        self._turned = self._now()
