"""Promises as the policy file makes them, for the answers."""

from collections.abc import Mapping
from typing import Any

from event_schemas.policies import ClockStart
from intake.case.clocks import Due


def due_json(due: Due) -> Mapping[str, Any]:
    return {"clock": due.clock, "clock_id": due.clock_id, "due_at": due.due_at}


def dues(starts: tuple[ClockStart, ...]) -> tuple[Due, ...]:
    return tuple(
        Due(
            start.policy.clock,
            start.clock_id,
            str(start.policy.owner),
            start.policy.target_s,
            start.due_at,
            start.started_at,
        )
        for start in starts
    )
