"""The calls of officers: the inbox, a case, the commands that intake's own document describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import Field

from janseva_web.suite.client import Api, Asker
from janseva_web.suite.services import shaped
from janseva_web.suite.shapes import Case, CaseClock, DueTime, Read


class DeskItem(Read):
    """A line of the inbox."""

    case_id: str
    tracking_number: str
    service_name: str
    lane: str
    status: str
    status_text: str
    priority: str
    priority_text: str
    category_text: str | None = None
    kinds_text: tuple[str, ...] = ()
    flags_text: tuple[str, ...] = ()
    clocks: tuple[CaseClock, ...] = ()
    filed_at: datetime | None = None
    station: str | None = None
    officer: str | None = None
    next_due: datetime | None = None

    @property
    def next_clock(self) -> CaseClock | None:
        """The police's running time limit that is due first."""
        running = [clock for clock in self.clocks if clock.state == "running"]
        running = [clock for clock in running if clock.due_at == self.next_due] or running
        return min(running, key=lambda clock: clock.due_at, default=None)


class DeskPage(Read):
    items: tuple[DeskItem, ...]
    next_cursor: str | None = None


class DeskCounts(Read):
    """Of the cases that are not over."""

    open: int
    overdue: int
    mine: int
    by_status: Mapping[str, int] = {}


class AcknowledgedCase(Read):
    """`detail` says why it was not acknowledged."""

    case_id: str
    detail: str | None = None


class Acknowledged(Read):
    items: tuple[AcknowledgedCase, ...]


class Person(Read):
    name: str | None = None
    phone: str | None = None
    address: str | None = None
    description: str | None = None


class DeskMessage(Read):
    """Of secret information; hidden until the details are opened."""

    at: datetime
    by_text: str
    text: str | None = Field(default=None, repr=False)


class PaperToApprove(Read):
    kind: str
    kind_text: str


class DeskNote(Read):
    """What an officer wrote for the others; hidden until the details are opened."""

    at: datetime
    post: str
    text: str | None = Field(default=None, repr=False)


class OfficerOfCase(Read):
    officer: str
    at: datetime


class SafeContact(Read):
    """`neutral`: others may read along on this phone; both times or neither."""

    neutral: bool
    opens: str | None = None
    closes: str | None = None


class Assignment(Read):
    """Why the office has the case, and which others might as well."""

    reason_text: str = ""
    provisional: bool = False
    confidence: float | None = None
    distance_to_edge_m: float | None = None
    ambiguous_with: tuple[str, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        return self.provisional or bool(self.ambiguous_with)


class DeskCase(Case):
    priority: str
    priority_text: str
    category_text: str | None = None
    kinds: tuple[str, ...] = ()
    kinds_text: tuple[str, ...] = ()
    flags_text: tuple[str, ...] = ()
    possible_duplicates: tuple[str, ...] = ()
    personal: Person
    safe_contact: SafeContact | None = None
    messages: tuple[DeskMessage, ...] = ()
    notes: tuple[DeskNote, ...] = ()
    officer: OfficerOfCase | None = None
    assignment: Assignment | None = None
    masked: bool
    allowed: tuple[str, ...] = ()
    allowed_text: Mapping[str, str] = {}
    papers: tuple[PaperToApprove, ...] = ()


class VisitDone(Read):
    """A visitor is checked in; `due`: by when he must be heard."""

    case_id: str
    tracking_number: str
    hearing_id: str | None = None
    receipt_secret: str | None = Field(default=None, repr=False)
    due: tuple[DueTime, ...] = ()


@dataclass(slots=True)
class Desk:
    """What an officer does at intake."""

    intake: Api
    _document: Mapping[str, Any] | None = field(default=None, repr=False)

    async def inbox(self, wanted: Mapping[str, str], asker: Asker) -> DeskPage:
        return shaped(DeskPage, (await self.intake.get("/v1/desk/cases", asker=asker, query=wanted)).body)

    async def counts(self, wanted: Mapping[str, str], asker: Asker) -> DeskCounts:
        return shaped(DeskCounts, (await self.intake.get("/v1/desk/cases/counts", asker=asker, query=wanted)).body)

    async def acknowledge(self, case_ids: Sequence[str], asker: Asker) -> Acknowledged:
        body = {"case_ids": list(case_ids)}
        return shaped(Acknowledged, (await self.intake.post("/v1/desk/cases/acknowledge", asker=asker, body=body)).body)

    async def case(self, case_id: str, asker: Asker) -> DeskCase:
        return shaped(DeskCase, (await self.intake.get("/v1/desk/cases/{}", case_id, asker=asker)).body)

    async def reveal(self, case_id: str, reason: str, asker: Asker) -> DeskCase:
        path = "/v1/desk/cases/{}/reveal"
        return shaped(DeskCase, (await self.intake.post(path, case_id, asker=asker, body={"reason": reason})).body)

    async def command(
        self, case_id: str, act: str, body: Mapping[str, Any], asker: Asker, *, key: str, version: str
    ) -> None:
        """`version` is that of the officer's screen; `key` makes a double click one act."""
        headers = {"if-match": f'"{version}"', **({"idempotency-key": key} if key else {})}
        path = "/v1/desk/cases/{}/{}"
        await self.intake.post(path, case_id, act, asker=asker, body=body, headers=headers)

    async def check_in(self, body: Mapping[str, Any], key: str, asker: Asker) -> VisitDone:
        headers = {"idempotency-key": key} if key else {}
        return shaped(
            VisitDone, (await self.intake.post("/v1/desk/visits", asker=asker, body=body, headers=headers)).body
        )

    async def document(self, asker: Asker) -> Mapping[str, Any]:
        """Intake's OpenAPI document, read once."""
        if self._document is None:
            body = (await self.intake.get("/openapi.json", asker=asker)).body
            self._document = body if isinstance(body, dict) else {}
        return self._document
