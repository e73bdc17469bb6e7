"""Away notices at work: the owner gives and changes them, the station's officers read them, a sweep deletes them."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from chassis.clock import Clock
from chassis.http.problems import NOT_FOUND, VALIDATION_FAILED, Problem
from chassis.repeating import repeat
from chassis.sealing import KeyRing, SealError
from chassis.telemetry.logs import get_logger
from event_schemas.times import whole_ms
from intake.away import domain
from intake.away.domain import AwayNotice, NoticeState, RoundVisit
from intake.away.problems import NOT_REGISTERED, NOTICE_OVER, TOO_MANY
from intake.away.store import AwayStore
from intake.case.model import ActedBy, Case
from intake.case.scope import Actor
from intake.case.states import DONE
from intake.case.store import CaseStore
from intake.case.trail.handlers import Trail
from intake.catalogue import Catalogue, Service
from intake.filing.bodies import checked_attributes
from intake.filing.redaction import redact_value
from intake.problems import BUSY

SWEEP_EVERY: Final = timedelta(minutes=10)
_TRIES: Final = 5
_READ, _VISITED = "away_notice_read", "away_notice_visited"
_SPACE: Final = uuid.UUID("5a0c1f0e-6f0b-4f2b-9f4e-0f6d5b9d6a10")
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OpenedNotice:
    """A notice with what is sealed in it; nothing of that leaves by any other way."""

    notice: AwayNotice
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AwayDesk:
    """Nothing here emits an event, counts or logs what is in a notice, or that there is one."""

    notices: AwayStore
    cases: CaseStore
    trail: Trail
    ring: KeyRing
    catalogue: Catalogue
    service: Service
    clock: Clock

    async def give(self, case: Case, attributes: Mapping[str, Any], key: str) -> OpenedNotice:
        """Durable on return; the same key gives the same notice."""
        now = whole_ms(self.clock.now())
        notice_id = f"an_{uuid.uuid5(_SPACE, f'{case.case_id} {key}').hex}"
        known = await self.notices.by_id(notice_id)
        if known is not None:
            return self._opened(known)
        if not domain.is_registered(case, now):
            raise Problem(NOT_REGISTERED)
        answers = self._checked(attributes, now)
        there = [one for one in await self.notices.of_case(case.case_id) if one.state is NoticeState.OPEN]
        if len(there) >= domain.MOST_OPEN:
            raise Problem(TOO_MANY)
        sealed = self._seal(notice_id, answers, now)
        notice = AwayNotice(notice_id, case.case_id, case.station_code or "", now, sealed=sealed)
        return self._opened(await self.notices.add(notice))

    async def of(self, case: Case) -> Sequence[OpenedNotice]:
        return [self._opened(one) for one in await self.notices.of_case(case.case_id)]

    async def change(self, case: Case, notice_id: str, attributes: Mapping[str, Any]) -> OpenedNotice:
        now = whole_ms(self.clock.now())

        def changed(opened: OpenedNotice) -> AwayNotice:
            answers = self._checked({**opened.answers, **attributes}, now, begun=True)
            return replace(opened.notice, sealed=self._seal(notice_id, answers, now))

        return await self._own(case, notice_id, changed)

    async def come_back(self, case: Case, notice_id: str) -> OpenedNotice:
        """The content goes seven days after today, if that is before the day that was given."""
        now = whole_ms(self.clock.now())

        def changed(opened: OpenedNotice) -> AwayNotice:
            sealed = self._seal(notice_id, domain.returned(opened.answers, now), now)
            return replace(opened.notice, state=NoticeState.RETURNED, sealed=sealed)

        return await self._own(case, notice_id, changed)

    async def cancel(self, case: Case, notice_id: str) -> None:
        """Its content goes at once."""
        now = whole_ms(self.clock.now())
        for _ in range(_TRIES):
            notice = await self._owned(case, notice_id)
            if await self.notices.change(notice, domain.without_content(notice, now, NoticeState.CANCELLED)):
                return
        raise Problem(BUSY, headers={"Retry-After": "1"})

    async def listed(self, actor: Actor) -> Sequence[AwayNotice]:
        """Of the officer's station, without what is in them; none for anybody who may not read one."""
        if actor.station is None:
            return []
        found = await self.notices.of_station(actor.station)
        return [one for one in found if await self._case_for(one, actor) is not None]

    async def read(self, notice_id: str, actor: Actor) -> tuple[OpenedNotice, Case]:
        """Recorded before anything is shown. Problem 404 for everybody else, as for a notice that there is not."""
        notice, case = await self._readable(notice_id, actor)
        await self._record(notice, case, actor, _READ)
        if notice.seen_at is None:
            seen = replace(notice, seen_at=whole_ms(self.clock.now()))
            # Of two readers one is first.
            notice = seen if await self.notices.change(notice, seen) else notice
        return self._opened(notice), case

    async def passed_by(self, notice_id: str, actor: Actor, found: str) -> AwayNotice:
        for _ in range(_TRIES):
            notice, case = await self._readable(notice_id, actor)
            await self._record(notice, case, actor, _VISITED)
            visit = RoundVisit(whole_ms(self.clock.now()), actor.post, found)
            after = replace(notice, visits=(*notice.visits, visit))
            if await self.notices.change(notice, after):
                return after
        raise Problem(BUSY, headers={"Retry-After": "1"})

    async def run(self) -> None:
        """Sweep until cancelled; while the store is away the next pass does it."""
        await repeat(self.sweep, SWEEP_EVERY, _log, "away_sweep_postponed")

    async def sweep(self) -> int:
        """Delete the content of those that are over, move those whose registration has moved; how many were deleted."""
        now, deleted = whole_ms(self.clock.now()), 0
        async for notice in self.notices.with_content():
            case = await self.cases.by_id(notice.case_id)
            station = None if case is None or case.state in DONE else case.station_code
            if station is None or self._is_over(notice, now):
                deleted += await self.notices.change(notice, domain.without_content(notice, now))
            elif station != notice.station:
                await self.notices.change(notice, replace(notice, station=station))
        await self.notices.forget(now - domain.RECORD_KEPT)
        return deleted

    def _is_over(self, notice: AwayNotice, now: datetime) -> bool:
        try:
            return domain.is_to_be_deleted(self._opened(notice).answers, now)
        except SealError:
            # Its key is destroyed: nobody can read it any more.
            return True

    def _checked(self, attributes: Mapping[str, Any], now: datetime, *, begun: bool = False) -> dict[str, Any]:
        answers, faults = checked_attributes(self.catalogue, self.service, attributes, now)
        faults = faults or [*domain.date_faults(answers, now, begun=begun)]
        if faults:
            raise Problem(VALIDATION_FAILED, errors=faults)
        kept: dict[str, Any] = redact_value(answers)[0]
        return kept

    def _seal(self, notice_id: str, answers: Mapping[str, Any], now: datetime) -> str:
        return self.ring.seal(notice_id, json.dumps(answers, ensure_ascii=False).encode(), now)

    def _opened(self, notice: AwayNotice) -> OpenedNotice:
        if notice.sealed is None:
            return OpenedNotice(notice, {})
        return OpenedNotice(notice, json.loads(self.ring.open(notice.notice_id, notice.sealed)))

    async def _own(self, case: Case, notice_id: str, change: Callable[[OpenedNotice], AwayNotice]) -> OpenedNotice:
        for _ in range(_TRIES):
            notice = await self._owned(case, notice_id)
            after = change(self._opened(notice))
            if await self.notices.change(notice, after):
                return self._opened(after)
        raise Problem(BUSY, headers={"Retry-After": "1"})

    async def _owned(self, case: Case, notice_id: str) -> AwayNotice:
        notice = await self.notices.by_id(notice_id)
        if notice is None or notice.case_id != case.case_id:
            raise Problem(NOT_FOUND)
        if notice.state is not NoticeState.OPEN:
            raise Problem(NOTICE_OVER)
        return notice

    async def _readable(self, notice_id: str, actor: Actor) -> tuple[AwayNotice, Case]:
        notice = await self.notices.by_id(notice_id)
        case = None if notice is None else await self._case_for(notice, actor)
        if notice is None or case is None:
            raise Problem(NOT_FOUND)
        return notice, case

    async def _case_for(self, notice: AwayNotice, actor: Actor) -> Case | None:
        case = await self.cases.by_id(notice.case_id)
        return case if case is not None and domain.may_read(notice, case, actor) else None

    async def _record(self, notice: AwayNotice, case: Case, actor: Actor, what: str) -> None:
        by, now = ActedBy(actor.post, actor.sub), self.clock.now()
        await self.trail.look(case, by, f"{what}:{notice.notice_id}", now)
