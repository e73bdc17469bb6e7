"""The bodies of hearing windows."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from chassis.http.moments import Instant
from event_schemas import HearingMode, WindowKind
from intake.case.command import Code
from intake.filing.bodies import Body
from intake.http.one_of import OneOf

Link = Annotated[str, StringConstraints(max_length=300, pattern=r"^https://[\x21-\x7e]+$")]


class PublishBody(Body):
    """Two hours from `starts_at`, which lies on a quarter of an hour. `place`: an office's code; one's own without it.

    `land_dispute`: the joint hearing of Saturday; `circle` names the circle officer's.
    """

    starts_at: Instant
    place: Annotated[str, StringConstraints(min_length=1, max_length=120)] | None = None
    modes: Annotated[tuple[Annotated[str, OneOf(HearingMode)], ...], Field(min_length=1, max_length=3)] = ("in_person",)
    slot_minutes: Literal[5, 10, 15, 20, 30] = 15
    video_url: Link | None = None
    live_url: Link | None = None
    kind: Annotated[str, OneOf(WindowKind)] = "hearing"
    circle: Annotated[str, StringConstraints(min_length=2, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")] | None = None


class WithdrawWindowBody(Body):
    reason_code: Code
