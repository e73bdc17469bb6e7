"""What a message is, and what becomes of one that was not accepted. Pure."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .templates import Audience, Channel, DigestKind, Language

DIGEST: Final = "digest"


class DispatchState(StrEnum):
    """A dispatch is queued or claimed until it is accepted (and later perhaps undelivered) or has failed. A held one
    waits for its digest and shares that one's fate; a waiting one for the hours in which its citizen may be written to.
    """

    HELD = "held"
    WAITING = "waiting"
    QUEUED = "queued"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    FAILED = "failed"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class CaseCard:
    """What the notifier keeps of a case; the citizen's contact stays sealed."""

    case_id: str
    tracking_number: str
    service_code: str
    language: Language
    sensitive: bool
    anonymous: bool
    sealed: str | None = field(repr=False)
    station_name: str | None = None
    station_name_hi: str | None = None
    officer_post: str | None = None
    station_code: str | None = None
    police_district: str | None = None
    emergency: bool = False
    # By the number of the assignment: whom the case has lain with.
    posts: Mapping[str, str] = field(default_factory=dict)
    contact_proved: bool = False
    source: str | None = None
    # How the citizen is to be written to, sealed for the case.
    sealed_contact: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to be sent, without its recipient's address: that is looked up when it is sent."""

    notification_id: str
    event_id: str
    case_id: str
    emergency: bool
    audience: Audience
    channel: Channel
    template: str
    language: Language
    neutral: bool
    variables: Mapping[str, str]
    post: str | None
    occurred_at: datetime
    traceparent: str | None
    # How its recipient is reached if he is not who filed, sealed for the case.
    contact: str | None = field(default=None, repr=False)
    # What a digest counts it as; None: it is always sent by itself.
    digest_kind: DigestKind | None = None
    deadline: datetime | None = None
    # It has waited for a digest alone, and goes by itself now.
    released: bool = False
    # From then on it would come too late to be of use.
    useless_from: datetime | None = None
    # Until then it has waited for the citizen's hours.
    waited_until: datetime | None = None

    @property
    def is_digest(self) -> bool:
        return self.template == DIGEST

    @property
    def is_to_the_citizen(self) -> bool:
        """To who filed, not to another person whom the case is about, nor to who helped."""
        return self.audience == "citizen" and self.contact is None


# A delivery report counts only if it says more than the one known: they come in any order, and more than once.
_REPORT_RANKS: Final[Mapping[str | None, int]] = {
    None: 0,
    "queued": 1,
    "sent": 2,
    "undelivered": 3,
    "rejected": 4,
    "delivered": 5,
}
_UNCONFIRMED: Final = frozenset({DispatchState.CLAIMED, DispatchState.QUEUED, DispatchState.WAITING})


def after_report(state: DispatchState, known: str | None, report: str) -> DispatchState | None:
    """The dispatch's state after a delivery report, given the report known before; None: it says nothing new.

    Delivered is final: it heals what was reported undelivered or given up, and nothing that comes later undoes it.
    """
    if _REPORT_RANKS[report] <= _REPORT_RANKS[known] or state is DispatchState.HELD:
        return None
    if report == "delivered":
        return DispatchState.ACCEPTED
    if report in {"undelivered", "rejected"}:
        return DispatchState.FAILED if state is DispatchState.FAILED else DispatchState.UNDELIVERED
    return DispatchState.ACCEPTED if state in _UNCONFIRMED else state


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how soon an unaccepted message is tried again. Emergencies are tried sooner."""

    max_attempts: int = 8
    first_delay: timedelta = timedelta(seconds=1)
    longest_delay: timedelta = timedelta(minutes=5)
    longest_emergency_delay: timedelta = timedelta(seconds=15)

    def next_delay(self, attempts: int, *, emergency: bool, jitter: float | None = None) -> timedelta | None:
        """The wait after `attempts` failed attempts, between half and all of a doubling step; None: give up."""
        if attempts >= self.max_attempts:
            return None
        longest = self.longest_emergency_delay if emergency else self.longest_delay
        step = min(self.first_delay * (1 << (attempts - 1)), longest)
        part = random.random() if jitter is None else jitter  # noqa: S311  spreads load, guards no secret
        return step * (0.5 + part / 2)
