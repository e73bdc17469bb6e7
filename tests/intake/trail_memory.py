"""Trails in memory; the protocol test holds the store to the one in MongoDB."""

import asyncio
from dataclasses import replace

from chassis.outbox.publisher import OutboxEntry
from event_schemas import AuditHead, decode_head
from intake.case.keys import Keys
from intake.case.model import OWNER
from intake.case.trail.domain import ERASED, TrailEntry
from intake.case.trail.handlers import Trail


class MemoryTrailStore:
    def __init__(self) -> None:
        self.kept: dict[str, list[TrailEntry]] = {}
        self.published: list[OutboxEntry] = []

    async def newest(self, case_id: str) -> TrailEntry | None:
        await asyncio.sleep(0)
        return max(self.kept.get(case_id, ()), key=lambda entry: entry.seq, default=None)

    async def add(self, entry: TrailEntry, head: OutboxEntry) -> bool:
        await asyncio.sleep(0)
        known = self.kept.setdefault(entry.case_id, [])
        if any(one.entry_id == entry.entry_id for one in known):
            return True
        if any(one.seq == entry.seq for one in known):
            return False
        known.append(entry)
        self.published.append(head)
        return True

    async def entries(self, case_id: str) -> tuple[TrailEntry, ...]:
        return tuple(sorted(self.kept.get(case_id, ()), key=lambda entry: entry.seq))

    async def forget_owner(self, case_id: str) -> None:
        self.kept[case_id] = [
            replace(one, actor=ERASED, salt="") if one.post == OWNER else one for one in self.kept.get(case_id, ())
        ]

    def heads(self, case_id: str) -> list[AuditHead]:
        heads = [decode_head(one.record.headers, one.record.value) for one in self.published]
        return [head for head in heads if head.case_id == case_id]


def memory_trail(keys: Keys) -> Trail:
    return Trail(MemoryTrailStore(), keys.trail)
