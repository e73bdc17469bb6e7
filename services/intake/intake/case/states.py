"""The states of a case, the families of cases, the roles of who acts, and how a transition is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    RECEIVED = "received"
    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    RESPONDING = "responding"
    ARRIVED = "arrived"
    HEARING_SCHEDULED = "hearing_scheduled"
    HEARD = "heard"
    FIR_REGISTERED = "fir_registered"
    VERIFICATION_DONE = "verification_done"
    CERTIFICATE_ISSUED = "certificate_issued"
    TRANSFERRED = "transferred"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


class Family(StrEnum):
    """What kind of case a service makes; the catalogue names it for each service. A lookup and a notice make none."""

    EMERGENCY = "emergency"
    COMPLAINT = "complaint"
    REPORT = "report"
    VERIFICATION = "verification"
    CERTIFICATE = "certificate"
    VISIT = "visit"
    REGISTRATION = "registration"
    TIP = "tip"
    HELP = "help"
    NOTICE = "notice"
    LOOKUP = "lookup"


class Role(StrEnum):
    CITIZEN = "citizen"
    SHO = "sho"
    IO = "io"
    COUNTER = "counter"
    DISPATCHER = "dispatcher"
    SDPO = "sdpo"
    SP = "sp"
    HQ = "hq"
    SYSTEM = "system"


Moves = Mapping[State, State]
"""Each state in which something may happen, with the state after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """`also`: what a family may do besides."""

    moves: Moves
    families: frozenset[Family]
    also: Mapping[Family, Moves] = field(default_factory=dict)

    def next_state(self, state: State, family: Family) -> State | None:
        """The state after it; None where it is not allowed."""
        if family not in self.families:
            return None
        return self.also.get(family, {}).get(state) or self.moves.get(state)


CASE_FAMILIES = frozenset(Family) - {Family.LOOKUP, Family.NOTICE}
FINAL = frozenset({State.CLOSED, State.WITHDRAWN})
DONE = FINAL | {State.RESOLVED}


def to(target: State, *sources: frozenset[State] | State) -> Moves:
    """From each of the sources to the target."""
    states: set[State] = set()
    for source in sources:
        states |= {source} if isinstance(source, State) else source
    return {state: target for state in State if state in states}


def stay(states: frozenset[State]) -> Moves:
    """Allowed in these states, and moves none of them."""
    return {state: state for state in State if state in states}
