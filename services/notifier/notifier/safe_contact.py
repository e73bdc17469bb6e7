"""When and in which words a message may go to a citizen whose phone others may read. Pure but for the seal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from chassis.sealing import KeyRing, SealError
from event_schemas import SafeContact

from .domain import CaseCard, Notice

TOO_LATE: Final = "too_late_for_safe_hours"
# What nobody can read any more was something: nothing of the case is named then.
UNREADABLE: Final = SafeContact(neutral=True)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one message is to go: `at` is now, or when the hours open; `discreet`: in words that name nothing."""

    discreet: bool
    at: datetime

    def is_too_late(self, notice: Notice, now: datetime) -> bool:
        """Only a message that the hours hold back, or have held back, comes too late by them."""
        held = self.at > now or notice.waited_until is not None
        return held and notice.useless_from is not None and notice.useless_from <= self.at


def delivery_of(keys: KeyRing, notice: Notice, card: CaseCard | None, now: datetime) -> Delivery:
    """An emergency's messages, an office's and another person's go at once, in their own words."""
    if card is None or card.sealed_contact is None or notice.emergency or not notice.is_to_the_citizen:
        return Delivery(discreet=False, at=now)
    asked = _opened(keys, card.case_id, card.sealed_contact)
    return Delivery(discreet=asked.neutral, at=now if asked.hours is None else asked.hours.opening(now))


def _opened(keys: KeyRing, case_id: str, sealed: str) -> SafeContact:
    try:
        return SafeContact.from_json(keys.open(case_id, sealed))
    except (SealError, ValidationError):
        return UNREADABLE
