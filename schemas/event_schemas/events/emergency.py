"""Dial-112: a unit goes, arrives, and the emergency ends."""

from typing import ClassVar, Literal

from pydantic import Field

from event_schemas.base import DeskEvent
from event_schemas.values import CaseId, EmergencyOutcome, FixSource, Location, ResponderKind, Seconds, Text


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


class EmergencyResolved(DeskEvent):
    """``duplicate_of`` names the other case when ``how`` says so."""

    type: ClassVar[Literal["EmergencyResolved"]] = "EmergencyResolved"

    how: EmergencyOutcome
    duplicate_of: CaseId | None = None
