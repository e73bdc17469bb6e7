"""An appeal as a submission: the citizen of the case complains of the office that handled it. Pure."""

from typing import Any, Final

from event_schemas import Location, PersonalData
from intake.case.model import Case
from intake.case.scope import AGAINST_POLICE
from intake.catalogue.model import Service
from intake.filing.domain import Person, Submission
from intake.reopening.rules import APPEAL_OF

SERVICE: Final = "e-complaint"
"""Filed as a complaint against the office, an appeal goes to the next office above it, and that one never reads it."""
_OTHER: Final = "other"


def appeal_submission(case: Case, service: Service, personal: PersonalData, description: str) -> Submission:
    """`personal` are the data of the case: who appeals, where he lives, and where it happened."""
    place: Location | None = case.location or personal.location
    return Submission(
        service=service,
        language=case.language,
        channel="web",
        person=Person(personal.name, personal.phone, personal.address),
        owner=case.owner,
        contact=case.contact,
        description=description,
        location=place,
        named_station=case.station_code,
        attributes=_answers(case, service),
        flags=(f"{APPEAL_OF}{case.case_id}",),
        # One appeal a round: the store keeps a second one out.
        repeat_slot=f"appeal {case.case_id} {case.round}",
        # The receipt of the case opens its appeal too.
        receipts=case.receipts,
    )


def _answers(case: Case, service: Service) -> dict[str, Any]:
    """A sensitive matter stays one: its category goes with it."""
    known = service.attributes["properties"]["category"]["enum"]
    category = case.category if case.category in known else _OTHER
    return {"category": category, AGAINST_POLICE: True}
