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
    FIRRegistered,
    InvalidEvent,
    PersonalData,
    PersonalDataErased,
    VerificationCompleted,
    WireRecord,
    ids,
)
from event_schemas.times import whole_ms

from .compose import page_of
from .domain import CaseFile, Order, check_order, orders_of
from .kinds import Papers
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
        FIRRegistered,
        PersonalDataErased,
    )
)
"""Kind_rules sees to it that papers are ordered by no other."""

_log = get_logger(__name__)


class Typesetter(Protocol):
    async def render(self, page: Page, *, created_at: datetime) -> bytes: ...


class EventHandler:
    def __init__(
        self,
        *,
        papers: Papers,
        store: CertificateStore,
        typesetter: Typesetter,
        keys: KeyRing,
        clock: Clock,
        metrics: CertificateMetrics,
        public_url: str,
    ) -> None:
        self._papers = papers
        self._store = store
        self._typesetter = typesetter
        self._keys = keys
        self._clock = clock
        self._metrics = metrics
        self._public_url = public_url.rstrip("/")

    async def handle(self, batch: Sequence[Received]) -> Sequence[Outgoing]:
        """Cases go side by side, a case's own events one after another. What was done before is only emitted again."""
        await self._store.remember([received.data for received in batch])
        by_case: defaultdict[str, list[Received]] = defaultdict(list)
        for received in batch:
            by_case[received.data.case_id].append(received)
        emitted = await asyncio.gather(*(self._case(received) for received in by_case.values()))
        return [outgoing for of_case in emitted for outgoing in of_case]

    async def _case(self, events: Sequence[Received]) -> list[Outgoing]:
        return [
            Outgoing(received.topic, record) for received in events for record in await self._event(received.envelope)
        ]

    async def _event(self, envelope: Envelope) -> list[WireRecord]:
        event = envelope.data
        match event:
            case CertificateRevocationOrdered():
                return [await self._revoke(envelope, event)]
            case PersonalDataErased():
                await self._store.erase(event, self._clock.now())
                return []
        if not self._papers.may_order(event):
            return []
        case = await self._store.case(event.case_id)
        emitted: list[WireRecord] = []
        for order in orders_of(self._papers, envelope, case):
            issued = await self._issue(order, case)
            replaced = await self._store.replace_earlier(issued) if order.kind.repeats else []
            emitted += [issued_record(issued), *(revoked_record(one) for one in replaced)]
        return emitted

    async def _issue(self, order: Order, found: CaseFile | None) -> Certificate:
        existing = await self._store.get(order.certificate_id)
        if existing is not None:
            if existing.case_id != order.case_id:
                raise InvalidEvent("certificate_unknown", "the approval names another case's certificate")
            return existing
        case = check_order(order, found)
        url = f"{self._public_url}/v1/verify/{order.certificate_id}"
        page = page_of(self._papers.common, order, case, self._open(case), verify_url=url, qr=qr_svg(url))
        started = time.perf_counter()
        with span("certificate_render", parent=order.traceparent, kind_code=order.kind.kind, case_id=order.case_id):
            pdf = await self._typesetter.render(page, created_at=order.issued_at)
        self._metrics.render_seconds.observe(time.perf_counter() - started)
        digest = hashlib.sha256(pdf).hexdigest()
        made = certificate_of(order, case, verify_url=url, sha256=digest, emitted_at=whole_ms(self._clock.now()))
        stored = await self._store.issue(made, self._keys.seal(order.case_id, pdf, order.issued_at))
        if stored is made:
            self._metrics.issued.labels(order.kind.kind).inc()
            _log.info("certificate_issued", certificate_id=made.certificate_id, case_id=made.case_id, kind=made.kind)
        return stored

    async def _revoke(self, envelope: Envelope, ordered: CertificateRevocationOrdered) -> WireRecord:
        named = ordered.certificate_id or await self._named_by_kind(envelope, ordered)
        revoked = await self._store.revoke(
            named,
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

    async def _named_by_kind(self, envelope: Envelope, ordered: CertificateRevocationOrdered) -> str:
        """The case's last paper of that kind; a replay of the order means the same one, whatever came after."""
        found = await self._store.newest(
            ordered.case_id, ordered.kind, at=ordered.occurred_at, cause_id=envelope.event_id
        )
        return found or ids.certificate_id(ordered.case_id, ordered.kind)

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
