"""Which station answers for a case."""

from typing import ClassVar, Literal

from pydantic import Field

from event_schemas.base import DerivedEvent, DeskEvent
from event_schemas.values import AssignmentReason, Code, Location, PostId, Station, StationCode, Text

__all__ = ["AssignedToStation", "ComplaintAcknowledged", "TransferRequested"]


class AssignedToStation(DerivedEvent):
    """Routing's decision with its reason and its doubt. ``confidence`` runs from 0 to 1.

    ``nearest_stations`` are those whose patrols are near an emergency, nearest first, whatever the jurisdiction. Where
    the station's desk is not online yet, ``also_inform`` names the posts to telephone besides ``officer_post``.
    ``notes`` are stable codes about the decision, such as ``zero_fir_at_any_station``.
    """

    type: ClassVar[Literal["AssignedToStation"]] = "AssignedToStation"
    producer: ClassVar[str] = "routing"

    assignment_no: int = Field(ge=1)
    station: Station
    territorial_station: Station | None = None
    officer_post: PostId = Field(min_length=1, max_length=120)
    reason: AssignmentReason
    provisional: bool = False
    confidence: float = Field(ge=0, le=1)
    distance_to_edge_m: float | None = None
    ambiguous_with: tuple[StationCode, ...] = ()
    boundary_version: Text
    previous_station: StationCode | None = Field(default=None, min_length=1, max_length=40)
    nearest_stations: tuple[StationCode, ...] = ()
    desk_online: bool = True
    also_inform: tuple[PostId, ...] = ()
    notes: tuple[Code, ...] = ()


class TransferRequested(DeskEvent):
    """``assignment_no`` is the number of the assignment asked for; intake allocates it.

    ``location`` is the first place of an emergency that was filed without one: the case is routed there.
    """

    type: ClassVar[Literal["TransferRequested"]] = "TransferRequested"

    assignment_no: int = Field(ge=2)
    to_station: StationCode | None = Field(default=None, min_length=1, max_length=40)
    reason_code: Code
    by_post: PostId = Field(min_length=1, max_length=120)
    location: Location | None = None


class ComplaintAcknowledged(DeskEvent):
    type: ClassVar[Literal["ComplaintAcknowledged"]] = "ComplaintAcknowledged"

    by_post: PostId = Field(min_length=1, max_length=120)
