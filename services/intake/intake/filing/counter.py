"""An officer at a counter files for the citizen before him, who may have no phone: any service, by the same form."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from chassis.http.problems import FORBIDDEN, VALIDATION_FAILED, FieldError, Problem
from event_schemas.values import IdentityMethod
from intake.auth import Principal
from intake.case.model import CaseIdentity, CounterFiling, IdentityState
from intake.case.scope import DISTRICT_ROLES, STATION_ROLES
from intake.case.states import Role
from intake.filing.bodies import CounterBody
from intake.filing.domain import Submission
from intake.filing.notices import IDENTITY_NEEDED

ROLES: Final = STATION_ROLES | DISTRICT_ROLES | {Role.HQ}


def at_counter(
    submission: Submission, counter: CounterBody | None, officer: Principal, contact_of: Callable[[str], str]
) -> Submission:
    """Problem 403 for an officer of no counter, 422 where it was not read back to the citizen."""
    if Role(officer.role) not in ROLES:
        raise Problem(FORBIDDEN, "citizens_only")
    if counter is None:
        raise Problem(VALIDATION_FAILED, errors=[FieldError("missing", "is required", "आवश्यक है", "/counter")])
    phone = submission.person.phone
    filed = replace(
        submission,
        channel="counter",
        contact=contact_of(phone) if phone else None,
        # An officer has the citizen before him.
        contact_proved=True,
        counter=CounterFiling(officer.post or officer.role.upper(), counter.confirmation, counter.language),
    )
    if not submission.service.asks_identity:
        return filed
    if counter.identity is None:
        return replace(filed, identity=CaseIdentity(IdentityState.NEEDED), flags=(*submission.flags, IDENTITY_NEEDED))
    seen = counter.identity
    method = IdentityMethod.ORIGINAL_SEEN.value
    return replace(filed, identity=CaseIdentity(IdentityState.CONFIRMED, seen.document, seen.last_four, method=method))


def refuse_counter(counter: CounterBody | None) -> None:
    """Nobody but an officer files at a counter."""
    if counter is not None:
        raise Problem(FORBIDDEN, "officers_only")
