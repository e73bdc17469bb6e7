"""Runs commands: one write guarded by the case's version, its event in the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chassis.clock import Clock
from chassis.problems import FORBIDDEN, NOT_FOUND, Problem, ProblemType
from event_schemas import ids
from event_schemas.policies import PolicySet
from intake.domain import hearings
from intake.domain.case import Case, CommandMark, Idempotency
from intake.domain.commands import Context, decide
from intake.domain.faults import (
    ClockNotPausable,
    HearingInThePast,
    HearingTooFar,
    HearingTooLong,
    OfficeAccused,
    PlaceUnknown,
    SlotTaken,
    UnknownClock,
    UnknownHearing,
)
from intake.domain.filing import Numbered
from intake.domain.offices import Offices
from intake.domain.orders import CheckIn, Order
from intake.domain.scope import Actor, may_work
from intake.domain.states import TABLE, Act, State, TransitionNotAllowed, allowed_acts
from intake.handlers.bookings import Bookings
from intake.handlers.publishing import outbox_entry
from intake.keys import Keys
from intake.metrics import IntakeMetrics
from intake.problems import (
    BUSY,
    CLOCK_NOT_PAUSABLE,
    CLOCK_UNKNOWN,
    HEARING_IN_THE_PAST,
    HEARING_TOO_FAR,
    HEARING_TOO_LONG,
    HEARING_UNKNOWN,
    KEY_REUSED,
    OFFICE_ACCUSED,
    PLACE_UNKNOWN,
    SLOT_TAKEN,
    TRANSITION_NOT_ALLOWED,
    VERSION_MISMATCH,
)
from intake.store import CaseStore
from intake.store.slots import SlotStore

TRIES = 10
PLAIN: Mapping[type[Exception], ProblemType] = {
    PlaceUnknown: PLACE_UNKNOWN,
    OfficeAccused: OFFICE_ACCUSED,
    HearingInThePast: HEARING_IN_THE_PAST,
    HearingTooFar: HEARING_TOO_FAR,
    HearingTooLong: HEARING_TOO_LONG,
}
"""Faults that the title of their problem explains."""
_EXPLAINED = (TransitionNotAllowed, UnknownClock, ClockNotPausable, UnknownHearing, SlotTaken)
FAULTS: tuple[type[Exception], ...] = (*_EXPLAINED, *PLAIN)


@dataclass(frozen=True, slots=True)
class Done:
    """An accepted command; a repeat of it is answered alike."""

    case: Case
    event_id: str
    version: int
    state: State

    def body(self) -> Mapping[str, Any]:
        return {
            "case_id": self.case.case_id,
            "tracking_number": self.case.tracking_number,
            "status": self.state.value,
            "version": self.version,
            "event_id": self.event_id,
        }


@dataclass(frozen=True, slots=True)
class Wish:
    """A command as asked for; `if_match` is the version the officer's screen shows."""

    act: Act
    order: Order
    key: str | None = None
    if_match: int | None = None


class CommandDesk:
    def __init__(
        self,
        *,
        store: CaseStore,
        slots: SlotStore,
        offices: Offices,
        policies: PolicySet,
        keys: Keys,
        clock: Clock,
        metrics: IntakeMetrics,
    ) -> None:
        self._store = store
        self._bookings = Bookings(store, slots)
        self._offices = offices
        self._policies = policies
        self._keys = keys
        self._clock = clock
        self._metrics = metrics

    async def run(self, case_id: str, wish: Wish, actor: Actor) -> Done:
        """Problem 404, 403, 409, 412 or 422; another's write in between is met by looking again."""
        try:
            done = await self._run(case_id, wish, actor)
        except Problem as problem:
            self._metrics.commands.labels(str(wish.act), problem.type.code).inc()
            raise
        self._metrics.commands.labels(str(wish.act), "accepted").inc()
        return done

    async def _run(self, case_id: str, wish: Wish, actor: Actor) -> Done:
        if actor.role not in TABLE[wish.act].roles:
            raise Problem(FORBIDDEN, detail_en=f"{wish.act} is for: {', '.join(sorted(TABLE[wish.act].roles))}")
        mark = self._mark(case_id, wish, actor)
        for _ in range(TRIES):
            case = await self._store.by_id(case_id)
            if case is None:
                raise Problem(NOT_FOUND)
            # Who was answered before gets that answer again, and nothing newer, even if the case is no longer his.
            known = None if mark is None else case.commands.get(mark.scope)
            if known is not None and mark is not None:
                return _repeated(case, known, mark)
            if not may_work(case, actor, wish.act):
                raise Problem(NOT_FOUND)
            if wish.if_match is not None and wish.if_match != case.version:
                raise Problem(VERSION_MISMATCH, extra={"version": case.version})
            done = await self._attempt(case, wish, actor, mark)
            if done is not None:
                return done
        raise Problem(BUSY, headers={"Retry-After": "1"})

    async def _attempt(self, case: Case, wish: Wish, actor: Actor, mark: Idempotency | None) -> Done | None:
        moment = self._clock.now()
        now = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        if isinstance(wish.order, CheckIn):
            visit = hearings.visit_under_way(case, wish.order.hearing_id, wish.order.place)
            if visit is not None:
                # One visit has one clock: who comes to the counter again gets the first answer.
                return Done(case, hearings.arrival(case, visit), case.version, case.state)
        event_id = ids.new_event_id(now)
        context = Context(now, event_id, actor.post, self._policies, mark, self._offices)
        try:
            decision = decide(wish.act, wish.order, case, context)
            entries = [] if decision.event is None else [outbox_entry(Numbered(event_id, decision.event), case.lane)]
            changed = await self._bookings.write(case, decision.update, entries, now)
        except FAULTS as fault:
            raise _problem_of(fault, case, actor) from fault
        return None if changed is None else Done(changed, event_id, case.version + 1, decision.update.state)

    def _mark(self, case_id: str, wish: Wish, actor: Actor) -> Idempotency | None:
        if wish.key is None:
            return None
        body = wish.order.model_dump(mode="json")
        return self._keys.idempotency(wish.key, principal=actor.sub, route=f"{case_id} {wish.act}", body=body)


def _repeated(case: Case, known: CommandMark, mark: Idempotency) -> Done:
    if known.body != mark.body:
        raise Problem(KEY_REUSED)
    return Done(case, known.event_id, known.version, known.state)


def _problem_of(fault: Exception, case: Case, actor: Actor) -> Problem:
    match fault:
        case TransitionNotAllowed():
            return _not_allowed(fault, case, actor)
        case UnknownClock():
            return Problem(CLOCK_UNKNOWN, extra={"clocks": sorted(case.clocks)})
        case ClockNotPausable():
            return Problem(CLOCK_NOT_PAUSABLE, detail_en=str(fault), extra={"reasons": list(fault.reasons)})
        case UnknownHearing():
            return Problem(HEARING_UNKNOWN, extra={"hearings": sorted(case.hearings)})
        case SlotTaken():
            return Problem(SLOT_TAKEN, extra={} if fault.hearing_id is None else {"hearing_id": fault.hearing_id})
    return Problem(PLAIN[type(fault)])


def _not_allowed(refusal: TransitionNotAllowed, case: Case, actor: Actor) -> Problem:
    yours = set(allowed_acts(case.state, case.family, actor.role))
    return Problem(
        TRANSITION_NOT_ALLOWED,
        detail_en=f"{refusal.act} is not allowed while the case is {refusal.state}",
        extra={
            "case_status": case.state.value,
            "version": case.version,
            "allowed": [str(act) for act in refusal.allowed if act in yours],
        },
    )
