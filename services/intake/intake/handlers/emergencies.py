"""Filing an emergency: a repeat from one phone updates the open case, and nothing in the content refuses it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson

from chassis.problems import Problem
from chassis.sealing import KeyRing
from event_schemas import ids
from intake.catalogue import Service
from intake.domain.case import Case, CaseUpdate, Idempotency, TimelineEntry
from intake.domain.filing import Person, Submission
from intake.domain.merging import merged_personal_data
from intake.domain.notices import AADHAAR_REMOVED, UPDATED_OPEN_CASE
from intake.domain.numbers import new_receipt_secret, receipt_hash
from intake.domain.urgent import Urgent
from intake.handlers.filing import Filed, FilingDesk
from intake.keys import Keys, is_usable
from intake.problems import KEY_IN_PROGRESS, KEY_REUSED
from intake.store import CaseStore, Taken, TakenBy

ROUTE = "POST /v1/emergencies"
TRIES = 40
OLDEST_CALL = timedelta(days=1)
WAIT_FOR_TWIN_S = 0.05


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as far as is known; `trusted` is the 112 centre, which may say when it received the call."""

    sub: str | None = None
    phone: str | None = None
    trusted: bool = False


class EmergencyDesk:
    def __init__(
        self,
        *,
        service: Service,
        filing: FilingDesk,
        store: CaseStore,
        ring: KeyRing,
        keys: Keys,
        contact_of: Callable[[str], str],
        window: timedelta,
    ) -> None:
        self._service = service
        self._filing = filing
        self._store = store
        self._ring = ring
        self._keys = keys
        self._contact_of = contact_of
        self._window = window

    async def file(self, urgent: Urgent, caller: Caller, *, key: str | None, raw: bytes) -> Filed:
        """A new case, or the open one of this phone with what is new. An unusable or reused key is left aside."""
        submission = self._submission(urgent, caller)
        idempotency = self._idempotency(key, caller, raw)
        if key is not None and idempotency is not None:
            try:
                return await self._once(submission, key, idempotency)
            except Problem as problem:
                if problem.type is not KEY_REUSED:
                    raise
        return await self._file_or_update(submission, None, None)

    async def _once(self, submission: Submission, key: str, idempotency: Idempotency) -> Filed:
        for _ in range(TRIES):
            if await self._store.by_idempotency(idempotency.scope) is not None:
                return await self._filing.replay(key, idempotency)
            try:
                return await self._file_or_update(submission, key, idempotency)
            except Problem as problem:
                if problem.type is not KEY_IN_PROGRESS:
                    raise
                # The same tap twice: the twin is under way, so its answer is awaited rather than refused.
                await asyncio.sleep(WAIT_FOR_TWIN_S)
        raise Problem(KEY_IN_PROGRESS, headers={"Retry-After": "1"})

    async def _file_or_update(self, submission: Submission, key: str | None, idempotency: Idempotency | None) -> Filed:
        slots_taken = 0
        for _ in range(TRIES):
            wanted = submission
            if submission.contact is not None:
                case = await self._filing.open_emergency(submission.contact, self._window)
                if case is not None and set(submission.kinds) <= set(case.kinds):
                    updated = await self._update(case, submission, key)
                    if updated is not None:
                        return updated
                    continue
                # Taken twice without an open case: a finished one holds the slot, so the next is used.
                wanted = self._beside(case, submission, slots_taken // 2)
            try:
                return await self._filing.file(wanted, key=key, idempotency=idempotency)
            except Taken as taken:
                if taken.by is not TakenBy.REPEAT_SLOT:
                    raise
            slots_taken += 1
            await asyncio.sleep(WAIT_FOR_TWIN_S * (slots_taken - 1))
        return await self._filing.file(replace(submission, repeat_slot=None), key=key, idempotency=idempotency)

    def _beside(self, case: Case | None, submission: Submission, slot_no: int) -> Submission:
        """A new case; if one is open for other help, only for the help that one does not bring."""
        kinds = tuple(kind for kind in submission.kinds if case is None or kind not in case.kinds)
        bucket = int(self._filing.now().timestamp() // self._window.total_seconds())
        slot = f"{submission.contact}:{'+'.join(kinds)}:{bucket}:{slot_no}"
        flags = submission.flags if case is None else (*submission.flags, f"linked:{case.case_id}")
        return replace(submission, kinds=kinds, repeat_slot=slot, flags=flags)

    async def _update(self, case: Case, submission: Submission, key: str | None) -> Filed | None:
        now = self._filing.now()
        secret = new_receipt_secret() if key is None else self._keys.receipt(case.case_id, key)
        data, removed = merged_personal_data(self._opened(case), submission, case.location, now)
        flags = (*case.flags, *submission.flags, UPDATED_OPEN_CASE, *((AADHAAR_REMOVED,) if removed else ()))
        update = CaseUpdate(
            state=case.state,
            entry=TimelineEntry(ids.new_event_id(now), case.case_id, now, "emergency-update"),
            emits=False,
            location=submission.location if case.location is None else None,
            sealed=self._ring.seal(case.case_id, data.to_json(), now),
            flags=tuple(dict.fromkeys(flags)),
            receipt=receipt_hash(secret),
        )
        updated = await self._store.update(case, update, ())
        return None if updated is None else Filed(updated, secret)

    def _opened(self, case: Case) -> bytes | None:
        return None if case.sealed is None else self._ring.open(case.case_id, case.sealed)

    def _submission(self, urgent: Urgent, caller: Caller) -> Submission:
        phone = caller.phone or urgent.phone
        return Submission(
            service=self._service,
            language=urgent.language,
            channel=urgent.channel,
            person=Person(name=urgent.name, phone=phone, address=urgent.address),
            owner=caller.sub,
            contact=self._contact_of(phone) if phone else None,
            description=urgent.note,
            location=urgent.location,
            place_address=urgent.place_address,
            named_station=urgent.named_station,
            kinds=urgent.kinds,
            call_received_at=self._call_received_at(urgent) if caller.trusted else None,
            flags=urgent.flags,
        )

    def _call_received_at(self, urgent: Urgent) -> datetime | None:
        if urgent.call_received_at is None:
            return None
        try:
            received = datetime.fromisoformat(urgent.call_received_at)
        except ValueError:
            return None
        now = self._filing.now()
        return received if received.tzinfo is not None and now - OLDEST_CALL <= received <= now else None

    def _idempotency(self, key: str | None, caller: Caller, raw: bytes) -> Idempotency | None:
        if key is None or not is_usable(key, anonymous=caller.sub is None):
            return None
        try:
            return self._keys.idempotency(key, principal=caller.sub, route=ROUTE, body=orjson.loads(raw))
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            # No JSON, or nested deeper than can be written again.
            return self._keys.idempotency(key, principal=caller.sub, route=ROUTE, body=raw)
