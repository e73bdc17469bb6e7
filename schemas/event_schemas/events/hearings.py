"""A citizen comes to be heard. A walk-in's ``hearing_id`` is the event id of the visit."""

from typing import ClassVar, Literal

from pydantic import Field

from event_schemas.base import DeskEvent, IntakeEvent, UtcTime
from event_schemas.values import Code, Confirmation, HearingId, HearingMode, HearingParty, PostId, Presence, Text

__all__ = [
    "HearingCancelled",
    "HearingDisputed",
    "HearingHeld",
    "HearingNoShow",
    "HearingScheduled",
    "HearingStarted",
    "VisitorArrived",
]


class VisitorArrived(IntakeEvent):
    """``place`` is a station's code, or the name of an office; a booked visit names its ``hearing_id``."""

    type: ClassVar[Literal["VisitorArrived"]] = "VisitorArrived"

    place: Text
    hearing_id: HearingId | None = Field(default=None, min_length=1, max_length=120)
    presence: Presence = Presence.NONE


class HearingScheduled(IntakeEvent):
    """Booked by desk or citizen; again with the same ``hearing_id`` it is moved, and ``moved`` says so."""

    type: ClassVar[Literal["HearingScheduled"]] = "HearingScheduled"

    hearing_id: HearingId = Field(min_length=1, max_length=120)
    place: Text
    officer_post: PostId = Field(min_length=1, max_length=120)
    starts_at: UtcTime
    ends_at: UtcTime
    mode: HearingMode = HearingMode.IN_PERSON
    join_url: Text | None = None
    moved: bool = False


class _HearingEvent(DeskEvent):
    hearing_id: HearingId = Field(min_length=1, max_length=120)
    outcome: Code | None = None
    confirmation: Confirmation = Confirmation.NONE


class HearingStarted(_HearingEvent):
    type: ClassVar[Literal["HearingStarted"]] = "HearingStarted"


class HearingHeld(_HearingEvent):
    type: ClassVar[Literal["HearingHeld"]] = "HearingHeld"


class HearingCancelled(_HearingEvent):
    type: ClassVar[Literal["HearingCancelled"]] = "HearingCancelled"


class HearingNoShow(_HearingEvent):
    """``party`` is who stayed away; the clock is cancelled only if it was the citizen."""

    type: ClassVar[Literal["HearingNoShow"]] = "HearingNoShow"

    party: HearingParty


class HearingDisputed(_HearingEvent):
    """The citizen says that the hearing did not take place as it was reported."""

    type: ClassVar[Literal["HearingDisputed"]] = "HearingDisputed"
