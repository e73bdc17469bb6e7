"""The commands of visits at a person's home: the station promises and records them, the person answers."""

from datetime import timedelta
from typing import Annotated, Final

from chassis.http.moments import Instant
from event_schemas.values import Visitor, VisitOutcome
from intake.beat import domain as visits
from intake.case.command import CommandBody, Context, DeskCommandBody, EventDraft
from intake.case.faults import ImplausibleTime, TransitionNotAllowed
from intake.case.model import Case
from intake.http.one_of import OneOf

FARTHEST: Final = timedelta(days=30)
"""Nobody is promised a visit for later."""


class PromiseVisit(DeskCommandBody):
    """Who of the station comes, and by when."""

    visitor: Annotated[str, OneOf(Visitor)] = Visitor.BEAT_OFFICER.value
    visit_by: Instant


def promise_visit(body: PromiseVisit, case: Case, context: Context) -> EventDraft:
    if body.visit_by <= context.now:
        raise ImplausibleTime("visit_by", "lies in the past", "बीत चुका समय है")
    if body.visit_by > context.now + FARTHEST:
        raise ImplausibleTime("visit_by", "is more than 30 days ahead", "30 दिन से आगे है")
    owed = visits.outstanding(case)
    fields = {
        "visit_no": visits.next_number(case) if owed is None else owed.visit_no,
        "visitor": body.visitor,
        "visit_by": body.visit_by,
        "by_post": context.by_post,
        "again": owed is not None,
    }
    return EventDraft(fields)


class RecordVisit(DeskCommandBody):
    """An officer was at the door, with a promise or without one."""

    visitor: Annotated[str, OneOf(Visitor)] = Visitor.BEAT_OFFICER.value
    outcome: Annotated[str, OneOf(VisitOutcome)]


def record_visit(body: RecordVisit, case: Case, context: Context) -> EventDraft:
    owed = visits.outstanding(case)
    fields = {
        "visit_no": visits.next_number(case) if owed is None else owed.visit_no,
        "visitor": body.visitor,
        "outcome": body.outcome,
        "by_post": context.by_post,
    }
    return EventDraft(fields)


class AnswerVisit(CommandBody):
    """Of the newest visit that is recorded."""


def confirm_visit(_body: AnswerVisit, case: Case, context: Context) -> EventDraft:
    return EventDraft({"visit_no": _answered(case, context, "confirm-visit")})


def dispute_visit(_body: AnswerVisit, case: Case, context: Context) -> EventDraft:
    fields = {"visit_no": _answered(case, context, "dispute-visit"), "owed_no": visits.next_number(case)}
    return EventDraft(fields)


def _answered(case: Case, context: Context, act: str) -> int:
    found = visits.answerable(case, context.now)
    if found is None:
        raise TransitionNotAllowed(act, case.state)
    return found.visit_no
