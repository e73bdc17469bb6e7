"""Tails the changes of all cases for the live streams of this replica, in whichever replica they were made."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from chassis.faults import TransientFault
from chassis.telemetry.logs import get_logger
from intake.case.store import CaseStore, ChangedCase

BACKOFF_S = 1.0

_log = get_logger(__name__)


class ChangeListener(Protocol):
    def note(self, change: ChangedCase) -> None: ...

    def missed(self) -> None:
        """Changes may have been missed: the tail was interrupted, or begins."""

    def close(self) -> None: ...


class LiveCases:
    def __init__(self, store: CaseStore, *listeners: ChangeListener) -> None:
        self._store = store
        self._listeners = listeners
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self.closed = False
        """The server is stopping: every stream ends, and its reader goes on with another replica."""

    def close(self) -> None:
        """End every stream."""
        self.closed = True
        self._wake_all()
        for listener in self._listeners:
            listener.close()

    async def run(self) -> None:
        """Tails the changes until cancelled; after a gap every stream looks at its case anew."""
        while True:
            try:
                async for change in self._store.changed_cases():
                    self._wake(change.case_id)
                    for listener in self._listeners:
                        listener.note(change)
            except TransientFault as fault:
                _log.warning("live_tail_interrupted", reason=type(fault).__name__)
            self._wake_all()
            for listener in self._listeners:
                listener.missed()
            await asyncio.sleep(BACKOFF_S)

    @contextmanager
    def watching(self, case_id: str) -> Iterator[asyncio.Event]:
        """An event that is set at each change; the reader clears it before it looks."""
        changed = asyncio.Event()
        self._waiting[case_id].add(changed)
        try:
            yield changed
        finally:
            self._waiting[case_id].discard(changed)
            if not self._waiting[case_id]:
                del self._waiting[case_id]

    def _wake(self, case_id: str) -> None:
        for changed in self._waiting.get(case_id, ()):
            changed.set()

    def _wake_all(self) -> None:
        for case_id in list(self._waiting):
            self._wake(case_id)
