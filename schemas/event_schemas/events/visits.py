"""The police call at a person's home: a visit that was promised, made, and confirmed or disputed by whom it was for."""

from typing import ClassVar, Literal

from pydantic import Field

from event_schemas.base import DeskEvent, IntakeEvent, UtcTime
from event_schemas.values import PostId, Visitor, VisitOutcome

__all__ = ["BeatVisitConfirmed", "BeatVisitDisputed", "BeatVisitMade", "BeatVisitPromised"]

MOST_VISITS = 10_000


class BeatVisitPromised(DeskEvent):
    """Somebody of the station comes by ``visit_by``. ``visit_no`` counts a case's visits from 1.

    ``again``: in place of a visit that was disputed; its time runs since then.
    """

    type: ClassVar[Literal["BeatVisitPromised"]] = "BeatVisitPromised"

    visit_no: int = Field(ge=1, le=MOST_VISITS)
    visitor: Visitor
    visit_by: UtcTime
    by_post: PostId = Field(min_length=1, max_length=120)
    again: bool = False


class BeatVisitMade(DeskEvent):
    """An officer was at the door; only the outcome ``met`` is a visit that was kept."""

    type: ClassVar[Literal["BeatVisitMade"]] = "BeatVisitMade"

    visit_no: int = Field(ge=1, le=MOST_VISITS)
    visitor: Visitor
    outcome: VisitOutcome
    by_post: PostId = Field(min_length=1, max_length=120)


class _VisitAnswered(IntakeEvent):
    visit_no: int = Field(ge=1, le=MOST_VISITS)


class BeatVisitConfirmed(_VisitAnswered):
    """Who was to be visited says that somebody came."""

    type: ClassVar[Literal["BeatVisitConfirmed"]] = "BeatVisitConfirmed"


class BeatVisitDisputed(_VisitAnswered):
    """Who was to be visited says that it did not take place as it is recorded: the promise is open again."""

    type: ClassVar[Literal["BeatVisitDisputed"]] = "BeatVisitDisputed"

    owed_no: int = Field(ge=1, le=MOST_VISITS, description="the number of the visit that is owed in its place")
