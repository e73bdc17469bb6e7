"""Records acts and looks in the trails of cases, before they happen: nothing is done or shown unrecorded."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from weakref import WeakValueDictionary

from chassis.faults import StoreUnavailable
from chassis.outbox.publisher import OutboxEntry
from event_schemas import encode, ids, topics
from event_schemas.times import whole_ms
from intake.case.model import ActedBy, Case, TimelineEntry
from intake.case.publishing import SOURCE
from intake.case.trail.domain import EntryKind, Recorded, Sign, TrailEntry, following, head_of
from intake.case.trail.store import TrailStore

TRIES: Final = 20


def no_signature(*_parts: str) -> str:
    raise RuntimeError("who has no key records nothing")


class Trail:
    def __init__(self, store: TrailStore, sign: Sign) -> None:
        self._store = store
        self._sign = sign
        # Who acts on one case at once waits here for his turn: only another replica can come between.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def act(self, case: Case, by: ActedBy, entries: Sequence[TimelineEntry]) -> None:
        """What is about to be written into the case's history. Durable on return."""
        first = entries[0]
        await self._record(
            case, Recorded(first.event_id, first.at, EntryKind.ACT, first.event, by, _salt(), tuple(entries))
        )

    async def look(self, case: Case, by: ActedBy, why: str, at: datetime, *, look_id: str | None = None) -> None:
        """Durable on return: nothing is shown before. The same `look_id` again is the same look."""
        at = whole_ms(at)
        await self._record(case, Recorded(look_id or ids.new_event_id(at), at, EntryKind.LOOK, why, by, _salt()))

    async def looks(self, case_id: str) -> tuple[TrailEntry, ...]:
        return tuple(entry for entry in await self._store.entries(case_id) if entry.kind is EntryKind.LOOK)

    async def entries(self, case_id: str) -> tuple[TrailEntry, ...]:
        return await self._store.entries(case_id)

    async def forget_owner(self, case_id: str) -> None:
        await self._store.forget_owner(case_id)

    async def _record(self, case: Case, recorded: Recorded) -> None:
        async with self._turns.setdefault(case.case_id, asyncio.Lock()):
            for _ in range(TRIES):
                entry = following(await self._store.newest(case.case_id), recorded, case, self._sign)
                if await self._store.add(entry, self._head(entry)):
                    return
        raise StoreUnavailable("the case's trail is written by too many at once")

    def _head(self, entry: TrailEntry) -> OutboxEntry:
        event_id = ids.follow_up_id(entry.entry_id, "AuditHead")
        record = encode(head_of(entry, self._sign), event_id=event_id, source=SOURCE)
        return OutboxEntry(topics.AUDIT_HEADS, event_id, record)


def _salt() -> str:
    return secrets.token_hex(16)
