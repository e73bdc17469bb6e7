"""Follows the database: puts a version in force when its time comes, without a restart and without a pause."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from shapely.errors import ShapelyError

from chassis.clock import Clock
from chassis.faults import TransientFault
from chassis.telemetry.logs import get_logger
from routing.domain import Dataset, Snapshot
from routing.live import Live, Prepared
from routing.store.posts import Posts
from routing.store.versions import Switch, Versions

# Stations begin and end their work at midnight where they stand.
STATE_TIME: Final = ZoneInfo("Asia/Kolkata")
LOOK_EVERY: Final = timedelta(seconds=2)
TURN: Final = timedelta(microseconds=500)
# What reading or indexing a version raises whose content is not what an import makes.
UNUSABLE: Final = (ValueError, LookupError, TypeError, ShapelyError)

_log = get_logger(__name__)


@contextmanager
def _short_turns() -> Iterator[None]:
    """A busy thread gives way to the lanes' loop after half a millisecond, not five, each time that it needs to run."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN.total_seconds())
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class Reloader:
    def __init__(
        self, live: Live, versions: Versions, posts: Posts, clock: Clock, on_change: Callable[[], None]
    ) -> None:
        self._live = live
        self._versions = versions
        self._posts = posts
        self._clock = clock
        self._on_change = on_change
        self._unusable: tuple[str, date] | None = None

    async def run(self) -> None:
        """Look until cancelled. A database that is away, or a version that can't be read, leaves what is in force."""
        while True:
            try:
                await self.look(running=True)
            except TransientFault as fault:
                _log.warning("versions_not_read", reason=f"{type(fault).__name__}: {fault}")
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def look(self, *, running: bool = False) -> None:
        """Bring the version and the posts up to what the database says.

        A version that nothing can be made of is logged where one is `running`, which goes on and shows it in a metric
        until another is wanted; at a start it is raised.
        """
        now = self._clock.now()
        wanted, today = await self._versions.in_force(now), now.astimezone(STATE_TIME).date()
        if wanted is not None and not self._in_force(wanted.version, today):
            try:
                await self._put_in_force(wanted, today)
            except UNUSABLE as error:
                if not running:
                    raise
                self._unusable = wanted.version, today
                reason = f"{type(error).__name__}: {error}"
                _log.error("version_unusable", version=wanted.version, switch=wanted.number, reason=reason)
        self._live.show_unusable(unusable=wanted is not None and self._unusable == (wanted.version, today))
        details = await self._posts.all()
        if details != self._live.details:
            self._live.switch(await asyncio.to_thread(self._live.prepare_posts, details))
            self._on_change()

    async def _put_in_force(self, wanted: Switch, today: date) -> None:
        with _short_turns():
            dataset = await self._versions.load(wanted.version)
            # Indexing takes a moment of processor: in a thread, the lanes go on deciding with the old version.
            prepared = await asyncio.to_thread(self._prepared, dataset, today)
        before = self._live.snapshot.version
        self._live.switch(prepared)
        _log.info("version_switched", before=before, version=dataset.version, switch=wanted.number, by=wanted.by)
        self._on_change()

    def _in_force(self, version: str, today: date) -> bool:
        """Whether this version decides already, with the stations that work today; or never can."""
        if self._unusable == (version, today):
            return True
        snapshot = self._live.snapshot
        return snapshot.version == version and (snapshot.valid_until is None or today <= snapshot.valid_until)

    def _prepared(self, dataset: Dataset, today: date) -> Prepared:
        return self._live.prepare(Snapshot(dataset, today), self._live.details)
