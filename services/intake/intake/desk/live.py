"""Who at the desk hears of which changed case: the live streams of officers, fed by the tail of all changes."""

import asyncio
from collections import OrderedDict, defaultdict, deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from chassis.faults import TransientFault
from chassis.telemetry.logs import get_logger
from intake.case.model import Case
from intake.case.scope import STATION_ROLES, Actor, may_see
from intake.case.states import State
from intake.case.store import CaseStore, ChangedCase
from intake.desk.likeness import NONE, Likeness, likeness_of

# Of the newest changes, to go on behind `Last-Event-ID`; of one stream, those that its reader has not taken yet.
KEPT_CHANGES: Final = 2_000
MOST_WAITING: Final = 200
# A reader who is further behind reads the list anew: it costs less than so many cases.
MOST_BEHIND: Final = 100
AT_ONCE: Final = 50
# Of how many cases it is remembered whose streams heard of them, for when they go elsewhere.
KEPT_PLACES: Final = 20_000
BACKOFF_S: Final = 1.0
_ALL: Final = "all"

_log = get_logger(__name__)


class Happened(StrEnum):
    """What a case's change means to the office that hears of it. `left`: it is not there any more."""

    NEW = "new"
    ASSIGNED = "assigned"
    TRANSFERRED = "transferred"
    ESCALATED = "escalated"
    CHANGED = "changed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class CaseNews:
    """A case as it is after a change; `written` keeps what was written of it, by language, for all its readers."""

    at: int
    case: Case
    happened: Happened
    like: Likeness = NONE
    written: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Left:
    at: int
    case_id: str


class ReadAnew:
    """Something may have been missed: the reader asks for his list again."""


READ_ANEW: Final = ReadAnew()
Message = CaseNews | Left | ReadAnew


@dataclass(frozen=True, slots=True)
class Scope:
    """What a stream shows: all that the officer may see, or of it what lies at one station."""

    actor: Actor
    station: str | None = None

    def shows(self, case: Case) -> bool:
        return may_see(case, self.actor) and (self.station is None or _station_of(case) == self.station)

    @property
    def keys(self) -> frozenset[str]:
        """Under which of a case's keys the stream may hear of it; `shows` decides."""
        if self.station is not None:
            return frozenset({f"station {self.station}"})
        if self.actor.role in STATION_ROLES:
            return frozenset({f"station {self.actor.station}", f"post {self.actor.post}"})
        return frozenset({_ALL})


class Watcher:
    """One stream: what it has still to send, and of which cases it has sent something."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._sent: set[str] = set()
        self._waiting: deque[Message] = deque()
        self._arrived = asyncio.Event()

    def hear(self, message: Message) -> None:
        if message is READ_ANEW or len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            message = READ_ANEW
        self._waiting.append(message)
        self._arrived.set()

    def consider(self, news: CaseNews) -> None:
        """Hear of a case in scope, and once of one that was and is no more."""
        case_id = str(news.case.case_id)
        if self.scope.shows(news.case):
            self._sent.add(case_id)
            self.hear(news)
        elif case_id in self._sent:
            self._sent.discard(case_id)
            self.hear(Left(news.at, case_id))

    def wake(self) -> None:
        self._arrived.set()

    async def next(self, within_s: float) -> Message | None:
        """None if nothing came within that time, or the server is stopping."""
        try:
            async with asyncio.timeout(within_s):
                await self._arrived.wait()
        except TimeoutError:
            return None
        message = self._waiting.popleft() if self._waiting else None
        if not self._waiting:
            self._arrived.clear()
        return message


class LiveDesk:
    """Reads each changed case once for all streams of this process."""

    def __init__(self, store: CaseStore) -> None:
        self._store = store
        self._changes: deque[ChangedCase] = deque(maxlen=KEPT_CHANGES)
        self._unread: deque[ChangedCase] = deque()
        self._arrived = asyncio.Event()
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)
        self._places: OrderedDict[str, frozenset[str]] = OrderedDict()
        self.closed = False

    def note(self, change: ChangedCase) -> None:
        self._changes.append(change)
        if not self._watchers:
            return
        self._unread.append(change)
        if len(self._unread) > KEPT_CHANGES:
            self._all_read_anew()
        self._arrived.set()

    def missed(self) -> None:
        self._changes.clear()
        self._all_read_anew()

    def close(self) -> None:
        self.closed = True
        for watcher in self._each_watcher():
            watcher.wake()

    async def run(self) -> None:
        """Hand changes to the streams until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._unread:
                some = [self._unread.popleft() for _ in range(min(AT_ONCE, len(self._unread)))]
                try:
                    for news in await self._read(some):
                        self._hand_out(news)
                except TransientFault as fault:
                    _log.warning("desk_streams_interrupted", reason=type(fault).__name__)
                    self._all_read_anew()
                    await asyncio.sleep(BACKOFF_S)

    @asynccontextmanager
    async def watching(self, scope: Scope, last: int | None) -> AsyncIterator[Watcher]:
        """`last`: behind which change to go on. What lies between is heard first; else the list is to be read anew."""
        watcher = Watcher(scope)
        for key in scope.keys:
            self._watchers[key].add(watcher)
        try:
            await self._catch_up(watcher, last)
            yield watcher
        finally:
            for key in scope.keys:
                self._watchers[key].discard(watcher)
                if not self._watchers[key]:
                    del self._watchers[key]

    async def _catch_up(self, watcher: Watcher, last: int | None) -> None:
        known = last is not None and bool(self._changes) and self._changes[0].at <= last
        behind = [change for change in self._changes if last is not None and change.at > last] if known else []
        if not known or len(behind) > MOST_BEHIND:
            watcher.hear(READ_ANEW)
            return
        for news in await self._read(behind):
            watcher.consider(news)

    async def _read(self, changes: Sequence[ChangedCase]) -> list[CaseNews]:
        """Each case once, by its newest change; what happened before that is in what happened to it in all."""
        by_case: dict[str, list[ChangedCase]] = defaultdict(list)
        for change in changes:
            by_case[change.case_id].append(change)
        found = await asyncio.gather(*(self._store.by_id(case_id) for case_id in by_case))
        cases = [case for case in found if case is not None]
        like = await likeness_of(self._store, cases)
        return [
            CaseNews(own[-1].at, case, what_happened(case, own), like.get(str(case.case_id), NONE))
            for case in cases
            if (own := by_case[str(case.case_id)])
        ]

    def _hand_out(self, news: CaseNews) -> None:
        case_id, keys = str(news.case.case_id), keys_of(news.case)
        before = self._places.pop(case_id, frozenset())
        self._places[case_id] = keys
        if len(self._places) > KEPT_PLACES:
            self._places.popitem(last=False)
        for watcher in set[Watcher]().union(*(self._watchers.get(key, ()) for key in keys | before)):
            watcher.consider(news)

    def _each_watcher(self) -> Iterator[Watcher]:
        yield from set[Watcher]().union(*self._watchers.values())

    def _all_read_anew(self) -> None:
        self._unread.clear()
        for watcher in self._each_watcher():
            watcher.hear(READ_ANEW)


def what_happened(case: Case, changes: Iterable[ChangedCase]) -> Happened:
    """The gravest of what the changes did."""
    fields = frozenset[str]().union(*(change.fields for change in changes))
    if "breaches" in fields and _is_breached(case):
        return Happened.ESCALATED
    if "state" in fields and case.state is State.TRANSFERRED:
        return Happened.TRANSFERRED
    if "assignment" in fields:
        return Happened.ASSIGNED
    return Happened.NEW if any(change.is_new for change in changes) else Happened.CHANGED


def keys_of(case: Case) -> frozenset[str]:
    keys = {_ALL, *(f"station {code}" for code in case.asked)}
    if (station := _station_of(case)) is not None:
        keys.add(f"station {station}")
    if case.assignment is not None:
        keys.add(f"post {case.assignment.officer_post}")
    return frozenset(keys)


def _station_of(case: Case) -> str | None:
    """Assigned to it or, before any assignment, filed with it."""
    return case.named_station if case.assignment is None else case.station_code


def _is_breached(case: Case) -> bool:
    return any(
        not one.revoked and one.level is not None for view in case.clocks.values() for one in view.breaches.values()
    )
