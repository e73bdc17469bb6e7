"""How the citizen of a case is to be written to, out of its seal; and what holds for all messages to his login."""

from dataclasses import dataclass
from typing import Final

from chassis.sealing import KeyRing, SealError
from event_schemas import SafeContact
from intake.case.model import Case
from intake.case.store import CaseFilter, CaseStore

NEWEST: Final = 20
"""So many cases of a login are looked at."""


def safe_contact_of(ring: KeyRing, case: Case) -> SafeContact | None:
    """None: as usual. Errors: SealError."""
    if case.sealed_contact is None:
        return None
    return SafeContact.from_json(ring.open(case.case_id, case.sealed_contact))


@dataclass(frozen=True, slots=True)
class SafeContacts:
    """What a message to a login, which belongs to no case, has to respect."""

    store: CaseStore
    ring: KeyRing

    async def is_discreet(self, owner: str) -> bool:
        """Whether a case of the login asks for texts that name nothing; one that can't be read any more counts so."""
        page = await self.store.page(CaseFilter(owner=owner, with_contact=True), None, NEWEST)
        return any(self._asks(case) for case in page.cases)

    def _asks(self, case: Case) -> bool:
        try:
            contact = safe_contact_of(self.ring, case)
        except SealError:
            return True
        return contact is not None and contact.neutral
