"""The command that opens a case again."""

from typing import Annotated, Final

from event_schemas import Post, TransferRequested
from event_schemas.values import ReopeningReason
from intake.case.command import CommandBody, Context, EventDraft
from intake.case.faults import ReopeningTooLate
from intake.case.model import Case
from intake.case.situation import WITHDRAWAL_REQUESTED
from intake.http.one_of import OneOf
from intake.reopening import rules

REOPENED_AGAIN: Final = "reopened_again"
_SUPERIORS: Final = frozenset({Post.SP, Post.DIG, Post.HQ})


class Reopen(CommandBody):
    reason_code: Annotated[str, OneOf(ReopeningReason, but=(ReopeningReason.RENEWAL,))]


def reopen(body: Reopen, case: Case, context: Context) -> EventDraft:
    """A new round. From the rules' number on it is the superintendent's, unless he or one above him has it already."""
    until = rules.reopens_until(case)
    if until is not None and not rules.is_in_window(case, context.now):
        raise ReopeningTooLate(until.isoformat())
    following = case.round + 1
    flags = tuple(flag for flag in case.flags if flag != WITHDRAWAL_REQUESTED)
    fields = {"round": following, "reason_code": body.reason_code}
    update = {"round": following, "flags": flags}
    district = _district_below_superintendent(case)
    if district is None or not rules.goes_to_superintendent(following):
        return EventDraft(fields, update)
    number = case.assignment_no + 1
    transfer = {
        "assignment_no": number,
        "to_station": district,
        "reason_code": REOPENED_AGAIN,
        "by_post": context.by_post,
    }
    return EventDraft(fields, update | {"assignment_no": number}, further=((TransferRequested, transfer),))


class Renew(CommandBody):
    """What was granted for a time is asked for again."""


def renew(_body: Renew, case: Case, _context: Context) -> EventDraft:
    """A new round, in which the paper is approved anew; the office that has it decides."""
    following = case.round + 1
    return EventDraft({"round": following, "reason_code": ReopeningReason.RENEWAL.value}, {"round": following})


def _district_below_superintendent(case: Case) -> str | None:
    """The police district whose superintendent is above the office that has the case; None where none is."""
    assignment = case.assignment
    if assignment is None or assignment.station is None or assignment.officer_post.partition(":")[0] in _SUPERIORS:
        return None
    return assignment.station.police_district
