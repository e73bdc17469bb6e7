"""What a case asks of its applicant's identity, and what the rooms that need it may ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from event_schemas.values import IdentityOutcome
from intake.case.model import Case, CaseIdentity, IdentityState


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who files for himself: his login, the name that he gives, and the numbers of his own papers by their kinds."""

    sub: str
    phone: str | None = field(repr=False)
    name: str | None = field(repr=False)
    language: str
    numbers: Mapping[str, str] = field(default_factory=dict, repr=False)
    known_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FirstHolder:
    """Who gave the document first: his phone sealed for this case, and the language of a message to him."""

    sealed: str = field(repr=False)
    language: str


class Identities(Protocol):
    async def standing(self, applicant: Applicant) -> CaseIdentity:
        """What is known of the applicant as he files."""

    async def is_contested(self, sub: str) -> bool:
        """Whether a document of this login waits for somebody else's."""

    async def first_holder(self, case: Case) -> FirstHolder | None:
        """Whom the case's document was under before; None for one that nobody else gave, or who can't be reached."""

    async def reviewed(self, case: Case, outcome: IdentityOutcome) -> None:
        """An officer has looked at the case's document: its claim says so from now on."""


def is_settled(case: Case) -> bool:
    """The service does not ask who the applicant is, or it is confirmed."""
    return case.identity is None or case.identity.state is IdentityState.CONFIRMED


def is_not_held(case: Case) -> bool:
    return case.identity is None or case.identity.state is not IdentityState.HELD
