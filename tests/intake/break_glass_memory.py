"""Openings of sealed cases in memory; the protocol test holds the store to the one in MongoDB."""

import asyncio
from datetime import datetime

from intake.break_glass.domain import Opening, Review


class MemoryOpenings:
    def __init__(self) -> None:
        self.kept: dict[str, Opening] = {}

    async def add(self, opening: Opening) -> Opening:
        await asyncio.sleep(0)
        return self.kept.setdefault(opening.opening_id, opening)

    async def newest(self, case_id: str, actor: str) -> Opening | None:
        await asyncio.sleep(0)
        own = [one for one in self.kept.values() if (one.case_id, one.actor) == (case_id, actor)]
        return max(own, key=lambda one: one.opened_at, default=None)

    async def by_id(self, opening_id: str) -> Opening | None:
        await asyncio.sleep(0)
        return self.kept.get(opening_id)

    async def reviewed(self, opening: Opening) -> bool:
        if self.kept[opening.opening_id].review is not Review.WAITING:
            return False
        self.kept[opening.opening_id] = opening
        return True

    async def waiting(self, reviewer: str) -> tuple[Opening, ...]:
        found = [one for one in self._waiting() if reviewer in one.reviewers]
        return tuple(sorted(found, key=lambda one: one.opened_at))

    async def overdue(self, now: datetime) -> int:
        return sum(one.review_by < now for one in self._waiting())

    def _waiting(self) -> list[Opening]:
        return [one for one in self.kept.values() if one.review is Review.WAITING]
