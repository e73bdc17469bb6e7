"""Delivery reports: the address a gateway calls, signed so that nobody else can, and what its states mean."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chassis.clock import Clock

from .domain import DispatchState, after_report
from .metrics import NotifierMetrics
from .records import Report, ReportedDispatch, announcements
from .sending import Publisher, ReportLog

# Kannel's dlr types: what each is called in the log.
KANNEL_STATES: Final = {1: "delivered", 2: "undelivered", 4: "queued", 8: "sent", 16: "rejected"}


# A message is delivered within the operator's validity (three days) or never; clocks of gateways are not ours.
ADDRESS_LIFE: Final = timedelta(days=4)
SKEW: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Reported:
    """A report as it came: `at` is when the gateway says that it happened, in Unix seconds."""

    notification_id: str
    expires: int
    signature: str
    state: int
    at: int


class ReceiptAddress:
    """Makes and checks `…/v1/receipts/kannel?notification_id=…&expires=…&signature=…&state=%d&at=%T`.

    Kannel fills in `%d` and `%T`. The signature binds the message and the days in which it may be reported on. A
    gateway that signs its reports binds state and time too: `signing_key` is then the secret that it shares with us.
    """

    def __init__(self, base: str, secret: str, clock: Clock, *, signing_key: str | None = None) -> None:
        self._base = base
        self._clock = clock
        self._key = hmac.digest(secret.encode(), b"janseva receipt address", hashlib.sha256)
        self._signing_key = signing_key

    def url(self, notification_id: str) -> str:
        expires = int((self._clock.now() + ADDRESS_LIFE).timestamp())
        signature = self._signature(notification_id, expires)
        place = f"notification_id={notification_id}&expires={expires}&signature={signature}"
        return f"{self._base}/v1/receipts/kannel?{place}&state=%d&at=%T"

    def is_genuine(self, report: Reported, target: bytes, proof: str | None) -> bool:
        """`target` is the path and query as they came, `proof` what the gateway signed them with."""
        now = self._clock.now().timestamp()
        issued = report.expires - ADDRESS_LIFE.total_seconds()
        skew = SKEW.total_seconds()
        if not now < report.expires <= now + ADDRESS_LIFE.total_seconds():
            return False
        if not issued - skew <= report.at <= now + skew:
            return False
        if self._signing_key is not None and not _equal(report_proof(self._signing_key, target), proof or ""):
            return False
        return _equal(self._signature(report.notification_id, report.expires), report.signature)

    def _signature(self, notification_id: str, expires: int) -> str:
        return hmac.new(self._key, f"{notification_id}|{expires}".encode(), hashlib.sha256).hexdigest()[:32]


def report_proof(key: str, target: bytes) -> str:
    """What a signing gateway sends as X-Report-Signature: the HMAC-SHA256 of path and query under its password."""
    return hmac.digest(key.encode(), target, hashlib.sha256).hex()


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


class Receipts:
    def __init__(self, store: ReportLog, outbox: Publisher, clock: Clock, metrics: NotifierMetrics) -> None:
        self._store = store
        self._outbox = outbox
        self._clock = clock
        self._metrics = metrics

    async def apply(self, notification_id: str, name: str) -> bool:
        """Note a report and what it changes, whatever came before it. False: no such message."""
        while True:
            found = await self._store.find(notification_id)
            if found is None:
                return False
            state = after_report(found.state, found.receipt, name)
            if state is None or await self._noted(found, name, state):
                return True

    async def _noted(self, found: ReportedDispatch, name: str, state: DispatchState) -> bool:
        """False: somebody else changed the dispatch meanwhile, so the report is judged anew."""
        notice, now = found.notice, self._clock.now()
        error_code = found.error_code if state is found.state else None if state is DispatchState.ACCEPTED else name
        emitted = []
        if state is not found.state:
            emitted = announcements(
                notice,
                state,
                attempts=found.attempts,
                at=now,
                error_code=error_code,
                revises=found.state in {DispatchState.FAILED, DispatchState.UNDELIVERED},
            )
        report = Report(name=name, at=now, state=state, error_code=error_code)
        outbox = await self._store.note_report(found, report, emitted)
        if outbox is None:
            return False
        if state is not found.state:
            self._outbox.publish_soon(notice.notification_id, outbox)
            outcome = "accepted" if state is DispatchState.ACCEPTED else "undelivered"
            self._metrics.notifications.labels(notice.channel, notice.template, outcome).inc()
        return True
