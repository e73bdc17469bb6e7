"""A case at a time: which clock rounds run, which of them may be paused, which certificates hold."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from event_schemas.policies import PolicySet
from intake.case import past
from intake.case.model import Case, CertificateRecord
from intake.case.rounds import OpenRound, open_rounds
from intake.case.states import Family, State

WITHDRAWAL_REQUESTED: Final = "withdrawal_requested"
"""Flag of a case whose citizen asked for its end where an officer has to confirm it."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A case at a time, under the policies."""

    case: Case
    now: datetime
    policies: PolicySet

    @property
    def rounds(self) -> tuple[OpenRound, ...]:
        return open_rounds(self.case, self.policies)

    @property
    def statutory(self) -> tuple[str, ...]:
        """The clocks of the law that run."""
        return tuple(one.clock_id for one in self.rounds if one.statutory)

    @property
    def pausable(self) -> tuple[OpenRound, ...]:
        return tuple(one for one in self.rounds if self._may_pause(one))

    @property
    def paused(self) -> tuple[OpenRound, ...]:
        return tuple(one for one in self.rounds if self.is_paused(one))

    def is_paused(self, one: OpenRound) -> bool:
        """By the officers' own commands; by the SLA monitor's record for a pause that the history does not name."""
        named = any(entry.params.get("clock_id") == one.clock_id for entry in self.case.history)
        if one.policy is None or not named:
            return one.paused
        return past.pause_left(self.case, one.clock_id, one.policy, self.now)[0]

    def _may_pause(self, one: OpenRound) -> bool:
        if one.policy is None or not one.policy.pausable or self.is_paused(one) or self.now >= one.due_at:
            return False
        return past.pause_left(self.case, one.clock_id, one.policy, self.now)[1] > 0


def needs_confirmation(case: Case) -> bool:
    """A withdrawal that an officer has to confirm first: others may have been made to ask for it."""
    return case.family is Family.EMERGENCY or case.sensitive


def valid_certificates(case: Case) -> tuple[CertificateRecord, ...]:
    """Issued and not revoked, the newest last."""
    found = [one for one in case.certificates.values() if one.issued_at is not None and not one.revoked]
    return tuple(sorted(found, key=lambda one: (one.issued_at, one.certificate_id)))


def is_undecided(situation: Situation) -> bool:
    return past.decision(situation.case) is None


def no_paper_under_way(situation: Situation) -> bool:
    """Between approval and issue the case waits for the paper alone."""
    return situation.case.state is not State.VERIFICATION_DONE or past.decision(situation.case) != "approved"
