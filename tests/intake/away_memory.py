"""Away notices in memory; what stands in a document is what MongoDB would keep."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from intake.away.domain import AwayNotice
from intake.away.store import from_document, to_document


class MemoryAwayStore:
    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}

    async def add(self, notice: AwayNotice) -> AwayNotice:
        self.documents.setdefault(notice.notice_id, dict(to_document(notice)))
        return from_document(self.documents[notice.notice_id])

    async def by_id(self, notice_id: str) -> AwayNotice | None:
        found = self.documents.get(notice_id)
        return None if found is None else from_document(found)

    async def of_case(self, case_id: str) -> tuple[AwayNotice, ...]:
        return tuple(one for one in self._with_content() if one.case_id == case_id)

    async def of_station(self, station: str) -> tuple[AwayNotice, ...]:
        return tuple(one for one in self._with_content() if one.station == station)

    async def change(self, before: AwayNotice, after: AwayNotice) -> bool:
        found = self.documents.get(before.notice_id)
        if found is None or found["version"] != before.version:
            return False
        self.documents[before.notice_id] = dict(to_document(replace(after, version=before.version + 1)))
        return True

    async def with_content(self) -> AsyncIterator[AwayNotice]:
        for notice in self._with_content():
            yield notice

    async def forget(self, before: datetime) -> int:
        gone = [key for key, one in self.documents.items() if "deleted_at" in one and one["deleted_at"] <= before]
        for key in gone:
            del self.documents[key]
        return len(gone)

    def _with_content(self) -> list[AwayNotice]:
        found = [from_document(one) for one in self.documents.values() if "sealed" in one]
        return sorted(found, key=lambda one: one.created_at, reverse=True)
