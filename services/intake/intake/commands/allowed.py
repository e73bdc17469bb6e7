"""What people may do with a case now: the transition table, and what the case's own facts forbid besides.

One function decides for the check of a command and for the lists of what is allowed, so that they never differ.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from event_schemas import InvestigationCompleted, PreliminaryEnquiryCompleted, ProgressInformed
from event_schemas.policies import PolicySet
from intake.case import past
from intake.case.model import Case, CertificateRecord
from intake.case.rounds import OpenRound, open_rounds
from intake.case.states import Act, Family, Role, State, acts_by_table
from intake.hearings import domain as hearings


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
        """By the officers' own commands; by the SLA monitor's word for a pause that the history does not name."""
        named = any(entry.params.get("clock_id") == one.clock_id for entry in self.case.history)
        if one.policy is None or not named:
            return one.paused
        return past.pause_left(self.case, one.clock_id, one.policy, self.now)[0]

    def _may_pause(self, one: OpenRound) -> bool:
        if one.policy is None or not one.policy.pausable or self.is_paused(one) or self.now >= one.due_at:
            return False
        return past.pause_left(self.case, one.clock_id, one.policy, self.now)[1] > 0


def allowed_acts(situation: Situation, role: Role) -> tuple[Act, ...]:
    """The acts of which a command of that role would be accepted now, given a body that fits the case."""
    acts = acts_by_table(situation.case.state, situation.case.family, role)
    return tuple(act for act in acts if facts_allow(act, situation))


def facts_allow(act: Act, situation: Situation) -> bool:
    """Besides state and family, which are the table's."""
    condition = _CONDITIONS.get(act)
    return condition is None or condition(situation)


def needs_confirmation(case: Case) -> bool:
    """A withdrawal that an officer has to confirm first: others may have been made to ask for it."""
    return case.family is Family.EMERGENCY or case.sensitive


def valid_certificates(case: Case) -> tuple[CertificateRecord, ...]:
    """Issued and not revoked, the newest last."""
    found = [one for one in case.certificates.values() if one.issued_at is not None and not one.revoked]
    return tuple(sorted(found, key=lambda one: (one.issued_at, one.certificate_id)))


def _undecided(situation: Situation) -> bool:
    return past.decision(situation.case) is None


def _may_approve(situation: Situation) -> bool:
    """Only what the certificate service will write: a clear verification, and an applicant it can name."""
    case = situation.case
    return _undecided(situation) and past.verification(case) == "clear" and case.sealed is not None


def _no_paper_under_way(situation: Situation) -> bool:
    """Between approval and issue the case waits for the paper alone."""
    return situation.case.state is not State.VERIFICATION_DONE or past.decision(situation.case) != "approved"


def _no_statutory_clock(situation: Situation) -> bool:
    return not situation.statutory


def _may_withdraw(situation: Situation) -> bool:
    confirmed = needs_confirmation(situation.case)
    return not confirmed and _no_paper_under_way(situation) and _no_statutory_clock(situation)


def _clock_ends_on(event_type: str) -> Callable[[Situation], bool]:
    return lambda situation: any(one.ends_on(event_type) for one in situation.rounds)


_CONDITIONS: Mapping[Act, Callable[[Situation], bool]] = {
    Act.STAND_DOWN: lambda situation: bool(past.kinds_out(situation.case)),
    Act.HOLD_HEARING: lambda situation: bool(hearings.under_way(situation.case)),
    Act.RECORD_NO_SHOW: lambda situation: bool(hearings.missable(situation.case, situation.now)),
    Act.CANCEL_HEARING: lambda situation: bool(hearings.waiting(situation.case)),
    Act.COMPLETE_VERIFICATION: _undecided,
    Act.APPROVE_CERTIFICATE: _may_approve,
    Act.REFUSE_CERTIFICATE: _undecided,
    Act.ORDER_CERTIFICATE_REVOCATION: lambda situation: bool(valid_certificates(situation.case)),
    Act.COMPLETE_PRELIMINARY_ENQUIRY: _clock_ends_on(PreliminaryEnquiryCompleted.type),
    Act.INFORM_PROGRESS: _clock_ends_on(ProgressInformed.type),
    Act.COMPLETE_INVESTIGATION: _clock_ends_on(InvestigationCompleted.type),
    Act.TRANSFER: _no_paper_under_way,
    Act.PAUSE_CLOCK: lambda situation: bool(situation.pausable),
    Act.RESUME_CLOCK: lambda situation: bool(situation.paused),
    Act.CLOSE: _no_statutory_clock,
    Act.WITHDRAW: _may_withdraw,
    Act.REQUEST_WITHDRAWAL: lambda situation: needs_confirmation(situation.case),
}
