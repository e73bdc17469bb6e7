"""Reads out of a case's sealed answers whom it verifies."""

from dataclasses import dataclass

from chassis.sealing import KeyRing
from event_schemas import PersonalData
from event_schemas.districts import district_named
from intake.case.model import Case
from intake.case.person import VerifiedPerson
from intake.catalogue import Catalogue
from intake.phones import parse_phone


@dataclass(frozen=True, slots=True)
class SealedPersons:
    """Answers `intake.case.person.Persons`."""

    catalogue: Catalogue
    ring: KeyRing

    def of(self, case: Case) -> VerifiedPerson | None:
        service = self.catalogue.get(case.service_code)
        if service is None or service.verifies is None or case.sealed is None:
            return None
        asked = service.verifies
        answers = PersonalData.from_json(self.ring.open(case.case_id, case.sealed)).attributes
        district, state = (answers.get(f"{asked.address}_{part}") for part in ("district", "state"))
        mobile = answers.get(asked.mobile) if asked.mobile else None
        return VerifiedPerson(
            phone=parse_phone(mobile) if isinstance(mobile, str) else None,
            district=district_named(district) if isinstance(district, str) else None,
            state=state if isinstance(state, str) else None,
        )
