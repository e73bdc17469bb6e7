"""A hearing window: when it may be published, opened and closed, and whether it was kept. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from event_schemas import HearingMode, WindowKind
from event_schemas.calendars import india_date
from event_schemas.times import epoch_ms
from intake.case.scope import DISTRICT_ROLES, STATION_ROLES, Actor, spellings
from intake.case.states import Role

LENGTH: Final = timedelta(hours=2)
"""Mission Janseva: two hours a day."""
QUARTER: Final = timedelta(minutes=15)
FARTHEST: Final = timedelta(days=92)
OPENS_BEFORE: Final = timedelta(minutes=15)
GRACE: Final = timedelta(minutes=10)
"""So much later it is opened, or earlier closed, and still kept."""
PUBLISHERS: Final = (Role.SHO, Role.SDPO, Role.SP)
ONLINE: Final = frozenset({HearingMode.VIDEO.value, HearingMode.FACEBOOK_LIVE.value})
_SATURDAY: Final = 6


class WindowState(StrEnum):
    PUBLISHED = "published"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Window:
    """`quarters`: the quarter hours it takes of the post's time, none once withdrawn; no two of a post share one."""

    window_id: str
    officer_post: str
    place: str
    starts_at: datetime
    ends_at: datetime
    modes: tuple[str, ...]
    slot_minutes: int
    published_at: datetime
    kind: str = WindowKind.HEARING.value
    state: WindowState = WindowState.PUBLISHED
    station: str | None = None
    district: str | None = None
    video_url: str | None = None
    live_url: str | None = None
    circle: str | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    reason_code: str | None = None
    late: bool = False
    short: bool = False
    quarters: tuple[int, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class WindowScope:
    """Whose windows an officer sees: all, those of his district, or those of his post and station."""

    officer_post: str | None = None
    station: str | None = None
    districts: tuple[str, ...] | None = None

    def holds(self, window: Window) -> bool:
        if self.districts is not None:
            return window.district in self.districts
        if self.officer_post is None:
            return True
        return window.officer_post == self.officer_post or (self.station is not None and window.place == self.station)


def scope_of(actor: Actor) -> WindowScope:
    if actor.role in STATION_ROLES:
        return WindowScope(officer_post=actor.post, station=actor.station)
    if actor.role in DISTRICT_ROLES:
        return WindowScope(districts=spellings(actor.district or ""))
    return WindowScope()


def quarters_of(starts_at: datetime) -> tuple[int, ...]:
    first = epoch_ms(starts_at) // (QUARTER // timedelta(milliseconds=1))
    return tuple(range(first, first + LENGTH // QUARTER))


def is_on_the_quarter(at: datetime) -> bool:
    return epoch_ms(at) % (QUARTER // timedelta(milliseconds=1)) == 0


def is_saturday(at: datetime) -> bool:
    """In India."""
    return india_date(at).isoweekday() == _SATURDAY


def may_open(window: Window, now: datetime) -> bool:
    begun = window.starts_at - OPENS_BEFORE <= now < window.ends_at
    return window.state is WindowState.PUBLISHED and begun


def may_close(window: Window) -> bool:
    return window.state is WindowState.OPEN


def may_withdraw(window: Window, now: datetime) -> bool:
    """Before its time: what was not held then is missed, and counts as that."""
    return window.state is WindowState.PUBLISHED and now < window.starts_at


def opened(window: Window, now: datetime) -> Window:
    late = now > window.starts_at + GRACE
    return replace(window, state=WindowState.OPEN, opened_at=now, late=late)


def closed(window: Window, now: datetime) -> Window:
    short = now < window.ends_at - GRACE
    return replace(window, state=WindowState.CLOSED, closed_at=now, short=short)


def withdrawn(window: Window, reason_code: str) -> Window:
    return replace(window, state=WindowState.WITHDRAWN, reason_code=reason_code, quarters=())


@dataclass(frozen=True, slots=True)
class WindowGroup:
    """Windows of a post that ended alike, counted. `over`: their time has passed."""

    officer_post: str
    state: WindowState
    late: bool
    short: bool
    over: bool
    count: int


COUNTED: Final = ("published", "kept", "late", "short", "missed", "not_closed", "withdrawn", "to_come")


def group_of(window: Window, now: datetime) -> WindowGroup:
    return WindowGroup(window.officer_post, window.state, window.late, window.short, window.ends_at <= now, 1)


def figures(groups: Iterable[WindowGroup]) -> Mapping[str, Mapping[str, int]]:
    """By post; a window may be both late and short, and is in one of the other columns alone."""
    by_post: dict[str, dict[str, int]] = {}
    for group in groups:
        row = by_post.setdefault(group.officer_post, dict.fromkeys(COUNTED, 0))
        for name in _columns(group):
            row[name] += group.count
    return dict(sorted(by_post.items()))


def _columns(group: WindowGroup) -> Iterable[str]:
    if group.state is WindowState.WITHDRAWN:
        yield "withdrawn"
        return
    yield "published"
    if group.late:
        yield "late"
    if group.short:
        yield "short"
    if not group.over and group.state is not WindowState.CLOSED:
        yield "to_come"
    elif group.state is WindowState.PUBLISHED:
        yield "missed"
    elif group.state is WindowState.OPEN:
        yield "not_closed"
    elif not (group.late or group.short):
        yield "kept"
