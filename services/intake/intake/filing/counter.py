"""An officer at a counter files for the citizen before him, who may have no phone: any service, by the same form.

Paper that was handed in at any office or came by post is entered the same way; its clocks run from its receipt.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chassis.http.problems import FORBIDDEN, VALIDATION_FAILED, FieldError, Problem
from event_schemas.times import whole_ms
from event_schemas.values import IdentityMethod
from intake.auth import Principal
from intake.case.model import CaseIdentity, CounterFiling, IdentityState
from intake.case.scope import DISTRICT_ROLES, STATION_ROLES
from intake.case.states import Role
from intake.filing.bodies import CounterBody
from intake.filing.domain import Submission
from intake.filing.notices import ENTERED_LATE, IDENTITY_NEEDED, RECEIVED_ON_PAPER

ROLES: Final = STATION_ROLES | DISTRICT_ROLES | {Role.HQ}
# So much may an office's clock differ from the server's.
CLOCKS_DIFFER: Final = timedelta(minutes=5)
# What is entered later than the next day is counted, and shown to officers.
ENTERED_WITHIN: Final = timedelta(days=1)
# Older paper was hardly received on the day that is written here: its clocks would all have run out long ago.
OLDEST: Final = timedelta(days=365)


def at_counter(
    submission: Submission,
    counter: CounterBody | None,
    officer: Principal,
    contact_of: Callable[[str], str],
    now: datetime,
) -> Submission:
    """Problem 403 for an officer of no counter, 422 for what was not read back, or was received at no possible time."""
    if Role(officer.role) not in ROLES:
        raise Problem(FORBIDDEN, "citizens_only")
    if counter is None:
        raise Problem(VALIDATION_FAILED, errors=[FieldError("missing", "is required", "आवश्यक है", "/counter")])
    received_at = _received_at(counter, now)
    phone = submission.person.phone
    filed = replace(
        submission,
        channel="counter",
        contact=contact_of(phone) if phone else None,
        # An officer has the citizen before him, or a paper that names the number.
        contact_proved=received_at is None,
        counter=CounterFiling(
            officer.post or officer.role.upper(),
            counter.confirmation,
            counter.language,
            received_at,
            None if received_at is None else counter.received_by,
        ),
        flags=(*submission.flags, *_receipt_flags(received_at, now)),
    )
    if not submission.service.asks_identity:
        return filed
    if counter.identity is None:
        return replace(filed, identity=CaseIdentity(IdentityState.NEEDED), flags=(*filed.flags, IDENTITY_NEEDED))
    seen = counter.identity
    method = IdentityMethod.ORIGINAL_SEEN.value
    return replace(filed, identity=CaseIdentity(IdentityState.CONFIRMED, seen.document, seen.last_four, method=method))


def refuse_counter(counter: CounterBody | None) -> None:
    """Nobody but an officer files at a counter."""
    if counter is not None:
        raise Problem(FORBIDDEN, "officers_only")


def _received_at(counter: CounterBody, now: datetime) -> datetime | None:
    """When the paper came; None for what is filed by the citizen himself, now."""
    received_at = counter.received_at
    if received_at is None:
        if not counter.read_back:
            raise _fault("not_read_back", "is to be read back first", "पहले पढ़कर सुनाएँ", "read_back")
        return None
    if received_at > now + CLOCKS_DIFFER:
        raise _fault("in_future", "is still to come", "यह समय अभी आया नहीं है", "received_at")
    if received_at < now - OLDEST:
        english, hindi = "is more than a year ago: compare the date", "एक वर्ष से पुराना है: तिथि मिला लें"
        raise _fault("too_old", english, hindi, "received_at")
    return whole_ms(min(received_at, now))


def _receipt_flags(received_at: datetime | None, now: datetime) -> tuple[str, ...]:
    if received_at is None:
        return ()
    return (RECEIVED_ON_PAPER, ENTERED_LATE) if now - received_at > ENTERED_WITHIN else (RECEIVED_ON_PAPER,)


def _fault(code: str, english: str, hindi: str, field: str) -> Problem:
    return Problem(VALIDATION_FAILED, errors=[FieldError(code, english, hindi, f"/counter/{field}")])
