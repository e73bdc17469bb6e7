"""The rules of the clocks, one promise a test."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.policy_file import read_policies
from event_schemas import (
    ComplaintFiled,
    DocumentsCompleted,
    Envelope,
    HearingParty,
    SLABreached,
    SLABreachRevoked,
    SLAClockStopped,
)
from event_schemas.policies import DEFAULT_PATH, PolicySet
from event_schemas.services import SERVICE_CODES
from sla_monitor.domain import engine
from tests.sla_monitor.sla_events import (
    CASE,
    DAY,
    HOUR,
    MINUTE,
    Monitor,
    assigned,
    at,
    build,
    completed,
    filed,
    hearing_cancelled,
    ms,
    no_show,
    paused,
    policies,
    reopened,
    resolved,
    responder,
    resumed,
    types_of,
    visitor,
    withdrawn,
)

EDITIONS = read_policies(DEFAULT_PATH)


def test_an_inquiry_runs_thirty_days_from_the_filing() -> None:
    """The clock starts with the filing, is due thirty days later, and a completion in time meets it."""
    monitor = Monitor()
    assert types_of(monitor.consume(filed())) == ["SLAClockStarted"]
    assert monitor.states() == {"inquiry:1": ("running", 30 * DAY)}
    (stopped,) = monitor.consume(completed(29 * DAY))
    assert isinstance(stopped.data, SLAClockStopped)
    assert (stopped.data.state, stopped.data.elapsed_s, stopped.data.rev) == ("met", 29 * DAY, 2)


def test_each_kind_of_responder_has_its_own_clock() -> None:
    """Only a responder of the kind asked for stops that kind's clock."""
    monitor = Monitor()
    monitor.consume(filed(0, "emergency-112", kinds=("police", "fire")))
    monitor.consume(responder(5 * MINUTE, "ambulance"), responder(6 * MINUTE, "fire"))
    assert monitor.states() == {
        "dial112_response:police": ("running", 20 * MINUTE),
        "dial112_response:fire": ("met", 20 * MINUTE),
    }


def test_a_call_to_the_centre_runs_from_when_it_was_received() -> None:
    """call_received_at starts the Dial-112 clock, not the later filing."""
    monitor = Monitor()
    monitor.consume(filed(300, "emergency-112", kinds=("police",), call_received_at=at(60)))
    assert monitor.states() == {"dial112_response:police": ("running", 60 + 20 * MINUTE)}


def test_paper_runs_from_its_receipt_and_breaches_at_once_where_it_lay_too_long() -> None:
    """An inquiry is due thirty days after received_at; what was received before that is breached at the next tick."""
    monitor = Monitor()
    monitor.consume(filed(5 * DAY, received_at=at(2 * DAY)))
    assert monitor.states() == {"inquiry:1": ("running", 32 * DAY)}
    lain = Monitor()
    emitted = [*lain.consume(filed(40 * DAY, received_at=at(0)), assigned(40 * DAY + 1)), *lain.consume(40.0 * DAY + 2)]
    breaches = [one.data for one in emitted if isinstance(one.data, SLABreached)]
    assert (breaches[0].level, breaches[0].due_at, breaches[0].overdue_s) == (0, at(30 * DAY), 10.0 * DAY + 2)
    assert lain.states() == {"inquiry:1": ("running", 30 * DAY)}


@given(st.integers(0, 364 * 24 * 60), st.sampled_from(sorted(SERVICE_CODES)))
def test_every_clock_of_a_filing_follows_its_receipt(minutes: int, service: str) -> None:
    """Whatever the service and the edition: it starts at received_at, and is due when it would be if filed then."""
    filing = filed(400 * DAY, service).data
    assert isinstance(filing, ComplaintFiled)
    received = filing.occurred_at - timedelta(minutes=minutes)
    on_paper = EDITIONS.due_at_filing(filing.model_copy(update={"received_at": received}))
    assert on_paper == EDITIONS.due_at_filing(filing.model_copy(update={"occurred_at": received}))
    assert {start.started_at for start in on_paper} <= {received}


def test_a_breach_is_emitted_once_and_its_levels_follow() -> None:
    """Ticks emit the breach after the due time, each escalation at its own time, and nothing twice."""
    monitor = Monitor()
    monitor.consume(filed(0, "emergency-112"), assigned(10))
    assert types_of(monitor.consume(20.0 * MINUTE)) == ["SLADueSoon", "SLADueSoon"]
    (breach,) = monitor.consume(20.0 * MINUTE + 2)
    assert isinstance(breach.data, SLABreached)
    assert (breach.data.level, breach.data.escalate_to, breach.data.overdue_s) == (0, "SHO:5140003", 2.0)
    assert breach.data.breach_id == breach.event_id
    assert monitor.consume(20.0 * MINUTE + 3) == []
    later = monitor.consume(100.0 * MINUTE)
    posts = [one.data.escalate_to for one in later if isinstance(one.data, SLABreached)]
    assert posts == ["SDPO:5140003", "SP:ARARIA", "HQ:control-room"]
    assert monitor.consume(101.0 * MINUTE) == []


def test_due_soon_is_emitted_at_the_fractions_and_not_after_the_due_time() -> None:
    """50 and 80 % are warned of once; a monitor that was down past the due time emits the breach alone."""
    monitor = Monitor()
    monitor.consume(filed(0, "emergency-112"))
    assert types_of(monitor.consume(10.0 * MINUTE, 11.0 * MINUTE, 16.0 * MINUTE, 17.0 * MINUTE)) == ["SLADueSoon"] * 2
    late = Monitor()
    late.consume(filed(0, "emergency-112"))
    assert types_of(late.consume(20.0 * MINUTE + 1)) == ["SLABreached"]


def test_a_stop_in_time_that_arrives_late_revokes_the_breach() -> None:
    """Time is event time: what happened before the deadline makes a breach emitted meanwhile untrue."""
    monitor = Monitor()
    monitor.consume(filed(0, "emergency-112"), 21.0 * MINUTE)
    assert monitor.standing() == {("dial112_response:police", 0, 20 * MINUTE)}
    emitted = monitor.consume(responder(19 * MINUTE))
    assert types_of(emitted) == ["SLAClockStopped", "SLABreachRevoked"]
    assert isinstance(emitted[1].data, SLABreachRevoked)
    assert emitted[1].data.reason_code == "stopped_in_time"
    assert monitor.states()["dial112_response:police"][0] == "met"
    assert monitor.standing() == set()


def test_a_stop_after_the_deadline_ends_breached_and_emits_the_missing_levels() -> None:
    """A clock that ended late is breached even if no tick came between."""
    monitor = Monitor()
    emitted = monitor.consume(filed(0, "emergency-112"), responder(31 * MINUTE))
    assert types_of(emitted) == ["SLAClockStarted", "SLAClockStopped", "SLABreached", "SLABreached"]
    assert monitor.standing() == {("dial112_response:police", level, 20 * MINUTE) for level in (0, 1)}


def test_a_stop_at_the_very_deadline_is_met() -> None:
    """Within twenty minutes includes the twentieth."""
    monitor = Monitor()
    monitor.consume(filed(0, "emergency-112"), 20.0 * MINUTE, responder(20 * MINUTE))
    assert monitor.states()["dial112_response:police"][0] == "met"
    assert monitor.standing() == set()


def test_a_stop_without_a_start_is_kept_for_it() -> None:
    """Out of order, the stop waits for its start and then ends it."""
    monitor = Monitor()
    assert monitor.consume(completed(DAY)) == []
    assert types_of(monitor.consume(filed())) == ["SLAClockStarted", "SLAClockStopped"]


@pytest.mark.parametrize("assigned_before", [False, True])
def test_a_filing_that_starts_no_clock_is_kept_for_what_starts_one(*, assigned_before: bool) -> None:
    """Ticks pass before its station and its documents come; then its time limit runs as that of any other."""
    monitor = Monitor(PolicySet(editions=(read_policies(DEFAULT_PATH).latest,)))
    day = 29.0 * DAY
    station = [assigned(day + 1)]
    assert monitor.consume(filed(day, "tenant-verification"), *(station if assigned_before else [])) == []
    assert monitor.consume(day + MINUTE, *([] if assigned_before else station), day + HOUR) == []
    documents = build(DocumentsCompleted, day + DAY, evidence_id="e", media_type="image/png", bytes=1, sha256="0" * 64)
    assert types_of(monitor.consume(documents)) == ["SLAClockStarted"]
    assert set(monitor.states()) == {"verification:1"}


def test_an_event_seen_again_is_answered_with_the_same_ids() -> None:
    """A repeated start, pause or stop emits again what names it, to the byte, and changes nothing."""
    inputs = (filed(), paused(DAY), resumed(2 * DAY), completed(3 * DAY))
    monitor = Monitor()
    emitted = [monitor.consume(one) for one in inputs]
    record = monitor.record
    assert [len(one) for one in emitted] == [1, 1, 1, 1]
    assert [monitor.consume(one) for one in inputs] == emitted
    assert monitor.record == record


CANCELLATIONS = [
    ((filed(),), withdrawn(DAY)),
    ((filed(0, "emergency-112"),), resolved(60, "hoax")),
    ((filed(0, "emergency-112"),), resolved(60, "caller_cancelled")),
    ((visitor(HOUR, "h7"),), no_show(HOUR + 60, "h7")),
    ((visitor(HOUR, "h7"),), hearing_cancelled(HOUR + 60, "h7")),
]


@pytest.mark.parametrize(("before", "cancel"), CANCELLATIONS)
def test_what_the_citizen_ends_is_cancelled(before: tuple[Envelope, ...], cancel: Envelope) -> None:
    """Withdrawn, hoax, no-show: neither met nor breached, and nothing fires later."""
    monitor = Monitor()
    monitor.consume(*before, cancel)
    assert [state for state, _ in monitor.states().values()] == ["cancelled"]
    assert monitor.consume(20.0 * HOUR) == []


def test_an_officers_absence_does_not_cancel_the_hearing() -> None:
    """Only the citizen's no-show cancels; if the officer stays away the clock goes on."""
    monitor = Monitor()
    monitor.consume(visitor(HOUR, "h7"), no_show(HOUR + 60, "h7", HearingParty.OFFICER))
    assert monitor.states()["hearing:h7"][0] == "running"


def test_a_withdrawal_after_the_deadline_leaves_the_breach() -> None:
    """What was broken stays broken, whatever the citizen does then."""
    monitor = Monitor()
    monitor.consume(filed(), 31.0 * DAY, withdrawn(32 * DAY))
    assert monitor.states()["inquiry:1"][0] == "breached"
    assert monitor.standing() == {("inquiry:1", 0, 30 * DAY)}


def test_a_pause_moves_the_due_time_and_a_resumption_brings_it_back() -> None:
    """While paused the due time is the latest possible; the resumption adds only the time that was paused."""
    monitor = Monitor()
    monitor.consume(filed())
    assert types_of(monitor.consume(paused(10 * DAY))) == ["SLAClockAdjusted"]
    assert monitor.states() == {"inquiry:1": ("paused", 45 * DAY)}
    assert types_of(monitor.consume(resumed(12 * DAY))) == ["SLAClockAdjusted"]
    assert monitor.states() == {"inquiry:1": ("running", 32 * DAY)}


def test_pauses_never_lengthen_beyond_the_cap() -> None:
    """All pauses together add at most the policy's cap."""
    monitor = Monitor()
    monitor.consume(filed(), paused(DAY), resumed(11 * DAY), paused(12 * DAY), resumed(29 * DAY))
    assert monitor.states() == {"inquiry:1": ("running", 45 * DAY)}


def test_a_pause_ends_at_the_time_it_named() -> None:
    """An officer's 'until' ends the pause without another event."""
    monitor = Monitor()
    monitor.consume(filed(), paused(DAY, until=at(3 * DAY)))
    assert monitor.states()["inquiry:1"][1] == 32 * DAY


def test_an_unknown_reason_and_a_late_pause_change_nothing() -> None:
    """A pause needs one of the policy's reasons, and can't mend what is already broken."""
    monitor = Monitor()
    monitor.consume(filed())
    assert monitor.consume(paused(DAY, reason="too_busy")) == []
    monitor.consume(31.0 * DAY)
    assert monitor.consume(paused(31 * DAY)) == []


def test_dial_112_can_not_be_paused() -> None:
    """A pause of the response clock is ignored."""
    monitor = Monitor()
    monitor.consume(filed(0, "emergency-112"), paused(60, "dial112_response:police"))
    assert monitor.states()["dial112_response:police"] == ("running", 20 * MINUTE)


def test_a_transfer_never_resets_the_clock() -> None:
    """The due time stays; the breach goes to the station that has the case then."""
    monitor = Monitor()
    monitor.consume(filed(), assigned(60), assigned(20 * DAY, 2, "5140009"))
    assert monitor.states() == {"inquiry:1": ("running", 30 * DAY)}
    breach = monitor.consume(31.0 * DAY)[-1].data
    assert isinstance(breach, SLABreached)
    assert breach.station == "5140009"


def test_a_reopening_starts_a_new_round() -> None:
    """The first round keeps its outcome; the second runs its own thirty days and is stopped by a later completion."""
    monitor = Monitor()
    monitor.consume(filed(), completed(DAY), reopened(5 * DAY))
    assert monitor.states() == {"inquiry:1": ("met", 30 * DAY), "inquiry:2": ("running", 35 * DAY)}
    monitor.consume(completed(6 * DAY))
    assert monitor.states()["inquiry:2"][0] == "met"


def test_other_services_have_no_inquiry() -> None:
    """A lost-property report starts no clock."""
    monitor = Monitor()
    assert monitor.consume(filed(0, "lost-property"), assigned(10), completed(DAY)) == []


def test_an_unassigned_case_escalates_to_the_control_room() -> None:
    """No station yet is no reason for silence."""
    monitor = Monitor()
    monitor.consume(filed(0, "emergency-112"))
    breach = monitor.consume(21.0 * MINUTE)[-1].data
    assert isinstance(breach, SLABreached)
    assert (breach.escalate_to, breach.station) == ("HQ:control-room", None)


def test_an_ended_case_leaves_a_marker_for_seven_days() -> None:
    """The marker is small, keeps a repeated filing from starting anew, and vanishes."""
    monitor = Monitor()
    monitor.consume(filed(), assigned(60), completed(DAY))
    whole = monitor.record
    monitor.consume(2.0 * DAY + 1)
    assert monitor.record is not None
    assert whole is not None
    assert (monitor.record.facts, monitor.record.trimmed_at) == ((), ms(DAY))
    assert monitor.consume(filed()) == []
    assert types_of(monitor.consume(reopened(3 * DAY))) == ["SLAClockStarted"]
    monitor.consume(completed(4 * DAY), 6.0 * DAY)
    assert monitor.record is not None
    monitor.consume(20.0 * DAY)
    assert monitor.record is None


def test_the_next_wake_is_always_after_what_has_fired() -> None:
    """Whatever fires moves the next wake past it, so a tick can't spin."""
    monitor = Monitor()
    monitor.consume(filed(0, "emergency-112"), assigned(10))
    for _ in range(30):
        if monitor.record is None:
            break
        wake = engine.next_wake(monitor.record, policies())
        if wake is None:  # every level was emitted: only the stop is waited for
            monitor.consume(responder(90 * MINUTE))
            continue
        monitor.record, _emitted = engine.fire(monitor.record, wake, policies())
        if monitor.record is not None:
            following = engine.next_wake(monitor.record, policies())
            assert following is None or following > wake
    assert monitor.record is None


def test_a_breach_that_outlived_its_crash_is_revoked() -> None:
    """Emitted before a crash, never remembered, and untrue after the replay: read back, it is revoked, once."""
    crashed = Monitor()
    crashed.consume(filed(0, "emergency-112"))
    (ghost,) = crashed.consume(20.0 * MINUTE + 1)
    envelope = Envelope(ghost.event_id, ghost.data.type, "sla-monitor", ghost.data.occurred_at, CASE, None, ghost.data)
    monitor = Monitor()
    monitor.consume(filed(0, "emergency-112"), responder(19 * MINUTE))
    (revocation,) = monitor.consume(envelope)
    assert isinstance(revocation.data, SLABreachRevoked)
    assert revocation.data.breach_id == ghost.event_id
    assert monitor.consume(envelope) == []
