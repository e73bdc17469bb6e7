"""What derived events do to a case. They come in any order and more than once; the outcome is the same."""

from dataclasses import dataclass, replace

from chassis.sentences import facts_of
from event_schemas import (
    AssignedToStation,
    CertificateIssued,
    CertificateRevoked,
    Event,
    SLABreached,
    SLABreachRevoked,
    SLAClockAdjusted,
    SLAClockStarted,
    SLAClockStopped,
    SLADueSoon,
    VerificationCompleted,
)
from event_schemas.papers import is_letter, paper_rules
from event_schemas.times import whole_ms
from intake.case.clocks import Breach, ClockRecord, ClockView, next_due
from intake.case.model import Assignment, Case, CertificateRecord, TimelineEntry
from intake.case.states import Family, State, Transition, to

ClockEvent = SLAClockStarted | SLAClockAdjusted | SLAClockStopped
DERIVED: tuple[type[Event], ...] = (
    AssignedToStation,
    SLAClockStarted,
    SLAClockAdjusted,
    SLAClockStopped,
    SLADueSoon,
    SLABreached,
    SLABreachRevoked,
    CertificateIssued,
    CertificateRevoked,
)
# Derived events are facts: where there is no move for one the state stays.
ASSIGNED = Transition(moves=to(State.ASSIGNED, State.RECEIVED, State.TRANSFERRED), families=frozenset(Family))
CERTIFICATE_ISSUED = Transition(
    moves=to(State.CERTIFICATE_ISSUED, State.VERIFICATION_DONE),
    families=frozenset({Family.CERTIFICATE, Family.VERIFICATION}),
)
"""Of a paper that an officer approved (`is_granted`): one that an event orders by itself moves no case."""
DERIVED_TYPES = frozenset(event.type for event in DERIVED)


@dataclass(frozen=True, slots=True)
class AssignmentMade:
    """Applied if its number is higher than the one known; moves the state if it answers the newest request."""

    assignment: Assignment


@dataclass(frozen=True, slots=True)
class ClockRecorded:
    """Applied if its `rev` is higher than the one known."""

    record: ClockRecord


@dataclass(frozen=True, slots=True)
class BreachRecorded:
    clock_id: str
    breach_id: str
    level: int


@dataclass(frozen=True, slots=True)
class BreachRevoked:
    """Holds also when it comes before the breach it revokes."""

    clock_id: str
    breach_id: str


@dataclass(frozen=True, slots=True)
class CertificateRecorded:
    certificate: CertificateRecord


@dataclass(frozen=True, slots=True)
class CertificateWithdrawn:
    certificate_id: str


Effect = AssignmentMade | ClockRecorded | BreachRecorded | BreachRevoked | CertificateRecorded | CertificateWithdrawn


@dataclass(frozen=True, slots=True)
class Derived:
    """An event's part for its case: an entry of the timeline and what it changes, if anything."""

    case_id: str
    entry: TimelineEntry
    effect: Effect | None


def derive(event_id: str, event: Event) -> Derived:
    """The event as intake applies it; TypeError for a type that is not in DERIVED."""
    effect = _effect(event)
    entry = TimelineEntry(event_id, event.case_id, event.occurred_at, event.type, facts_of(event))
    return Derived(event.case_id, entry, effect)


def apply(case: Case, effect: Effect) -> Case:
    """The case after the effect. The store does the same in one guarded write; a test holds both together."""
    match effect:
        case AssignmentMade(assignment):
            return _assigned(case, assignment)
        case ClockRecorded(record):
            view = case.clocks.get(record.clock_id, ClockView())
            newer = view.record is None or record.rev > view.record.rev
            return _with_record(case, record) if newer else case
        case BreachRecorded() | BreachRevoked():
            return _with_breach(case, effect)
        case CertificateRecorded() | CertificateWithdrawn():
            return _with_certificate(case, effect)


def _assigned(case: Case, assignment: Assignment) -> Case:
    known = case.assignment.assignment_no if case.assignment else 0
    if assignment.assignment_no <= known:
        return case
    state = case.state
    if assignment.assignment_no == case.assignment_no:
        state = ASSIGNED.next_state(state, case.family) or state
    return replace(case, assignment=assignment, state=state, version=case.version + 1, changes=case.changes + 1)


def _with_record(case: Case, record: ClockRecord) -> Case:
    view = replace(case.clocks.get(record.clock_id, ClockView()), record=record)
    changed = _with_clock(case, record.clock_id, view)
    return replace(changed, next_due=next_due(changed.clocks))


def _with_clock(case: Case, clock_id: str, view: ClockView) -> Case:
    return replace(case, clocks={**case.clocks, clock_id: view}, changes=case.changes + 1)


def _with_breach(case: Case, effect: BreachRecorded | BreachRevoked) -> Case:
    view = case.clocks.get(effect.clock_id, ClockView())
    breach = view.breaches.get(effect.breach_id, Breach(effect.breach_id))
    breach = (
        replace(breach, level=effect.level) if isinstance(effect, BreachRecorded) else replace(breach, revoked=True)
    )
    return _with_clock(case, effect.clock_id, replace(view, breaches={**view.breaches, breach.breach_id: breach}))


def _with_certificate(case: Case, effect: CertificateRecorded | CertificateWithdrawn) -> Case:
    state = case.state
    if isinstance(effect, CertificateRecorded):
        before = case.certificates.get(effect.certificate.certificate_id)
        # Repeated, it moves nothing: by then the case may be in a later round.
        if is_granted(effect.certificate.kind) and (before is None or before.issued_at is None):
            state = CERTIFICATE_ISSUED.next_state(state, case.family) or state
        certificate = replace(effect.certificate, revoked=before is not None and before.revoked)
    else:
        before = case.certificates.get(effect.certificate_id)
        certificate = replace(before or CertificateRecord(effect.certificate_id), revoked=True)
    certificates = {**case.certificates, certificate.certificate_id: certificate}
    version = case.version + (state is not case.state)
    return replace(case, certificates=certificates, state=state, version=version, changes=case.changes + 1)


def is_granted(kind: str | None) -> bool:
    """Whether a paper of that kind is what was applied for: an officer approves it, and it is no letter."""
    rule = paper_rules().get(kind or "")
    return rule is not None and rule.is_approved and not is_letter(kind)


def states_a_result(kind: str | None) -> bool:
    """Whether a paper of that kind is written by a verification itself; a later one takes its place."""
    rule = paper_rules().get(kind or "")
    return rule is not None and rule.ordered_by == VerificationCompleted.type


def _effect(event: Event) -> Effect | None:  # noqa: PLR0911  one case per type is the clearest
    match event:
        case AssignedToStation():
            return AssignmentMade(
                Assignment(
                    assignment_no=event.assignment_no,
                    station=event.station,
                    officer_post=event.officer_post,
                    reason=str(event.reason),
                    provisional=event.provisional,
                    confidence=event.confidence,
                    distance_to_edge_m=event.distance_to_edge_m,
                    ambiguous_with=tuple(event.ambiguous_with),
                    boundary_version=event.boundary_version,
                )
            )
        case SLAClockStarted() | SLAClockAdjusted() | SLAClockStopped():
            return ClockRecorded(_clock_record(event))
        case SLABreached():
            return BreachRecorded(event.clock_id, event.breach_id, event.level)
        case SLABreachRevoked():
            return BreachRevoked(event.clock_id, event.breach_id)
        case CertificateIssued():
            return CertificateRecorded(
                CertificateRecord(event.certificate_id, event.kind, event.verify_url, event.occurred_at)
            )
        case CertificateRevoked():
            return CertificateWithdrawn(event.certificate_id)
        case SLADueSoon():
            return None
    raise TypeError(f"{event.type} is not a derived event that intake consumes")


def _clock_record(event: ClockEvent) -> ClockRecord:
    return ClockRecord(
        clock=event.clock,
        clock_id=event.clock_id,
        rev=event.rev,
        owner=str(event.owner),
        state=str(event.state),
        target_s=event.target_s,
        due_at=whole_ms(event.due_at),
        started_at=whole_ms(event.started_at),
        stopped_at=whole_ms(event.stopped_at) if event.stopped_at else None,
    )
