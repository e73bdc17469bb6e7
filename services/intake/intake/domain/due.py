"""Promises as the policy file makes them, for the answers."""

from event_schemas.policies import ClockStart
from intake.domain.case import Due


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
