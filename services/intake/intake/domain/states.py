"""The one transition table: which act moves a case from which state to which, and who may do it."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    """What kind of case a service makes; the catalogue names it for each service."""

    EMERGENCY = "emergency"
    COMPLAINT = "complaint"
    REPORT = "report"
    CERTIFICATE = "certificate"
    VISIT = "visit"


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


class Act(StrEnum):
    """What can happen to a case: commands by people, and derived events under the system's role."""

    ASSIGN = "assign"
    ISSUE_CERTIFICATE = "issue-certificate"
    ACKNOWLEDGE = "acknowledge"
    DISPATCH = "dispatch"
    ARRIVE = "arrive"
    RESOLVE_EMERGENCY = "resolve-emergency"
    CHECK_IN = "check-in"
    SCHEDULE_HEARING = "schedule-hearing"
    START_HEARING = "start-hearing"
    HOLD_HEARING = "hold-hearing"
    COMPLETE_VERIFICATION = "complete-verification"
    APPROVE_CERTIFICATE = "approve-certificate"
    REFUSE_CERTIFICATE = "refuse-certificate"
    COMPLETE_INQUIRY = "complete-inquiry"
    TRANSFER = "transfer"
    PAUSE_CLOCK = "pause-clock"
    RESUME_CLOCK = "resume-clock"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True)
class Rule:
    """`moves` maps each state the act is allowed in to the state after it."""

    moves: Mapping[State, State]
    families: frozenset[Family]
    roles: frozenset[Role]


class TransitionNotAllowed(Exception):
    def __init__(self, act: Act, state: State, allowed: tuple[Act, ...]) -> None:
        super().__init__(f"{act} is not allowed in state {state}")
        self.act = act
        self.state = state
        self.allowed = allowed


def next_state(act: Act, state: State, family: Family) -> State:
    """The state after the act; TransitionNotAllowed names what would be allowed instead."""
    rule = TABLE[act]
    following = rule.moves.get(state)
    if following is None or family not in rule.families:
        raise TransitionNotAllowed(act, state, allowed_acts(state, family))
    return following


def state_after_event(act: Act, state: State, family: Family) -> State:
    """For a derived event, which is a fact: where the table has no move for it the state stays."""
    rule = TABLE[act]
    return rule.moves.get(state, state) if family in rule.families else state


def allowed_acts(state: State, family: Family, role: Role | None = None) -> tuple[Act, ...]:
    """The acts of people that the table allows now, for one role or for any."""
    return tuple(
        act
        for act, rule in TABLE.items()
        if state in rule.moves
        and family in rule.families
        and Role.SYSTEM not in rule.roles
        and (role is None or role in rule.roles)
    )


S, F, R = State, Family, Role

FINAL = frozenset({S.CLOSED, S.WITHDRAWN})
DONE = FINAL | {S.RESOLVED}
_OPEN = frozenset(S) - DONE
_AT_DESK = frozenset(
    {S.ASSIGNED, S.ACKNOWLEDGED, S.IN_PROGRESS, S.HEARING_SCHEDULED, S.HEARD, S.FIR_REGISTERED, S.REOPENED}
)
_EMERGENCY = frozenset({F.EMERGENCY})
_CERTIFICATE = frozenset({F.CERTIFICATE})
_HEARABLE = frozenset({F.COMPLAINT, F.REPORT, F.CERTIFICATE, F.VISIT})
_INQUIRED = frozenset({F.COMPLAINT, F.REPORT, F.VISIT})
_ANY = frozenset(F)

_STATION = frozenset({R.SHO, R.IO, R.COUNTER})
_DECIDERS = frozenset({R.SHO, R.SDPO, R.SP, R.HQ})
_INVESTIGATORS = _DECIDERS | {R.IO}
_RESPONDERS = frozenset({R.DISPATCHER, R.SHO, R.IO})
_CITIZEN = frozenset({R.CITIZEN})
_SYSTEM = frozenset({R.SYSTEM})


def _to(target: State, *sources: frozenset[State] | State) -> dict[State, State]:
    states: set[State] = set()
    for source in sources:
        states |= {source} if isinstance(source, State) else source
    return {state: target for state in S if state in states}


def _stay(states: frozenset[State]) -> dict[State, State]:
    return {state: state for state in S if state in states}


TABLE: Mapping[Act, Rule] = {
    Act.ASSIGN: Rule(_to(S.ASSIGNED, S.RECEIVED, S.TRANSFERRED), _ANY, _SYSTEM),
    Act.ISSUE_CERTIFICATE: Rule(_to(S.CERTIFICATE_ISSUED, S.VERIFICATION_DONE), _CERTIFICATE, _SYSTEM),
    Act.ACKNOWLEDGE: Rule(_to(S.ACKNOWLEDGED, S.ASSIGNED, S.REOPENED), _ANY, _DECIDERS | _STATION | _RESPONDERS),
    Act.DISPATCH: Rule(
        _to(S.RESPONDING, S.RECEIVED, S.ASSIGNED, S.ACKNOWLEDGED, S.TRANSFERRED, S.RESPONDING)
        | _stay(frozenset({S.ARRIVED})),
        _EMERGENCY,
        _RESPONDERS,
    ),
    Act.ARRIVE: Rule(
        _to(S.ARRIVED, S.RECEIVED, S.ASSIGNED, S.ACKNOWLEDGED, S.TRANSFERRED, S.RESPONDING, S.ARRIVED),
        _EMERGENCY,
        _RESPONDERS,
    ),
    Act.RESOLVE_EMERGENCY: Rule(
        _to(S.RESOLVED, S.RECEIVED, S.ASSIGNED, S.ACKNOWLEDGED, S.TRANSFERRED, S.RESPONDING, S.ARRIVED),
        _EMERGENCY,
        _RESPONDERS,
    ),
    Act.CHECK_IN: Rule(_stay(_OPEN), _HEARABLE, _STATION | _DECIDERS),
    Act.SCHEDULE_HEARING: Rule(_to(S.HEARING_SCHEDULED, _AT_DESK), _HEARABLE, _DECIDERS | _STATION),
    Act.START_HEARING: Rule(
        _to(S.IN_PROGRESS, _AT_DESK - {S.FIR_REGISTERED}, S.RECEIVED, S.TRANSFERRED)
        | _stay(frozenset({S.VERIFICATION_DONE, S.CERTIFICATE_ISSUED, S.FIR_REGISTERED})),
        _HEARABLE,
        _INVESTIGATORS,
    ),
    Act.HOLD_HEARING: Rule(
        _to(S.HEARD, S.IN_PROGRESS) | _stay(frozenset({S.VERIFICATION_DONE, S.CERTIFICATE_ISSUED, S.FIR_REGISTERED})),
        _HEARABLE,
        _INVESTIGATORS,
    ),
    Act.COMPLETE_VERIFICATION: Rule(_to(S.VERIFICATION_DONE, _AT_DESK), _CERTIFICATE, _INVESTIGATORS),
    Act.APPROVE_CERTIFICATE: Rule(_stay(frozenset({S.VERIFICATION_DONE})), _CERTIFICATE, _DECIDERS),
    Act.REFUSE_CERTIFICATE: Rule(_to(S.RESOLVED, _AT_DESK, S.VERIFICATION_DONE), _CERTIFICATE, _DECIDERS),
    Act.COMPLETE_INQUIRY: Rule(_to(S.RESOLVED, _AT_DESK), _INQUIRED, _INVESTIGATORS),
    Act.TRANSFER: Rule(
        _to(S.TRANSFERRED, _AT_DESK, S.RESPONDING, S.VERIFICATION_DONE), _ANY, _DECIDERS | {R.DISPATCHER}
    ),
    Act.PAUSE_CLOCK: Rule(_stay(_OPEN), _ANY - _EMERGENCY, _DECIDERS),
    Act.RESUME_CLOCK: Rule(_stay(_OPEN), _ANY - _EMERGENCY, _DECIDERS),
    Act.CLOSE: Rule(
        _to(S.CLOSED, S.RESOLVED, S.HEARD, S.IN_PROGRESS, S.FIR_REGISTERED, S.CERTIFICATE_ISSUED),
        _ANY,
        _DECIDERS | {R.DISPATCHER},
    ),
    Act.WITHDRAW: Rule(_to(S.WITHDRAWN, _OPEN - {S.CERTIFICATE_ISSUED, S.FIR_REGISTERED, S.ARRIVED}), _ANY, _CITIZEN),
    Act.REOPEN: Rule(_to(S.REOPENED, S.RESOLVED, S.CLOSED), _ANY - _EMERGENCY, _CITIZEN),
    Act.FEEDBACK: Rule(_stay(DONE | {S.CERTIFICATE_ISSUED, S.HEARD}), _ANY, _CITIZEN),
}
