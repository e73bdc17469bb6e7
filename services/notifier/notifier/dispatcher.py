"""Sends what is claimed, many at once and emergencies first, and writes what became of it. The queue is in MongoDB."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from chassis.clock import Clock
from chassis.faults import TransientFault
from chassis.outbox.publisher import OutboxEntry
from chassis.telemetry.logs import get_logger
from chassis.telemetry.tracing import span, untraced

from .contacts import Contacts, Unreachable
from .domain import CaseCard, DispatchState, Notice
from .metrics import NotifierMetrics
from .provider import GatewayError, GatewayOutcomeUnknown, GatewayRefused, OutgoingSms, SmsGateway
from .quotas import QUOTA_EXCEEDED, Quotas
from .records import Claim, announcements
from .safe_contact import TOO_LATE, Delivery
from .sending import Cards, DispatchLog, Publisher, SendingRules
from .templates import TemplateBook, TemplateError

_log = get_logger(__name__)

SWEEP_EVERY = timedelta(milliseconds=250)
GAUGE_EVERY = 40  # sweeps
OUTCOME_UNKNOWN = "outcome_unknown"
_AGAIN_AFTER = timedelta(seconds=1)


def _traced(notice: Notice) -> AbstractContextManager[Any]:
    """What comes from no trace, such as a secret tip, is sent in none; a digest has no event behind it."""
    if notice.traceparent is None and notice.case_id:
        return untraced()
    return span("notification_send", parent=notice.traceparent, template=notice.template, case_id=notice.case_id)


class Dispatcher:
    def __init__(
        self,
        *,
        log: DispatchLog,
        cards: Cards,
        contacts: Contacts,
        book: TemplateBook,
        gateway: SmsGateway,
        outbox: Publisher,
        clock: Clock,
        rules: SendingRules,
        metrics: NotifierMetrics,
        receipt_url: Callable[[str], str],
        quotas: Quotas,
    ) -> None:
        self._log = log
        self._cards = cards
        self._contacts = contacts
        self._book = book
        self._gateway = gateway
        self._outbox = outbox
        self._clock = clock
        self._rules = rules
        self._metrics = metrics
        self._receipt_url = receipt_url
        self._quotas = quotas
        self._queue: asyncio.PriorityQueue[tuple[int, int, Claim | None, CaseCard | None]] = asyncio.PriorityQueue()
        self._order = itertools.count()
        self._confirmed: list[tuple[Claim, list[OutboxEntry]]] = []
        self._to_write = asyncio.Event()
        self._stopping = asyncio.Event()

    @property
    def has_room(self) -> bool:
        """False while what waits in memory could outlive its lease: new notices then go straight to the log's queue."""
        return self._queue.qsize() < self._rules.concurrency * 8

    def submit(self, claim: Claim, card: CaseCard | None) -> None:
        """Send a claimed notice as soon as there is a free hand; emergencies overtake."""
        self._queue.put_nowait((0 if claim.notice.emergency else 1, next(self._order), claim, card))

    async def run(self) -> None:
        """Send, sweep and write until stop(). Ends with an error only on a bug."""
        async with asyncio.TaskGroup() as group:
            senders = [group.create_task(self._sender()) for _ in range(self._rules.concurrency)]
            sweeper = group.create_task(self._sweeper())
            writer = group.create_task(self._writer())
            await self._stopping.wait()
            sweeper.cancel()
            await self._finish(senders)
            self._to_write.set()
            await writer

    def stop(self) -> None:
        """Finish what is being sent and write it down; what waits is left to the next process."""
        self._stopping.set()

    async def _finish(self, senders: Sequence[asyncio.Task[None]]) -> None:
        while not self._queue.empty():
            _, _, claim, _ = self._queue.get_nowait()
            if claim is not None:
                await self._give_back(claim)
        for _ in senders:
            self._queue.put_nowait((2, next(self._order), None, None))
        await asyncio.wait(senders)

    async def _sender(self) -> None:
        while True:
            _, _, claim, card = await self._queue.get()
            if claim is None:
                return
            notice = claim.notice
            with _traced(notice):
                await self.send(claim, card)

    async def send(self, claim: Claim, card: CaseCard | None) -> None:
        """One attempt, to its written outcome (an acceptance is written in a batch with others)."""
        now = self._clock.now()
        if claim.lease_until - now < self._rules.provider_timeout:
            await self._give_back(claim)
            return
        delivery = self._contacts.delivery_of(claim.notice, card, now)
        if not await self._held_back(claim, delivery, now):
            await self._attempt(claim, card, discreet=delivery.discreet)

    async def _attempt(self, claim: Claim, card: CaseCard | None, *, discreet: bool) -> None:
        try:
            message = self._message(claim.notice, card, discreet=discreet)
            if await self._within_quotas(claim, card, message.to):
                await self._gateway.send(message)
            else:
                return
        except TransientFault as fault:
            # The counters can't be read now; the claim's lease runs out and somebody takes it up.
            _log.warning("quota_not_counted", reason=type(fault).__name__)
        except Unreachable as missing:
            await self._unreachable(claim, missing)
        except TemplateError:
            # A value its template has no room for: it will never fit, and must not hold up the others.
            await self._fail(claim, "template_error", attempts=claim.attempt - 1)
        except GatewayRefused as refusal:
            await self._fail(claim, refusal.code, attempts=claim.attempt)
        except GatewayOutcomeUnknown as silence:
            await self._unconfirmed(claim, silence.code)
        except GatewayError as fault:
            await self._again(claim, fault.code)
        else:
            self._accept(claim)

    async def _held_back(self, claim: Claim, delivery: Delivery, now: datetime) -> bool:
        """True: it waits for its citizen's hours, or would come too late by them, and that is written."""
        if delivery.is_too_late(claim.notice, now):
            await self._fail(claim, TOO_LATE, attempts=claim.attempt - 1)
            return True
        if delivery.at > now:
            await self._written(lambda: self._log.wait(claim, until=delivery.at), claim)
            return True
        return False

    async def _within_quotas(self, claim: Claim, card: CaseCard | None, to: str) -> bool:
        """False: a quota is full, and what becomes of the message is written: an office's waits for a digest."""
        notice, now = claim.notice, self._clock.now()
        full = await self._quotas.exceeded(notice, card, to, now)
        if full is not None:
            self._metrics.quota_exceeded.labels(full).inc()
            await self._fail(claim, QUOTA_EXCEEDED, attempts=claim.attempt - 1)
            return False
        if notice.emergency and notice.audience == "office" and not notice.released:
            full = await self._quotas.crowding(notice, card, self._contacts.claimed_by(card), now)
            if full is not None:
                self._metrics.quota_exceeded.labels(full).inc()
                self._metrics.held.inc()
                await self._written(lambda: self._log.hold(claim), claim)
                return False
        return True

    def _message(self, notice: Notice, card: CaseCard | None, *, discreet: bool) -> OutgoingSms:
        to = self._contacts.phone_of(notice, card)
        text = self._book.render(
            notice.template, notice.language, notice.variables, neutral=notice.neutral, discreet=discreet
        )
        return OutgoingSms(
            notification_id=notice.notification_id,
            to=to,
            text=text.text,
            unicode=text.unicode,
            dlt_id=text.dlt_id,
            template=notice.template,
            language=notice.language,
            receipt_url=self._receipt_url(notice.notification_id),
        )

    def _accept(self, claim: Claim) -> None:
        notice, now = claim.notice, self._clock.now()
        self._count(notice, "accepted")
        lane = "emergency" if notice.emergency else "routine"
        begun = min(notice.waited_until, now) if notice.waited_until is not None else notice.occurred_at
        self._metrics.seconds.labels(lane).observe((now - begun).total_seconds())
        emitted = announcements(notice, DispatchState.ACCEPTED, attempts=claim.attempt, at=now, error_code=None)
        self._confirmed.append((claim, emitted))
        self._to_write.set()

    async def _unreachable(self, claim: Claim, missing: Unreachable) -> None:
        if missing.retry:
            await self._again(claim, missing.code)
        else:
            await self._fail(claim, missing.code, attempts=claim.attempt - 1)

    async def _unconfirmed(self, claim: Claim, code: str) -> None:
        if self._rules.may_resend(claim.notice):
            await self._again(claim, code)
        # Else the claim's lease runs out: a delivery report may settle it until then.

    async def _again(self, claim: Claim, code: str) -> None:
        delay = self._rules.retry.next_delay(claim.attempt, emergency=claim.notice.emergency)
        if delay is None:
            await self._fail(claim, code, attempts=claim.attempt)
            return
        self._count(claim.notice, "retried")
        due = self._clock.now() + delay
        await self._written(
            lambda: self._log.requeue(claim, attempts=claim.attempt, due_at=due, error_code=code), claim
        )

    async def _give_back(self, claim: Claim) -> None:
        """It was never sent: as good as not claimed."""
        now = self._clock.now()
        await self._written(
            lambda: self._log.requeue(claim, attempts=claim.attempt - 1, due_at=now, error_code=None), claim
        )

    async def _fail(self, claim: Claim, code: str, *, attempts: int) -> None:
        now = self._clock.now()
        emitted = announcements(claim.notice, DispatchState.FAILED, attempts=attempts, at=now, error_code=code)

        async def write() -> None:
            outbox = await self._log.failed(claim, emitted, attempts=attempts, error_code=code, at=now)
            self._outbox.publish_soon(claim.notice.notification_id, outbox)

        if await self._written(write, claim):
            self._count(claim.notice, "failed")
            _log.warning(
                "notification_failed",
                notification_id=claim.notice.notification_id,
                case_id=claim.notice.case_id,
                template=claim.notice.template,
                error_code=code,
            )

    async def _written(self, write: Callable[[], Any], claim: Claim) -> bool:
        """A write that can't be made now needs no retry here: the claim's lease runs out and somebody takes it up."""
        try:
            await write()
        except TransientFault as fault:
            _log.warning(
                "dispatch_not_written", notification_id=claim.notice.notification_id, reason=type(fault).__name__
            )
            return False
        return True

    async def _writer(self) -> None:
        """Write acceptances in batches until stopped and empty. A batch that can't be written is tried again."""
        while not (self._stopping.is_set() and not self._confirmed and self._to_write.is_set()):
            await self._to_write.wait()
            self._to_write.clear()
            batch, self._confirmed = self._confirmed, []
            if batch and not await self._write_accepted(batch):
                self._confirmed = batch + self._confirmed
                self._to_write.set()
                await asyncio.sleep(_AGAIN_AFTER.total_seconds())
            if self._stopping.is_set():
                self._to_write.set()

    async def _write_accepted(self, batch: Sequence[tuple[Claim, list[OutboxEntry]]]) -> bool:
        claims, entries = [claim for claim, _ in batch], [emitted for _, emitted in batch]
        try:
            written = await self._log.accepted(claims, entries, self._clock.now())
        except TransientFault as fault:
            _log.warning("acceptances_not_written", count=len(batch), reason=type(fault).__name__)
            return False
        for claim, emitted in batch:
            if claim.notice.notification_id in written:
                self._outbox.publish_soon(claim.notice.notification_id, emitted)
        return True

    async def _sweeper(self) -> None:
        for turn in itertools.count():
            try:
                await self.sweep()
                if turn % GAUGE_EVERY == 0:
                    for lane, count in (await self._log.queue_length()).items():
                        self._metrics.queue.labels(lane).set(count)
            except TransientFault as fault:
                _log.warning("dispatch_sweep_failed", reason=type(fault).__name__)
                await asyncio.sleep(_AGAIN_AFTER.total_seconds())
            await asyncio.sleep(SWEEP_EVERY.total_seconds())

    async def sweep(self) -> None:
        """Take up what is due: retries, what another process left behind, what there was no room for."""
        while self.has_room:
            claims = await self._log.claim_due(self._clock.now(), self._rules.lease, self._rules.concurrency * 4)
            if not claims:
                return
            cards = await self._cards.cards([claim.notice.case_id for claim in claims])
            for claim in claims:
                if claim.unconfirmed and not self._rules.may_resend(claim.notice):
                    await self._fail(claim, OUTCOME_UNKNOWN, attempts=claim.attempt - 1)
                else:
                    self.submit(claim, cards.get(claim.notice.case_id))

    def _count(self, notice: Notice, outcome: str) -> None:
        self._metrics.notifications.labels(notice.channel, notice.template, outcome).inc()
