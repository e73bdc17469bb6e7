"""Reserve an officer's time with a hearing: the time is claimed first, then the case, which decides, is written."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from chassis.faults import StoreUnavailable, TransientFault
from chassis.outbox.publisher import OutboxEntry
from intake.case.faults import SlotBooked
from intake.case.model import OPEN_HEARINGS, Case, CaseUpdate, HearingRecord
from intake.case.states import DONE
from intake.case.store import CaseStore
from intake.hearings.store import Claim, SlotStore

TRIES = 5
# Longer than any write of a case may take: a claim without its hearing is then one whose process died.
IN_FLIGHT = timedelta(seconds=60)
WAIT_FOR_TWIN_S = 0.02


class Bookings:
    def __init__(self, store: CaseStore, slots: SlotStore) -> None:
        self._store = store
        self._slots = slots

    async def write(self, case: Case, update: CaseUpdate, entries: Sequence[OutboxEntry], now: datetime) -> Case | None:
        """As CaseStore.update, with the hearing's time held. SlotTaken if another hearing has it."""
        record = update.hearing
        if record is None or record.status != "booked" or record.officer_post is None or record.ends_at is None:
            return await self._store.update(case, update, entries)
        claim = Claim(
            claim_id=update.entry.event_id,
            officer=_key(record.officer_post),
            case_id=case.case_id,
            hearing_id=record.hearing_id,
            starts_at=record.starts_at,
            ends_at=record.ends_at,
            claimed_at=now,
        )
        if not await self._claimed(claim):
            # The other click of the same hand is being written: the case is looked at again.
            await asyncio.sleep(WAIT_FOR_TWIN_S)
            return None
        try:
            changed = await self._store.update(case, update, entries)
        except StoreUnavailable:
            await self._quietly_release(claim)
            raise
        if changed is None:
            await self._quietly_release(claim)
            return None
        await self._settle(claim, case.hearings.get(record.hearing_id))
        return changed

    async def _claimed(self, claim: Claim) -> bool:
        """False if a claim of the same case, whose hearing is not written yet, is in the way."""
        for _ in range(TRIES):
            in_the_way = await self._slots.claim(claim)
            if in_the_way is None:
                return True
            for other in in_the_way:
                holder = await self._store.by_id(other.case_id)
                hearing = holder.hearings.get(other.hearing_id) if holder is not None else None
                if holder is not None and hearing is not None and _has_the_time(holder, hearing, other):
                    raise SlotBooked(other.hearing_id if other.case_id == claim.case_id else None)
                if not _is_over(holder, hearing) and claim.claimed_at - other.claimed_at < IN_FLIGHT:
                    if other.case_id == claim.case_id:
                        return False
                    raise SlotBooked(None)
                await self._slots.release(other)
        raise SlotBooked(None)

    async def _settle(self, claim: Claim, before: HearingRecord | None) -> None:
        officers = frozenset({_key(before.officer_post)} if before is not None and before.officer_post else ())
        if before is not None:
            # The case is written, so the answer is 202; a claim left behind is found to be none at the next booking.
            with suppress(TransientFault):
                await self._slots.settle(claim, officers)

    async def _quietly_release(self, claim: Claim) -> None:
        with suppress(TransientFault):
            await self._slots.release(claim)


def _key(officer_post: str) -> str:
    return officer_post.casefold()


def _has_the_time(holder: Case, hearing: HearingRecord, claim: Claim) -> bool:
    if _is_over(holder, hearing) or hearing.ends_at is None or _key(hearing.officer_post or "") != claim.officer:
        return False
    return (hearing.starts_at, hearing.ends_at) == (claim.starts_at, claim.ends_at)


def _is_over(holder: Case | None, hearing: HearingRecord | None) -> bool:
    return holder is not None and hearing is not None and (holder.state in DONE or hearing.status not in OPEN_HEARINGS)
