"""The edition of 30 November 2026: what counts from complete papers, who has which time, and when is warned."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from chassis.settings import load_yaml
from event_schemas import EVENT_CLASSES, Event, policies
from event_schemas.clock_policy import ClockPolicy
from event_schemas.event_match import EventMatch

SHIPPED = policies.read(policies.DEFAULT_PATH, load_yaml)
BEFORE, SINCE = datetime(2026, 11, 20, 6, tzinfo=UTC), datetime(2026, 12, 1, 6, tzinfo=UTC)


def event(name: str, at: datetime = SINCE, **fields: Any) -> Event:
    return EVENT_CLASSES[name].model_validate({"case_id": "c_1", "case_seq": 1, "occurred_at": at} | fields)


def filed(service_code: str, at: datetime = SINCE, **attributes: Any) -> Event:
    return event(
        "ComplaintFiled",
        at,
        tracking_number="JS-26-8M4K-2QX7-V",
        service_code=service_code,
        lane="routine",
        channel="web",
        language="hi",
        attributes=attributes,
    )


def complete(at: datetime = SINCE) -> Event:
    return event("DocumentsCompleted", at, evidence_id="ev_1", media_type="image/jpeg", bytes=1, sha256="0" * 64)


def started(happened: Event, service_code: str) -> dict[str, timedelta]:
    return {
        start.policy.clock: start.due_at - start.started_at for start in SHIPPED.starts(happened, "e-1", service_code)
    }


def test_a_certificate_counts_from_complete_papers() -> None:
    """Not from the filing, in the new edition; as before in the old one."""
    assert started(filed("character-certificate"), "character-certificate") == {}
    assert started(complete(), "character-certificate").keys() == {"verification", "certificate"}
    assert started(filed("character-certificate", BEFORE), "character-certificate").keys() == {
        "verification",
        "certificate",
    }
    assert started(complete(BEFORE), "character-certificate") == {}


@pytest.mark.parametrize(
    ("service_code", "attributes", "clocks"),
    [
        (
            "missing-person",
            {"child": True},
            {"child_fir": timedelta(hours=2), "child_upload": timedelta(hours=24)},
        ),
        ("missing-person", {"child": False}, {"first_contact": timedelta(hours=24)}),
        ("help-request", {"kind": "elder"}, {"help_urgent": timedelta(hours=2)}),
        ("help-request", {"kind": "stranded"}, {"help_contact": timedelta(hours=24)}),
        ("recovered-property", {"report": "claim"}, {"claim_answer": timedelta(days=7)}),
        ("recovered-property", {"report": "found"}, {}),
        ("unidentified-body", {}, {"first_officer": timedelta(hours=1)}),
        ("station-diary", {}, {"diary_entry": timedelta(hours=24)}),
        ("senior-away-notice", {}, {}),
    ],
)
def test_who_asks_for_what_has_which_time(
    service_code: str, attributes: dict[str, Any], clocks: dict[str, timedelta]
) -> None:
    """By the answers that travel in clear."""
    assert started(filed(service_code, **attributes), service_code) == clocks


def test_the_citizen_is_reminded_a_day_and_six_hours_before() -> None:
    """The e-FIR's signature: after two days, and after two and three quarters; the passport's office at ten days."""
    assert [clock("efir_signature").target * part for part in clock("efir_signature").warnings] == [
        pytest.approx(timedelta(hours=48), abs=timedelta(seconds=1)),
        pytest.approx(timedelta(hours=66), abs=timedelta(seconds=1)),
    ]
    assert clock("passport_verification").warnings == (round(10 / 21, 6), 0.8)


def clock(name: str) -> ClockPolicy:
    found = SHIPPED.clock(name)
    assert found is not None
    return found


def test_a_warning_lies_within_the_target() -> None:
    """One after the due time would never be given."""
    document = clock("efir_signature").model_dump(mode="json") | {"warn_after": ["P3D"]}
    with pytest.raises(ValidationError, match="within its target"):
        ClockPolicy.model_validate(document)


def test_an_answer_is_named_by_its_way() -> None:
    """Of a filing alone: no other event has answers."""
    assert EventMatch.model_validate({"event": "ComplaintFiled", "where": {"attributes.child": True}})
    with pytest.raises(ValidationError, match="attributes"):
        EventMatch.model_validate({"event": "InquiryCompleted", "where": {"attributes.child": True}})


def test_each_clock_that_no_law_fixes_is_marked_so() -> None:
    """A source names an order or a law, or that it is proposed."""
    old = {one.clock for one in SHIPPED.editions[0].clocks}
    added = [one for one in SHIPPED.latest.clocks if one.clock not in old]
    assert len(added) == 16
    by_law = {one.clock for one in added if "roposed by this suite" not in one.source}
    assert by_law == {"investigation_two_months", "investigation_sixty_days"}


@pytest.mark.parametrize(
    ("limit", "name", "days"),
    [
        ("general", "investigation", 75),
        ("two_months", "investigation_two_months", 60),
        ("sixty_days", "investigation_sixty_days", 60),
    ],
)
def test_an_investigation_has_the_time_of_its_offence(limit: str, name: str, days: int) -> None:
    """One clock for each FIR, by the time that the law gives it; before this edition all had the same."""
    fields: dict[str, Any] = {"fir_number": "1/26", "station": "5140003", "year": 2026, "registered_at": SINCE}
    found = started(event("FIRRegistered", investigation_limit=limit, **fields), "e-complaint")
    assert found.keys() == {name, "progress_to_victim"}
    assert clock(name).target == timedelta(days=days)
    earlier = event("FIRRegistered", BEFORE, investigation_limit=limit, **fields)
    assert started(earlier, "e-complaint").keys() == {"investigation", "progress_to_victim"}


def test_a_tip_that_waits_is_never_referred_to_a_station() -> None:
    """From 2 December 2026 on its breach goes to who may read it: the superintendent, then headquarters."""
    since = datetime(2026, 12, 2, tzinfo=UTC)
    (start,) = SHIPPED.starts(filed("secret-tip", since), "e-1", "secret-tip")
    assert start.due_at - start.started_at == timedelta(days=2)
    assert [str(step.post) for step in start.policy.escalation] == ["SP", "HQ"]
