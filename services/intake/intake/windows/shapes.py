"""The answers about hearing windows, as models for OpenAPI and the tests."""

from datetime import datetime

from intake.case.shapes import Shape
from intake.windows.domain import WindowState


class DeskWindow(Shape):
    """`late` and `short` say how it was kept; `slot_minutes` is how long each appointment in it takes."""

    window_id: str
    officer_post: str
    place: str
    kind: str
    kind_text: str
    circle: str | None
    starts_at: datetime
    ends_at: datetime
    modes: list[str]
    modes_text: str
    slot_minutes: int
    video_url: str | None
    live_url: str | None
    state: WindowState
    state_text: str
    opened_at: datetime | None
    closed_at: datetime | None
    late: bool
    short: bool


class DeskWindows(Shape):
    items: list[DeskWindow]
    next_cursor: str | None


class WindowFigures(Shape):
    """Windows of a post that begin in the span. `published` is all but the withdrawn ones.

    `kept`: opened and closed, neither late nor short. `missed`: never opened. `not_closed`: opened, and nobody reported
    its end.
    """

    officer_post: str
    published: int
    kept: int
    late: int
    short: int
    missed: int
    not_closed: int
    withdrawn: int
    to_come: int


class WindowReport(Shape):
    items: list[WindowFigures]
    next_cursor: None
