"""Dial-112: a unit goes, arrives, and the emergency ends."""

from typing import ClassVar, Literal

from pydantic import Field

from event_schemas.base import DeskEvent, UtcTime
from event_schemas.values import CaseId, Code, EmergencyOutcome, FixSource, Location, ResponderKind, Seconds, Text

__all__ = ["EmergencyResolved", "ResponderArrived", "ResponderDispatched", "ResponderStoodDown"]


class _ResponderEvent(DeskEvent):
    """``proved``: a fresh position within reach of the caller, not only a pressed button."""

    unit: Text
    kind: ResponderKind
    location: Location | None = None
    source: FixSource = FixSource.BUTTON
    fix_age_s: Seconds | None = None
    distance_m: float | None = Field(default=None, ge=0)
    proved: bool = False


class ResponderDispatched(_ResponderEvent):
    type: ClassVar[Literal["ResponderDispatched"]] = "ResponderDispatched"


class ResponderArrived(_ResponderEvent):
    type: ClassVar[Literal["ResponderArrived"]] = "ResponderArrived"


class ResponderStoodDown(DeskEvent):
    """Help of this kind is no longer needed; ``unit`` is the one that was sent back, if one was under way."""

    type: ClassVar[Literal["ResponderStoodDown"]] = "ResponderStoodDown"

    unit: Text | None = None
    kind: ResponderKind
    reason_code: Code


class EmergencyResolved(DeskEvent):
    """``duplicate_of`` names the other case when ``how`` says so.

    ``called_back_at``: when the caller was rung up and confirmed that no help is needed (``how`` = caller_cancelled).
    """

    type: ClassVar[Literal["EmergencyResolved"]] = "EmergencyResolved"

    how: EmergencyOutcome
    duplicate_of: CaseId | None = None
    called_back_at: UtcTime | None = None
