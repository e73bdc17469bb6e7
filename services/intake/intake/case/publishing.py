"""Turns decided events into entries of the outbox: their bytes are made once, at the write."""

from chassis.outbox.publisher import OutboxEntry
from chassis.telemetry.tracing import current_traceparent
from event_schemas import Lane, encode, topics
from intake.case.model import Numbered

SOURCE = "intake"


def outbox_entry(numbered: Numbered, lane: Lane, *, fresh: bool = False) -> OutboxEntry:
    """`fresh` as for encode(): the event comes straight from its constructor."""
    record = encode(
        numbered.event, event_id=numbered.event_id, source=SOURCE, traceparent=current_traceparent(), fresh=fresh
    )
    return OutboxEntry(topics.case_topic(lane), numbered.event_id, record)
