"""What sending needs from others, and the rules it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from chassis.outbox.publisher import OutboxEntry

from .domain import CaseCard, Notice, RetryPolicy
from .records import Claim, Report, ReportedDispatch


class DispatchLog(Protocol):
    """The part of DispatchStore that sending needs."""

    async def claim_due(self, now: datetime, lease: timedelta, limit: int) -> list[Claim]: ...
    async def accepted(
        self, claims: Sequence[Claim], entries: Sequence[Sequence[OutboxEntry]], at: datetime
    ) -> frozenset[str]: ...
    async def requeue(self, claim: Claim, *, attempts: int, due_at: datetime, error_code: str | None) -> None: ...
    async def hold(self, claim: Claim) -> None: ...
    async def wait(self, claim: Claim, *, until: datetime) -> None: ...
    async def failed(
        self, claim: Claim, emitted: Sequence[OutboxEntry], *, attempts: int, error_code: str, at: datetime
    ) -> list[Any]: ...
    async def queue_length(self) -> Mapping[str, int]: ...


class ReportLog(Protocol):
    """The part of DispatchStore that delivery reports need."""

    async def find(self, notification_id: str) -> ReportedDispatch | None: ...
    async def note_report(
        self, found: ReportedDispatch, report: Report, emitted: Sequence[OutboxEntry]
    ) -> list[Any] | None: ...


class Cards(Protocol):
    async def cards(self, case_ids: Sequence[str]) -> Mapping[str, CaseCard]: ...


class Publisher(Protocol):
    def publish_soon(self, document_id: Any, entries: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class SendingRules:
    """`resend_unconfirmed`: what to do when a message may have been accepted without a confirmation.

    `always` is right where the gateway drops doubles by notification id; `emergency` where it does not: then a routine
    message fails as `outcome_unknown` rather than risk a second copy, and an emergency's is repeated.
    """

    concurrency: int = 32
    provider_timeout: timedelta = timedelta(seconds=5)
    # Room for a slow store before the send and for the gateway's answer after it.
    lease: timedelta = timedelta(seconds=15)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    resend_unconfirmed: Literal["always", "emergency"] = "always"

    def may_resend(self, notice: Notice) -> bool:
        return self.resend_unconfirmed == "always" or notice.emergency
