"""The commands of an emergency: help sent, arrived, stood down, and how it ended."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from chassis.http.moments import Instant
from event_schemas import ClockEndReason, Location
from event_schemas.values import EmergencyOutcome, FixSource, ResponderKind
from intake.case import past
from intake.case.command import Code, Context, DeskCommandBody, EventDraft, Id, Name
from intake.case.faults import ImplausibleTime, KindNotOut, KindsMissing
from intake.case.model import Case
from intake.case.states import State
from intake.http.one_of import OneOf
from intake.metrics import IntakeMetrics

HelpKind = Annotated[str, OneOf(ResponderKind)]
# How far the clock of a dispatcher's screen may be off.
CLOCK_SLACK = timedelta(seconds=10)


class Dispatch(DeskCommandBody):
    unit: Name
    kind: HelpKind
    location: Location | None = None
    source: Annotated[str, OneOf(FixSource)] = "button"


class Arrive(Dispatch):
    fix_age_s: Annotated[float, Field(ge=0, le=366 * 86_400)] | None = None


def respond(body: Dispatch, _case: Case, _context: Context) -> EventDraft:
    """Help is sent, or has arrived."""
    return EventDraft(body.fields())


def measure(body: object, case: Case, at: datetime, metrics: IntakeMetrics) -> None:
    """How long after the filing help was sent, or arrived."""
    match body:
        case Arrive():
            metrics.arrived(case.filed_at, at, body.source)
        case Dispatch():
            metrics.dispatched(case.filed_at, at)


class StandDown(DeskCommandBody):
    """`unit` is the one that is sent back, if one was under way."""

    unit: Name | None = None
    kind: HelpKind
    reason_code: Code


def stand_down(body: StandDown, case: Case, _context: Context) -> EventDraft:
    out = past.kinds_out(case)
    if body.kind not in out:
        raise KindNotOut(out)
    state = case.state
    if state is State.RESPONDING and set(past.kinds_on_the_way(case)) <= {body.kind}:
        # Nobody is on the way any more, and the caller must not read that somebody is.
        state = State.ASSIGNED if case.assignment is not None else State.RECEIVED
    return EventDraft(body.fields(), state=state)


class ResolveEmergency(DeskCommandBody):
    """`called_back_at` is when the caller was rung up and confirmed that no help is needed."""

    how: Annotated[str, OneOf(EmergencyOutcome)]
    duplicate_of: Id | None = None
    called_back_at: Instant | None = None

    @model_validator(mode="after")
    def _names_the_other_case(self) -> Self:
        if (self.how == "duplicate_of") != (self.duplicate_of is not None):
            raise ValueError("duplicate_of goes with how = duplicate_of")
        if (self.how == "caller_cancelled") != (self.called_back_at is not None):
            raise ValueError("called_back_at goes with how = caller_cancelled: nobody cancels help without being asked")
        return self


def resolve_emergency(body: ResolveEmergency, case: Case, context: Context) -> EventDraft:
    missing = past.kinds_out(case)
    if body.how == "attended" and missing:
        raise KindsMissing(missing)
    if body.called_back_at is not None:
        _plausible_call(body.called_back_at, case, context.now)
    return EventDraft(body.fields())


def end_reason(body: ResolveEmergency) -> ClockEndReason:
    return ClockEndReason.CASE_CLOSED if body.how == "attended" else ClockEndReason(body.how)


def _plausible_call(called_back_at: datetime, case: Case, now: datetime) -> None:
    if called_back_at > now + CLOCK_SLACK:
        raise ImplausibleTime("called_back_at", "lies in the future", "अभी आया नहीं है")
    if called_back_at < case.filed_at - CLOCK_SLACK:
        raise ImplausibleTime("called_back_at", "lies before the emergency was reported", "सूचना मिलने से पहले का समय है")
