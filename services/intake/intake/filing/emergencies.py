"""Filing an emergency: nothing in the content refuses it, and only its own caller adds to an open one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import orjson

from chassis.http.problems import Problem
from chassis.sealing import KeyRing
from event_schemas import ids
from event_schemas.times import read_time
from intake.case.keys import Keys, is_usable
from intake.case.model import BY_OWNER, OFFICERS_CHANNELS, Case, CaseUpdate, Idempotency, Join, TimelineEntry
from intake.case.numbers import new_receipt_secret, receipt_hash
from intake.case.publishing import outbox_entry
from intake.case.store import CaseStore, Proof, UniqueConflict, UniqueField
from intake.catalogue import Service
from intake.filing.domain import Person, Submission
from intake.filing.handlers import Filed, FilingDesk
from intake.filing.merging import Joining, SeparateCase, judge_repeat, merged_personal_data, with_known_person
from intake.filing.notices import AADHAAR_REMOVED, UPDATED_OPEN_CASE
from intake.filing.placing import learn_place
from intake.filing.reading.urgent import Urgent
from intake.problems import KEY_IN_PROGRESS, KEY_REUSED

ROUTE = "POST /v1/emergencies"
TRIES = 100
# Bytes: of a body up to this size the order of members does not matter; a larger one is a repeat if all bytes are.
LARGEST_ORDERED = 16_384
OLDEST_CALL = timedelta(days=1)
# Who waits here has proven that the case is his own, or repeats his own request: a stranger learns nothing from it.
WAIT_FOR_TWIN_S = 0.02


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as far as is proven. An officer (the 112 centre, a counter) calls for somebody else and joins nothing;
    `trusted` is the 112 centre, which may say when it received the call. `source` stands for the network address.
    """

    sub: str | None = None
    phone: str | None = field(default=None, repr=False)
    officer: bool = False
    trusted: bool = False
    receipt: str | None = field(default=None, repr=False)
    source: str | None = None


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
        """A new case, or the caller's own open one with what is new. An unusable or reused key is left aside."""
        submission = self.submission(urgent, caller)
        proof = _proof(urgent, caller)
        idempotency = self._idempotency(key, caller, raw)
        if key is not None and idempotency is not None:
            try:
                return await self._once(submission, urgent, proof, key, idempotency)
            except Problem as problem:
                if problem.type is not KEY_REUSED:
                    raise
        return await self._file_or_join(submission, urgent, proof, None, None)

    async def _once(
        self, submission: Submission, urgent: Urgent, proof: Proof | None, key: str, idempotency: Idempotency
    ) -> Filed:
        for _ in range(TRIES):
            if await self._store.by_idempotency(idempotency.scope) is not None:
                return await self._filing.replay(key, idempotency)
            if proof is not None:
                joined = await self._store.by_join(idempotency.scope)
                if joined is not None:
                    return self._joined_before(joined, key, idempotency)
            try:
                return await self._file_or_join(submission, urgent, proof, key, idempotency)
            except Problem as problem:
                if problem.type is not KEY_IN_PROGRESS:
                    raise
                # The same tap twice: the twin is under way, so its answer is awaited rather than refused.
                await asyncio.sleep(WAIT_FOR_TWIN_S)
        raise Problem(KEY_IN_PROGRESS, headers={"Retry-After": "1"})

    async def _file_or_join(
        self,
        submission: Submission,
        urgent: Urgent,
        proof: Proof | None,
        key: str | None,
        idempotency: Idempotency | None,
    ) -> Filed:
        """Without proof nothing is looked up: the way is the same whether another case exists or not."""
        if proof is None:
            return await self._filing.file(submission, key=key, idempotency=idempotency)
        for _ in range(TRIES):
            now = self._filing.now()
            known = await self._store.emergencies_of(proof, now - self._window)
            judged = judge_repeat(known, submission, kinds_given=urgent.kinds_given)
            if isinstance(judged, Joining):
                joined = await self.join(judged.case, submission, key, idempotency)
                if joined is not None:
                    return joined
                continue
            if not await self.place(judged):
                continue
            # Named by how many cases were seen: of two that saw the same, one files and the other looks again.
            slot = f"{proof.name}:{int(now.timestamp() // self._window.total_seconds())}:{len(known)}"
            wanted = replace(self._linked(judged, proof), repeat_slot=slot)
            try:
                return await self._filing.file(wanted, key=key, idempotency=idempotency)
            except UniqueConflict as conflict:
                if conflict.by is not UniqueField.REPEAT_SLOT:
                    raise
            await asyncio.sleep(WAIT_FOR_TWIN_S)
        return await self._filing.file(submission, key=key, idempotency=idempotency)

    async def place(self, judged: SeparateCase) -> bool:
        """Add the first place to cases without one, and have them routed there; False if one was changed meanwhile."""
        location = judged.submission.location
        if location is None:
            return True
        for case in judged.placed:
            first = learn_place(case, location, self._filing.now())
            entry = outbox_entry(first.numbered, case.lane)
            if await self._store.update(case, first.update, [entry]) is None:
                return False
        return True

    def _linked(self, judged: SeparateCase, proof: Proof) -> Submission:
        """The case of its own with what the caller's other case knows of him; the proof opens both."""
        base, submission = judged.base, judged.submission
        if base is None:
            return submission
        if proof.receipt is not None and proof.receipt in base.receipts:
            submission = replace(submission, receipts=(proof.receipt,))
        linked = tuple(dict.fromkeys((*_links(base), str(base.case_id))))
        return replace(with_known_person(submission, self._opened(base)), linked=linked)

    async def join(
        self, case: Case, submission: Submission, key: str | None, idempotency: Idempotency | None
    ) -> Filed | None:
        """The case with what is new in one guarded write; None if another write came first."""
        if key is not None and idempotency is not None and any(join.scope == idempotency.scope for join in case.joins):
            return self._joined_before(case, key, idempotency)
        now = self._filing.now()
        merged = merged_personal_data(self._opened(case), submission, case.location, now)
        if not merged.whole:
            # There is no room for his words in this case, so they get one of their own.
            own = replace(submission, linked=(*_links(case), str(case.case_id)))
            return await self._filing.file(own, key=key, idempotency=idempotency)
        secret = new_receipt_secret() if key is None else self._keys.receipt(case.case_id, key)
        flags = (*submission.flags, UPDATED_OPEN_CASE, *((AADHAAR_REMOVED,) if merged.aadhaar_removed else ()))
        scope, body = (idempotency.scope, idempotency.body) if idempotency is not None else (None, None)
        join = Join(now, tuple(dict.fromkeys(flags)), scope, body)
        update = CaseUpdate(
            state=case.state,
            entry=TimelineEntry(ids.new_event_id(now), case.case_id, now, "emergency-update"),
            by=BY_OWNER,
            emits=0,
            sealed=self._ring.seal(case.case_id, merged.data.to_json(), now),
            receipt=receipt_hash(secret),
            join=join,
        )
        updated = await self._store.update(case, update, ())
        return None if updated is None else Filed(updated, secret, join.flags)

    def _joined_before(self, case: Case, key: str, idempotency: Idempotency) -> Filed:
        """The answer that the join with this key got."""
        join = next(join for join in case.joins if join.scope == idempotency.scope)
        if join.body != idempotency.body:
            raise Problem(KEY_REUSED)
        return Filed(case, self._keys.receipt(case.case_id, key), join.flags)

    def _opened(self, case: Case) -> bytes | None:
        return None if case.sealed is None else self._ring.open(case.case_id, case.sealed)

    def submission(self, urgent: Urgent, caller: Caller) -> Submission:
        """What the call says, as a submission of a case of its own."""
        phone = caller.phone or urgent.phone
        note = urgent.note
        if caller.phone is not None and urgent.phone not in (None, caller.phone):
            # The token's number is the proven one; the other may be where he can be reached.
            note = "\n".join(text for text in (note, f"phone: {urgent.phone}") if text)
        contact = self._contact_of(phone) if phone else None
        return Submission(
            service=self._service,
            language=urgent.language,
            channel=_channel(urgent, caller),
            person=Person(name=urgent.name, phone=phone, address=urgent.address),
            owner=caller.sub,
            contact=contact,
            source=caller.source,
            description=note,
            location=urgent.location,
            place_address=urgent.place_address,
            named_station=urgent.named_station,
            kinds=urgent.kinds,
            call_received_at=self._call_received_at(urgent) if caller.trusted else None,
            contact_proved=caller.officer or caller.phone is not None,
            flags=urgent.flags,
        )

    def _call_received_at(self, urgent: Urgent) -> datetime | None:
        if urgent.call_received_at is None:
            return None
        try:
            received = read_time(urgent.call_received_at)
        except ValueError:
            return None
        now = self._filing.now()
        return received if now - OLDEST_CALL <= received <= now else None

    def _idempotency(self, key: str | None, caller: Caller, raw: bytes) -> Idempotency | None:
        if key is None or not is_usable(key, anonymous=caller.sub is None):
            return None
        if len(raw) > LARGEST_ORDERED:
            return self._keys.idempotency(key, principal=caller.sub, route=ROUTE, body=raw)
        try:
            return self._keys.idempotency(key, principal=caller.sub, route=ROUTE, body=orjson.loads(raw))
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            # No JSON, or nested deeper than can be written again.
            return self._keys.idempotency(key, principal=caller.sub, route=ROUTE, body=raw)


def _proof(urgent: Urgent, caller: Caller) -> Proof | None:
    """What shows that a case is the caller's own: his token or a receipt. A phone number shows nothing."""
    if caller.officer:
        return None
    secret = caller.receipt or urgent.receipt
    receipt = receipt_hash(secret) if secret else None
    return Proof(caller.sub, receipt) if caller.sub or receipt else None


def _channel(urgent: Urgent, caller: Caller) -> str:
    """That a call came over 112 or a counter is an officer's to say; it lets its caller find the case by his phone."""
    if caller.trusted:
        return urgent.channel if urgent.channel in OFFICERS_CHANNELS else "phone112"
    if caller.officer:
        return "counter"
    return "web" if urgent.channel in OFFICERS_CHANNELS else urgent.channel


def _links(case: Case) -> tuple[str, ...]:
    return tuple(key.removeprefix("case:") for key in case.desk_keys if key.startswith("case:"))
