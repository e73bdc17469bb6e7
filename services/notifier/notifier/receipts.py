"""Delivery reports: the address a gateway calls, signed so that nobody else can, and what its states mean."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from chassis.clock import Clock

from .domain import State, after_report
from .metrics import NotifierMetrics
from .records import Report, ReportedDispatch, announcements
from .sending import Publisher, ReportLog

# Kannel's dlr types: what each is called in the log.
KANNEL_STATES: Final = {1: "delivered", 2: "undelivered", 4: "queued", 8: "sent", 16: "rejected"}


class ReceiptAddress:
    """Makes and checks `…/v1/receipts/kannel?notification_id=…&signature=…&state=%d` (Kannel fills in `%d`)."""

    def __init__(self, base: str, secret: str) -> None:
        self._base = base
        self._key = hmac.digest(secret.encode(), b"janseva receipt address", hashlib.sha256)

    def url(self, notification_id: str) -> str:
        signature = self.signature(notification_id)
        return f"{self._base}/v1/receipts/kannel?notification_id={notification_id}&signature={signature}&state=%d"

    def signature(self, notification_id: str) -> str:
        return hmac.new(self._key, notification_id.encode(), hashlib.sha256).hexdigest()[:32]

    def is_genuine(self, notification_id: str, signature: str) -> bool:
        return hmac.compare_digest(self.signature(notification_id).encode(), signature.encode())


class Receipts:
    def __init__(self, store: ReportLog, outbox: Publisher, clock: Clock, metrics: NotifierMetrics) -> None:
        self._store = store
        self._outbox = outbox
        self._clock = clock
        self._metrics = metrics

    async def take(self, notification_id: str, name: str) -> bool:
        """Note a report and what it changes, whatever came before it. False: no such message."""
        while True:
            found = await self._store.find(notification_id)
            if found is None:
                return False
            state = after_report(found.state, found.receipt, name)
            if state is None or await self._noted(found, name, state):
                return True

    async def _noted(self, found: ReportedDispatch, name: str, state: State) -> bool:
        """False: somebody else changed the dispatch meanwhile, so the report is judged anew."""
        notice, now = found.notice, self._clock.now()
        error_code = found.error_code if state is found.state else None if state is State.ACCEPTED else name
        told = []
        if state is not found.state:
            told = announcements(
                notice,
                state,
                attempts=found.attempts,
                at=now,
                error_code=error_code,
                revises=found.state in {State.FAILED, State.UNDELIVERED},
            )
        report = Report(name=name, at=now, state=state, error_code=error_code)
        outbox = await self._store.note_report(found, report, told)
        if outbox is None:
            return False
        if state is not found.state:
            self._outbox.publish_soon(notice.notification_id, outbox)
            outcome = "accepted" if state is State.ACCEPTED else "undelivered"
            self._metrics.notifications.labels(notice.channel, notice.template, outcome).inc()
        return True
