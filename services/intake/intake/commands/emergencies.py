"""Decide the commands of an emergency: help sent, come, stood down, and how it ended."""

from datetime import datetime, timedelta

from event_schemas import (
    EmergencyResolved,
    ResponderArrived,
    ResponderDispatched,
    ResponderStoodDown,
)
from intake.case import past
from intake.case.command import Context, Outcome
from intake.case.faults import ImplausibleTime, KindNotOut, KindsMissing
from intake.case.model import Case
from intake.case.states import State
from intake.commands import bodies as orders

# How far the clock of a dispatcher's screen may be off.
CLOCK_SLACK = timedelta(seconds=10)


def dispatch(order: orders.Dispatch, _case: Case, _context: Context) -> Outcome:
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    return Outcome(ResponderDispatched, fields, {})


def arrive(order: orders.Arrive, _case: Case, _context: Context) -> Outcome:
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    return Outcome(ResponderArrived, fields, {})


def stand_down(order: orders.StandDown, case: Case, _context: Context) -> Outcome:
    out = past.kinds_out(case)
    if order.kind not in out:
        raise KindNotOut(out)
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    state = case.state
    if state is State.RESPONDING and set(past.kinds_on_the_way(case)) <= {order.kind}:
        # Nobody is on the way any more, and the caller must not read that somebody is.
        state = State.ASSIGNED if case.assignment is not None else State.RECEIVED
    return Outcome(ResponderStoodDown, fields, state=state)


def resolve_emergency(order: orders.ResolveEmergency, case: Case, context: Context) -> Outcome:
    missing = past.kinds_out(case)
    if order.how == "attended" and missing:
        raise KindsMissing(missing)
    if order.called_back_at is not None:
        _plausible_call(order.called_back_at, case, context.now)
    fields = order.model_dump(exclude={"reported_at"}, exclude_none=True)
    return Outcome(EmergencyResolved, fields)


def _plausible_call(called_back_at: datetime, case: Case, now: datetime) -> None:
    if called_back_at > now + CLOCK_SLACK:
        raise ImplausibleTime("called_back_at", "lies in the future", "अभी आया नहीं है")
    if called_back_at < case.filed_at - CLOCK_SLACK:
        raise ImplausibleTime("called_back_at", "lies before the emergency was reported", "सूचना मिलने से पहले का समय है")
