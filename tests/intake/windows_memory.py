"""Hearing windows in memory; what stands in a document is what MongoDB would keep."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis.outbox.publisher import OutboxEntry
from intake.windows.domain import Window, WindowGroup, WindowScope, group_of
from intake.windows.store import from_document, to_document


class MemoryWindowStore:
    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.published: list[OutboxEntry] = []

    async def add(self, window: Window, entry: OutboxEntry) -> Window:
        await asyncio.sleep(0)
        for other in self._all():
            if other.window_id == window.window_id:
                return other
            if other.officer_post == window.officer_post and set(other.quarters) & set(window.quarters):
                return other
        self.documents[window.window_id] = dict(to_document(window))
        self.published.append(entry)
        return window

    async def by_id(self, window_id: str) -> Window | None:
        found = self.documents.get(window_id)
        return None if found is None else from_document(found)

    async def change(self, before: Window, after: Window, entry: OutboxEntry) -> bool:
        if self.documents[before.window_id]["version"] != before.version:
            return False
        self.documents[before.window_id] = dict(to_document(replace(after, version=before.version + 1)))
        self.published.append(entry)
        return True

    async def page(
        self, scope: WindowScope, since: datetime, until: datetime, after: tuple[datetime, str] | None, limit: int
    ) -> Sequence[Window]:
        found = [
            one for one in self._in(scope, since, until) if after is None or (one.starts_at, one.window_id) > after
        ]
        return sorted(found, key=lambda one: (one.starts_at, one.window_id))[:limit]

    async def groups(
        self, scope: WindowScope, since: datetime, until: datetime, now: datetime
    ) -> AsyncIterator[WindowGroup]:
        for window in self._in(scope, since, until):
            yield group_of(window, now)

    def _all(self) -> list[Window]:
        return [from_document(document) for document in self.documents.values()]

    def _in(self, scope: WindowScope, since: datetime, until: datetime) -> list[Window]:
        return [one for one in self._all() if scope.holds(one) and since <= one.starts_at < until]
