"""How long a case is kept: whole while a clock runs, then shrunk to a marker, then deleted. All times are epoch ms."""

from dataclasses import replace
from typing import Final

from sla_monitor.domain.model import CaseRecord

DAY_MS: Final = 86_400_000
IDLE_MS: Final = DAY_MS
"""How long an ended case is kept whole, so that what arrives late can still change its outcome."""
MARKER_MS: Final = 7 * DAY_MS
"""How long the small marker of an ended case keeps a repeated event from starting its clocks anew."""
CLOCKLESS_MS: Final = 30 * DAY_MS
"""How long a case without a clock is kept, so that a later visit or a late start finds its station."""


def age(record: CaseRecord, now: int) -> CaseRecord | None:
    """Once nothing runs any more: whole for a day, a marker for seven, then gone."""
    if any(not clock.ended for clock in record.clocks):
        return record
    review = review_time(record)
    if review is None:
        return record
    if now >= review and (not record.clocks or record.trimmed_at == record.last_seen):
        return None
    if not record.clocks or now < record.last_seen + IDLE_MS:
        return record
    clocks = tuple(
        replace(clock, states=clock.states[-1:], dropped=clock.rev - 1, warned=()) for clock in record.clocks
    )
    current = record.assignment
    trimmed = replace(
        record,
        trimmed_at=record.last_seen,
        facts=(),
        clocks=clocks,
        assignments=() if current is None else (current,),
    )
    review = review_time(trimmed)
    return age(trimmed, now) if review is not None and now >= review else trimmed


def review_time(record: CaseRecord) -> int | None:
    """When an idle record is to be shrunk or deleted; None for a filing without a clock that awaits its station."""
    if not record.clocks:
        return record.last_seen + CLOCKLESS_MS if record.facts or record.assignments else None
    if record.trimmed_at == record.last_seen:
        return record.last_seen + IDLE_MS + MARKER_MS
    return record.last_seen + IDLE_MS
