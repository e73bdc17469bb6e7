"""The shipped policy file keeps the three promises, and the loader refuses a file that could not."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from chassis.settings import load_yaml
from event_schemas import EVENT_CLASSES, ClockOwner, ComplaintFiled, Event, Post, policies
from event_schemas.clock_policy import STATUTORY
from event_schemas.event_match import EventMatch
from event_schemas.policies import ClockPolicy, PolicySet

AT = datetime(2026, 11, 3, 15, 31, tzinfo=UTC)
FILE: dict[str, Any] = load_yaml(policies.DEFAULT_PATH)
SHIPPED = PolicySet.model_validate(FILE)


def clock(name: str) -> ClockPolicy:
    found = SHIPPED.clock(name)
    assert found is not None
    return found


def event(name: str, **fields: Any) -> Event:
    base = {"case_id": "c_1", "case_seq": 1, "occurred_at": AT}
    return EVENT_CLASSES[name].model_validate(base | fields)


def filed(**fields: Any) -> ComplaintFiled:
    base = {
        "tracking_number": "JS-26-8M4K-2QX7-V",
        "service_code": "e-complaint",
        "lane": "routine",
        "channel": "web",
        "language": "hi",
    }
    made = event("ComplaintFiled", **(base | fields))
    assert isinstance(made, ComplaintFiled)
    return made


def emergency(**fields: Any) -> ComplaintFiled:
    return filed(service_code="emergency-112", lane="emergency", **fields)


def test_the_three_promises_are_twenty_minutes_thirty_minutes_and_thirty_days() -> None:
    """The reason the suite exists."""
    promises = SHIPPED.clocks[:3]
    assert {policy.clock: policy.target for policy in promises} == {
        "dial112_response": timedelta(minutes=20),
        "hearing": timedelta(minutes=30),
        "inquiry": timedelta(days=30),
    }
    assert {(policy.owner, policy.calendar) for policy in promises} == {(ClockOwner.POLICE, "elapsed")}
    assert all(policy.warn_at == (0.5, 0.8) for policy in SHIPPED.clocks)
    assert [policy.clock for policy in promises if policy.pausable] == ["inquiry"]


def test_an_emergency_has_one_clock_for_each_kind_asked_for() -> None:
    """Police and fire asked for: two clocks, from the filing."""
    starts = SHIPPED.due_at_filing(emergency(kinds=["police", "fire"]))
    assert [(start.clock_id, start.started_at, start.due_at) for start in starts] == [
        ("dial112_response:police", AT, AT + timedelta(minutes=20)),
        ("dial112_response:fire", AT, AT + timedelta(minutes=20)),
    ]


def test_a_call_received_by_the_112_centre_counts_from_its_receipt() -> None:
    """The citizen waits since the call, not since the hand-over."""
    received = AT - timedelta(seconds=40)
    (start,) = SHIPPED.due_at_filing(emergency(kinds=["ambulance"], call_received_at=received))
    assert start.started_at == received


def test_an_emergency_without_a_kind_still_has_its_clock() -> None:
    """No content, no refusal, and no promise lost either: the police answer."""
    assert [start.clock_id for start in SHIPPED.due_at_filing(emergency())] == ["dial112_response:police"]


def test_only_a_responder_of_that_kind_stops_the_response_clock() -> None:
    """An ambulance is no fire engine, and a dispatch is no arrival."""
    policy = clock("dial112_response")
    assert named(policy.stops_on, event("ResponderArrived", unit="FIRE-1", kind="fire")) == [("fire", AT)]
    assert named(policy.stops_on, event("ResponderDispatched", unit="FIRE-1", kind="fire")) == []


def named(matches: tuple[EventMatch, ...], happened: Event) -> list[tuple[str, datetime]]:
    """The rounds of which the event speaks and when; "every" where it names none."""
    return [
        (key, match.time(happened))
        for match in matches
        if match.matches(happened)
        for key in match.keys(happened) or ("every",)
    ]


@pytest.mark.parametrize(
    ("how", "cancelled"),
    [
        ("hoax", True),
        ("duplicate_of", True),
        ("caller_cancelled", True),
        ("resolved_by_phone", True),
        ("attended", False),
    ],
)
def test_a_hoax_cancels_every_response_clock_and_attendance_none(how: str, cancelled: bool) -> None:
    """'attended' is not an arrival: only an arrival keeps the promise."""
    touched = named(clock("dial112_response").cancels_on, event("EmergencyResolved", how=how))
    assert touched == ([("every", AT)] if cancelled else [])


def test_a_walk_in_is_heard_within_thirty_minutes_of_arrival() -> None:
    """Without a booking the visit itself names the hearing."""
    (start,) = SHIPPED.starts(event("VisitorArrived", place="5801016"), "visit-1", "e-complaint")
    assert (start.clock_id, start.due_at) == ("hearing:visit-1", AT + timedelta(minutes=30))
    started = event("HearingStarted", hearing_id="visit-1")
    assert named(clock("hearing").stops_on, started) == [("visit-1", AT)]


def test_a_booked_hearing_starts_no_earlier_than_its_hour() -> None:
    """The appointment names the same round as the visit, and its hour."""
    hour = AT + timedelta(hours=1)
    booked = event(
        "HearingScheduled",
        hearing_id="h1",
        place="5801016",
        officer_post="SHO:5801016",
        starts_at=hour,
        ends_at=hour + timedelta(minutes=15),
    )
    not_before = clock("hearing").not_before
    assert not_before is not None
    assert named((not_before,), booked) == [("h1", hour)]
    (start,) = SHIPPED.starts(event("VisitorArrived", place="5801016", hearing_id="h1"), "visit-2", "hearing")
    assert start.clock_id == "hearing:h1"


@pytest.mark.parametrize(("party", "cancelled"), [("citizen", True), ("officer", False)])
def test_only_the_citizens_absence_cancels_a_hearing(party: str, cancelled: bool) -> None:
    """An officer who stays away breaks the promise."""
    no_show = event("HearingNoShow", hearing_id="h1", party=party)
    assert named(clock("hearing").cancels_on, no_show) == ([("h1", AT)] if cancelled else [])


def test_an_inquiry_counts_from_the_filing_and_anew_from_each_reopening() -> None:
    """Round 1 at the filing, a new round at a reopening; no inquiry clock for other services."""
    (first,) = SHIPPED.due_at_filing(filed())
    (second,) = SHIPPED.starts(event("ComplaintReopened", round=2), "e", "e-complaint")
    assert (first.clock_id, second.clock_id) == ("inquiry:1", "inquiry:2")
    assert first.due_at == AT + timedelta(days=30)
    assert SHIPPED.due_at_filing(filed(service_code="lost-property")) == ()


def test_a_withdrawal_cancels_every_clock_but_those_of_an_fir() -> None:
    """Withdrawn: neither met nor breached. An FIR once registered is not the citizen's to withdraw."""
    for policy in SHIPPED.clocks:
        if policy.clock in STATUTORY:
            assert named(policy.cancels_on, event("ComplaintWithdrawn")) == []
            continue
        assert named(policy.cancels_on, event("ComplaintWithdrawn")) == [("every", AT)]


def test_comments_and_transfers_touch_no_clock() -> None:
    """Only what a policy names moves a clock."""
    assert {"EvidenceAdded", "TransferRequested", "AssignedToStation", "ComplaintAcknowledged"}.isdisjoint(
        SHIPPED.event_types
    )
    assert {"ClockPaused", "ClockResumed", "HearingScheduled"} <= SHIPPED.event_types


def test_an_inquiry_may_be_paused_for_fifteen_days_in_all() -> None:
    """With a reason from the list; the other two promises can't be paused."""
    assert clock("inquiry").pause_cap == timedelta(days=15)
    assert "awaiting_documents" in clock("inquiry").pause_reasons
    assert {clock("dial112_response").pause_cap, clock("hearing").pause_cap} == {None}


def test_a_breach_climbs_the_ladder_of_posts() -> None:
    """Level 0 at the due time to the station, then upwards to headquarters."""
    assert [(step.level, step.post.value, step.after) for step in clock("dial112_response").escalation] == [
        (0, "SHO", timedelta(0)),
        (1, "SDPO", timedelta(minutes=10)),
        (2, "SP", timedelta(minutes=20)),
        (3, "HQ", timedelta(minutes=40)),
    ]
    assert {policy.escalation[-1].post for policy in SHIPPED.clocks if policy.owner == ClockOwner.POLICE} == {Post.HQ}


Plant = Callable[[dict[str, Any]], object]
REFUSED: dict[str, Plant] = {
    "there is no event 'PizzaOrdered'": lambda c: c["stops_on"][0].update(event="PizzaOrdered"),
    "has no field 'moods'": lambda c: c["starts_on"][0].update(key="moods"),
    "has no field 'colour'": lambda c: c["stops_on"][0].update(where={"colour": "red"}),
    "lane is never 'express'": lambda c: c["starts_on"][0].update(where={"lane": "express"}),
    "how is never 'hoaxx'": lambda c: c["cancels_on"][0].update(where={"how": ["hoax", "hoaxx"]}),
    "how is never 'unknown'": lambda c: c["cancels_on"][0].update(where={"how": "unknown"}),
    "kind is no time": lambda c: c["stops_on"][0].update(at=["kind"]),
    "Extra inputs are not permitted": lambda c: c.update(colour="red"),
    "unknown services: e-complain": lambda c: c.update(services=["e-complain"]),
    "names no service": lambda c: c.update(services=[]),
    "whole seconds": lambda c: c.update(target=1.5),
    "greater than 0 seconds": lambda c: c.update(target=0),
    "rising fractions": lambda c: c.update(warn_at=[0.8, 0.5]),
    "without a gap": lambda c: c["escalation"].pop(0),
    "later than the one before": lambda c: c["escalation"][1].update(after="PT0S"),
    "can't be paused": lambda c: c.update(pausable=True, pause_reasons=["x"], pause_cap="P1D"),
    "pause_cap say nothing": lambda c: c.update(pause_cap="P1D"),
    "must name the key": lambda c: c["stops_on"][0].pop("key"),
    "key_default without a key": lambda c: c["cancels_on"][1].update(key_default="police"),
    "Input should be 'elapsed'": lambda c: c.update(calendar="lunar"),
    "Input should be one of": lambda c: c.update(owner="nobody"),
    "at least 1 item": lambda c: c.update(starts_on=[]),
}


@pytest.mark.parametrize("message", REFUSED)
def test_a_policy_that_could_not_work_is_refused_with_its_reason(message: str) -> None:
    """A typo in a policy must not silently switch a promise off."""
    document = deepcopy(FILE)
    REFUSED[message](document["clocks"][0])
    with pytest.raises(ValidationError, match=message.replace("(", r"\(")):
        policies.load(document)


def in_days(promise: dict[str, Any], days: float) -> dict[str, Any]:
    """A promise of working days in place of its target; the calendar follows from it."""
    del promise["target"]
    promise.pop("calendar", None)
    promise["working_days"] = days
    return promise


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (lambda d: d["clocks"][2].update(pause_cap=None), "needs pause_reasons and a pause_cap"),
        (lambda d: d["clocks"].append(d["clocks"][2]), "named twice: inquiry"),
        (lambda d: d.pop("version"), "version"),
        (lambda d: d.pop("effective_from"), "effective_from"),
        (lambda d: d.update(effective_from="2026-11-01T00:00:00"), "timezone"),
        (lambda d: d.update(clocks=[]), "at least 1 item"),
        (lambda d: d["clocks"][2].pop("target"), "inquiry needs a target, or working_days"),
        (lambda d: d["clocks"][2].update(working_days=2), "inquiry has a target and working_days"),
        (lambda d: in_days(d["clocks"][2], 2).update(calendar="elapsed"), "its calendar is working_hours"),
        (lambda d: in_days(d["clocks"][2], 0), "greater than or equal to 1"),
        (lambda d: in_days(d["clocks"][2], 1.5), "valid integer"),
        (lambda d: (in_days(d["clocks"][2], 2), d.pop("office")), "the edition needs an office"),
    ],
)
def test_a_file_that_could_not_work_is_refused_with_its_reason(plant: Plant, message: str) -> None:
    """The same for what concerns the whole file."""
    document = deepcopy(FILE)
    plant(document)
    with pytest.raises(ValidationError, match=message):
        policies.load(document)


def test_a_target_may_be_given_in_seconds() -> None:
    """A demonstration has targets of seconds."""
    document = deepcopy(FILE)
    document["clocks"][0]["target"] = 8
    assert policies.load(document).clocks[0].target_s == 8


def test_working_days_are_days_of_the_office_and_p2d_is_48_hours_of_it() -> None:
    """Two working days of an office of seven hours are 14 hours of office time; what P2D means stays what it meant."""
    document = deepcopy(FILE)
    in_days(document["clocks"][2], 2)
    document["clocks"][3]["target"] = "P2D"
    loaded = policies.load(document)
    promise, before = loaded.clocks[2], loaded.clocks[3]
    monday = datetime.fromisoformat("2026-11-23T10:00:00+05:30")
    assert (promise.calendar, promise.target_s) == ("working_hours", 14 * 3600)
    assert promise.due_at(monday) == datetime.fromisoformat("2026-11-24T17:00:00+05:30")
    assert promise.due_at(monday + timedelta(hours=2)) == datetime.fromisoformat("2026-11-25T12:00:00+05:30")
    assert (before.calendar, before.due_at(monday)) == (
        "working_hours",
        datetime.fromisoformat("2026-11-30T16:00:00+05:30"),
    )


def test_working_days_follow_the_office_of_their_edition() -> None:
    """An edition with longer hours makes the same promise longer, for clocks that start under it."""
    document = deepcopy(FILE)
    in_days(document["clocks"][2], 2)
    later = deepcopy(document) | {"version": "2027-01.1", "effective_from": "2027-01-01T00:00:00+05:30"}
    later["office"]["closes"] = "24:00"
    loaded = policies.load({"editions": [document, later]})
    assert [edition.clocks[2].target_s for edition in loaded.editions] == [14 * 3600, 28 * 3600]
