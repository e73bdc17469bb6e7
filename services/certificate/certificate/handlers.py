"""What the certificate service does with a batch of case events: remember, then issue and revoke, then forget."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from pydantic import ValidationError

from chassis.clock import Clock
from chassis.kafka.consumer import Outgoing, Received
from chassis.sealing import KeyRing, SealError
from chassis.telemetry.logs import get_logger
from chassis.telemetry.tracing import span
from event_schemas import (
    AssignedToStation,
    CertificateApproved,
    CertificateRevocationOrdered,
    ComplaintFiled,
    Envelope,
    InvalidEvent,
    PersonalData,
    PersonalDataErased,
    VerificationCompleted,
    WireRecord,
)

from .domain import CaseFile, Order, check_order, order_of, page_of, revoked_id
from .metrics import CertificateMetrics
from .page import Page
from .records import Certificate, certificate_of, issued_record, revoked_record
from .render import qr_svg
from .store import CertificateStore

TYPES: Final[frozenset[str]] = frozenset(
    event.type
    for event in (
        ComplaintFiled,
        AssignedToStation,
        VerificationCompleted,
        CertificateApproved,
        CertificateRevocationOrdered,
        PersonalDataErased,
    )
)

_log = get_logger(__name__)


class Typesetter(Protocol):
    async def render(self, page: Page, *, created_at: datetime) -> bytes: ...


class EventHandler:
    def __init__(
        self,
        *,
        store: CertificateStore,
        typesetter: Typesetter,
        keys: KeyRing,
        clock: Clock,
        metrics: CertificateMetrics,
        public_url: str,
    ) -> None:
        self._store = store
        self._typesetter = typesetter
        self._keys = keys
        self._clock = clock
        self._metrics = metrics
        self._public_url = public_url.rstrip("/")

    async def handle(self, batch: Sequence[Received]) -> Sequence[Outgoing]:
        """Cases go side by side, a case's own events one after another. What was done before is only told again."""
        await self._store.remember([received.data for received in batch])
        by_case: defaultdict[str, list[Received]] = defaultdict(list)
        for received in batch:
            by_case[received.data.case_id].append(received)
        told = await asyncio.gather(*(self._case(received) for received in by_case.values()))
        return [outgoing for of_case in told for outgoing in of_case]

    async def _case(self, events: Sequence[Received]) -> list[Outgoing]:
        told = []
        for received in events:
            record = await self._event(received.envelope)
            if record is not None:
                told.append(Outgoing(received.topic, record))
        return told

    async def _event(self, envelope: Envelope) -> WireRecord | None:
        match envelope.data:
            case CertificateRevocationOrdered():
                return await self._revoke(envelope, envelope.data)
            case PersonalDataErased():
                await self._store.erase(envelope.data)
                return None
        order = order_of(envelope)
        return issued_record(await self._issue(order)) if order is not None else None

    async def _issue(self, order: Order) -> Certificate:
        existing = await self._store.get(order.certificate_id)
        if existing is not None:
            if existing.case_id != order.case_id:
                raise InvalidEvent("certificate_unknown", "the approval names another case's certificate")
            return existing
        case = check_order(order, await self._store.case(order.case_id))
        url = f"{self._public_url}/v1/verify/{order.certificate_id}"
        page = page_of(order, case, self._open(case), verify_url=url, qr=qr_svg(url))
        started = time.perf_counter()
        with span("certificate_render", parent=order.traceparent, kind_code=order.kind.code, case_id=order.case_id):
            pdf = await self._typesetter.render(page, created_at=order.issued_at)
        self._metrics.render_seconds.observe(time.perf_counter() - started)
        digest = hashlib.sha256(pdf).hexdigest()
        made = certificate_of(order, case, verify_url=url, sha256=digest, told_at=_millis(self._clock.now()))
        stored = await self._store.issue(made, self._keys.seal(order.case_id, pdf, order.issued_at))
        if stored is made:
            self._metrics.issued.labels(order.kind.code).inc()
            _log.info("certificate_issued", certificate_id=made.certificate_id, case_id=made.case_id, kind=made.kind)
        return stored

    async def _revoke(self, envelope: Envelope, ordered: CertificateRevocationOrdered) -> WireRecord:
        revoked = await self._store.revoke(
            revoked_id(ordered),
            ordered.case_id,
            at=ordered.occurred_at,
            cause_id=envelope.event_id,
            reason_code=ordered.reason_code,
        )
        if revoked is None:
            raise InvalidEvent("certificate_unknown", "the case has no such certificate")
        certificate, is_new = revoked
        if is_new:
            self._metrics.revoked.labels(certificate.kind).inc()
        return revoked_record(certificate)

    def _open(self, case: CaseFile) -> PersonalData:
        if case.sealed is None:
            return PersonalData()
        try:
            return PersonalData.from_json(self._keys.open(case.case_id, case.sealed))
        except SealError as error:
            raise InvalidEvent(f"seal_{error.reason}") from error
        except ValidationError:
            # Not chained: pydantic's message quotes the person's data.
            raise InvalidEvent("seal_content") from None


def _millis(at: datetime) -> datetime:
    """As MongoDB will give it back, so that the first telling and every later one are the same bytes."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
