"""Who may open a sealed case out of turn, for how long, and which superiors review it. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from chassis.settings import load_yaml
from intake.case.model import Case
from intake.case.scope import STATION_ROLES, Actor, is_against_police, is_guarded, offices_of
from intake.case.states import Family, Role
from intake.offices.domain import Offices


class Limits(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(min_length=8)
    open_for: timedelta
    review_within: timedelta
    roles: frozenset[Role]


LIMITS: Final = Limits.model_validate(load_yaml(Path(__file__).with_name("limits.yaml")))
HQ: Final = str(Role.HQ)


class Review(StrEnum):
    """What a superior makes of an opening; `waiting` until then."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    OBJECTED = "objected"


@dataclass(frozen=True, slots=True)
class Opening:
    """`actor` and `post`: who opened. `reviewers`: the superiors, as `reviewer_key` writes them. What officers wrote is
    sealed under the case's key.
    """

    opening_id: str
    case_id: str
    actor: str
    post: str
    opened_at: datetime
    until: datetime
    review_by: datetime
    reviewers: tuple[str, ...]
    sealed_reason: str = field(repr=False)
    review: Review = Review.WAITING
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None
    reviewed_post: str | None = None
    sealed_review: str | None = field(default=None, repr=False)

    def is_open(self, now: datetime) -> bool:
        """It ends by itself; an objection ends it at once."""
        return now < self.until and self.review is not Review.OBJECTED

    def is_overdue(self, now: datetime) -> bool:
        return self.review is Review.WAITING and self.review_by < now


def may_open(case: Case, actor: Actor, offices: Offices) -> bool:
    """A sealed case alone: an ordinary one out of charge stays closed, and a secret tip is opened by nobody."""
    if actor.role not in LIMITS.roles or case.family is Family.TIP or case.erased_at is not None:
        return False
    return is_guarded(case) and (not is_against_police(case) or _is_apart_from_accused(case, actor, offices))


def reviewers_of(case: Case, actor: Actor) -> tuple[str, ...]:
    """The superiors of who opens, in his district and headquarters. None whom the complaint accuses is among them."""
    above = [Role.SDPO, Role.SP] if actor.role in STATION_ROLES else [Role.SP] if actor.role is Role.SDPO else []
    district = (actor.district or "").casefold()
    if is_against_police(case):
        # A district's token does not say of which sub-division he is, so an SDPO may be the accused.
        above = [] if case.accused == district else [role for role in above if role is not Role.SDPO]
    return (*(f"{role}:{district}" for role in above if district), HQ)


def reviewer_key(actor: Actor) -> str | None:
    """As `reviewers` names him; None for who reviews nothing."""
    if actor.role is Role.HQ:
        return HQ
    if actor.role in (Role.SDPO, Role.SP) and actor.district:
        return f"{actor.role}:{actor.district.casefold()}"
    return None


def _is_apart_from_accused(case: Case, actor: Actor, offices: Offices) -> bool:
    """Neither the accused office nor any under it, by the directory. Where that is not known, it stays shut."""
    office = actor.station or actor.post.partition(":")[2]
    if not case.accused or not office or actor.role is Role.SDPO:
        return False
    line = offices.line_of(office)
    return len(line) > 1 and case.accused not in line | offices_of(actor)
