"""Hearing windows at work: a post publishes, opens, closes and withdraws its own, each with its event in one write."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chassis.clock import Clock
from chassis.http.problems import FORBIDDEN, NOT_FOUND, VALIDATION_FAILED, FieldError, Problem
from chassis.outbox.publisher import OutboxEntry
from event_schemas import HearingMode, WindowKind, WindowRecord, encode, ids, topics
from event_schemas.records import WindowClosed, WindowOpened, WindowPublished, WindowWithdrawn
from event_schemas.times import whole_ms
from intake.case.publishing import SOURCE
from intake.case.scope import STATION_ROLES, Actor
from intake.case.states import Role
from intake.offices.domain import Offices
from intake.problems import BUSY, HEARING_IN_THE_PAST, HEARING_TOO_FAR, KEY_REUSED, PLACE_UNKNOWN
from intake.windows import domain
from intake.windows.bodies import PublishBody
from intake.windows.domain import Window
from intake.windows.problems import LINK_MISSING, NOT_LAND_DISPUTE, OVERLAPS, PLACE_ELSEWHERE, STATE
from intake.windows.store import WindowStore

_TRIES: Final = 5
_SPACE: Final = uuid.UUID("0d7f3c1e-54a9-4a45-9a52-3f0c0f6f2b71")


@dataclass(frozen=True, slots=True)
class WindowDesk:
    windows: WindowStore
    offices: Offices
    clock: Clock

    async def publish(self, actor: Actor, body: PublishBody, key: str | None) -> Window:
        """Durable on return; the same key gives the same window."""
        now = whole_ms(self.clock.now())
        wanted = self._checked(actor, body, now, _window_id(actor, key, now))
        known = None if key is None else await self.windows.by_id(wanted.window_id)
        if known is None:
            _check_time(wanted, now)
            known = await self.windows.add(wanted, _entry(WindowPublished, wanted, now))
        if known.window_id != wanted.window_id:
            raise Problem(OVERLAPS, extra={"window_id": known.window_id})
        if (known.starts_at, known.place) != (wanted.starts_at, wanted.place):
            raise Problem(KEY_REUSED)
        return known

    async def open(self, actor: Actor, window_id: str) -> Window:
        def change(window: Window, now: datetime) -> tuple[Window, OutboxEntry] | None:
            if not domain.may_open(window, now):
                return None
            after = domain.opened(window, now)
            return after, _entry(WindowOpened, after, now, late=after.late)

        return await self._own(actor, window_id, change)

    async def close(self, actor: Actor, window_id: str) -> Window:
        def change(window: Window, now: datetime) -> tuple[Window, OutboxEntry] | None:
            if not domain.may_close(window):
                return None
            after = domain.closed(window, now)
            return after, _entry(WindowClosed, after, now, short=after.short)

        return await self._own(actor, window_id, change)

    async def withdraw(self, actor: Actor, window_id: str, reason_code: str) -> Window:
        def change(window: Window, now: datetime) -> tuple[Window, OutboxEntry] | None:
            if not domain.may_withdraw(window, now):
                return None
            after = domain.withdrawn(window, reason_code)
            return after, _entry(WindowWithdrawn, after, now, reason_code=reason_code)

        return await self._own(actor, window_id, change)

    async def listed(
        self, actor: Actor, since: datetime, until: datetime, after: tuple[datetime, str] | None, limit: int
    ) -> Sequence[Window]:
        return await self.windows.page(domain.scope_of(actor), since, until, after, limit)

    async def figures(self, actor: Actor, since: datetime, until: datetime) -> Mapping[str, Mapping[str, int]]:
        found = self.windows.groups(domain.scope_of(actor), since, until, self.clock.now())
        return domain.figures([group async for group in found])

    def _checked(self, actor: Actor, body: PublishBody, now: datetime, window_id: str) -> Window:
        if not domain.is_on_the_quarter(body.starts_at):
            fault = FieldError("quarter", "must be on a quarter of an hour", "पूरे पंद्रह मिनट पर होना चाहिए", "/starts_at")
            raise Problem(VALIDATION_FAILED, errors=[fault])
        for mode, field, link in (
            (HearingMode.VIDEO, "video_url", body.video_url),
            (HearingMode.FACEBOOK_LIVE, "live_url", body.live_url),
        ):
            if mode.value in body.modes and link is None:
                fault = FieldError("missing", "is required", "आवश्यक है", f"/{field}")
                raise Problem(LINK_MISSING, errors=[fault])
        place = self._place(actor, body.place)
        if body.kind == WindowKind.LAND_DISPUTE.value and not _is_for_land_disputes(actor, body):
            raise Problem(NOT_LAND_DISPUTE)
        return Window(
            window_id=window_id,
            officer_post=actor.post,
            place=place,
            starts_at=body.starts_at,
            ends_at=body.starts_at + domain.LENGTH,
            modes=tuple(dict.fromkeys(body.modes)),
            slot_minutes=body.slot_minutes,
            published_at=now,
            kind=body.kind,
            station=actor.station,
            district=actor.district,
            video_url=body.video_url,
            live_url=body.live_url,
            circle=body.circle,
            quarters=domain.quarters_of(body.starts_at),
        )

    def _place(self, actor: Actor, named: str | None) -> str:
        """Problem 422 for no office, 403 for one that is not under the post."""
        own = actor.post.partition(":")[2]
        place = named or own
        if self.offices.lacks(place):
            fault = FieldError("unknown", "is no police office", "पुलिस कार्यालय नहीं है", "/place")
            raise Problem(PLACE_UNKNOWN, errors=[fault])
        line = self.offices.line_of(place)
        is_known = line != {place.casefold()}
        if place != own and (actor.role in STATION_ROLES or (is_known and own.casefold() not in line)):
            raise Problem(PLACE_ELSEWHERE)
        return place

    async def _own(
        self,
        actor: Actor,
        window_id: str,
        change: Callable[[Window, datetime], tuple[Window, OutboxEntry] | None],
    ) -> Window:
        for _ in range(_TRIES):
            window = await self.windows.by_id(window_id)
            if window is None or not domain.scope_of(actor).holds(window):
                raise Problem(NOT_FOUND)
            if window.officer_post != actor.post:
                raise Problem(FORBIDDEN)
            changed = change(window, whole_ms(self.clock.now()))
            if changed is None:
                raise Problem(STATE, extra=_standing(window))
            after, entry = changed
            if await self.windows.change(window, after, entry):
                return after
        raise Problem(BUSY, headers={"Retry-After": "1"})


def _is_for_land_disputes(actor: Actor, body: PublishBody) -> bool:
    in_person = body.modes == (HearingMode.IN_PERSON.value,)
    return actor.role is Role.SHO and in_person and body.circle is not None and domain.is_saturday(body.starts_at)


def _check_time(window: Window, now: datetime) -> None:
    if window.starts_at < now:
        raise Problem(HEARING_IN_THE_PAST)
    if window.starts_at - now > domain.FARTHEST:
        raise Problem(HEARING_TOO_FAR)


def _standing(window: Window) -> Mapping[str, object]:
    return {
        "state": window.state.value,
        "starts_at": window.starts_at.isoformat(),
        "ends_at": window.ends_at.isoformat(),
    }


def _window_id(actor: Actor, key: str | None, now: datetime) -> str:
    if key is None:
        return f"w_{ids.new_event_id(now)}"
    return f"w_{uuid.uuid5(_SPACE, f'{actor.sub} {actor.post} {key}').hex}"


def _entry(of: type[WindowRecord], window: Window, now: datetime, **more: object) -> OutboxEntry:
    event_id = ids.follow_up_id(window.window_id, of.type)
    fields = {
        "window_id": window.window_id,
        "occurred_at": now,
        "officer_post": window.officer_post,
        "place": window.place,
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "modes": window.modes,
        "kind": window.kind,
        **more,
    }
    record = encode(of.model_validate(fields), event_id=event_id, source=SOURCE)
    return OutboxEntry(topics.HEARING_WINDOWS, event_id, record)
