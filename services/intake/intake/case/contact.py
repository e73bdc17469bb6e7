"""How the citizen of a case is to be written to, out of its seal."""

from chassis.sealing import KeyRing
from event_schemas import SafeContact
from intake.case.model import Case


def safe_contact_of(ring: KeyRing, case: Case) -> SafeContact | None:
    """None: as usual. Errors: SealError."""
    if case.sealed_contact is None:
        return None
    return SafeContact.from_json(ring.open(case.case_id, case.sealed_contact))
