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
    STAND_DOWN = "stand-down"
    RESOLVE_EMERGENCY = "resolve-emergency"
    CHECK_IN = "check-in"
    SCHEDULE_HEARING = "schedule-hearing"
    START_HEARING = "start-hearing"
    HOLD_HEARING = "hold-hearing"
    RECORD_NO_SHOW = "record-no-show"
    CANCEL_HEARING = "cancel-hearing"
    COMPLETE_VERIFICATION = "complete-verification"
    APPROVE_CERTIFICATE = "approve-certificate"
    REFUSE_CERTIFICATE = "refuse-certificate"
    ORDER_CERTIFICATE_REVOCATION = "order-certificate-revocation"
    COMPLETE_INQUIRY = "complete-inquiry"
    COMPLETE_PRELIMINARY_ENQUIRY = "complete-preliminary-enquiry"
    INFORM_PROGRESS = "inform-progress"
    COMPLETE_INVESTIGATION = "complete-investigation"
    TRANSFER = "transfer"
    PAUSE_CLOCK = "pause-clock"
    RESUME_CLOCK = "resume-clock"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    REQUEST_WITHDRAWAL = "request-withdrawal"
    REOPEN = "reopen"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True)
class Rule:
    """`moves` maps each state the act is allowed in to the state after it."""

    moves: Mapping[State, State]
    families: frozenset[Family]
    roles: frozenset[Role]


def next_state(act: Act, state: State, family: Family) -> State | None:
    """The state after the act; None where the table does not allow it."""
    rule = TABLE[act]
    return rule.moves.get(state) if family in rule.families else None


def state_after_event(act: Act, state: State, family: Family) -> State:
    """For a derived event, which is a fact: where the table has no move for it the state stays."""
    rule = TABLE[act]
    return rule.moves.get(state, state) if family in rule.families else state


def acts_by_table(state: State, family: Family, role: Role | None = None) -> tuple[Act, ...]:
    """The acts of people that the table has a move for, for one role or for any; a case's facts may forbid them yet."""
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
# Where a hearing goes on beside what the case waits for.
_BESIDE_A_HEARING = frozenset({S.VERIFICATION_DONE, S.CERTIFICATE_ISSUED, S.FIR_REGISTERED})
_EMERGENCY = frozenset({F.EMERGENCY})
_CERTIFICATE = frozenset({F.CERTIFICATE})
_HEARABLE = frozenset({F.COMPLAINT, F.REPORT, F.CERTIFICATE, F.VISIT})
_ISSUED = frozenset({F.REPORT, F.CERTIFICATE})
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


def _hearing_off() -> dict[State, State]:
    """Without its only hearing the case is at the desk again."""
    return _to(S.ASSIGNED, S.HEARING_SCHEDULED) | _stay(_OPEN - {S.HEARING_SCHEDULED})


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
    Act.STAND_DOWN: Rule(
        _stay(frozenset({S.RECEIVED, S.ASSIGNED, S.ACKNOWLEDGED, S.TRANSFERRED, S.RESPONDING, S.ARRIVED})),
        _EMERGENCY,
        _RESPONDERS,
    ),
    Act.CHECK_IN: Rule(_stay(_OPEN), _HEARABLE, _STATION | _DECIDERS),
    Act.SCHEDULE_HEARING: Rule(
        _to(S.HEARING_SCHEDULED, _AT_DESK - {S.FIR_REGISTERED}) | _stay(frozenset({S.FIR_REGISTERED})),
        _HEARABLE,
        _DECIDERS | _STATION,
    ),
    Act.START_HEARING: Rule(
        _to(S.IN_PROGRESS, _AT_DESK - {S.FIR_REGISTERED}, S.RECEIVED, S.TRANSFERRED) | _stay(_BESIDE_A_HEARING),
        _HEARABLE,
        _INVESTIGATORS,
    ),
    Act.HOLD_HEARING: Rule(_to(S.HEARD, S.IN_PROGRESS) | _stay(_OPEN - {S.IN_PROGRESS}), _HEARABLE, _INVESTIGATORS),
    Act.RECORD_NO_SHOW: Rule(_hearing_off(), _HEARABLE, _DECIDERS | _STATION),
    Act.CANCEL_HEARING: Rule(_hearing_off(), _HEARABLE, _DECIDERS | _STATION),
    Act.COMPLETE_VERIFICATION: Rule(
        _to(S.VERIFICATION_DONE, _AT_DESK, S.VERIFICATION_DONE), _CERTIFICATE, _INVESTIGATORS
    ),
    Act.APPROVE_CERTIFICATE: Rule(_stay(frozenset({S.VERIFICATION_DONE})), _CERTIFICATE, _DECIDERS),
    Act.REFUSE_CERTIFICATE: Rule(_to(S.RESOLVED, _AT_DESK, S.VERIFICATION_DONE), _CERTIFICATE, _DECIDERS),
    Act.ORDER_CERTIFICATE_REVOCATION: Rule(_stay(frozenset(S)), _ISSUED, _DECIDERS),
    Act.COMPLETE_INQUIRY: Rule(_to(S.RESOLVED, _AT_DESK), _INQUIRED, _INVESTIGATORS),
    Act.COMPLETE_PRELIMINARY_ENQUIRY: Rule(_stay(_OPEN), _ANY, _INVESTIGATORS),
    # A case may be closed, or withdrawn, before the word of a clock of the law comes: it is ended there all the same.
    Act.INFORM_PROGRESS: Rule(_stay(frozenset(S)), _ANY, _INVESTIGATORS),
    Act.COMPLETE_INVESTIGATION: Rule(_stay(frozenset(S)), _ANY, _INVESTIGATORS),
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
    Act.REQUEST_WITHDRAWAL: Rule(_stay(_OPEN), _ANY, _CITIZEN),
    Act.REOPEN: Rule(_to(S.REOPENED, S.RESOLVED, S.CLOSED), _ANY - _EMERGENCY, _CITIZEN),
    Act.FEEDBACK: Rule(_stay(DONE | {S.CERTIFICATE_ISSUED, S.HEARD}), _ANY, _CITIZEN),
}
