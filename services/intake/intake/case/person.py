"""Whom a verification is about, as the form names him, and where he is at home."""

from dataclasses import dataclass, field
from typing import Final, Protocol

from intake.case.model import Case

HOME_STATE: Final = "bihar"


@dataclass(frozen=True, slots=True)
class VerifiedPerson:
    """`phone` in E.164, of another person than who filed; `district` as events name it, and `state` by its code."""

    phone: str | None = field(default=None, repr=False)
    district: str | None = field(default=None, repr=False)
    state: str | None = field(default=None, repr=False)

    @property
    def is_of_another_state(self) -> bool:
        return self.state is not None and self.state != HOME_STATE

    def lives_outside(self, district: str) -> bool:
        """Whether the permanent address lies in another state, or in another district than this one."""
        return self.is_of_another_state or (self.district is not None and self.district != district)


class Persons(Protocol):
    def of(self, case: Case) -> VerifiedPerson | None:
        """None for a service that verifies nobody, and once the data are erased."""


class NoPersons:
    """Nobody is known."""

    def of(self, case: Case) -> VerifiedPerson | None:
        del case
        return None
