"""What is answered about openings of sealed cases, as models for OpenAPI and the tests."""

from datetime import datetime

from intake.case.shapes import Shape


class SealedCaseOpened(Shape):
    """The case can be read at its usual address until then."""

    opening_id: str
    case_id: str
    until: datetime
    review_by: datetime


class OpeningItem(Shape):
    """An opening that waits for its review; `reason` is null once the person's data were erased."""

    opening_id: str
    case_id: str
    tracking_number: str | None
    service_code: str | None
    service_name: str | None
    opened_by: str
    reason: str | None
    opened_at: datetime
    until: datetime
    review_by: datetime
    overdue: bool


class OpeningList(Shape):
    items: list[OpeningItem]
    next_cursor: str | None


class Reviewed(Shape):
    opening_id: str
    review: str
    reviewed_at: datetime
