"""Which clock rounds of a case run by all that intake knows, and which of them an event ends."""

from dataclasses import dataclass
from datetime import datetime

from event_schemas import Event
from event_schemas.clock_policy import STATUTORY, ClockPolicy
from event_schemas.policies import PolicySet
from event_schemas.times import epoch_ms
from intake.case.model import Case

ENDED = ("met", "breached", "cancelled")


@dataclass(frozen=True, slots=True)
class OpenRound:
    """``policy`` is what the round is judged by; None for a clock that no edition knows."""

    clock: str
    clock_id: str
    due_at: datetime
    policy: ClockPolicy | None
    paused: bool = False

    @property
    def key(self) -> str:
        """The kind, hearing or number of the round within its clock."""
        return self.clock_id.removeprefix(f"{self.clock}:")

    @property
    def statutory(self) -> bool:
        """A time limit of the law, which no closing ends."""
        return self.clock in STATUTORY

    def ended_by(self, event: Event) -> bool:
        """True if the policies themselves let this event end the round."""
        if self.policy is None:
            return False
        matches = (*self.policy.stops_on, *self.policy.cancels_on)
        return any(match.matches(event) and self.key in (match.keys(event) or (self.key,)) for match in matches)

    def ends_on(self, event_type: str) -> bool:
        """True if some event of that type ends the round."""
        return self.policy is not None and any(match.event == event_type for match in self.policy.stops_on)


def open_rounds(case: Case, policies: PolicySet) -> tuple[OpenRound, ...]:
    """Rounds by sla-monitor's events and those promised without an event yet, less those that intake has ended."""
    found: dict[str, OpenRound] = {}
    for due in case.due:
        policy = _policy(policies, due.clock, due.started_at or case.filed_at)
        found[due.clock_id] = OpenRound(due.clock, due.clock_id, due.due_at, policy)
    for clock_id, view in case.clocks.items():
        record = view.record
        if record is None:
            continue
        if record.state in ENDED:
            found.pop(clock_id, None)
            continue
        policy = _policy(policies, record.clock, record.started_at or case.filed_at)
        found[clock_id] = OpenRound(record.clock, clock_id, record.due_at, policy, record.state == "paused")
    return tuple(one for clock_id, one in found.items() if clock_id not in case.ended)


def _policy(policies: PolicySet, clock: str, started_at: datetime) -> ClockPolicy | None:
    rule = policies.judged_by(clock, epoch_ms(started_at))
    return None if rule is None else rule.policy
