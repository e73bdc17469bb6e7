"""Apply case events to the ledger by the engine, and store every SLA event that the monitor itself emitted."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from chassis.clock import Clock
from chassis.kafka.consumer import Outgoing, Received
from event_schemas import Event, SLABreached, SLABreachRevoked
from event_schemas.policies import PolicySet
from event_schemas.times import time_of
from sla_monitor.domain import engine
from sla_monitor.domain.facts import relevant_types
from sla_monitor.domain.model import CaseRecord
from sla_monitor.ledger.model import Round, rounds_of
from sla_monitor.ledger.store import Heard, LedgerStore, StoredCase, TopicPartition

MONITOR: Final = "sla-monitor"
HEARD_TYPES: Final = frozenset(
    {"SLAClockStarted", "SLAClockAdjusted", "SLAClockStopped", "SLADueSoon", "SLABreached", "SLABreachRevoked"}
)


def ledger_types(policies: PolicySet) -> frozenset[str]:
    """The event types that the ledger reads: the engine's inputs, and the monitor's own events."""
    return relevant_types(policies) | HEARD_TYPES


def is_input(received: Received) -> bool:
    """False for the monitor's own events: they are stored, and move no clock."""
    return received.envelope.source != MONITOR and received.envelope.type not in HEARD_TYPES


class LedgerHandler:
    """Handles a batch. Effects first, and all of them before the offsets from which the watermarks follow."""

    def __init__(self, store: LedgerStore, policies: PolicySet, clock: Clock) -> None:
        self._store, self._policies, self._clock = store, policies, clock

    async def handle(self, batch: Sequence[Received]) -> Sequence[Outgoing]:
        now = self._clock.now()
        await self._apply_inputs([one for one in batch if is_input(one)], now)
        heard = [note for one in batch if one.envelope.source == MONITOR for note in _heard(one)]
        await self._store.write_heard(heard, now)
        return ()

    async def _apply_inputs(self, inputs: Sequence[Received], now: datetime) -> None:
        by_case: dict[str, list[Received]] = {}
        for one in inputs:
            by_case.setdefault(one.data.case_id, []).append(one)
        stored = await self._store.load([*by_case]) if by_case else {}
        changed: dict[TopicPartition, list[StoredCase]] = {}
        rounds: dict[TopicPartition, list[tuple[Round, int, datetime]]] = {}
        for case_id, events in by_case.items():
            tp = TopicPartition(events[0].topic, events[0].partition)
            before = stored.get(case_id)
            after = self._applied(before, events, now)
            if after is None:
                continue
            if before is None or after.version != before.version:
                changed.setdefault(tp, []).append(after)
            rounds.setdefault(tp, []).extend(self._changed_rounds(before, after, now))
        await self._store.write_cases(changed)
        # Also those of a case that did not change: an earlier attempt may have ended between the two writes.
        await self._store.write_rounds(rounds)

    def _applied(self, before: StoredCase | None, events: Iterable[Received], now: datetime) -> StoredCase | None:
        record: CaseRecord | None = before.record if before is not None else None
        for event in events:
            record, _ = engine.apply(record, event.envelope, self._policies)
        if record is None:
            return None
        if before is not None and record == before.record:
            return before
        return StoredCase(record, 1 if before is None else before.version + 1, now)

    def _changed_rounds(
        self, before: StoredCase | None, after: StoredCase, now: datetime
    ) -> Iterable[tuple[Round, int, datetime]]:
        """A new round is checked when its first breach falls due; one that changed also now, for what was emitted."""
        known = {} if before is None else {one.round_id: one for one in rounds_of(before.record, self._policies)}
        unchanged = before is not None and before.version == after.version
        for one in rounds_of(after.record, self._policies):
            was = known.get(one.round_id)
            if was is None and one.expects:
                yield one, after.version, time_of(one.expects[0].at)
            elif was != one or unchanged:
                yield one, after.version, now


def _heard(received: Received) -> Iterable[Heard]:
    event: Event = received.data
    clock_id = getattr(event, "clock_id", None)
    if received.envelope.type not in HEARD_TYPES or clock_id is None:
        return
    breach = event if isinstance(event, SLABreached) else None
    revoked = event if isinstance(event, SLABreachRevoked) else None
    yield Heard(
        event_id=received.envelope.event_id,
        case_id=event.case_id,
        clock_id=clock_id,
        type=event.type,
        occurred_at=event.occurred_at,
        tp=TopicPartition(received.topic, received.partition),
        offset=received.offset,
        level=None if breach is None else breach.level,
        due_at=None if breach is None else breach.due_at,
        about=None if revoked is None else revoked.breach_id,
    )
