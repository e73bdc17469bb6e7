"""The demo's reconciliation finds every kind of fault, and nothing in a run without one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.settings import load_yaml
from event_schemas import (
    AssignedToStation,
    ComplaintFiled,
    DirectoryPost,
    Envelope,
    Event,
    InquiryCompleted,
    SLABreached,
    SLAClockStarted,
    SLAClockStopped,
    Station,
)
from event_schemas.ids import assignment_id, notification_id, sla_event_id
from event_schemas.policies import DEFAULT_PATH, PolicySet
from janseva_local.demo.evidence import Evidence, Seen, SentMessage
from janseva_local.demo.findings import Limits, Run
from janseva_local.demo.journal import Accepted, Intent
from janseva_local.demo.reconcile import reconcile

FILED = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
TARGET = timedelta(days=30)
CASE, NUMBER, PHONE, OFFICE = "c_00000000000000000000000001", "JS-26-AAAA-BBBB-C", "+919900000001", "+910514000300"
POLICIES = PolicySet.model_validate(load_yaml(DEFAULT_PATH))


def seen(event: Event, event_id: str, source: str, at: datetime, offset: int) -> Seen:
    envelope = Envelope(event_id, type(event).type, source, at, event.case_id, None, event)
    return Seen("cases.routine", 0, offset, int(at.timestamp() * 1000), envelope)


def filed() -> Seen:
    event = ComplaintFiled(
        case_id=CASE,
        occurred_at=FILED,
        case_seq=1,
        tracking_number=NUMBER,
        service_code="e-complaint",
        lane="routine",
        channel="web",
        language="hi",
    )
    return seen(event, "filed", "intake", FILED, 0)


def assigned(event_id: str = assignment_id(CASE, 1)) -> Seen:
    event = AssignedToStation(
        case_id=CASE,
        occurred_at=FILED,
        cause_id="filed",
        assignment_no=1,
        station=Station(code="5140003", name="Araria", district="Araria", police_district="ARARIA"),
        officer_post="SHO:5140003",
        reason="nearest",
        provisional=True,
        confidence=0.6,
        boundary_version="1",
    )
    return seen(event, event_id, "routing", FILED, 1)


CLOCK = {"clock": "inquiry", "clock_id": "inquiry:1", "owner": "police", "target_s": 2592000}


def clock_started(clock: str = "inquiry", event_id: str = "started") -> Seen:
    about = CLOCK | {"clock": clock, "clock_id": f"{clock}:1"}
    times = {"started_at": FILED, "due_at": FILED + TARGET}
    event = SLAClockStarted(case_id=CASE, occurred_at=FILED, cause_id="filed", rev=1, state="running", **about, **times)
    return seen(event, event_id, "sla-monitor", FILED, 2)


def inquiry_completed(at: datetime) -> list[Seen]:
    event = InquiryCompleted(case_id=CASE, occurred_at=at, case_seq=2, finding="substantiated", fir_recommended=False)
    state = "met" if at <= FILED + TARGET else "breached"
    times = {"started_at": FILED, "due_at": FILED + TARGET, "stopped_at": at}
    stopped = SLAClockStopped(case_id=CASE, occurred_at=at, cause_id="done", rev=2, state=state, **CLOCK, **times)
    return [seen(event, "done", "intake", at, 3), seen(stopped, "stopped", "sla-monitor", at, 4)]


def breached(after: timedelta = timedelta(milliseconds=200)) -> Seen:
    due = FILED + TARGET
    event_id = sla_event_id(CASE, "inquiry:1", "SLABreached", 0, int(due.timestamp() * 1000))
    event = SLABreached(
        case_id=CASE,
        occurred_at=due + after,
        cause_id="filed",
        rev=1,
        clock="inquiry",
        clock_id="inquiry:1",
        breach_id=event_id,
        level=0,
        due_at=due,
        target_s=2592000,
        overdue_s=after.total_seconds(),
        escalate_to="SHO:5140003",
    )
    return seen(event, event_id, "sla-monitor", due + after, 5)


def message(event_id: str, audience: str, to: str, template: str) -> SentMessage:
    return SentMessage(
        to=to,
        channel="sms",
        text=f"आपकी शिकायत {NUMBER}",
        template=template,
        language="hi",
        received_at=FILED,
        notification_id=notification_id(event_id, audience, "sms"),
    )


def whole_run(*, breach: bool = False) -> Run:
    """A complaint whose inquiry was completed in time, or never; all is as it must be."""
    messages = [
        message("filed", "citizen", PHONE, "filed"),
        message(assignment_id(CASE, 1), "citizen", PHONE, "assigned"),
        message(assignment_id(CASE, 1), "office", OFFICE, "new_case"),
    ]
    events = [filed(), assigned(), clock_started()]
    if breach:
        events.append(breached())
        breach_id = events[-1].envelope.event_id
        messages += [
            message(breach_id, "citizen", PHONE, "apology_delay"),
            message(breach_id, "office", OFFICE, "breach"),
        ]
    else:
        events += inquiry_completed(FILED + timedelta(days=3))
        messages.append(message("done", "citizen", PHONE, "inquiry_completed"))
    post = DirectoryPost(
        station="5140003", post="SHO", name_en="SHO Araria", name_hi="थानाध्यक्ष अररिया", office_phone=OFFICE
    )
    evidence = Evidence(events, 0, 0, messages, {post.key: post})
    return Run(
        intents={0: Intent(0, "e-complaint", "key", PHONE, "hi")},
        accepted={0: Accepted(0, CASE, NUMBER, "secret", FILED.isoformat(), 5.0)},
        evidence=evidence,
        ended_at=FILED + timedelta(days=32),
        acts={} if breach else {0: ["complete-inquiry"]},
    )


def kinds(run: Run) -> set[str]:
    return {finding.kind for finding in reconcile(run, POLICIES, Limits())}


def with_events(run: Run, events: Sequence[Seen]) -> Run:
    return replace(run, evidence=replace(run.evidence, events=events))


def with_messages(run: Run, messages: list[SentMessage]) -> Run:
    return replace(run, evidence=replace(run.evidence, messages=messages))


@pytest.mark.parametrize("breach", [False, True])
def test_a_run_without_fault_has_no_findings(*, breach: bool) -> None:
    """Counts that agree are called so, whether the promise was kept or its breach is known."""
    assert reconcile(whole_run(breach=breach), POLICIES, Limits()) == []


def test_a_repeated_record_is_no_fault() -> None:
    """At-least-once delivery repeats records with the same id; that is not a doubled fact."""
    run = whole_run()
    assert kinds(with_events(run, [*run.evidence.events, assigned()])) == set()


@pytest.mark.parametrize("clock", ["investigation", "hearing", "verification"])
def test_a_clock_that_nothing_starts_is_found(clock: str) -> None:
    """Whatever promise of the policies it is of."""
    run = whole_run()
    assert kinds(with_events(run, [*run.evidence.events, clock_started(clock, "more")])) == {"unexpected"}


@pytest.mark.parametrize("number", range(5))
def test_every_missing_event_is_found(number: int) -> None:
    """Whatever event the log lacks, the reconciliation says so."""
    run = whole_run()
    events = [event for place, event in enumerate(run.evidence.events) if place != number]
    assert kinds(with_events(run, events))


@pytest.mark.parametrize("number", range(4))
def test_every_missing_or_doubled_message_is_found(number: int) -> None:
    """Each message is owed once: not none, not two."""
    run = whole_run()
    sent = list(run.evidence.messages)
    assert "missing" in kinds(with_messages(run, sent[:number] + sent[number + 1 :]))
    assert "doubled" in kinds(with_messages(run, [*sent, sent[number]]))


FAULTS: dict[str, tuple[str, Callable[[Run], Run]]] = {
    "a second assignment": ("doubled", lambda run: with_events(run, [*run.evidence.events, assigned("another")])),
    "a submission without an answer": ("unanswered", lambda run: replace(run, accepted={})),
    "a garbage record": ("unexpected", lambda run: replace(run, evidence=replace(run.evidence, garbage=1))),
    "a message to a stranger": (
        "wrong-person",
        lambda run: with_messages(
            run, [run.evidence.messages[0].model_copy(update={"to": "+919900000002"}), *run.evidence.messages[1:]]
        ),
    ),
    "an act without its event": ("missing", lambda run: replace(run, acts={0: ["acknowledge", "complete-inquiry"]})),
    "an event that nobody's act caused": ("doubled", lambda run: replace(run, acts={})),
    "a breach of a promise that was kept": ("untrue", lambda run: with_events(run, [*run.evidence.events, breached()])),
    "events out of order": (
        "out-of-order",
        lambda run: with_events(run, [run.evidence.events[3], *run.evidence.events[:3], *run.evidence.events[4:]]),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_kind_of_fault_is_called_by_its_name(name: str) -> None:
    """A planted fault is found, and as what it is."""
    kind, planted = FAULTS[name]
    assert kind in kinds(planted(whole_run()))


def test_a_late_message_of_an_earlier_run_is_no_finding() -> None:
    """What happened before the run began may be sent after it: to a citizen, an office, or in a digest."""
    run, case_id = whole_run(), "c_00000000000000000000000009"
    earlier = [
        seen(
            one.envelope.data.model_copy(update={"case_id": case_id}),
            f"earlier-{one.envelope.event_id}",
            one.envelope.source,
            one.envelope.time,
            one.offset,
        )
        for one in run.evidence.events
    ]
    sent = [message("earlier-filed", "citizen", "+919900000009", "filed")]
    sent += [message(f"earlier-{assignment_id(CASE, 1)}", "office", OFFICE, "new_case")]
    theirs = [one.model_copy(update={"text": "आपकी शिकायत JS-26-DDDD-EEEE-F"}) for one in sent]
    late = with_messages(run, [*run.evidence.messages, *theirs])
    assert kinds(late) == {"unexpected"}
    assert kinds(replace(late, evidence=replace(late.evidence, earlier=earlier))) == set()


def digest(
    text: str = "जनसेवा सार: नए मामले 1, समय-सीमा निकट 0, भंग 0, नागरिक से लंबित 0, बदलाव 0। सबसे पुराना JS-26-7",
) -> SentMessage:
    return message("a digest", "office", OFFICE, "digest").model_copy(update={"text": text})


NEW_CASE = notification_id(assignment_id(CASE, 1), "office", "sms")


def digested_run(*digests: SentMessage, digested: dict[str, int] | None = None) -> Run:
    """The office's message on the new case came in a digest."""
    run = whole_run()
    sent = [one for one in run.evidence.messages if one.template != "new_case"]
    counted = {NEW_CASE: 1} if digested is None else digested
    return replace(run, evidence=replace(run.evidence, messages=[*sent, *digests], digested=counted))


def test_a_message_in_a_digest_has_arrived() -> None:
    """Not sent by itself, but delivered by a digest that counts it, to the same phone: all is well."""
    assert reconcile(digested_run(digest()), POLICIES, Limits()) == []


def test_a_message_that_waits_for_its_digest_is_missing() -> None:
    """Held and not delivered yet is not delivered."""
    assert kinds(digested_run(digested={})) == {"missing"}


@pytest.mark.parametrize(
    ("kind", "run"),
    [
        ("missing", digested_run()),
        ("missing", digested_run(digest("नए मामले 0, समय-सीमा निकट 1, भंग 0, नागरिक से लंबित 0, बदलाव 0"))),
        ("unexpected", digested_run(digest("नए मामले 2, समय-सीमा निकट 0, भंग 0, नागरिक से लंबित 0, बदलाव 0"))),
        ("doubled", digested_run(digest(), digest())),
        ("doubled", digested_run(digest(), digested={NEW_CASE: 2})),
        ("doubled", digested_run(digest(), message(assignment_id(CASE, 1), "office", OFFICE, "new_case"))),
        ("missing", digested_run(digest().model_copy(update={"to": "+919900000009"}))),
        ("unexpected", digested_run(digest(), digested={NEW_CASE: 1, "of-nobody": 1})),
        (
            "unexpected",
            digested_run(digest(), digested={NEW_CASE: 1, notification_id("filed", "citizen", "sms"): 1}),
        ),
    ],
)
def test_digests_that_do_not_add_up_are_found(kind: str, run: Run) -> None:
    """Lost, invented, doubled, to the wrong phone, or of a message that no digest may hold."""
    assert kind in kinds(run)


def test_an_emergency_in_a_digest_is_found() -> None:
    """Whatever happened on the emergency lane must never have waited."""
    run = digested_run(digest())
    events = [replace(one, topic="cases.emergency") for one in run.evidence.events]
    assert "unexpected" in kinds(with_events(run, events))


def test_a_breach_that_came_late_is_found() -> None:
    """A breach is true, unique and also on time."""
    run = whole_run(breach=True)
    events = [*run.evidence.events[:3], breached(timedelta(seconds=30))]
    assert kinds(with_events(run, events)) == {"late"}


def test_a_breach_nobody_reported_is_found() -> None:
    """A deadline that passed without a stop and without a breach is a missing breach."""
    run = whole_run(breach=True)
    assert "missing" in kinds(with_events(run, run.evidence.events[:3]))
