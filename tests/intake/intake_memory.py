"""A case store in memory, made of the domain's own functions; the protocol test holds it to the one in MongoDB."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime

from chassis.outbox.publisher import OutboxEntry
from intake.case.clocks import Breach, police_due
from intake.case.derived import Derived, apply
from intake.case.model import ActedBy, Case, CaseUpdate, CommandMark, TimelineEntry, Trace
from intake.case.scope import may_see
from intake.case.states import DONE
from intake.case.store import CaseFilter, ChangedCase, Counts, Page, Proof, Sort, UniqueConflict, UniqueField, lists
from intake.case.trail.handlers import Trail
from intake.hearings.store import KEPT_AFTER_END, Claim, in_the_way_of


class MemoryCaseStore:
    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self.cases: dict[str, Case] = {}
        self.entries: dict[str, TimelineEntry] = {}
        self.published: list[OutboxEntry] = []
        self.refuses: Exception | None = None
        self._tails: list[asyncio.Queue[ChangedCase]] = []
        self._changes = 0

    async def insert(self, case: Case, entries: Sequence[OutboxEntry]) -> None:
        await asyncio.sleep(0)
        if self.refuses is not None:
            raise self.refuses
        for other in self.cases.values():
            # Which of two indexes the server names is its affair: the repeat of a request meets this one first.
            if set(case.marks) & set(other.marks):
                raise UniqueConflict(UniqueField.MARK)
            if case.idempotency and other.idempotency and case.idempotency.scope == other.idempotency.scope:
                raise UniqueConflict(UniqueField.IDEMPOTENCY)
            if case.tracking_number == other.tracking_number:
                raise UniqueConflict(UniqueField.TRACKING_NUMBER)
            if case.repeat_slot is not None and case.repeat_slot == other.repeat_slot:
                raise UniqueConflict(UniqueField.REPEAT_SLOT)
        if case.case_id in self.cases:
            raise UniqueConflict(UniqueField.CASE_ID)
        self.cases[case.case_id] = case
        self.published += entries
        self._notify(None, case)

    async def by_id(self, case_id: str) -> Case | None:
        return self.cases.get(case_id)

    async def by_tracking_number(self, tracking_number: str) -> Case | None:
        return next((case for case in self.cases.values() if case.tracking_number == tracking_number), None)

    async def opened(self, tracking_number: str, proof: Proof) -> Case | None:
        case = await self.by_tracking_number(tracking_number)
        return case if case is not None and proof.opens(case) else None

    async def by_idempotency(self, scope: str) -> Case | None:
        found = (case for case in self.cases.values() if case.idempotency and case.idempotency.scope == scope)
        return next(found, None)

    async def of_fir(self, key: str) -> tuple[Case, ...]:
        return tuple(case for case in self.cases.values() if case.fir and case.fir.key == key)

    async def emergencies_of(self, proof: Proof, since: datetime) -> tuple[Case, ...]:
        await asyncio.sleep(0)
        found = [
            case
            for case in self.cases.values()
            if case.lane == "emergency"
            and case.filed_at >= since
            and ((proof.sub is not None and case.owner == proof.sub) or proof.receipt in case.receipts)
        ]
        return tuple(sorted(found, key=lambda case: (case.filed_at, case.case_id), reverse=True)[:100])

    async def by_join(self, scope: str) -> Case | None:
        found = (case for case in self.cases.values() if any(join.scope == scope for join in case.joins))
        return next(found, None)

    async def traces(self, keys: Collection[str]) -> tuple[Trace, ...]:
        return tuple(
            Trace(case.case_id, case.filed_at, frozenset(case.desk_keys), case.location)
            for case in self.cases.values()
            if set(keys) & set(case.desk_keys)
        )

    async def count(self, keys: Collection[str], most: int) -> int:
        return min(most, sum(bool(set(keys) & set(case.desk_keys)) for case in self.cases.values()))

    async def update(self, case: Case, update: CaseUpdate, entries: Sequence[OutboxEntry]) -> Case | None:
        await self._trail.act(case, update.by, (update.entry, *update.further))
        now = self.cases.get(case.case_id)
        if now is None or now.version != case.version:
            return None
        changed = updated(now, update)
        self.cases[case.case_id] = changed
        self.published += entries
        self._notify(now, changed)
        return changed

    async def erase(
        self, case: Case, after: Case, entry: TimelineEntry, entries: Sequence[OutboxEntry], by: ActedBy
    ) -> Case | None:
        await self._trail.act(case, by, (entry,))
        now = self.cases.get(case.case_id)
        if now is None or now.version != case.version:
            return None
        changed = replace(
            after,
            version=now.version + 1,
            changes=now.changes + 1,
            case_seq=now.case_seq + len(entries),
            history=(*now.history, entry),
        )
        self.cases[case.case_id] = changed
        self.published += entries
        self._notify(now, changed)
        return changed

    async def apply_derived(self, batch: Sequence[Derived]) -> None:
        for derived in batch:
            self.entries.setdefault(derived.entry.event_id, derived.entry)
        for derived in batch:
            case = self.cases.get(derived.case_id)
            if case is not None and derived.effect is not None:
                self.cases[derived.case_id] = apply(case, derived.effect)
                self._notify(case, self.cases[derived.case_id])

    async def timeline(self, case_id: str) -> tuple[TimelineEntry, ...]:
        found = [entry for entry in self.entries.values() if entry.case_id == case_id]
        return tuple(sorted(found, key=lambda entry: (entry.at, entry.event_id)))

    async def page(self, wanted: CaseFilter, after: str | None, limit: int, sort: Sort = Sort.NEWEST) -> Page:
        found = [
            case
            for case in self.cases.values()
            if _wanted(case, wanted) and (after is None or lists.is_behind(sort, case, after))
        ]
        found.sort(key=lambda case: case.case_id, reverse=sort is Sort.NEWEST)
        if sort is Sort.REMAINING:
            found.sort(key=lambda case: case.next_due)
        page = tuple(found[:limit])
        return Page(page, lists.cursor_of(sort, page[-1]) if len(found) > limit else None)

    async def counts(self, wanted: CaseFilter, now: datetime, officer: str) -> Counts:
        found = [case for case in self.cases.values() if _wanted(case, wanted) and case.state not in DONE]
        return Counts(
            states=Counter(case.state for case in found),
            overdue=sum(case.next_due < now for case in found),
            mine=sum(_given_to(case, officer) for case in found),
        )

    async def changed_cases(self) -> AsyncGenerator[ChangedCase, None]:
        tail: asyncio.Queue[ChangedCase] = asyncio.Queue()
        self._tails.append(tail)
        while True:
            yield await tail.get()

    def _notify(self, before: Case | None, after: Case) -> None:
        if not self._tails:
            return
        self._changes += 1
        written = {
            one.name for one in fields(after) if before and getattr(before, one.name) != getattr(after, one.name)
        }
        if before is not None and _breaches(before) != _breaches(after):
            written.add("breaches")
        for tail in self._tails:
            tail.put_nowait(ChangedCase(after.case_id, self._changes, before is None, frozenset(written)))


def _breaches(case: Case) -> list[Breach]:
    return [breach for view in case.clocks.values() for breach in view.breaches.values()]


def updated(case: Case, update: CaseUpdate) -> Case:
    given = (
        "assignment_no",
        "feedback",
        "round",
        "sealed",
        "sealed_contact",
        "kinds",
        "flags",
        "location",
        "desk_keys",
        "fir",
        "identity",
        "asked",
        "investigator",
    )
    fields = {name: value for name in given if (value := getattr(update, name)) is not None}
    hearings = [hearing for hearing in (update.hearing, *update.lapsed) if hearing is not None]
    if hearings:
        fields["hearings"] = {**case.hearings, **{hearing.hearing_id: hearing for hearing in hearings}}
    if update.evidence is not None:
        fields["evidence"] = {**case.evidence, update.evidence.evidence_id: update.evidence}
    if update.command is not None:
        mark = CommandMark(update.command.body, update.entry.event_id, case.version + 1, update.state)
        fields["commands"] = {**case.commands, update.command.scope: mark}
    if update.receipt is not None and update.receipt not in case.receipts:
        fields["receipts"] = (*case.receipts, update.receipt)
    if update.join is not None:
        fields["joins"] = (*case.joins, update.join)
    if update.link is not None:
        fields["links"] = (*case.links, update.link)
    if update.message is not None:
        fields["messages"] = (*case.messages, update.message)
    if update.note is not None:
        fields["notes"] = (*case.notes, update.note)
    return replace(
        case,
        state=update.state,
        version=case.version + 1,
        changes=case.changes + 1,
        case_seq=case.case_seq + update.emits,
        history=(*case.history, update.entry, *update.further),
        due=(*case.due, *update.due),
        next_due=min(case.next_due, police_due(update.due)),
        ended=tuple(dict.fromkeys((*case.ended, *update.ended))),
        **fields,
    )


def _wanted(case: Case, wanted: CaseFilter) -> bool:
    station = case.assignment.station if case.assignment else None
    code = station.code if station else (case.named_station if case.assignment is None else None)
    return (
        wanted.owner in (None, case.owner)
        and (wanted.filed_since is None or case.filed_at >= wanted.filed_since)
        and wanted.sensitive in (None, case.sensitive)
        and wanted.with_contact in (None, case.sealed_contact is not None)
        and wanted.fir_online in (None, case.fir and case.fir.online)
        and (wanted.group is None or any(key.startswith(f"{wanted.group}:") for key in case.desk_keys))
        and wanted.status in (None, str(case.state))
        and (wanted.states is None or case.state in wanted.states)
        and wanted.service in (None, case.service_code)
        and wanted.tracking_number in (None, case.tracking_number)
        and (wanted.filed_before is None or case.filed_at < wanted.filed_before)
        and (wanted.due_before is None or case.next_due < wanted.due_before)
        and (wanted.officer is None or _given_to(case, wanted.officer))
        and (wanted.seen_by is None or may_see(case, wanted.seen_by))
        and wanted.station in (None, code)
    )


def _given_to(case: Case, officer: str) -> bool:
    return case.investigator is not None and case.investigator.officer == officer


class MemorySideStore:
    def __init__(self) -> None:
        self._tickets: dict[str, tuple[str, datetime]] = {}

    async def add_ticket(self, ticket_hash: str, case_id: str, expires_at: datetime) -> None:
        self._tickets[ticket_hash] = (case_id, expires_at)

    async def use_ticket(self, ticket_hash: str, now: datetime) -> str | None:
        case_id, expires_at = self._tickets.pop(ticket_hash, (None, now))
        return case_id if expires_at > now else None


class MemorySlotStore:
    """Each call is one step without a pause in between, as one write of a document is."""

    def __init__(self) -> None:
        self.claims: dict[str, list[Claim]] = {}

    async def claim(self, wanted: Claim) -> tuple[Claim, ...] | None:
        await asyncio.sleep(0)
        known = self.claims.setdefault(wanted.officer, [])
        in_the_way = tuple(claim for claim in known if in_the_way_of(wanted, claim))
        if in_the_way:
            return in_the_way
        known[:] = [claim for claim in known if claim.ends_at > wanted.claimed_at - KEPT_AFTER_END] + [wanted]
        return None

    async def release(self, claim: Claim) -> None:
        known = self.claims.get(claim.officer, [])
        known[:] = [other for other in known if other.claim_id != claim.claim_id]

    async def settle(self, claim: Claim, officers: frozenset[str]) -> None:
        for officer in officers | {claim.officer}:
            known = self.claims.get(officer, [])
            known[:] = [
                other for other in known if other.hearing_id != claim.hearing_id or other.claim_id == claim.claim_id
            ]


class KnownOffices:
    """A directory that was read to its end; `lines` is what each office answers to. Empty: nothing is known."""

    def __init__(self) -> None:
        self.lines: dict[str, tuple[str, ...]] = {}

    def lacks(self, code: str) -> bool:
        return bool(self.lines) and code not in self.lines

    def line_of(self, code: str) -> frozenset[str]:
        return frozenset(office.casefold() for office in (code, *self.lines.get(code, ())))
