"""Opens a sealed case out of turn and has it reviewed: both stand in the case's trail before anything is shown."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from chassis.clock import Clock
from chassis.http.problems import FORBIDDEN, NOT_FOUND, Problem
from chassis.repeating import repeat
from chassis.sealing import KeyRing, SealError
from chassis.telemetry.logs import get_logger
from event_schemas.times import whole_ms
from intake.break_glass import domain
from intake.break_glass.domain import LIMITS, Opening, Review
from intake.break_glass.problems import CASE_IN_CHARGE, OPENING_REVIEWED
from intake.break_glass.store import OpeningStore
from intake.case.model import ActedBy, Case
from intake.case.scope import Actor, may_see
from intake.case.store import CaseStore
from intake.case.trail.handlers import Trail
from intake.metrics import IntakeMetrics
from intake.offices.domain import Offices

COUNT_EVERY: Final = timedelta(minutes=1)
_SPACE: Final = uuid.UUID("0f6b6d5e-8f5c-4d39-9f0d-5a4b7a1f2c33")
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OpeningInQuestion:
    """An opening as its reviewer reads it; `reason` is None once the case's key was destroyed."""

    opening: Opening
    case: Case | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class BreakGlass:
    openings: OpeningStore
    cases: CaseStore
    trail: Trail
    offices: Offices
    ring: KeyRing
    metrics: IntakeMetrics
    clock: Clock

    async def open(self, case_id: str, actor: Actor, reason: str) -> Opening:
        """Durable on return. Asked again while it is open, it is the same opening: its time is not made longer."""
        now = whole_ms(self.clock.now())
        case = await self.cases.by_id(case_id)
        newest = await self.openings.newest(case_id, actor.sub)
        if case is not None and may_see(case, actor):
            raise Problem(CASE_IN_CHARGE)
        if case is None or not domain.may_open(case, actor, self.offices):
            raise Problem(NOT_FOUND)
        if newest is not None and newest.is_open(now):
            return newest
        last = "" if newest is None else newest.opening_id
        opening = Opening(
            # Of two that ask at once, both make the same.
            opening_id=f"bg_{uuid.uuid5(_SPACE, f'{case_id} {actor.sub} {last}').hex}",
            case_id=case_id,
            actor=actor.sub,
            post=actor.post,
            opened_at=now,
            until=now + LIMITS.open_for,
            review_by=now + LIMITS.review_within,
            reviewers=domain.reviewers_of(case, actor),
            sealed_reason=self.ring.seal(case_id, reason.encode(), now),
        )
        by = ActedBy(actor.post, actor.sub)
        await self.trail.look(case, by, f"break-glass: {reason}", now, look_id=opening.opening_id)
        kept = await self.openings.add(opening)
        if kept is opening:
            self.metrics.break_glass.labels("opened").inc()
        return kept

    async def opens(self, case_id: str, case: Case | None, actor: Actor) -> bool:
        """Whether the officer has the case open now; asked of any id alike."""
        newest = await self.openings.newest(case_id, actor.sub)
        if case is None or newest is None or not newest.is_open(self.clock.now()):
            return False
        # What has become known of the case since may shut it.
        return domain.may_open(case, actor, self.offices)

    async def waiting(self, actor: Actor) -> Sequence[OpeningInQuestion]:
        """Those that this superior reviews, the oldest first. Problem 403 for who reviews none."""
        key = domain.reviewer_key(actor)
        if key is None:
            raise Problem(FORBIDDEN)
        found = [one for one in await self.openings.waiting(key) if one.actor != actor.sub]
        return [OpeningInQuestion(one, await self.cases.by_id(one.case_id), self._reason(one)) for one in found]

    async def review(self, opening_id: str, actor: Actor, review: Review, reason: str) -> Opening:
        """Durable on return. Problem 404 for anybody else's, 409 for one that was reviewed before."""
        now, key = whole_ms(self.clock.now()), domain.reviewer_key(actor)
        opening = await self.openings.by_id(opening_id)
        if opening is None or key not in opening.reviewers or opening.actor == actor.sub:
            raise Problem(NOT_FOUND)
        if opening.review is not Review.WAITING:
            raise Problem(OPENING_REVIEWED)
        case = await self.cases.by_id(opening.case_id)
        if case is not None:
            by = ActedBy(actor.post, actor.sub)
            await self.trail.look(case, by, f"break-glass {review} {opening_id}: {reason}", now)
        done = replace(
            opening,
            review=review,
            reviewed_at=now,
            reviewed_by=actor.sub,
            reviewed_post=actor.post,
            sealed_review=self.ring.seal(opening.case_id, reason.encode(), now),
        )
        if not await self.openings.reviewed(done):
            raise Problem(OPENING_REVIEWED)
        self.metrics.break_glass.labels(str(review)).inc()
        return done

    async def run(self) -> None:
        """Count those that no superior has reviewed in time, until cancelled."""
        await repeat(self.count, COUNT_EVERY, _log, "break_glass_count_postponed")

    async def count(self) -> None:
        self.metrics.break_glass_overdue.set(await self.openings.overdue(self.clock.now()))

    def _reason(self, opening: Opening) -> str | None:
        try:
            return self.ring.open(opening.case_id, opening.sealed_reason).decode()
        except SealError:
            return None
