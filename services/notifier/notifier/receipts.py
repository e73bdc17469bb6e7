"""Delivery reports: the address a gateway calls, signed so that nobody else can, and what its states mean."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from chassis.clock import Clock

from .domain import State
from .metrics import NotifierMetrics
from .records import announcements
from .sending import Publisher
from .store import DispatchStore

# Kannel's dlr types. The first word is stored; a state is set only by those that settle something.
KANNEL_STATES: Final = {1: "delivered", 2: "undelivered", 4: "queued", 8: "sent", 16: "rejected"}
_ACCEPTANCES: Final = frozenset({"delivered", "queued", "sent"})


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
    def __init__(self, store: DispatchStore, outbox: Publisher, clock: Clock, metrics: NotifierMetrics) -> None:
        self._store = store
        self._outbox = outbox
        self._clock = clock
        self._metrics = metrics

    async def take(self, notification_id: str, name: str) -> bool:
        """Note a report: it settles an unconfirmed dispatch, and a refusal takes an acceptance back. False: unknown."""
        found = await self._store.find(notification_id)
        if found is None:
            return False
        notice, _, attempts = found
        now = self._clock.now()
        if name in _ACCEPTANCES:
            state, error_code = State.ACCEPTED, None
        else:
            state, error_code = State.UNDELIVERED, name
        told = announcements(notice, state, attempts=attempts, at=now, error_code=error_code)
        outbox = await self._store.receipt(notification_id, name, now, settles=(state, error_code, told))
        if outbox is not None:
            self._outbox.publish_soon(notification_id, outbox)
            outcome = "accepted" if state is State.ACCEPTED else "undelivered"
            self._metrics.notifications.labels(notice.channel, notice.template, outcome).inc()
        return True
