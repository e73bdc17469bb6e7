"""Who may read a case: one rule for the workers' HTTP and the ledger's."""

from chassis.http.access import Caller, Service
from event_schemas.officers import is_in_charge
from sla_monitor.domain.model import CaseRecord


def may_read(caller: Caller, record: CaseRecord, *, emergency: bool) -> bool:
    """Whether a case is the caller's to see: by the office that has it now."""
    if isinstance(caller, Service):
        return True
    held = record.assignment
    return is_in_charge(
        caller,
        emergency=emergency,
        station=None if held is None else held.station,
        police_district=None if held is None else held.police_district,
    )
