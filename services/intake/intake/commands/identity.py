"""The commands on an applicant's identity: an officer reviews it, a register confirms it, a second claim holds it."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import StringConstraints

from event_schemas.values import IdentityMethod, IdentityOutcome
from intake.case.command import CommandBody, Context, DeskCommandBody, EventDraft
from intake.case.model import Case, CaseIdentity, IdentityState
from intake.case.situation import Situation, is_undecided
from intake.http.one_of import OneOf

# No digits: a number is nobody's to enter here.
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{2,39}$")]
End = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{4}$")]
_STATES = {IdentityOutcome.CONFIRMED: IdentityState.CONFIRMED, IdentityOutcome.REJECTED: IdentityState.REJECTED}
WAITING = frozenset({IdentityState.NEEDED, IdentityState.CLAIMED, IdentityState.HELD})


class ReviewIdentity(DeskCommandBody):
    """`document` and `last_four`: of the paper that was seen, if it is another than the case names."""

    outcome: Annotated[str, OneOf(IdentityOutcome)]
    method: Annotated[str, OneOf(IdentityMethod, but=(IdentityMethod.REGISTER,))] = IdentityMethod.ORIGINAL_SEEN.value
    document: Kind | None = None
    last_four: End | None = None


def review_identity(body: ReviewIdentity, case: Case, context: Context) -> EventDraft:
    known = case.identity or CaseIdentity(IdentityState.NEEDED)
    held = known.state is IdentityState.HELD
    outcome = IdentityOutcome(body.outcome)
    fields: dict[str, Any] = {
        "outcome": outcome,
        "method": IdentityMethod(body.method),
        "document_type": body.document or known.document,
        "by_post": context.by_post,
        "was_held": held,
    }
    holder = context.first_holder
    if held and holder is not None and not case.sensitive:
        fields |= {"sealed_holder": holder.sealed, "holder_language": holder.language}
    seen = replace(
        known,
        state=_STATES[outcome],
        document=body.document or known.document,
        last_four=body.last_four or known.last_four,
        method=body.method,
    )
    return EventDraft(fields, {"identity": seen})


def may_review(situation: Situation) -> bool:
    return situation.case.identity is not None and is_undecided(situation)


class SettleIdentity(CommandBody):
    """Of the claim that settles it; never an officer's to send."""

    document: Kind
    last_four: str
    claim: str


def confirm_identity(body: SettleIdentity, case: Case, _context: Context) -> EventDraft:
    """By the register's word."""
    held = case.identity is not None and case.identity.state is IdentityState.HELD
    fields: dict[str, Any] = {
        "outcome": IdentityOutcome.CONFIRMED,
        "method": IdentityMethod.REGISTER,
        "document_type": body.document,
        "was_held": held,
    }
    return EventDraft(fields, {"identity": _of(body, IdentityState.CONFIRMED, IdentityMethod.REGISTER.value)})


def hold_identity(body: SettleIdentity, _case: Case, _context: Context) -> EventDraft:
    return EventDraft({"document_type": body.document}, {"identity": _of(body, IdentityState.HELD)})


def waits(situation: Situation) -> bool:
    identity = situation.case.identity
    return identity is not None and identity.state in WAITING and is_undecided(situation)


def may_hold(situation: Situation) -> bool:
    identity = situation.case.identity
    return waits(situation) and identity is not None and identity.state is not IdentityState.HELD


def _of(body: SettleIdentity, state: IdentityState, method: str | None = None) -> CaseIdentity:
    return CaseIdentity(state, body.document, body.last_four, body.claim, method)
