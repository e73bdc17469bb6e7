"""The answers about away notices, as models for OpenAPI and the tests."""

from datetime import date, datetime

from intake.away.domain import NoticeState
from intake.case.shapes import Shape


class NoticeVisit(Shape):
    """An officer passed by the house."""

    at: datetime
    found: str
    found_text: str


class OwnNotice(Shape):
    """`seen_at`: when an officer of the station first read it. `deleted_after`: on the day after, all of it goes."""

    notice_id: str
    state: NoticeState
    state_text: str
    away_from: date
    away_until: date
    house: str
    house_text: str
    key_with: str | None
    phone_away: str | None
    seen_at: datetime | None
    visits: list[NoticeVisit]
    deleted_after: date


class AwayNotices(Shape):
    items: list[OwnNotice]
    next_cursor: None


class DeskNotice(Shape):
    """A line of the round's list: it shows no day and no address."""

    notice_id: str
    state: NoticeState
    state_text: str
    created_at: datetime
    seen_at: datetime | None
    visits: int


class DeskNotices(Shape):
    items: list[DeskNotice]
    next_cursor: None


class ReadNotice(OwnNotice):
    """What an officer of the station reads, after the reading was recorded."""

    tracking_number: str
    name: str | None
    address: str | None
