"""What the SLA monitor says about the promised times."""

from typing import ClassVar, Literal

from pydantic import Field

from event_schemas.base import DerivedEvent, UtcTime
from event_schemas.values import ClockId, ClockOwner, ClockState, Code, EventId, PostId, Seconds, StationCode, Text

__all__ = ["SLABreachRevoked", "SLABreached", "SLAClockAdjusted", "SLAClockStarted", "SLAClockStopped", "SLADueSoon"]


class _SLAEvent(DerivedEvent):
    """``rev`` grows with each change of a clock; who keeps clocks takes the highest."""

    producer: ClassVar[str] = "sla-monitor"

    clock: Code
    clock_id: ClockId = Field(min_length=1, max_length=200)
    rev: int = Field(ge=1)


class _SLAClockEvent(_SLAEvent):
    owner: ClockOwner
    target_s: int = Field(ge=0)
    started_at: UtcTime
    due_at: UtcTime
    state: ClockState
    stopped_at: UtcTime | None = None
    elapsed_s: Seconds | None = None
    paused_s: Seconds | None = None
    reason_code: Code | None = None


class SLAClockStarted(_SLAClockEvent):
    type: ClassVar[Literal["SLAClockStarted"]] = "SLAClockStarted"


class SLAClockAdjusted(_SLAClockEvent):
    """A pause, a resumption or a moved appointment changed the due time or the state."""

    type: ClassVar[Literal["SLAClockAdjusted"]] = "SLAClockAdjusted"


class SLAClockStopped(_SLAClockEvent):
    """``state`` is the outcome: met, breached or cancelled."""

    type: ClassVar[Literal["SLAClockStopped"]] = "SLAClockStopped"


class SLADueSoon(_SLAEvent):
    """``fraction`` of the target has passed."""

    type: ClassVar[Literal["SLADueSoon"]] = "SLADueSoon"

    due_at: UtcTime
    fraction: float = Field(gt=0, lt=1)
    owner: ClockOwner = ClockOwner.POLICE


class SLABreached(_SLAEvent):
    """``breach_id`` is this event's own id; ``level`` 0 is the passed target, 1 and more are escalations.

    ``owner`` says whose time has passed: nobody owes an apology for what the citizen has still to do.
    """

    type: ClassVar[Literal["SLABreached"]] = "SLABreached"

    breach_id: EventId = Field(min_length=1, max_length=200)
    level: int = Field(ge=0)
    due_at: UtcTime
    target_s: int = Field(ge=0)
    overdue_s: Seconds
    escalate_to: PostId = Field(min_length=1, max_length=120)
    station: StationCode | None = Field(default=None, min_length=1, max_length=40)
    district: Text | None = None
    owner: ClockOwner = ClockOwner.POLICE


class SLABreachRevoked(DerivedEvent):
    """The breach was untrue: what stopped the clock had happened in time and was heard of late."""

    type: ClassVar[Literal["SLABreachRevoked"]] = "SLABreachRevoked"
    producer: ClassVar[str] = "sla-monitor"

    breach_id: EventId = Field(min_length=1, max_length=200)
    clock_id: ClockId = Field(min_length=1, max_length=200)
    reason_code: Code
