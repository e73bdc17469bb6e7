"""What intake asks of its store."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chassis.outbox import OutboxEntry
from intake.domain.case import Case, CaseUpdate, TimelineEntry
from intake.domain.derived import Derived


class TakenBy(StrEnum):
    """Which of a new case's unique values another case already has."""

    IDEMPOTENCY = "idempotency"
    TRACKING_NUMBER = "tracking_number"
    REPEAT_SLOT = "repeat_slot"
    CASE_ID = "case_id"


class Taken(Exception):
    """A unique value is another case's: what happened, not a defect."""

    def __init__(self, by: TakenBy) -> None:
        super().__init__(str(by))
        self.by = by


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases a list shows; each None leaves that choice open."""

    station: str | None = None
    police_district: str | None = None
    lane: str | None = None
    status: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first. `cursor` is the case id to go on after, None at the end."""

    cases: tuple[Case, ...]
    cursor: str | None


class CaseStore(Protocol):
    """StoreUnavailable: nothing was written. UnknownOutcome: it may have been. Both reach the citizen as 503."""

    async def insert(self, case: Case, entries: Sequence[OutboxEntry]) -> None:
        """Durable on return, with its events in the outbox. Taken if a unique value is another case's."""

    async def by_id(self, case_id: str) -> Case | None: ...

    async def by_tracking_number(self, tracking_number: str) -> Case | None: ...

    async def by_idempotency(self, scope: str) -> Case | None: ...

    async def open_emergency(self, contact: str, since: datetime) -> Case | None:
        """The newest emergency of this contact filed since then that is neither done nor withdrawn."""

    async def update(self, case: Case, update: CaseUpdate, entries: Sequence[OutboxEntry]) -> Case | None:
        """One write guarded by the version of `case`; None if another write came first."""

    async def take_in(self, batch: Sequence[Derived]) -> None:
        """Timeline entries first, then the cases; everything may be repeated."""

    async def timeline(self, case_id: str) -> tuple[TimelineEntry, ...]:
        """The entries of derived events; a case's own are in its history."""

    async def page(self, wanted: CaseFilter, after: str | None, limit: int) -> Page: ...

    def changed_cases(self) -> AsyncGenerator[str, None]:
        """The ids of cases as they change, from now on, in whichever process the change was made."""
