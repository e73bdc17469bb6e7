"""Delivery reports come late, doubled and in any order; what becomes of the message is the same."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from event_schemas import NotificationDelivered, NotificationFailed, decode
from notifier.domain import DispatchState
from notifier.metrics import NotifierMetrics
from notifier.receipts import KANNEL_STATES, Receipts
from notifier.records import announcement

from .notifier_fakes import START, MemoryLog, Published, clock, notice

LEASE = timedelta(seconds=10)
NAMES = sorted(KANNEL_STATES.values())
ORDERS = [order for length in (1, 2, 3) for order in itertools.product(NAMES, repeat=length)]
FULL = [order for chosen in itertools.combinations(NAMES, 4) for order in itertools.permutations(chosen)]


async def log_in(state: DispatchState) -> MemoryLog:
    """A log whose one message stands as `state`, with the event that announced it."""
    log = MemoryLog()
    [claim] = await log.claim_new([notice()], START, LEASE)
    if state is DispatchState.QUEUED:
        await log.requeue(claim, attempts=1, due_at=START, error_code="gateway_silent")
    elif state is DispatchState.ACCEPTED:
        await log.accepted([claim], [[announcement(notice(), state, attempts=1, at=START, error_code=None)]], START)
    elif state is DispatchState.FAILED:
        emitted = [announcement(notice(), state, attempts=1, at=START, error_code="outcome_unknown")]
        await log.failed(claim, emitted, attempts=1, error_code="outcome_unknown", at=START)
    return log


def settled(before: DispatchState, reports: tuple[str, ...]) -> DispatchState:
    """What must be true once all these reports are in, in whatever order."""
    if "delivered" in reports:
        return DispatchState.ACCEPTED
    if before is DispatchState.FAILED:
        return DispatchState.FAILED
    return DispatchState.UNDELIVERED if {"undelivered", "rejected"} & set(reports) else DispatchState.ACCEPTED


@pytest.mark.parametrize(
    "before", [DispatchState.CLAIMED, DispatchState.QUEUED, DispatchState.ACCEPTED, DispatchState.FAILED]
)
async def test_every_order_of_reports_ends_the_same(before: DispatchState) -> None:
    """Delivered heals a failure and is final; without it a refusal stands; and the last event emitted agrees."""
    for order in (*ORDERS, *FULL):
        log = await log_in(before)
        receipts = Receipts(log, Published(), clock(), NotifierMetrics(CollectorRegistry()))
        for name in order:
            assert await receipts.apply("n-1", name)
        row = log.rows["n-1"]
        assert row.state is settled(before, order), order
        assert row.due_at is None, order
        assert (row.error_code is None) == (row.state is DispatchState.ACCEPTED), order
        events = [decode(entry.record.headers, entry.record.value) for entry in row.outbox]
        last = NotificationDelivered if row.state is DispatchState.ACCEPTED else NotificationFailed
        assert isinstance(events[-1].data, last), order
        assert len({one.event_id for one in events}) == len(events), order


async def test_a_report_of_an_unknown_message_is_refused() -> None:
    """No such message: nothing is written and the caller hears so."""
    receipts = Receipts(MemoryLog(), Published(), clock(), NotifierMetrics(CollectorRegistry()))
    assert not await receipts.apply("n-404", "delivered")
