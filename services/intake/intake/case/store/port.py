"""What intake asks of its store."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chassis.outbox.publisher import OutboxEntry
from intake.case.derived import Derived
from intake.case.model import OFFICERS_CHANNELS, ActedBy, Case, CaseUpdate, TimelineEntry, Trace
from intake.case.scope import Actor
from intake.case.states import State


class UniqueField(StrEnum):
    """Which of a new case's unique values another case already has."""

    IDEMPOTENCY = "idempotency"
    TRACKING_NUMBER = "tracking_number"
    REPEAT_SLOT = "repeat_slot"
    MARK = "mark"
    CASE_ID = "case_id"


class UniqueConflict(Exception):
    """A unique value is another case's: what happened, not a defect."""

    def __init__(self, by: UniqueField) -> None:
        super().__init__(str(by))
        self.by = by


class Sort(StrEnum):
    """Of a list: the newest case first, or the one whose clock is due first."""

    NEWEST = "newest"
    REMAINING = "remaining"


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases a list shows; each None leaves that choice open. `seen_by`: only what that officer may see.

    `due_before`: the first of the police's clocks is due before then. `officer`: the cases given to that one.
    """

    seen_by: Actor | None = None
    station: str | None = None
    status: str | None = None
    owner: str | None = None
    group: str | None = None
    service: str | None = None
    states: frozenset[State] | None = None
    officer: str | None = None
    tracking_number: str | None = None
    filed_since: datetime | None = None
    filed_before: datetime | None = None
    due_before: datetime | None = None
    sensitive: bool | None = None
    fir_online: str | None = None
    with_contact: bool | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that a case is the caller's own: his token's subject, the hash of a receipt, or both."""

    sub: str | None = None
    receipt: str | None = None

    @property
    def name(self) -> str:
        return self.sub or f"receipt:{self.receipt}"

    def opens(self, case: Case) -> bool:
        """Who holds a receipt; or, unless it is sensitive, whose phone the case is and who knows its number."""
        if self.receipt is not None and self.receipt in case.receipts:
            return True
        if self.sub is None or case.sensitive:
            return False
        if case.owner is not None:
            return case.owner == self.sub
        # He called 112 or came to a counter, and an officer took down his number; or a helper did, on his own login.
        by_others = case.channel in OFFICERS_CHANNELS or (case.helper is not None and case.helper.logged_in)
        return by_others and case.contact == self.sub


@dataclass(frozen=True, slots=True)
class Page:
    """In the order that was asked for. `cursor` is where to go on, None at the end."""

    cases: tuple[Case, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the cases of a filter that are not over: how many stand where, are overdue, and are given to the officer."""

    states: Mapping[State, int]
    overdue: int
    mine: int


@dataclass(frozen=True, slots=True)
class ChangedCase:
    """A case was written. `at` grows from write to write, alike in every process; `fields` are what was written, with
    `breaches` for those of its clocks; of a new case none.
    """

    case_id: str
    at: int
    is_new: bool = False
    fields: frozenset[str] = frozenset()


class CaseStore(Protocol):
    """StoreUnavailable: nothing was written. UnknownOutcome: it may have been. Both reach the citizen as 503."""

    async def insert(self, case: Case, entries: Sequence[OutboxEntry]) -> None:
        """Durable on return, with its events in the outbox. UniqueConflict if a unique value is another case's."""

    async def by_id(self, case_id: str) -> Case | None: ...

    async def by_tracking_number(self, tracking_number: str) -> Case | None: ...

    async def opened(self, tracking_number: str, proof: Proof) -> Case | None:
        """The case of this number, if the proof opens it (`Proof.opens`). One question and one empty answer for a
        number that nobody has and for another's.
        """

    async def by_idempotency(self, scope: str) -> Case | None: ...

    async def of_fir(self, key: str) -> tuple[Case, ...]:
        """The cases that led to the FIR of this key; of very many only some."""

    async def emergencies_of(self, proof: Proof, since: datetime) -> tuple[Case, ...]:
        """The emergencies that the proof opens, filed since then, the newest first."""

    async def by_join(self, scope: str) -> Case | None:
        """The emergency that a repeat with this idempotency scope joined."""

    async def traces(self, keys: Collection[str]) -> tuple[Trace, ...]:
        """Emergencies that have one of the desk's keys; of very many only some."""

    async def count(self, keys: Collection[str], most: int) -> int:
        """How many emergencies have one of the desk's keys, counted up to `most`."""

    async def update(self, case: Case, update: CaseUpdate, entries: Sequence[OutboxEntry]) -> Case | None:
        """One write guarded by the version of `case`, recorded in its trail first; None if another write came first."""

    async def erase(
        self, case: Case, after: Case, entry: TimelineEntry, entries: Sequence[OutboxEntry], by: ActedBy
    ) -> Case | None:
        """One write guarded by the version of `case`: what `after` lacks is gone. None if another write came first."""

    async def apply_derived(self, batch: Sequence[Derived]) -> None:
        """Timeline entries first, then the cases; everything may be repeated."""

    async def timeline(self, case_id: str) -> tuple[TimelineEntry, ...]:
        """The entries of derived events; a case's own are in its history."""

    async def page(self, wanted: CaseFilter, after: str | None, limit: int, sort: Sort = Sort.NEWEST) -> Page:
        """`after` is a cursor of the same order. ValueError if it is none."""

    async def counts(self, wanted: CaseFilter, now: datetime, officer: str) -> Counts: ...

    def changed_cases(self) -> AsyncGenerator[ChangedCase, None]:
        """Cases as they are filed and change, from now on, in whichever process that was."""
