"""When another emergency may stand for this one. It began earlier, so that two can never stand for each other."""

from datetime import datetime

from event_schemas import EmergencyResolved
from intake.case.faults import NotADuplicate
from intake.case.model import Case
from intake.case.past import DEFAULT_KINDS
from intake.case.states import DONE, Family

JOINED = "joined:"
"""Flag of the surviving case, with the id of the one that was joined to it."""


def check_survivor(case: Case, survivor: Case | None) -> None:
    """NotADuplicate with a code that says which condition fails."""
    if survivor is None:
        raise NotADuplicate("duplicate_unknown")
    if survivor.case_id == case.case_id:
        raise NotADuplicate("duplicate_of_itself")
    if survivor.family is not Family.EMERGENCY:
        raise NotADuplicate("duplicate_not_an_emergency")
    if any(
        entry.event == EmergencyResolved.type and entry.params.get("how") == "duplicate_of"
        for entry in survivor.history
    ):
        raise NotADuplicate("duplicate_is_a_duplicate")
    if survivor.state in DONE:
        raise NotADuplicate("duplicate_not_open", {"duplicate_status": survivor.state.value})
    lacking = tuple(kind for kind in _kinds(case) if kind not in _kinds(survivor))
    if lacking:
        raise NotADuplicate("duplicate_lacks_kinds", {"missing_kinds": list(lacking)})
    if _start(survivor) >= _start(case):
        raise NotADuplicate("duplicate_started_later")


def _kinds(case: Case) -> tuple[str, ...]:
    return case.kinds or DEFAULT_KINDS


def _start(case: Case) -> tuple[datetime, str]:
    """When its clocks start; of two that start at once the one with the smaller id is the earlier."""
    return case.call_received_at or case.filed_at, case.case_id
