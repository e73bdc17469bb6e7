"""The rules of reopening and appeal (rules.yaml), and what they make of a case. Pure."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from chassis.settings import load_yaml
from event_schemas.papers import paper_rules
from intake.case import past
from intake.case.model import Case
from intake.case.situation import Situation, valid_certificates
from intake.case.states import DONE, State

APPEALED: Final = "appealed:"
"""Flag of a case, with the id of the appeal that was filed of it."""
APPEAL_OF: Final = "appeal_of:"
"""Flag of an appeal, with the id of the case that it is about."""


class Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    window: timedelta
    renewal_before: timedelta
    to_superintendent_from: int = Field(ge=2)
    appeal_up_to: int = Field(ge=1, le=4)


RULES: Final = Rules.model_validate(load_yaml(Path(__file__).with_name("rules.yaml")))


def reopens_until(case: Case) -> datetime | None:
    """The end of the window; None while the case has no end that it counts from."""
    ended = past.ended_at(case)
    return None if ended is None else ended + RULES.window


def is_in_window(case: Case, now: datetime) -> bool:
    until = reopens_until(case)
    return until is None or now <= until


def may_reopen(situation: Situation) -> bool:
    return is_in_window(situation.case, situation.now)


def may_renew(situation: Situation) -> bool:
    """Towards the end of the newest paper that has one, and after it."""
    newest = next(iter(reversed(valid_certificates(situation.case))), None)
    if newest is None or newest.issued_at is None:
        return False
    rule = paper_rules().get(newest.kind or "")
    until = None if rule is None else rule.holds_until(newest.issued_at)
    return until is not None and situation.now >= until - RULES.renewal_before


def goes_to_superintendent(following: int) -> bool:
    """Whether the round of that number is the superintendent's. The filing is round 1, the first reopening round 2."""
    return following > RULES.to_superintendent_from


def is_appealable(case: Case) -> bool:
    """Rated so badly that an appeal is offered, and none was filed in this round."""
    rated = case.feedback is not None and case.feedback <= RULES.appeal_up_to
    return rated and case.state in DONE | {State.CERTIFICATE_ISSUED, State.HEARD} and appeal_of(case) is None


def appeal_of(case: Case) -> str | None:
    """The appeal of this round, by its case id."""
    mark = f"{APPEALED}{case.round}:"
    return next((flag.removeprefix(mark) for flag in case.flags if flag.startswith(mark)), None)
