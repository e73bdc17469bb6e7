"""Derived events come in any order and more than once; the case ends the same."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from event_schemas import CertificateIssued, CertificateRevoked, Event, Lane
from intake.case.derived import DERIVED_TYPES, apply, derive
from intake.case.model import Case
from intake.case.numbers import CaseId, TrackingNumber
from intake.case.states import Family, State
from tests.intake.intake_rig import OTHER_STATION, START, STATION, assigned
from tests.intake.test_intake_status import breached, clock_started, clock_stopped, revoked

CASE_ID = "c_01M820Q2V06XBQ4ZBBRKKXQX1V"
CERTIFICATE: dict[str, Any] = {
    "case_id": CASE_ID,
    "occurred_at": START,
    "cause_id": "cause",
    "certificate_id": "cert.1:$x",
    "kind": "character",
    "verify_url": "http://verify",
    "sha256": "0" * 64,
}


def new_case(**changes: Any) -> Case:
    case = Case(
        case_id=CaseId(CASE_ID),
        tracking_number=TrackingNumber("JS-26-32B6-TBMS-T"),
        service_code="character-certificate",
        family=Family.CERTIFICATE,
        lane=Lane.ROUTINE,
        state=State.RECEIVED,
        filed_at=START,
        channel="web",
        language="hi",
        priority="normal",
        anonymous=False,
        sensitive=False,
        sealed=None,
        due=(),
    )
    return replace(case, **changes)


EVENTS: tuple[tuple[str, Event], ...] = (
    ("a1", assigned(CASE_ID, 1, STATION, START)),
    ("a2", assigned(CASE_ID, 2, OTHER_STATION, START)),
    ("c1", clock_started(CASE_ID, START)),
    ("c2", clock_stopped(CASE_ID, START, "breached", rev=2)),
    ("c3", clock_stopped(CASE_ID, START, "met", rev=3)),
    ("b1", breached(CASE_ID, START, "b.1")),
    ("b2", breached(CASE_ID, START + timedelta(days=1), "b2")),
    ("r1", revoked(CASE_ID, START, "b.1")),
    ("i1", CertificateIssued(**CERTIFICATE)),
    ("i2", CertificateRevoked(**CERTIFICATE)),
)
STATES = st.sampled_from([(State.RECEIVED, 1), (State.TRANSFERRED, 2), (State.VERIFICATION_DONE, 2), (State.CLOSED, 2)])


def outcome(case: Case) -> Case:
    """Without the counters, which count the ways as well."""
    return replace(case, version=0, changes=0)


def after(case: Case, events: list[tuple[str, Event]]) -> Case:
    for event_id, event in events:
        effect = derive(event_id, event).effect
        case = case if effect is None else apply(case, effect)
    return case


@given(st.permutations(EVENTS), st.lists(st.sampled_from(EVENTS), max_size=6), STATES)
def test_any_order_and_repetition_ends_the_same(
    order: list[tuple[str, Event]], repeats: list[tuple[str, Event]], start: tuple[State, int]
) -> None:
    """Events of different services commute, and one seen again changes nothing that can be seen."""
    state, assignment_no = start
    case = new_case(state=state, assignment_no=assignment_no)
    # No assignment answers a request that was never made.
    impossible = {f"a{number}" for number in range(assignment_no + 1, 3)}
    order, repeats = ([event for event in events if event[0] not in impossible] for events in (order, repeats))
    expected = after(case, sorted(order, key=lambda event: event[0]))
    assert outcome(after(case, [*order, *repeats])) == outcome(expected)
    mixed = [*order[:5], *repeats, *order[5:], *order]
    assert outcome(after(case, mixed)) == outcome(expected)


def test_the_newest_number_wins() -> None:
    """The highest assignment and the highest rev stand; a revoked breach and certificate stay revoked."""
    case = after(new_case(state=State.TRANSFERRED, assignment_no=2), list(EVENTS))
    assert case.assignment is not None
    assert (case.assignment.assignment_no, case.state) == (2, State.ASSIGNED)
    clock = case.clocks["inquiry:1"]
    assert clock.record is not None
    assert (clock.record.rev, clock.record.state) == (3, "met")
    assert (clock.breaches["b.1"].revoked, clock.breaches["b2"].revoked) == (True, False)
    assert case.certificates["cert.1:$x"].revoked


def test_a_certificate_emitted_again_moves_no_later_round() -> None:
    """The paper of the first round, read from the log once more, decides nothing in a case that was reopened."""
    issued = ("i1", CertificateIssued(**CERTIFICATE))
    case = after(new_case(state=State.VERIFICATION_DONE), [issued])
    assert case.state is State.CERTIFICATE_ISSUED
    assert after(replace(case, state=State.VERIFICATION_DONE, round=2), [issued]).state is State.VERIFICATION_DONE


def test_every_derived_type_is_applied() -> None:
    """The events of this test are all the types the consumer asks for, but the reminder, which changes nothing."""
    assert {event.type for _, event in EVENTS} | {"SLADueSoon", "SLAClockAdjusted"} == DERIVED_TYPES
