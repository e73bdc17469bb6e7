"""An away notice: its dates and address are in `sealed` alone, and go seven days after the return. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from chassis.http.problems import FieldError
from event_schemas.calendars import india_date
from event_schemas.papers import paper_rules
from intake.case.model import Case
from intake.case.scope import Actor
from intake.case.situation import valid_certificates
from intake.case.states import DONE, Role

SERVICE: Final = "senior-away-notice"
REGISTRATION: Final = "senior-citizen-registration"
KEPT_AFTER_RETURN: Final = timedelta(days=7)
RECORD_KEPT: Final = timedelta(days=365)
"""What is left then says that there was a notice and who read it: no address, no date of an absence."""
LONGEST: Final = timedelta(days=90)
MOST_OPEN: Final = 5
READERS: Final = frozenset({Role.SHO, Role.IO})
"""The officer in charge of the registered station, and those of his who walk its beats."""


class NoticeState(StrEnum):
    """`deleted`: the content is gone, the record is left."""

    OPEN = "open"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class RoundVisit:
    """An officer passed by the house. `found`: all_well or something_wrong."""

    at: datetime
    by_post: str
    found: str


@dataclass(frozen=True, slots=True)
class AwayNotice:
    """`case_id`: the registration. `station`: that of the registration. `seen_at`: when an officer first read it."""

    notice_id: str
    case_id: str
    station: str
    created_at: datetime
    state: NoticeState = NoticeState.OPEN
    sealed: str | None = None
    version: int = 1
    seen_at: datetime | None = None
    visits: tuple[RoundVisit, ...] = ()
    deleted_at: datetime | None = None


def is_registered(case: Case, now: datetime) -> bool:
    """Whether the registration is in force: open, at a station, with a card that holds."""
    if case.service_code != REGISTRATION or case.state in DONE or case.station_code is None:
        return False
    return any(_holds(one.kind, one.issued_at, now) for one in valid_certificates(case))


def may_read(notice: AwayNotice, case: Case, actor: Actor) -> bool:
    """The officers who go out of the station that has the registration now; nobody above it, and no other office."""
    here = actor.station is not None and actor.station == case.station_code and actor.post == f"SHO:{actor.station}"
    return here and actor.role in READERS and notice.sealed is not None and notice.case_id == case.case_id


def date_faults(answers: Mapping[str, Any], now: datetime, *, begun: bool = False) -> Iterator[FieldError]:
    """What is wrong with the days; of a notice that is changed the first may have passed."""
    first, last, today = _day(answers["away_from"]), _day(answers["away_until"]), india_date(now)
    if first < today and not begun:
        yield FieldError("away_dates", "lies in the past", "बीत चुका दिन है", "/attributes/away_from")
    if last < max(first, today):
        yield FieldError("away_dates", "lies before the departure", "जाने से पहले का दिन है", "/attributes/away_until")
    if last - first > LONGEST:
        yield FieldError("away_dates", "is more than 90 days later", "90 दिन से अधिक है", "/attributes/away_until")


def returned(answers: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The answers of who is back today, if that is earlier."""
    today = india_date(now)
    return {**answers, "away_until": min(_day(answers["away_until"]), today).isoformat()}


def is_to_be_deleted(answers: Mapping[str, Any], now: datetime) -> bool:
    """Seven days after the day of the return are over."""
    return india_date(now) > _day(answers["away_until"]) + KEPT_AFTER_RETURN


def without_content(notice: AwayNotice, now: datetime, state: NoticeState = NoticeState.DELETED) -> AwayNotice:
    """The record that is left. Its rounds go too: their days show when the house was empty."""
    return replace(notice, sealed=None, visits=(), state=state, deleted_at=now)


def _holds(kind: str | None, issued_at: datetime | None, now: datetime) -> bool:
    rule = paper_rules().get(kind or "")
    if rule is None or issued_at is None:
        return False
    until = rule.holds_until(issued_at)
    return until is None or now <= until


def _day(text: str) -> date:
    return date.fromisoformat(text)
