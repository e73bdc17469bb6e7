"""Rate limits by key, counted in the memory of one process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.requests import Request

from chassis.clock import Clock
from chassis.http.addresses import client_network
from chassis.http.problems import TOO_MANY_REQUESTS, Problem

MOST_KEYS = 100_000


class RateLimit:
    """At most `count` for a key in each window. Keys beyond MOST_KEYS push out those that were new the longest ago."""

    def __init__(self, count: int, window: timedelta, clock: Clock) -> None:
        self._count, self._window, self._clock = count, window, clock
        self._begun: datetime | None = None
        self._hits: OrderedDict[str, int] = OrderedDict()

    def hit(self, key: str) -> timedelta | None:
        """Count one; None if it is within the limit, else how long to wait."""
        now = self._clock.now()
        if self._begun is None or now - self._begun >= self._window:
            self._begun = now
            self._hits.clear()
        hits = self._hits.get(key, 0) + 1
        self._hits[key] = hits
        if len(self._hits) > MOST_KEYS:
            self._hits.popitem(last=False)
        return None if hits <= self._count else self._begun + self._window - now

    def check(self, key: str) -> None:
        """Count one. Problem 429 with the time to wait if that is too many."""
        wait = self.hit(key)
        if wait is not None:
            raise Problem(TOO_MANY_REQUESTS, headers={"Retry-After": str(max(1, int(wait.total_seconds())))})

    def by_address(self) -> Callable[[Request], None]:
        """A route's dependency that counts each call under the client's network."""

        def check(request: Request) -> None:
            self.check(client_network(request))

        return check
